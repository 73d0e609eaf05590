//! Patterns, and how they are held against what a server said.
//!
//! A pattern is written as a response and compared as a parsed response: case where the protocol
//! ignores it, atom against quoted against literal, sets in any order. Text for humans is never
//! compared.

mod element;
mod explain;
pub(crate) mod hole;
mod imap;
mod judge;
mod kind;
mod line;
mod pattern;
mod set;
mod term;
#[cfg(test)]
mod tests;
mod token;
mod unit;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::wire::{Message, Protocol};

pub use judge::{came, judge};
pub(crate) use kind::is_date_time;
use pattern::Tree;
use term::Names;

/// Where variables get their values: `plain.uid`, `user`, a captured `modseq`.
pub trait Lookup {
    /// The value's octets; `None` if the name is not bound.
    fn lookup(&self, path: &str) -> Option<Vec<u8>>;
}

/// Values bound by a match.
pub type Captures = BTreeMap<String, Vec<u8>>;

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// Offset of the first wrong octet in the pattern's text.
    pub offset: usize,
    /// What was expected there.
    pub message: String,
    /// The nearest valid spelling, if there is one.
    pub suggestion: Option<String>,
}

/// One response, as a scenario writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The text in the file.
    pub text: String,
    protocol: Protocol,
    tree: Tree,
    names: Names,
    /// Variables of `for` in the text: their values are text of the pattern, not values in it.
    spliced: Vec<String>,
}

impl Pattern {
    /// Reads a pattern for this protocol's responses.
    pub fn parse(text: &str, protocol: Protocol) -> Result<Self, PatternError> {
        let tree = pattern::parse(text, protocol)?;
        Ok(Self {
            text: text.to_owned(),
            protocol,
            names: tree.names(),
            tree,
            spliced: Vec::new(),
        })
    }

    /// Reads a pattern in which variables of `for` stand for text, with each of their values.
    pub fn parse_with(
        text: &str,
        protocol: Protocol,
        variables: &[(&str, Vec<&str>)],
    ) -> Result<Self, PatternError> {
        let used: Vec<_> = variables
            .iter()
            .filter(|(name, _)| splice(text, name, "") != text)
            .collect();
        let mut texts = vec![text.to_owned()];
        for (name, values) in &used {
            texts = texts
                .iter()
                .flat_map(|text| values.iter().map(|value| splice(text, name, value)))
                .collect();
        }
        let mut trees = Vec::with_capacity(texts.len());
        for spliced in &texts {
            let tree = pattern::parse(spliced, protocol).map_err(|error| match used[..] {
                [] => error,
                _ => PatternError {
                    offset: 0,
                    message: format!("in the variant `{spliced}`: {}", error.message),
                    suggestion: error.suggestion,
                },
            })?;
            trees.push(tree);
        }
        let names = trees.iter().map(Tree::names).reduce(Names::either);
        let Some((tree, names)) = trees.into_iter().next().zip(names) else {
            return Self::parse(text, protocol);
        };
        Ok(Self {
            text: text.to_owned(),
            protocol,
            tree,
            names,
            spliced: used.iter().map(|(name, _)| (*name).to_owned()).collect(),
        })
    }

    /// True if it describes the response that completes a command (`OK`, `NO [TRYCREATE]`, `+OK`,
    /// `2xx`) or that asks the client to go on (`+`, `3xx`), false for all that comes before it.
    pub fn is_completion(&self) -> bool {
        self.tree.is_completion()
    }

    /// True for `closed`: the server ends the connection.
    pub fn is_closed(&self) -> bool {
        self.tree == Tree::Closed
    }

    /// Names that it needs a value for.
    pub fn uses(&self) -> Vec<String> {
        self.names.used.clone()
    }

    /// Names that it binds, with the ABNF type demanded.
    pub fn binds(&self) -> Vec<(String, String)> {
        self.names.bound.clone()
    }

    /// The tree, with the text that variables of `for` stand for.
    fn tree(&self, values: &dyn Lookup) -> Cow<'_, Tree> {
        if self.spliced.is_empty() {
            return Cow::Borrowed(&self.tree);
        }
        let mut text = self.text.clone();
        for name in &self.spliced {
            if let Some(value) = values.lookup(name) {
                text = splice(&text, name, &String::from_utf8_lossy(&value));
            }
        }
        pattern::parse(&text, self.protocol).map_or(Cow::Borrowed(&self.tree), Cow::Owned)
    }
}

/// Replaces `${name}` by text.
fn splice(text: &str, name: &str, value: &str) -> String {
    text.replace(&format!("${{{name}}}"), value)
}

/// The candidate that is spelled most like `word`, if any is near.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= 1 + word.len().max(candidate.len()).saturating_sub(1) / 4
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.to_owned())
}

/// What a step demands of the responses to its command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// Patterns that must come, with the place of each in the file (`Pattern`s in file order).
    pub expect: Vec<Pattern>,
    /// `only`: nothing but `expect` may come before the completion.
    pub only: bool,
    /// `in_order`: `expect` must come in this order.
    pub in_order: bool,
    /// Patterns that must not come.
    pub never: Vec<Pattern>,
}

/// What came while a step ran.
#[derive(Clone, Copy, Debug)]
pub struct Responses<'a> {
    /// All that came before the completion, unsolicited responses since the step before included.
    pub before: &'a [Message],
    /// The completion, if it came.
    pub completion: Option<&'a Message>,
    /// True if the server closed the connection.
    pub closed: bool,
}

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Which pattern: an index into `expect`, or into `never`; `None` for the command's success.
    pub pattern: Option<PatternRef>,
    /// What happened, one sentence.
    pub message: String,
    /// The response that comes nearest or that was forbidden, and its wrong octets.
    pub nearest: Option<Nearest>,
    /// What was expected, variables filled in, one line each.
    pub expected: Vec<String>,
    /// What came, one line each, in the notation of patterns.
    pub actual: Vec<String>,
}

impl Mismatch {
    /// True if something came that must never come.
    pub fn is_of_never(&self) -> bool {
        matches!(self.pattern, Some(PatternRef::Never(_)))
    }
}

/// Names a pattern of an [`Expectation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternRef {
    /// Index into `expect`.
    Expect(usize),
    /// Index into `never`.
    Never(usize),
}

/// A response, and where it departs from a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// The response's octets.
    pub octets: Vec<u8>,
    /// Where it begins in the server's stream.
    pub offset: u64,
    /// The first octets that differ.
    pub span: std::ops::Range<usize>,
}
