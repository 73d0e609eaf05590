//! What can be wrong with a server's behaviour: rules, requirements, levels and grades.
//!
//! A finding is data. Nothing that a server does wrong travels through `Err`.

pub mod requirement;
pub mod rule;

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use rule::Rule;

/// How strongly a requirement binds a server (RFC 2119), or that it is a provider's promise.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// MUST, MUST NOT, SHALL, REQUIRED.
    Must,
    /// A promise that a hosting provider makes to its customers.
    Promise,
    /// SHOULD, SHOULD NOT, RECOMMENDED.
    Should,
    /// MAY, OPTIONAL.
    May,
}

/// How a broken requirement counts: only a violation fails a run (unless `--strict`).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// A MUST or a promise is broken.
    Violation,
    /// A SHOULD is not followed.
    Deviation,
    /// A MAY is not used, or something worth knowing.
    Note,
}

impl Level {
    /// The grade of a failure of a requirement of this level.
    pub fn grade(self) -> Grade {
        match self {
            Self::Must | Self::Promise => Grade::Violation,
            Self::Should => Grade::Deviation,
            Self::May => Grade::Note,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "MUST",
            Self::Promise => "promise",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        })
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Violation => "violation",
            Self::Deviation => "deviation",
            Self::Note => "note",
        })
    }
}

/// A message that breaks a rule of the grammar or of its session's protocol state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule that is broken.
    pub rule: Rule,
    /// The offending octets, counted from the first octet of the message.
    pub span: Range<usize>,
    /// What was legal there, in the words of the grammar ("nz-number", "SP or CRLF").
    pub expected: String,
}

/// A message that contradicts what the same or another session was told before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inconsistency {
    /// The rule that is broken.
    pub rule: Rule,
    /// The offending octets of the message that showed it, where one message did.
    pub span: Option<Range<usize>>,
    /// What was known before and what was said now, one sentence.
    pub explanation: String,
}
