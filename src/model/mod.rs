//! What the server may still be, given all that was observed: sessions' views and the store.
//!
//! It sees observations, not scripts. One property is one file under `check/`.

mod check;
mod command;
mod findings;
mod floor;
#[cfg(test)]
mod histories;
mod imap_view;
mod maildrop;
mod numbers;
mod set;
mod store;
#[cfg(test)]
mod testing;
mod world;

pub use world::World;

use crate::wire::Message;

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
    /// Octets went out whose effect is not known: from now on less is concluded.
    Raw,
    /// The connection was there before the first observation, and what happened on it is not known:
    /// whether somebody is logged in, what is selected and enabled, which commands are in progress.
    Joined,
    /// The client sends nothing more: the server may take the session for over from now on, and
    /// may still answer.
    HalfClosed,
    /// The connection is over.
    Closed,
}
