//! All accounts and sessions of one scenario.

use std::collections::BTreeMap;

use super::findings::Findings;
use super::imap_view::{Here, ImapView};
use super::maildrop::Maildrop;
use super::store::Account;
use super::{Observation, SessionId};
use crate::finding::Inconsistency;
use crate::wire::{Body, Protocol};

/// All that was observed in one scenario.
#[derive(Debug, Default)]
pub struct World {
    /// Observations so far: the only clock.
    now: u64,
    accounts: BTreeMap<String, Account>,
    sessions: Vec<Session>,
}

#[derive(Debug)]
struct Session {
    account: String,
    view: View,
}

#[derive(Debug)]
enum View {
    Imap(Box<ImapView>),
    Pop3(Box<Maildrop>),
    Delivery,
}

impl World {
    /// Adds a connection to an account's mail.
    pub fn open(&mut self, protocol: Protocol, account: &str) -> SessionId {
        self.accounts.entry(account.to_owned()).or_default();
        let view = match protocol {
            Protocol::Imap => View::Imap(Box::default()),
            Protocol::Pop3 => View::Pop3(Box::default()),
            Protocol::Smtp | Protocol::Lmtp => View::Delivery,
        };
        self.sessions.push(Session {
            account: account.to_owned(),
            view,
        });
        SessionId(self.sessions.len() - 1)
    }

    /// Takes what was seen on a connection, in the order in which it was seen, and says what
    /// contradicts earlier observations.
    pub fn observe(
        &mut self,
        session: SessionId,
        observation: Observation<'_>,
    ) -> Vec<Inconsistency> {
        self.now += 1;
        let Some(Session { account, view }) = self.sessions.get_mut(session.0) else {
            return Vec::new();
        };
        let mut found = Findings::about(octets(&observation));
        if let View::Delivery = view {
            for account in self.accounts.values_mut() {
                account.note_addition(self.now);
            }
            return Vec::new();
        }
        let mut here = Here {
            session,
            now: self.now,
            account: self.accounts.entry(account.clone()).or_default(),
        };
        match view {
            View::Imap(view) => imap(view, observation, &mut here, &mut found),
            View::Pop3(drop) => pop3(drop, observation, &mut here, &mut found),
            View::Delivery => {}
        }
        found.into_list()
    }

    /// Takes note that something outside the sessions may have changed an account's mail: retention
    /// after a step of the clock, a restore, a restart, a delivery by other means. From then on
    /// nothing is concluded from messages that come back or are missing.
    pub fn obscure(&mut self, account: &str) {
        self.accounts
            .entry(account.to_owned())
            .or_default()
            .obscure();
    }

    /// The number that the message with this UID has in an IMAP session now, as far as that is
    /// known from its FETCH responses or from [`World::learn`]. It moves with each EXPUNGE
    /// and VANISHED that the session has seen.
    pub fn seq_of(&self, session: SessionId, uid: u32) -> Option<u32> {
        match &self.sessions.get(session.0)?.view {
            View::Imap(view) => view.seq_of(uid),
            View::Pop3(_) | View::Delivery => None,
        }
    }

    /// Takes the UIDs of the mailbox that an IMAP session has just selected, in the order of their
    /// numbers, as somebody else saw them. Called again it adds the UIDs above those it has. Only
    /// [`World::seq_of`] relies on it, no check does.
    pub fn learn(&mut self, session: SessionId, uids_in_order: &[u32]) {
        let session = self.sessions.get_mut(session.0);
        if let Some(View::Imap(view)) = session.map(|session| &mut session.view) {
            view.learn(uids_in_order);
        }
    }
}

/// The octets of the message that was observed, if it was one.
fn octets<'a>(observation: &Observation<'a>) -> &'a [u8] {
    match observation {
        Observation::Greeting(message)
        | Observation::Untagged(message)
        | Observation::Completed { message, .. } => &message.octets,
        _ => b"",
    }
}

fn imap(
    view: &mut ImapView,
    observation: Observation<'_>,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    match observation {
        Observation::Greeting(message) => {
            if let Body::Imap(response) = &message.body {
                view.greet(response);
            }
        }
        Observation::Sent { command } => view.sent(command, here),
        Observation::Raw => view.lose_track(here),
        Observation::Joined => view.join(here),
        Observation::Untagged(message) => {
            if let Body::Imap(response) = &message.body {
                view.untagged(response, here, found);
            }
        }
        Observation::Completed { command, message } => {
            if let Body::Imap(response) = &message.body {
                view.complete(command, response, here, found);
            }
        }
        Observation::HalfClosed => {}
        Observation::Closed => view.close(),
    }
}

fn pop3(
    drop: &mut Maildrop,
    observation: Observation<'_>,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    match observation {
        Observation::Greeting(message) => {
            if let Body::Pop3(response) = &message.body {
                drop.greet(response, here, found);
            }
        }
        Observation::Sent { command } => drop.sent(command, here),
        Observation::Raw => drop.lose_track(here),
        Observation::Joined => drop.join(here),
        Observation::Untagged(_) => {}
        Observation::Completed { command, message } => {
            if let Body::Pop3(response) = &message.body {
                drop.complete(command, response, here, found);
            }
        }
        Observation::HalfClosed => {
            here.account.holders.remove(&here.session);
        }
        Observation::Closed => drop.close(here),
    }
}
