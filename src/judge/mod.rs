//! Judges recorded sessions: what a log says that the server did wrong, without the server.
//!
//! A reader ([`notation`], [`rawlog`], [`archive`]) turns a log into a [`Recording`]: who sent
//! which octets, in which order, and where they stand in the file. [`judge`] replays it through the
//! same engines and the same model that judge a live run.

pub mod archive;
mod beginning;
mod client;
mod literal;
pub mod notation;
pub mod rawlog;
mod recording;
mod replay;
pub mod torture;
mod verdict;

pub use recording::{Connection, Entry, Line, Recording, What};

use crate::outcome::Finding;
use crate::wire::{Limits, Protocol};

/// What the caller knows beyond the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// The protocol of connections whose octets do not tell.
    pub protocol: Option<Protocol>,
    /// Every connection is there from its greeting on.
    pub whole: bool,
    /// All connections use the mail of one account, where the log does not show who logs in.
    pub one_account: bool,
    /// Revisions and extensions in force where an excerpt begins (`rev2`, `CONDSTORE`); `None` if
    /// that is not known.
    pub context: Option<Vec<String>>,
}

/// A log that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Unreadable {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl Unreadable {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

/// All that a log shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// What the server did wrong, in the order of the log.
    pub findings: Vec<Finding>,
    /// How many messages of servers were judged.
    pub messages: usize,
    /// How many octets of servers were judged.
    pub octets: u64,
    /// Names of connections that begin in the middle: rules that need the beginning stay silent.
    pub excerpts: Vec<String>,
}

/// Judges a recording; `file` is named in the findings.
///
/// # Errors
///
/// [`Unreadable`] if the protocol of a connection cannot be found, or literals do not fit.
pub fn judge(
    recording: &Recording,
    knowledge: &Knowledge,
    file: &str,
) -> Result<Judgement, Unreadable> {
    literal::check(recording, knowledge)?;
    replay::replay(recording, knowledge, Limits::default(), file)
}
