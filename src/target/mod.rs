//! Targets: the embedded server, managed real servers, and servers that run already.

pub mod client;
mod made_account;
mod managed;
mod ready;
mod running;

pub use managed::MANAGED;
pub use running::Target;

use std::time::Duration;

use crate::server::Fault;
use crate::transport::{Endpoint, Trust};

/// What the user asked to test.
#[derive(Clone, Debug)]
pub enum Spec {
    /// The embedded server with these faults.
    Embedded(Vec<Fault>),
    /// A managed server by name: `dovecot`.
    Managed(String),
    /// A server that runs already.
    External(External),
}

/// A server that runs already: from URLs and options, or from a target file.
#[derive(Clone, Debug, Default)]
pub struct External {
    /// The name in reports: the first URL, or the file's name.
    pub name: String,
    /// Where it answers.
    pub endpoints: Vec<Endpoint>,
    /// Accounts that mailspec may use.
    pub accounts: Vec<Account>,
    /// Whom to trust.
    pub trust: Trust,
    /// How long a change may take to reach other sessions.
    pub propagation_limit: Option<Duration>,
    /// Work in mailboxes that are not empty, and leave what was there alone.
    pub allow_non_empty: bool,
}

/// An account of the server under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Login name.
    pub user: String,
    /// Password.
    pub password: String,
    /// Address for delivery.
    pub address: String,
}

/// What may be done to the server itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Stop in good order and start again.
    Restart,
    /// SIGKILL and start again.
    Kill,
    /// Stop.
    Stop,
    /// Start after `Stop`.
    Start,
}

/// What is known of a target once it answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The name or URL given.
    pub name: String,
    /// Product and version, if known.
    pub version: Option<String>,
}

/// A target that could not be started, reached or controlled.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The managed server is not installed, or no such server is known.
    #[error("{0}")]
    Unavailable(String),
    /// It did not start or answer.
    #[error("{0}")]
    Unreachable(String),
    /// The accounts given are not fit for testing (a mailbox is not empty, a login is refused).
    #[error("{0}")]
    Unsafe(String),
    /// There are fewer accounts than asked for.
    #[error("{wanted} accounts are needed, the target has {have}")]
    Accounts {
        /// How many were asked for.
        wanted: usize,
        /// How many there are in all.
        have: usize,
    },
    /// The target cannot do that.
    #[error("the target cannot {0}")]
    Unsupported(&'static str),
}
