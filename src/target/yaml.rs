//! A target file as a tree that knows where its keys and values stand.

use serde_yaml::{Location, Spanned};

use crate::yaml::{self, Raw};

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Location,
    pub(super) value: Value,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// Its spelling is lost: `0123` may have been a password.
    Number,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) place: Location,
    pub(super) text: String,
}

/// Something wrong at a place.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    pub(super) place: Option<Location>,
    pub(super) why: String,
}

/// Reads one document. The error never shows a line of it, because it holds passwords.
pub(super) fn parse(text: &str) -> Result<Node, Wrong> {
    yaml::parse(text).map(node).map_err(|error| Wrong {
        place: error.location(),
        why: first_line(&error),
    })
}

/// The error in words, without where it is.
fn first_line(error: &serde_yaml::Error) -> String {
    let text = error.without_snippet().to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

fn node(raw: Spanned<Raw>) -> Node {
    let place = raw.referenced;
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Bool(value) => Value::Bool(value),
        Raw::Number => Value::Number,
        Raw::Text(text) => Value::Text(text),
        Raw::List(items) => Value::List(items.into_iter().map(node).collect()),
        Raw::Map(entries) => {
            let key = |key: Spanned<String>| Key {
                place: key.referenced,
                text: key.value,
            };
            let entries = entries.into_iter();
            Value::Map(entries.map(|(name, raw)| (key(name), node(raw))).collect())
        }
    };
    Node { place, value }
}
