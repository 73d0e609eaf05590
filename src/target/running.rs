//! A target that answers, of whatever kind.

use std::time::Duration;

use super::managed::Managed;
use super::{Account, Control, Facts, Spec, TargetError};
use crate::transport::{Endpoint, Options, Security};
use crate::wire::{Limits, Protocol};

/// Deadline for connecting, and for each TLS handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A target that answers.
#[derive(Debug)]
pub struct Target {
    kind: Kind,
    options: Options,
}

#[derive(Debug)]
enum Kind {
    Managed(Managed),
}

impl Target {
    /// Starts it, or connects to it, and waits until every endpoint greets.
    pub async fn start(spec: &Spec) -> Result<Self, TargetError> {
        let (kind, trust) = match spec {
            Spec::Embedded(_) | Spec::External(_) => unimplemented!(),
            Spec::Managed(name) => {
                let managed = Managed::start(name).await?;
                let trust = managed.trust();
                (Kind::Managed(managed), trust)
            }
        };
        let options = Options {
            trust,
            limits: Limits::default(),
            connect_timeout: CONNECT_TIMEOUT,
        };
        Ok(Self { kind, options })
    }

    /// What is known of it.
    pub fn facts(&self) -> &Facts {
        match &self.kind {
            Kind::Managed(managed) => managed.facts(),
        }
    }

    /// Every endpoint. STARTTLS is an endpoint of its own on the port of the clear one.
    pub fn endpoints(&self) -> &[Endpoint] {
        match &self.kind {
            Kind::Managed(managed) => managed.endpoints(),
        }
    }

    /// The endpoint to use for a protocol when the scenario does not care about TLS: the clear one
    /// where there is one (loopback), else the one with TLS.
    pub fn endpoint(&self, protocol: Protocol) -> Option<&Endpoint> {
        let of_protocol = || {
            self.endpoints()
                .iter()
                .filter(move |endpoint| endpoint.protocol == protocol)
        };
        of_protocol()
            .find(|endpoint| endpoint.security == Security::Plain)
            .or_else(|| of_protocol().next())
    }

    /// How its connections are opened.
    pub fn transport(&self) -> &Options {
        &self.options
    }

    /// How long a change may take to reach other sessions.
    pub fn propagation_limit(&self) -> Duration {
        match &self.kind {
            Kind::Managed(managed) => managed.propagation_limit(),
        }
    }

    /// What can be done to the server itself.
    pub fn controls(&self) -> &[Control] {
        match &self.kind {
            Kind::Managed(_) => ALL_CONTROLS,
        }
    }

    /// The most accounts that can be leased at once.
    pub fn capacity(&self) -> usize {
        match &self.kind {
            Kind::Managed(_) => usize::MAX,
        }
    }

    /// Takes accounts that nobody else uses, empty; waits until there are enough. On embedded and
    /// managed servers each is new.
    pub async fn lease(&self, accounts: usize) -> Result<Vec<Account>, TargetError> {
        match &self.kind {
            Kind::Managed(managed) => {
                let mut leased = Vec::with_capacity(accounts);
                for _ in 0..accounts {
                    leased.push(managed.add_account().await?);
                }
                Ok(leased)
            }
        }
    }

    /// Gives accounts back. On a server that runs already, what was put there is removed first.
    pub async fn give_back(&self, accounts: Vec<Account>) -> Result<(), TargetError> {
        match &self.kind {
            Kind::Managed(managed) => {
                for account in accounts {
                    managed.remove_account(account).await?;
                }
                Ok(())
            }
        }
    }

    /// Does something to the server itself, and waits until that is done (after a start: until every
    /// endpoint greets).
    pub async fn control(&self, control: Control) -> Result<(), TargetError> {
        match &self.kind {
            Kind::Managed(managed) => managed.control(control).await,
        }
    }

    /// `Some(why)` if the server is known to be dead although nobody stopped it.
    pub async fn death(&self) -> Option<String> {
        match &self.kind {
            Kind::Managed(managed) => managed.death().await,
        }
    }

    /// Stops what was started and wipes it.
    pub async fn stop(self) {
        match self.kind {
            Kind::Managed(managed) => managed.stop().await,
        }
    }
}

const ALL_CONTROLS: &[Control] = &[
    Control::Restart,
    Control::Kill,
    Control::Stop,
    Control::Start,
];
