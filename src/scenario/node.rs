//! A scenario file as a tree that knows where each key and each value stands; a step's key is any
//! actor's name. [`super::lower`] reads it.

use serde_yaml::{Location, Spanned};

use super::{Diagnostic, Place};
use crate::yaml::{self, Raw};

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Where it stands; for a block map or list only its beginning.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) value: Value,
}

/// What a node is. Scalars keep the spelling of the file: `no` is text, not a truth value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A key without a value.
    Null,
    /// Any scalar.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in file order, with keys that may stand twice.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Where it stands.
    pub(crate) place: Place,
    /// Its text.
    pub(crate) text: String,
}

impl Node {
    /// Behind the last octet of the value, whatever is nested in it.
    pub(crate) fn end(&self) -> usize {
        let inner = match &self.value {
            Value::Null | Value::Text(_) => None,
            Value::List(items) => items.last().map(Self::end),
            Value::Map(entries) => entries
                .last()
                .map(|(key, node)| key.place.end.max(node.end())),
        };
        inner.map_or(self.place.end, |end| end.max(self.place.end))
    }

    /// Moves the node, and what is nested in it, to where its text stands in a file.
    pub(super) fn shift(&mut self, by: usize) {
        let shift = |place: &mut Place| {
            place.start += by;
            place.end += by;
        };
        shift(&mut self.place);
        match &mut self.value {
            Value::Null | Value::Text(_) => {}
            Value::List(items) => items.iter_mut().for_each(|item| item.shift(by)),
            Value::Map(entries) => {
                for (key, node) in entries {
                    shift(&mut key.place);
                    node.shift(by);
                }
            }
        }
    }

    /// The word for its kind in messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// Reads one YAML document. A syntax error is a single diagnostic: nothing behind it can be read.
pub(crate) fn parse(text: &str) -> Result<Node, Diagnostic> {
    let masked = mask(text);
    match yaml::parse(&masked) {
        Ok(raw) => {
            let mut tree = node(raw, &masked);
            unmask(&mut tree, &masked, text);
            Ok(tree)
        }
        Err(error) => Err(syntax_error(&error, text)),
    }
}

/// `phone: sees {INBOX: [a]}` reads well and is no YAML, because of the second colon. On such a
/// line something else stands for the space behind each colon of the braces; all octets stay where
/// they are.
fn mask(text: &str) -> String {
    const VERB: &str = ": sees {";
    let mut masked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let begins = line.find(VERB).filter(|&at| {
            let name = line[..at].trim_start_matches([' ', '-']);
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            !name.is_empty() && name.chars().all(is_name)
        });
        match begins {
            None => masked.push_str(line),
            Some(at) => {
                let (verb, braces) = line.split_at(at + VERB.len());
                let end = braces.find(" #").unwrap_or(braces.len());
                let (braces, comment) = braces.split_at(end);
                masked.push_str(verb);
                masked.push_str(&braces.replace(": ", ":_"));
                masked.push_str(comment);
            }
        }
    }
    masked
}

/// Gives plain scalars the text of the file.
fn unmask(node: &mut Node, masked: &str, text: &str) {
    let Place { start, end } = node.place;
    match &mut node.value {
        Value::Null => {}
        Value::Text(value) if masked[start..end] == **value => {
            text[start..end].clone_into(value);
        }
        Value::Text(_) => {}
        Value::List(items) => {
            for item in items {
                unmask(item, masked, text);
            }
        }
        Value::Map(entries) => {
            for (_, node) in entries {
                unmask(node, masked, text);
            }
        }
    }
}

fn syntax_error(error: &serde_yaml::Error, text: &str) -> Diagnostic {
    let start = error
        .location()
        .map_or(0, |location| place_of(location, text).start);
    let line = text[..start].rsplit('\n').next().unwrap_or_default();
    let rest = text[start..].lines().next().unwrap_or_default();
    let help = if rest.starts_with('*') || line.trim_end().ends_with('*') {
        Some("a pattern that begins with `*` stands in quotes: \"* 3 EXISTS\"".to_owned())
    } else {
        None
    };
    Diagnostic {
        place: Place {
            start,
            end: start + rest.chars().next().map_or(0, char::len_utf8),
        },
        message: format!("this is no YAML: {error}"),
        help,
    }
}

