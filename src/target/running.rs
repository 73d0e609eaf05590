//! A target that answers, of whatever kind.

use std::time::Duration;

use super::attached::Attached;
use super::embedded::{self, Embedded};
use super::managed::Managed;
use super::{Account, Control, Facts, Spec, TargetError};
use crate::transport::{Endpoint, Options, Security, Trust};
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
    Embedded(Box<Embedded>),
    Managed(Box<Managed>),
    Attached(Box<Attached>),
}

impl Target {
    /// Starts it, or connects to it, and waits until every endpoint greets.
    pub async fn start(spec: &Spec) -> Result<Self, TargetError> {
        let mut options = Options {
            trust: Trust::System,
            limits: Limits::default(),
            connect_timeout: CONNECT_TIMEOUT,
        };
        let kind = match spec {
            Spec::Embedded(faults) => {
                let embedded = Embedded::start(faults).await?;
                options.trust = embedded.trust();
                Kind::Embedded(Box::new(embedded))
            }
            Spec::Managed(name) => {
                let managed = Managed::start(name).await?;
                options.trust = managed.trust();
                Kind::Managed(Box::new(managed))
            }
            Spec::External(external) => {
                options.trust = external.trust.clone();
                let attached = Attached::start(external, &options).await?;
                Kind::Attached(Box::new(attached))
            }
        };
        Ok(Self { kind, options })
    }

    /// What is known of it.
    pub fn facts(&self) -> &Facts {
        match &self.kind {
            Kind::Embedded(embedded) => embedded.facts(),
            Kind::Managed(managed) => managed.facts(),
            Kind::Attached(attached) => attached.facts(),
        }
    }

    /// Every endpoint. STARTTLS is an endpoint of its own on the port of the clear one.
    pub fn endpoints(&self) -> &[Endpoint] {
        match &self.kind {
            Kind::Embedded(embedded) => embedded.endpoints(),
            Kind::Managed(managed) => managed.endpoints(),
            Kind::Attached(attached) => attached.endpoints(),
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
            Kind::Embedded(_) => embedded::PROPAGATION_LIMIT,
            Kind::Managed(managed) => managed.propagation_limit(),
            Kind::Attached(attached) => attached.propagation_limit(),
        }
    }

    /// What can be done to the server itself.
    pub fn controls(&self) -> &[Control] {
        match &self.kind {
            Kind::Embedded(_) | Kind::Managed(_) => ALL_CONTROLS,
            Kind::Attached(_) => &[],
        }
    }

    /// The most accounts that can be leased at once.
    pub fn capacity(&self) -> usize {
        match &self.kind {
            Kind::Embedded(_) | Kind::Managed(_) => usize::MAX,
            Kind::Attached(attached) => attached.capacity(),
        }
    }

    /// Takes accounts that nobody else uses, empty; waits until there are enough. On embedded and
    /// managed servers each is new.
    pub async fn lease(&self, accounts: usize) -> Result<Vec<Account>, TargetError> {
        match &self.kind {
            Kind::Embedded(embedded) => Ok((0..accounts).map(|_| embedded.add_account()).collect()),
            Kind::Managed(managed) => {
                let mut leased = Vec::with_capacity(accounts);
                for _ in 0..accounts {
                    leased.push(managed.add_account().await?);
                }
                Ok(leased)
            }
            Kind::Attached(attached) => attached.lease(accounts).await,
        }
    }

    /// Gives accounts back. On a server that runs already, what was put there is removed first.
    pub async fn give_back(&self, accounts: Vec<Account>) -> Result<(), TargetError> {
        match &self.kind {
            Kind::Embedded(embedded) => {
                for account in &accounts {
                    embedded.remove_account(account);
                }
                Ok(())
            }
            Kind::Managed(managed) => {
                for account in accounts {
                    managed.remove_account(account).await?;
                }
                Ok(())
            }
            Kind::Attached(attached) => attached.give_back(accounts).await,
        }
    }

    /// Does something to the server itself, and waits until that is done (after a start: until every
    /// endpoint greets). Stopping what is stopped and starting what runs do nothing.
    pub async fn control(&self, control: Control) -> Result<(), TargetError> {
        match &self.kind {
            Kind::Embedded(embedded) => embedded.control(control).await,
            Kind::Managed(managed) => managed.control(control).await,
            Kind::Attached(_) => Err(TargetError::Unsupported(match control {
                Control::Restart => "be restarted",
                Control::Kill => "be killed",
                Control::Stop => "be stopped",
                Control::Start => "be started",
            })),
        }
    }

    /// `Some(why)` if the server is known to be dead although nobody stopped it.
    pub async fn death(&self) -> Option<String> {
        match &self.kind {
            Kind::Managed(managed) => managed.death().await,
            Kind::Embedded(_) | Kind::Attached(_) => None,
        }
    }

    /// Stops what was started and wipes it; clears accounts that were not given back.
    pub async fn stop(self) {
        match self.kind {
            Kind::Embedded(embedded) => embedded.stop().await,
            Kind::Managed(managed) => managed.stop().await,
            Kind::Attached(attached) => attached.stop().await,
        }
    }
}

const ALL_CONTROLS: &[Control] = &[
    Control::Restart,
    Control::Kill,
    Control::Stop,
    Control::Start,
];
