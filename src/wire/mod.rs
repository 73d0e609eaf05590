//! Octets to messages, strictly, without I/O.
//!
//! Parsing never fails: it gives a best-effort message and the violations found in it. Only framing
//! can be lost, and then the connection is over and that is itself a violation.

#[cfg(test)]
mod counts;
pub mod cursor;
pub mod fragment;
pub mod imap;
mod line;
pub mod pop3;
pub mod smtp;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::finding::Violation;

/// The protocols that mailspec speaks.
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
pub enum Protocol {
    /// RFC 3501 and RFC 9051.
    Imap,
    /// RFC 1939.
    Pop3,
    /// RFC 5321.
    Smtp,
    /// RFC 2033.
    Lmtp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Smtp => "smtp",
            Self::Lmtp => "lmtp",
        })
    }
}

/// How much a server may send before the connection is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest line without its literals, in octets.
    pub line: usize,
    /// Longest message with its literals, or multi-line response, in octets.
    pub message: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 1 << 20,
            message: 64 << 20,
        }
    }
}

/// One complete message of a server: an IMAP response, a POP3 response, an SMTP or LMTP reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Every octet of it, line ends, literals and (POP3) byte-stuffing included.
    pub octets: Vec<u8>,
    /// Where it begins in the stream of octets that the server sent on this connection, from 0.
    pub offset: u64,
    /// What it says, as far as it could be read.
    pub body: Body,
    /// What is wrong with it.
    pub violations: Vec<Violation>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// An IMAP response.
    Imap(imap::Response),
    /// A POP3 response, with its lines if it is a multi-line one.
    Pop3(pop3::Response),
    /// An SMTP or LMTP reply.
    Smtp(smtp::Reply),
}
