//! Targets: the embedded server, managed real servers, and servers that run already.

pub mod client;

use std::time::Duration;

use crate::server::Fault;
use crate::transport::{Endpoint, Options, Trust};
use crate::wire::Protocol;

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

/// A target that answers.
#[derive(Debug)]
pub struct Target {
    _private: (),
}

impl Target {
    /// Starts it, or connects to it, and waits until every endpoint greets.
    pub async fn start(_spec: &Spec) -> Result<Self, TargetError> {
        unimplemented!()
    }

    /// What is known of it.
    pub fn facts(&self) -> &Facts {
        unimplemented!()
    }

    /// Every endpoint.
    pub fn endpoints(&self) -> &[Endpoint] {
        &[]
    }

    /// The endpoint to use for a protocol when the scenario does not care about TLS: the clear one
    /// where there is one (loopback), else the one with TLS.
    pub fn endpoint(&self, _protocol: Protocol) -> Option<&Endpoint> {
        None
    }

    /// How its connections are opened.
    pub fn transport(&self) -> &Options {
        unimplemented!()
    }

    /// How long a change may take to reach other sessions.
    pub fn propagation_limit(&self) -> Duration {
        Duration::ZERO
    }

    /// What can be done to the server itself.
    pub fn controls(&self) -> &[Control] {
        &[]
    }

    /// The most accounts that can be leased at once.
    pub fn capacity(&self) -> usize {
        0
    }

    /// Takes accounts that nobody else uses, empty; waits until there are enough. On embedded and
    /// managed servers each is new.
    pub async fn lease(&self, _accounts: usize) -> Result<Vec<Account>, TargetError> {
        unimplemented!()
    }

    /// Gives accounts back. On a server that runs already, what was put there is removed first.
    pub async fn give_back(&self, _accounts: Vec<Account>) -> Result<(), TargetError> {
        Ok(())
    }

    /// Does something to the server itself, and waits until that is done (after a start: until every
    /// endpoint greets).
    pub async fn control(&self, _control: Control) -> Result<(), TargetError> {
        Ok(())
    }

    /// `Some(why)` if the server is known to be dead although nobody stopped it.
    pub async fn death(&self) -> Option<String> {
        None
    }

    /// Stops what was started and wipes it.
    pub async fn stop(self) {}
}
