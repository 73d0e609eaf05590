//! The state of one scenario while it runs: accounts, connections, values, and what was found.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Variant;
use super::deadline::Deadlines;
use super::device::Memory;
use super::digest;
use super::player::Player;
use super::values::{ActorValues, Values};
use crate::model::{Observation, SessionId, World};
use crate::outcome::story::Moment;
use crate::outcome::{Finding, Observed, Outcome, Propagation};
use crate::scenario::{Actor, Condition, Messages, Template};
use crate::target::{Account, Target};
use crate::transport::Recorder;
use crate::wire::{Message, pop3};

/// Why a scenario goes no further.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    /// The server did something wrong; the finding is in the ledger.
    Found,
    /// It cannot be decided.
    Undecided(Outcome, String),
}

/// Goes on, or stops.
pub(super) type Flow<T = ()> = ControlFlow<Stop, T>;

/// Stops because something kept the scenario from being decided.
pub(super) fn undecided<T>(reason: impl ToString) -> Flow<T> {
    Flow::Break(Stop::Undecided(Outcome::Error, reason.to_string()))
}

/// One scenario on its accounts.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) variant: Variant,
    pub(super) target: Arc<Target>,
    pub(super) messages: Arc<Messages>,
    pub(super) deadlines: Deadlines,
    pub(super) recorder: Recorder,
    pub(super) accounts: Vec<Account>,
    /// One place for each actor; `None` while it is not connected.
    pub(super) cast: Vec<tokio::sync::Mutex<Option<Player>>>,
    /// What each device has in itself.
    pub(super) memories: Vec<tokio::sync::Mutex<Memory>>,
    ledger: Mutex<Ledger>,
}

/// What is learnt on the way.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) world: World,
    pub(super) values: Values,
    pub(super) findings: Vec<Finding>,
    pub(super) observed: Vec<Observed>,
    /// Names of the alternatives seen.
    pub(super) seen: BTreeSet<String>,
    pub(super) propagation: Vec<Propagation>,
    /// How much time has passed by the scenario's own clock.
    pub(super) now: Duration,
    /// The story of the devices so far.
    pub(super) moments: Vec<Moment>,
    /// The message-numbers of each POP3 session by names of messages.
    pub(super) message_numbers: BTreeMap<SessionId, BTreeMap<String, u32>>,
    /// What the server last challenged each connection with.
    challenges: BTreeMap<SessionId, Challenges>,
    /// Observations not yet given to the world, with their times.
    waiting: Vec<(u64, SessionId, String, Seen)>,
}

/// What a password has to be proved for.
#[derive(Clone, Debug, Default)]
struct Challenges {
    /// The timestamp of a POP3 greeting.
    timestamp: Option<Vec<u8>>,
    /// The last challenge of AUTH, in base64.
    sasl: Option<Vec<u8>>,
}

impl Challenges {
    fn note(&mut self, seen: &Seen) {
        match seen {
            Seen::Greeting(message) => {
                self.timestamp = pop3::timestamp(&message.octets).map(<[u8]>::to_vec);
            }
            Seen::Untagged(message) => {
                if let Some(challenge) = message.octets.strip_prefix(b"+ ") {
                    self.sasl = Some(challenge.trim_ascii().to_vec());
                }
            }
            _ => {}
        }
    }

    /// The values of `${apop}`, `${cram-md5}` and `${cram-md5-wrong}`.
    fn proofs(&self, account: &Account) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
        let timestamp = self.timestamp.as_deref();
        let apop = timestamp.map(|timestamp| digest::apop(timestamp, &account.password));
        let another = format!("{}x", account.password);
        let passwords = [
            ("cram-md5", &account.password),
            ("cram-md5-wrong", &another),
        ];
        let respond = |(name, password): (&'static str, &String)| {
            let sasl = self.sasl.as_deref()?;
            Some((name, digest::cram_md5(sasl, &account.user, password)?))
        };
        let responses: Vec<_> = passwords.into_iter().filter_map(respond).collect();
        apop.map(|digest| ("apop", digest))
            .into_iter()
            .chain(responses)
    }
}

/// An observation that owns its parts.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    Greeting(Message),
    Sent(Vec<u8>),
    Raw,
    Untagged(Message),
    Completed(Vec<u8>, Message),
    HalfClosed,
    Closed,
}

impl Stage {
    pub(super) fn new(
        variant: Variant,
        target: Arc<Target>,
        messages: Arc<Messages>,
        deadlines: Deadlines,
        accounts: Vec<Account>,
    ) -> Self {
        let recorder = Recorder::new();
        let mut ledger = Ledger::default();
        ledger.values.bound = variant
            .bindings
            .iter()
            .map(|(n, v)| (n.clone(), v.text.clone().into_bytes()))
            .collect();
        for (index, account) in accounts.iter().enumerate() {
            recorder.hide(&account.user, &account.password);
            let number = index + 1;
            let bound = &mut ledger.values.bound;
            bound.insert(format!("user{number}"), account.user.clone().into_bytes());
            bound.insert(
                format!("password{number}"),
                account.password.clone().into_bytes(),
            );
            bound.insert(
                format!("address{number}"),
                account.address.clone().into_bytes(),
            );
            bound.insert(format!("sasl-plain{number}"), sasl_plain(account));
        }
        let cast = variant
            .scenario
            .actors
            .iter()
            .map(|_| tokio::sync::Mutex::default())
            .collect();
        let devices = variant.scenario.devices.iter();
        let memories = devices.map(|_| tokio::sync::Mutex::default()).collect();
        Self {
            variant,
            target,
            messages,
            deadlines,
            recorder,
            accounts,
            cast,
            memories,
            ledger: Mutex::new(ledger),
        }
    }

