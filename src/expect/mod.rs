//! Patterns, and how they are held against what a server said.
//!
//! A pattern is written as a response and compared as a parsed response: case where the protocol
//! ignores it, atom against quoted against literal, sets in any order. Text for humans is never
//! compared.

use std::collections::BTreeMap;

use crate::wire::{Message, Protocol};

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
}

impl Pattern {
    /// Reads a pattern for this protocol's responses.
    pub fn parse(text: &str, _protocol: Protocol) -> Result<Self, PatternError> {
        Ok(Self {
            text: text.to_owned(),
        })
    }

    /// True if it describes the response that completes a command (`OK`, `NO [TRYCREATE]`, `+OK`,
    /// `2xx`), false for all that comes before it.
    pub fn is_completion(&self) -> bool {
        false
    }

    /// True for `closed`: the server ends the connection.
    pub fn is_closed(&self) -> bool {
        false
    }

    /// Names that it needs a value for.
    pub fn uses(&self) -> Vec<String> {
        Vec::new()
    }

    /// Names that it binds, with the ABNF type demanded.
    pub fn binds(&self) -> Vec<(String, String)> {
        Vec::new()
    }
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

/// Holds an expectation against what came.
///
/// An empty `expect`, or one without a completion pattern, demands that the command succeeded.
pub fn judge(
    _expectation: &Expectation,
    _responses: Responses<'_>,
    _values: &dyn Lookup,
) -> Result<Captures, Vec<Mismatch>> {
    Ok(Captures::new())
}
