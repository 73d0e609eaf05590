//! mailspec's own well-behaved clients: set-up, delivery, clean-up and looking at mailboxes.
//!
//! They use what RFC 3501, RFC 1939 and RFC 5321 give every client, one command at a time. What
//! they meet is no finding: it is an error of set-up or clean-up. Each command ends within the
//! limit given at connecting.

mod delivery;
mod hierarchy;
mod imap;
mod listing;
mod pop3;
mod session;

use std::time::Duration;

pub use delivery::deliver;
pub(super) use delivery::reply_code;
pub use hierarchy::Hierarchy;
pub use imap::ImapClient;
pub(super) use imap::{line as imap_command, status as imap_status};
pub use listing::{Listed, ListedMailbox, message_id};
pub use pop3::Pop3Client;
pub(super) use pop3::{is_ok as is_pop3_ok, response as pop3_response};
pub(super) use session::Session;

use crate::transport::TransportError;

/// What is waited for first on a connection.
const GREETING: &str = "the greeting";

/// What kept a client from doing what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The connection could not be opened.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server refused, or said something that cannot be used.
    #[error("{endpoint}: {what}: {came}")]
    Refused {
        /// `imap host:port`
        endpoint: String,
        /// What was done; never a password.
        what: String,
        /// What came, secrets removed.
        came: String,
    },
    /// The connection ended in the middle.
    #[error("{endpoint}: the connection ended at {what}")]
    Closed {
        /// `imap host:port`
        endpoint: String,
        /// What was done.
        what: String,
    },
    /// Nothing came in time.
    #[error("{endpoint}: no answer to {what} within {limit:?}")]
    Timeout {
        /// `imap host:port`
        endpoint: String,
        /// What was done.
        what: String,
        /// The limit.
        limit: Duration,
    },
}

impl ClientError {
    /// True if the server took the connection and never said a word.
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Timeout { what, .. } if what == GREETING)
    }

    /// True for `-ERR [IN-USE]` (RFC 2449 §8.1.2): another session has the maildrop.
    pub fn is_in_use(&self) -> bool {
        let Self::Refused { came, .. } = self else {
            return false;
        };
        came.to_ascii_uppercase().starts_with("-ERR [IN-USE]")
    }

    /// What showed it: the server's own line where there is one.
    pub fn observed(&self) -> String {
        match self {
            Self::Transport(error) => error.to_string(),
            Self::Refused { came, .. } => came.clone(),
            Self::Closed { what, .. } => format!("the connection ended at {what}"),
            Self::Timeout { what, limit, .. } => format!("no answer to {what} within {limit:?}"),
        }
    }
}