    /// The ledger; never held across an await.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An account of the scenario, by its number from 1.
    pub(super) fn account(&self, number: usize) -> &Account {
        &self.accounts[(number - 1).min(self.accounts.len() - 1)]
    }

    /// Queues an observation for the model.
    pub(super) fn saw(&self, at_us: u64, session: SessionId, actor: &str, seen: Seen) {
        let mut ledger = self.ledger();
        ledger.challenges.entry(session).or_default().note(&seen);
        ledger
            .waiting
            .push((at_us, session, actor.to_owned(), seen));
    }

    /// Gives the queued observations of all connections to the model, in the order of their times.
    pub(super) fn reflect(&self) {
        let mut guard = self.ledger();
        let ledger = &mut *guard;
        let mut waiting = std::mem::take(&mut ledger.waiting);
        waiting.sort_by_key(|(at_us, ..)| *at_us);
        for (at_us, session, actor, seen) in waiting {
            let (observation, message) = match &seen {
                Seen::Greeting(message) => (Observation::Greeting(message), Some(message)),
                Seen::Sent(command) => (Observation::Sent { command }, None),
                Seen::Raw => (Observation::Raw, None),
                Seen::Untagged(message) => (Observation::Untagged(message), Some(message)),
                Seen::Completed(command, message) => {
                    (Observation::Completed { command, message }, Some(message))
                }
                Seen::HalfClosed => (Observation::HalfClosed, None),
                Seen::Closed => (Observation::Closed, None),
            };
            for inconsistency in ledger.world.observe(session, observation) {
                let finding = self.inconsistency_finding(&inconsistency, message, &actor, at_us);
                ledger.add(finding);
            }
        }
    }

    /// A template with the values of this variant.
    pub(super) fn spliced(&self, template: &Template) -> Template {
        template.spliced(&self.variant.bindings)
    }

    /// True if all of these hold, in this variant and after what was seen.
    pub(super) fn holds(&self, conditions: &[Condition]) -> bool {
        let ledger = self.ledger();
        conditions.iter().all(|condition| match condition {
            Condition::Seen(name) => ledger.seen.contains(name),
            Condition::Is { variable, labels } => {
                let mut bindings = self.variant.bindings.iter();
                bindings.any(|(name, value)| name == variable && labels.contains(&value.label))
            }
        })
    }

    /// Adds a finding.
    pub(super) fn found(&self, finding: Finding) {
        self.ledger().add(finding);
    }

    /// True if the server did something wrong so far.
    pub(super) fn has_findings(&self) -> bool {
        !self.ledger().findings.is_empty()
    }

    /// The values as an actor sees them now.
    pub(super) fn values_for(&self, actor: &Actor, session: Option<SessionId>) -> ActorValues {
        let account = self.account(actor.account);
        let mut own = BTreeMap::from([
            ("user", account.user.clone().into_bytes()),
            ("password", account.password.clone().into_bytes()),
            ("address", account.address.clone().into_bytes()),
            ("sasl-plain", sasl_plain(account)),
        ]);
        let ledger = self.ledger();
        if let Some(challenges) = session.and_then(|session| ledger.challenges.get(&session)) {
            own.extend(challenges.proofs(account));
        }
        let numbers = session.map(|session| ledger.numbers(session));
        ActorValues::new(ledger.values.clone(), own, numbers.unwrap_or_default())
    }

    /// Which fields of messages the scenario's text asks for: `uid`, `seq`, `uidl` ….
    pub(super) fn fields_used(&self) -> BTreeSet<&'static str> {
        let text = &self.variant.scenario.source.text;
        ["uid", "seq", "size", "uidl"]
            .into_iter()
            .filter(|field| {
                text.contains(&format!(".{field}}}")) || text.contains(&format!(".{field}:"))
            })
            .collect()
    }
}

/// The response of SASL PLAIN (RFC 4616) without an authorization identity, in base64.
fn sasl_plain(account: &Account) -> Vec<u8> {
    use base64::Engine;
    let response = format!("\0{}\0{}", account.user, account.password);
    base64::engine::general_purpose::STANDARD
        .encode(response)
        .into_bytes()
}

impl Ledger {
    /// The numbers of a session's messages now, by the names of the messages.
    fn numbers(&self, session: SessionId) -> BTreeMap<String, u32> {
        if let Some(numbers) = self.message_numbers.get(&session) {
            return numbers.clone();
        }
        let messages = self.values.messages.iter();
        messages
            .filter_map(|(name, facts)| {
                Some((name.clone(), self.world.seq_of(session, facts.uid?)?))
            })
            .collect()
    }

    /// Adds a finding unless the same rule was broken often enough on that connection already.
    fn add(&mut self, finding: Finding) {
        const ENOUGH: usize = 5;
        let same = |other: &&Finding| other.rule == finding.rule && other.actor == finding.actor;
        if self.findings.iter().filter(same).count() < ENOUGH {
            self.findings.push(finding);
        }
    }
}
