//! Accounts, mailboxes, messages and UIDs, as far as all sessions together have seen them.
//!
//! Facts are kept with the moment at which they were read. A moment is the count of observations in
//! the whole scenario; nothing here depends on time.

use std::collections::{BTreeMap, BTreeSet};

use super::SessionId;
use super::check::identity::Facts;
use super::floor::Floor;

/// Messages remembered in one account; those beyond are not judged across sessions.
const MESSAGES: usize = 20_000;
/// Mailboxes remembered in one account, octets of a name, and instances (UIDVALIDITY values) of
/// one mailbox.
const MAILBOXES: usize = 1_000;
const NAME: usize = 4_096;
const INSTANCES: usize = 16;

/// One account's mail.
#[derive(Debug, Default)]
pub(crate) struct Account {
    mailboxes: BTreeMap<Vec<u8>, Mailbox>,
    messages: usize,
    /// Sessions that may have removed mail.
    removers: BTreeSet<SessionId>,
    /// Something outside the sessions may have changed the mail.
    obscured: bool,
    /// A mailbox was created, deleted or renamed.
    remade: bool,
    /// When mail may last have been added.
    added: Option<u64>,
    /// The account as POP3 sees it.
    pub(crate) unique_ids: super::check::unique_id::UniqueIds,
    /// The timestamps of POP3 greetings so far.
    pub(crate) timestamps: BTreeSet<Vec<u8>>,
    /// POP3 sessions that have the maildrop open, and since when.
    pub(crate) holders: BTreeMap<SessionId, u64>,
}

/// All that a mailbox name stood for.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    instances: BTreeMap<u32, Instance>,
    /// UIDVALIDITY, greatest so far.
    pub(crate) greatest: Floor<u32>,
    /// UIDVALIDITY last said, and when.
    pub(crate) latest: Option<(u64, u32)>,
}

/// What a mailbox name stood for under one UIDVALIDITY.
#[derive(Debug, Default)]
pub(crate) struct Instance {
    /// Messages by UID.
    pub(crate) messages: BTreeMap<u32, Known>,
    /// The least UID that a new message can get.
    pub(crate) next: Floor<u64>,
    /// The greatest mod-sequence said.
    pub(crate) modseq: Floor<u64>,
}

/// What is known of one message.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// When it was first seen.
    pub(crate) seen: u64,
    /// When a session was told that it is expunged.
    pub(crate) gone: Option<u64>,
    /// Its mod-sequence.
    pub(crate) modseq: Floor<u64>,
    /// What never changes: as sessions see it that take UTF-8, and as the others do.
    pub(crate) facts: [Facts; 2],
}

impl Account {
    /// A session may have removed mail from now on.
    pub(crate) fn note_removal(&mut self, session: SessionId) {
        self.removers.insert(session);
    }

    /// Mail may have been added at this moment.
    pub(crate) fn note_addition(&mut self, now: u64) {
        self.added = Some(now);
    }

    /// A mailbox may have been created, deleted or renamed.
    pub(crate) fn note_remake(&mut self) {
        self.remade = true;
    }

    /// Nothing is known any longer about why mail is there or not.
    pub(crate) fn obscure(&mut self) {
        self.obscured = true;
    }

    /// True if something outside the sessions may have changed the mail.
    pub(crate) fn is_obscured(&self) -> bool {
        self.obscured
    }

    /// True if nobody can have removed mail.
    pub(crate) fn nobody_removed(&self) -> bool {
        !self.obscured && self.removers.is_empty()
    }

    /// True if nobody but this session can have removed mail.
    pub(crate) fn nobody_else_removed(&self, session: SessionId) -> bool {
        !self.obscured && self.removers.iter().all(|&remover| remover == session)
    }

    /// True if no mail can have been added since this moment.
    pub(crate) fn nothing_added_since(&self, moment: u64) -> bool {
        !self.obscured && self.added.is_none_or(|added| added < moment)
    }

    /// True if mailboxes have only been opened so far.
    pub(crate) fn mailboxes_are_stable(&self) -> bool {
        !self.obscured && !self.remade
    }

    /// The mailbox with this name; `None` if too many are known already.
    pub(crate) fn mailbox(&mut self, name: &[u8]) -> Option<&mut Mailbox> {
        if !self.mailboxes.contains_key(name) {
            if self.mailboxes.len() == MAILBOXES || name.len() > NAME {
                return None;
            }
            self.mailboxes.insert(name.to_vec(), Mailbox::default());
        }
        self.mailboxes.get_mut(name)
    }

    /// A mailbox under one UIDVALIDITY; `None` if too many are known already.
    pub(crate) fn instance(&mut self, name: &[u8], validity: u32) -> Option<&mut Instance> {
        let instances = &mut self.mailbox(name)?.instances;
        if instances.len() == INSTANCES && !instances.contains_key(&validity) {
            return None;
        }
        Some(instances.entry(validity).or_default())
    }

    /// A message, new or known; `None` if too many are known already.
    pub(crate) fn message(
        &mut self,
        name: &[u8],
        validity: u32,
        uid: u32,
        now: u64,
    ) -> Option<&mut Known> {
        let room = self.messages < MESSAGES;
        let known = self.instance(name, validity)?.messages.contains_key(&uid);
        if !known {
            if !room {
                return None;
            }
            self.messages += 1;
            let message = Known {
                seen: now,
                ..Known::default()
            };
            self.instance(name, validity)?.messages.insert(uid, message);
        }
        self.instance(name, validity)?.messages.get_mut(&uid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut account = Account::default();
        let uids = u32::try_from(MESSAGES).unwrap() + 10;
        for uid in 1..=uids {
            account.message(b"INBOX", 1, uid, 1);
        }
        assert!(account.message(b"INBOX", 1, uids, 2).is_none());
        assert!(account.message(b"INBOX", 1, 1, 2).is_some());
        for validity in 1..100 {
            account.instance(b"INBOX", validity);
        }
        assert!(account.instance(b"INBOX", 99).is_none());
        for name in 0..MAILBOXES * 2 {
            account.mailbox(name.to_string().as_bytes());
        }
        assert!(account.mailbox(b"another").is_none());
    }

    #[test]
    fn removals_are_known_by_session() {
        let mut account = Account::default();
        assert!(account.nobody_removed());
        account.note_removal(SessionId(1));
        assert!(!account.nobody_removed());
        assert!(account.nobody_else_removed(SessionId(1)));
        assert!(!account.nobody_else_removed(SessionId(2)));
    }
}
