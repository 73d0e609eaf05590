//! A target that answers, of whatever kind.

use std::time::Duration;

use tokio::sync::Mutex;

use super::attached::Attached;
use super::embedded::{self, Embedded};
use super::managed::Managed;
use super::{Account, Control, Corrupted, External, Facts, Retention, Spec, TargetError};
use crate::transport::{Endpoint, Options, Security};
use crate::wire::{Limits, Protocol};

/// Deadline for connecting, and for each TLS handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How connections to a server that runs already are opened.
pub fn options(external: &External) -> Options {
    Options {
        trust: external.trust.clone(),
        limits: Limits::default(),
        connect_timeout: CONNECT_TIMEOUT,
    }
}

/// A target that answers.
#[derive(Debug)]
pub struct Target {
    kind: Kind,
    options: Options,
    /// How far the server's clock is put forward.
    shift: Mutex<Duration>,
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
        let mut options = options(&External::default());
        let kind = match spec {
            Spec::Embedded(faults) => {
                let embedded = Embedded::start(faults).await?;
                options.trust = embedded.trust();
                Kind::Embedded(Box::new(embedded))
            }
            Spec::EmbeddedAs(retention, faults) => {
                let embedded = Embedded::start_as(*retention, faults).await?;
                options.trust = embedded.trust();
                Kind::Embedded(Box::new(embedded))
            }
            Spec::EmbeddedNewestFirst(faults) => {
                let embedded = Embedded::start_newest_first(faults).await?;
                options.trust = embedded.trust();
                Kind::Embedded(Box::new(embedded))
            }
            Spec::Managed(name) => {
                let managed = Managed::start(name).await?;
                options.trust = managed.trust();
                Kind::Managed(Box::new(managed))
            }
            Spec::External(external) => {
                options = self::options(external);
                let attached = Attached::start(external, &options).await?;
                Kind::Attached(Box::new(attached))
            }
        };
        Ok(Self {
            kind,
            options,
            shift: Mutex::default(),
        })
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

    /// The ids of the faults that the embedded server came to so far, present or not: with any
    /// other, it would have behaved the same. Empty for other servers.
    pub fn reached(&self) -> Vec<&'static str> {
        match &self.kind {
            Kind::Embedded(embedded) => embedded.reached(),
            Kind::Managed(_) | Kind::Attached(_) => Vec::new(),
        }
    }

    /// Corrupts one response of the embedded server, as the seed decides, on a connection after the
    /// next `spared` ones. Does nothing to other servers.
    pub fn corrupt(&self, seed: u64, spared: usize) {
        if let Kind::Embedded(embedded) = &self.kind {
            embedded.corrupt(seed, spared);
        }
    }

    /// What was corrupted, once it was.
    pub fn corrupted(&self) -> Option<Corrupted> {
        match &self.kind {
            Kind::Embedded(embedded) => embedded.corrupted(),
            Kind::Managed(_) | Kind::Attached(_) => None,
        }
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

    /// The retention profile that it declares; `None`: it is judged as strict.
    pub fn retention(&self) -> Option<Retention> {
        match &self.kind {
            Kind::Embedded(embedded) => Some(embedded.retention()),
            Kind::Managed(managed) => managed.retention(),
            Kind::Attached(attached) => attached.retention(),
        }
    }

    /// What can be done to the server itself.
    pub fn controls(&self) -> &[Control] {
        match &self.kind {
            Kind::Embedded(_) => &Control::ALL,
            Kind::Managed(managed) => managed.controls(),
            Kind::Attached(attached) => attached.controls(),
        }
    }

    /// Capabilities that the user says the server has and does not advertise, in upper case.
    pub fn claimed(&self, protocol: Protocol) -> Vec<String> {
        match &self.kind {
            Kind::Embedded(_) | Kind::Managed(_) => Vec::new(),
            Kind::Attached(attached) => attached.claimed(protocol),
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

    /// True if the server tells changes by times in whole seconds, so that its answers depend on
    /// whether a second turns meanwhile.
    pub fn counts_seconds(&self) -> bool {
        match &self.kind {
            Kind::Managed(managed) => managed.counts_seconds(),
            Kind::Embedded(_) | Kind::Attached(_) => false,
        }
    }

    /// True if messages can be put into INBOX by [`Self::drop_in`]: a server that mailspec manages
    /// and that has neither LMTP nor SMTP.
    pub fn has_drop(&self) -> bool {
        match &self.kind {
            Kind::Managed(managed) => managed.has_drop(),
            Kind::Embedded(_) | Kind::Attached(_) => false,
        }
    }

    /// Puts a message into an account's INBOX without any protocol, as a delivery agent on the
    /// server's own machine does.
    pub async fn drop_in(&self, account: &Account, octets: &[u8]) -> Result<(), TargetError> {
        match &self.kind {
            Kind::Managed(managed) => managed.drop_in(account, octets).await,
            Kind::Embedded(_) | Kind::Attached(_) => {
                Err(TargetError::Unsupported("take a message as a file"))
            }
        }
    }

    /// Does something to the server itself, and waits until that is done (after a start: until
    /// every endpoint greets). Stopping what is stopped and starting what runs do nothing.
    pub async fn control(&self, control: Control) -> Result<(), TargetError> {
        match &self.kind {
            Kind::Embedded(embedded) => embedded.control(control).await,
            Kind::Managed(managed) => managed.control(control).await,
            Kind::Attached(attached) => attached.control(control).await,
        }
    }

    /// True if the server's clock can be put forward.
    pub fn has_clock(&self) -> bool {
        let mut controls = self.controls().iter();
        controls.any(|control| matches!(control, Control::Clock(_)))
    }

    /// Puts the server's clock forward by this much, on top of what was done before: time never
    /// goes back while a target runs.
    pub async fn advance(&self, by: Duration) -> Result<(), TargetError> {
        let mut shift = self.shift.lock().await;
        let total = shift.saturating_add(by);
        self.control(Control::Clock(total)).await?;
        *shift = total;
        Ok(())
    }

    /// `Some(why)` if the server is dead, or hangs, although nobody stopped it: it has ended, or
    /// an endpoint does not greet in time.
    pub async fn death(&self) -> Option<String> {
        match &self.kind {
            Kind::Managed(managed) => managed.death().await,
            Kind::Attached(attached) => attached.death().await,
            Kind::Embedded(_) => None,
        }
    }

    /// What the server's log tells of crashes: panics, failed assertions, processes that a signal
    /// ended. Empty where mailspec does not see the log.
    pub async fn crashes(&self) -> Vec<String> {
        match &self.kind {
            Kind::Managed(managed) => managed.crashes().await,
            Kind::Embedded(_) | Kind::Attached(_) => Vec::new(),
        }
    }

    /// How long the server's log is, in octets; 0 where mailspec does not see it.
    pub fn log_length(&self) -> u64 {
        match &self.kind {
            Kind::Managed(managed) => managed.log_length(),
            Kind::Embedded(_) | Kind::Attached(_) => 0,
        }
    }

    /// What the server's log says of these accounts behind the octet `start`, the last lines;
    /// empty where mailspec does not see the log.
    pub async fn log_about(&self, accounts: &[Account], start: u64) -> Vec<String> {
        match &self.kind {
            Kind::Managed(managed) => managed.log_about(accounts, start).await,
            Kind::Embedded(_) | Kind::Attached(_) => Vec::new(),
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
