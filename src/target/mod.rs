//! Targets: the embedded server, managed real servers, and servers that run already.

mod attached;
pub mod client;
mod contents;
pub mod doctor;
pub mod draft;
mod embedded;
mod external;
pub mod hook;
mod journal;
mod made_account;
mod managed;
mod profile;
mod profile_schema;
mod ready;
mod retention;
mod running;
mod url;
mod yaml;

pub use attached::clear_left_over;
pub use external::{Mistake, SpecError};
pub use journal::{Baseline, InUse, Journal};
pub use managed::{MANAGED, ManagedServer, install_script, managed_servers};
pub use profile::ReadFile;
pub use profile_schema::target_file_schema;
pub use retention::{RETENTIONS, Retention};
pub use running::{Target, options};

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::server::Fault;
use crate::transport::{Endpoint, Trust};
use crate::wire::Protocol;

/// What the user asked to test.
#[derive(Clone, Debug)]
pub enum Spec {
    /// The embedded server with these faults.
    Embedded(Vec<Fault>),
    /// The embedded server with a retention profile and these faults: `embedded:hide-on-delete`.
    EmbeddedAs(Retention, Vec<Fault>),
    /// The embedded server with its maildrops numbered from the newest message, and these faults:
    /// `embedded:newest-first`. RFC 1939 fixes no order.
    EmbeddedNewestFirst(Vec<Fault>),
    /// A managed server by name: `dovecot`.
    Managed(String),
    /// A server that runs already.
    External(Box<External>),
}

/// A server that runs already: from URLs and options, or from a target file.
#[derive(Clone, Debug, Default)]
pub struct External {
    /// The name in reports: the first URL, or the file's name.
    pub name: String,
    /// Where it answers.
    pub endpoints: Vec<Endpoint>,
    /// Accounts that mailspec may use; empty if a hook makes them.
    pub accounts: Vec<Account>,
    /// Commands that make, empty and remove accounts.
    pub account_hooks: hook::AccountHooks,
    /// Commands that stop and start the server.
    pub control_hooks: hook::ControlHooks,
    /// Capabilities that it has and does not advertise, in upper case.
    pub capabilities: Vec<(Protocol, String)>,
    /// Whom to trust.
    pub trust: Trust,
    /// How long a change may take to reach other sessions.
    pub propagation_limit: Option<Duration>,
    /// What it does with popped and with old mail; `None`: nobody said, it is judged as strict.
    pub retention: Option<Retention>,
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
    /// Stop, save all mail, and start.
    Backup,
    /// Stop, put back the mail that `Backup` saved last, and start.
    Restore,
    /// Put its clock this far before real time, in whole seconds. Never less far than before: a
    /// server's time does not go back.
    Clock(Duration),
}

impl Control {
    /// Every kind; the durations mean nothing.
    pub const ALL: [Self; 7] = [
        Self::Restart,
        Self::Kill,
        Self::Stop,
        Self::Start,
        Self::Backup,
        Self::Restore,
        Self::Clock(Duration::ZERO),
    ];
}

/// A response that the embedded server corrupted on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrupted {
    /// What was done: `drop`, `double`, `number` …
    pub manipulation: String,
    /// The response as it should have been.
    pub response: Vec<u8>,
    /// Whether the client was told something else.
    pub changes_meaning: bool,
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
    /// It or its accounts are not fit for testing.
    #[error("{0}")]
    Unfit(Box<doctor::Diagnosis>),
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

impl From<doctor::Diagnosis> for TargetError {
    fn from(diagnosis: doctor::Diagnosis) -> Self {
        Self::Unfit(Box::new(diagnosis))
    }
}
