//! What the server may still be, given all that was observed: sessions' views and the store.
//!
//! It sees observations, not scripts. One property is one file under `check/`.

pub mod check;
pub mod imap_view;
pub mod maildrop;
pub mod store;

use crate::finding::Inconsistency;
use crate::wire::{Message, Protocol};

/// Names one connection of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub usize);

/// One thing that was seen on a connection.
#[derive(Clone, Copy, Debug)]
pub enum Observation<'a> {
    /// The greeting came.
    Greeting(&'a Message),
    /// A command went out: its text without tag and CRLF, literals in place of their octets shown
    /// as `{n}`.
    Sent {
        /// The command.
        command: &'a [u8],
    },
    /// A message came that completes nothing.
    Untagged(&'a Message),
    /// The response that completes this command came. Commands complete in the order sent.
    Completed {
        /// The command, as in [`Observation::Sent`].
        command: &'a [u8],
        /// The response.
        message: &'a Message,
    },
    /// The connection is over.
    Closed,
}

/// All that was observed in one scenario.
#[derive(Debug, Default)]
pub struct World {
    sessions: Vec<()>,
}

impl World {
    /// Adds a connection to an account's mail.
    pub fn open(&mut self, _protocol: Protocol, _account: &str) -> SessionId {
        self.sessions.push(());
        SessionId(self.sessions.len() - 1)
    }

    /// Takes what was seen on a connection, in the order in which it was seen, and says what
    /// contradicts earlier observations.
    pub fn observe(
        &mut self,
        _session: SessionId,
        _observation: Observation<'_>,
    ) -> Vec<Inconsistency> {
        Vec::new()
    }
}
