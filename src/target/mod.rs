//! Targets: the embedded server, managed real servers, and servers that run already.

mod attached;
pub mod client;
mod contents;
mod embedded;
mod external;
mod journal;
mod made_account;
mod managed;
mod profile;
mod ready;
mod running;
mod url;

pub use attached::clear_left_over;
pub use external::SpecError;
pub use journal::{Baseline, InUse, Journal};
pub use managed::MANAGED;
pub use profile::{ReadFile, target_file_schema};
pub use running::Target;

use std::fmt;
use std::path::PathBuf;
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
    /// A file that keeps which accounts are in use, so that what a killed run left can be found.
    pub journal: Option<PathBuf>,
}

/// An account of the server under test. Its `Debug` form leaves the password out.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Login name.
    pub user: String,
    /// Password.
    pub password: String,
    /// Address for delivery.
    pub address: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("user", &self.user)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
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