/// The place of a location. The crate counts octets for text, or only characters if it must.
fn place_of(location: Location, text: &str) -> Place {
    let span = location.span();
    let (start, end) = match (span.byte_offset(), span.byte_len()) {
        (Some(start), Some(length)) => (to_usize(start), to_usize(start + length)),
        _ => {
            let offset = |characters: usize| {
                text.char_indices()
                    .nth(characters)
                    .map_or(text.len(), |(at, _)| at)
            };
            let start = to_usize(span.offset());
            (offset(start), offset(start + to_usize(span.len())))
        }
    };
    let fit = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    Place {
        start: fit(start),
        end: fit(end),
    }
}

fn to_usize(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(usize::MAX)
}

/// `!WORD` at or before a value that is empty for YAML: scenarios write absence so.
fn bang_word(place: Place, text: &str) -> Option<Place> {
    let is_end = |c: char| c.is_whitespace() || ",[]{}".contains(c);
    let before = text[..place.start].trim_end_matches([' ', ',', ']', '}', '\r', '\n']);
    let start = match text[place.start..].starts_with('!') {
        true => place.start,
        false => before.rfind(is_end).map_or(0, |at| at + 1),
    };
    let word = text[start..].split(is_end).next().unwrap_or_default();
    (word.len() > 1 && word.starts_with('!')).then_some(Place {
        start,
        end: start + word.len(),
    })
}

fn node(raw: Spanned<Raw>, text: &str) -> Node {
    let mut place = place_of(raw.referenced, text);
    let value = match raw.value {
        Raw::Null => match bang_word(place, text) {
            Some(word) => {
                place = word;
                Value::Text(text[word.start..word.end].to_owned())
            }
            None => Value::Null,
        },
        Raw::Text(text) => Value::Text(text),
        Raw::Bool(_) | Raw::Number => {
            let defined = place_of(raw.defined, text);
            Value::Text(text[defined.start..defined.end].trim().to_owned())
        }
        Raw::List(items) => Value::List(items.into_iter().map(|raw| node(raw, text)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, raw)| {
                    let key = Key {
                        place: place_of(key.referenced, text),
                        text: key.value,
                    };
                    (key, node(raw, text))
                })
                .collect(),
        ),
    };
    Node { place, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(node: &Node, text: &str) -> String {
        match &node.value {
            Value::Null => "null".into(),
            Value::Text(value) => format!("{value}@{}", &text[node.place.start..node.place.end]),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| show(item, text)).collect();
                format!("[{}]", items.join("; "))
            }
            Value::Map(entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| format!("{}={}", key.text, show(value, text)))
                    .collect();
                format!("{{{}}}", entries.join("; "))
            }
        }
    }

    #[test]
    fn scalars_keep_their_spelling_and_place() {
        let text = "a: no\nb: [0123, 1.50, true]\nc: \"* ü\"\nd: {e: NOOP, f: ~}\na: x\n";
        let tree = parse(text).unwrap();
        assert_eq!(
            show(&tree, text),
            "{a=no@no; b=[0123@0123; 1.50@1.50; true@true]; c=* ü@\"* ü\"; \
             d={e=NOOP@NOOP; f=null}; a=x@x}"
        );
    }

    #[test]
    fn a_word_that_yaml_takes_for_a_tag_is_text() {
        let text = "a: [!CONDSTORE, \"!X\", !LAST]\nb: !TAGGED\n";
        let tree = parse(text).unwrap();
        let expected = "{a=[!CONDSTORE@!CONDSTORE; !X@\"!X\"; !LAST@!LAST]; b=!TAGGED@!TAGGED}";
        assert_eq!(show(&tree, text), expected);
    }

    #[test]
    fn an_unquoted_star_is_explained() {
        let error = parse("expect: [* 3 EXISTS]\n").unwrap_err();
        assert_eq!(error.place.start, 9);
        assert!(error.help.unwrap().contains("quotes"));
    }
}
