//! One mailbox: messages in the order of their UIDs, and the log of what was expunged.

use std::sync::Arc;

use super::{Flag, FlagChange, Flags, InternalDate, Message, NewMessage, SpecialUse};
use crate::server::fault::{Fault, FaultSet};

/// How much a faulty server expunges at once.
const FAULTY_EXPUNGE_LIMIT: usize = 16;

/// A mailbox. Sequence numbers are not its business: each session has its own.
#[derive(Clone, Debug)]
pub(crate) struct Mailbox {
    id: u64,
    name: String,
    uidvalidity: u32,
    uidnext: u32,
    first_unclaimed_recent: u32,
    highest_modseq: u64,
    messages: Vec<Message>,
    expunged: Vec<Expunged>,
    keywords: Flags,
    special_use: Vec<SpecialUse>,
    /// What was removed, for a fault that brings it back.
    undead: Vec<Message>,
    faults: FaultSet,
}

/// An entry of the log of expunged messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expunged {
    /// The message that is gone.
    pub(crate) uid: u32,
    /// The mod-sequence of its going.
    pub(crate) modseq: u64,
}

/// What a change of flags did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    /// UIDs that now have the flags asked for, ascending.
    pub(crate) accepted: Vec<u32>,
    /// UIDs left alone because they changed after UNCHANGEDSINCE, ascending (the MODIFIED code).
    pub(crate) modified: Vec<u32>,
}

impl Mailbox {
    pub(super) fn new(id: u64, name: &str, uidvalidity: u32, faults: FaultSet) -> Self {
        Self {
            id,
            name: name.to_owned(),
            uidvalidity,
            uidnext: 1,
            first_unclaimed_recent: 1,
            highest_modseq: 1,
            messages: Vec::new(),
            expunged: Vec::new(),
            keywords: Flags::new(),
            special_use: Vec::new(),
            undead: Vec::new(),
            faults,
        }
    }

    /// Names the mailbox in the account for ever, also under another name (MAILBOXID).
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Its present name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// UIDVALIDITY
    pub(crate) fn uidvalidity(&self) -> u32 {
        self.uidvalidity
    }

    /// UIDNEXT
    pub(crate) fn uidnext(&self) -> u32 {
        self.uidnext
    }

    /// HIGHESTMODSEQ: of the last change of any message, expunges too; 1 if there was none.
    pub(crate) fn highest_modseq(&self) -> u64 {
        if self.faults.has(Fault::CondstoreHighestmodseqConstant) {
            return 1;
        }
        self.highest_modseq
    }

    /// Grows with each change.
    pub(super) fn changes(&self) -> u64 {
        self.highest_modseq
    }

    /// The messages, UIDs ascending.
    pub(crate) fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The message with this UID.
    pub(crate) fn message(&self, uid: u32) -> Option<&Message> {
        self.index(uid).map(|index| &self.messages[index])
    }

    /// What was expunged after a mod-sequence (VANISHED (EARLIER) of RFC 7162), in that order.
    pub(crate) fn expunged_since(&self, modseq: u64) -> impl Iterator<Item = Expunged> {
        let first = self.expunged.partition_point(|e| e.modseq <= modseq);
        self.expunged[first..].iter().copied()
    }

    /// Every keyword that a message of this mailbox ever had.
    pub(crate) fn keywords(&self) -> &Flags {
        &self.keywords
    }

    /// Special uses of RFC 6154.
    pub(crate) fn special_use(&self) -> &[SpecialUse] {
        &self.special_use
    }

    /// The first UID that no read-write session was told about: from it on messages are
    /// `\Recent` (for EXAMINE and STATUS, which leave it so).
    pub(crate) fn first_recent(&self) -> u32 {
        self.first_unclaimed_recent
    }

    /// As [`Self::first_recent`], and these messages are `\Recent` to no other session.
    pub(crate) fn claim_recent(&mut self) -> u32 {
        if self.faults.has(Fault::RecentForEverySession) {
            return self.first_unclaimed_recent;
        }
        std::mem::replace(&mut self.first_unclaimed_recent, self.uidnext)
    }

    /// Changes the flags of the messages with these UIDs, as far as they are there and have not
    /// changed after `unchanged_since`. A message whose flags stay as they are keeps its MODSEQ.
    pub(crate) fn store_flags(
        &mut self,
        uids: &[u32],
        change: FlagChange,
        named: &Flags,
        unchanged_since: Option<u64>,
    ) -> Stored {
        let modseq = self.highest_modseq + 1;
        let mut stored = Stored::default();
        for index in self.indexes(uids) {
            let message = &mut self.messages[index];
            let heeded = !self.faults.has(Fault::UnchangedsinceIgnored);
            if heeded && unchanged_since.is_some_and(|since| message.modseq > since) {
                stored.modified.push(message.uid);
                continue;
            }
            stored.accepted.push(message.uid);
            let flags = change.apply(&message.flags, named);
            if flags != message.flags {
                message.flags = flags;
                if self.faults.has(Fault::CondstoreChangeWithoutModseq) {
                    continue;
                }
                message.modseq = modseq;
                self.highest_modseq = modseq;
            }
        }
        if change != FlagChange::Remove && !stored.accepted.is_empty() {
            self.learn_keywords(named);
        }
        stored
    }

    /// Removes the messages that have `\Deleted`: all of them, or those of these UIDs. Gives the
    /// UIDs removed, ascending.
    pub(crate) fn expunge(&mut self, uids: Option<&[u32]>) -> Vec<u32> {
        let deleted = Flag::deleted();
        let limit = match self.faults.has(Fault::ExpungeStopsAtLimit) {
            true => FAULTY_EXPUNGE_LIMIT,
            false => usize::MAX,
        };
        let marked: Vec<u32> = self
            .messages
            .iter()
            .filter(|m| m.flags.contains(&deleted))
            .filter(|m| uids.is_none_or(|uids| uids.contains(&m.uid)))
            .map(|m| m.uid)
            .take(limit)
            .collect();
        if self.faults.has(Fault::HideOnDeleteReachesImap) {
            let hidden = [Flag::new("$POP3Deleted")].into_iter().collect();
            self.store_flags(&marked, FlagChange::Add, &hidden, None);
            return Vec::new();
        }
        self.remove(&marked)
    }

    /// Removes the messages with these UIDs whatever their flags, as POP3 does; those that are
    /// gone already do not matter. Gives the UIDs removed, ascending.
    pub(crate) fn remove(&mut self, uids: &[u32]) -> Vec<u32> {
        let removed = self.remove_unlogged(uids);
        if removed.is_empty() {
            return removed;
        }
        self.highest_modseq += 1;
        let modseq = self.highest_modseq;
        if !self.faults.has(Fault::ExpungeNotLogged) {
            let log = removed.iter().map(|&uid| Expunged { uid, modseq });
            self.expunged.extend(log);
        }
        if self.faults.has(Fault::UidlReusedWhenEmptied) && self.messages.is_empty() {
            self.uidnext = 1;
            self.first_unclaimed_recent = 1;
        }
        if self.faults.has(Fault::UidReusedAfterExpungeLast) {
            self.uidnext = self.messages.last().map_or(1, |m| m.uid + 1);
        }
        removed
    }

    /// As [`Self::remove`], without a trace: for a fault.
    pub(crate) fn remove_unlogged(&mut self, uids: &[u32]) -> Vec<u32> {
        let indexes = self.indexes(uids);
        let removed: Vec<u32> = indexes.iter().map(|i| self.messages[*i].uid).collect();
        if self.faults.has(Fault::DedupPurgeLosesLiveBody) {
            let purged: Vec<_> = indexes
                .iter()
                .map(|i| Arc::clone(&self.messages[*i].content))
                .collect();
            let shares = |m: &&mut Message| purged.contains(&m.content);
            let emptied = self.messages.iter_mut().filter(shares);
            emptied.for_each(|m| m.content = Arc::from(&b"\r\n"[..]));
        }
        if self.faults.has(Fault::ExpungedMessageResurrects) {
            let undead = indexes.iter().map(|i| self.messages[*i].clone());
            self.undead.extend(undead);
        }
        self.messages
            .retain(|m| removed.binary_search(&m.uid).is_err());
        removed
    }

    /// These UIDs; by fault, that of the next message for one that is gone.
    pub(crate) fn meant(&self, uids: &[u32]) -> Vec<u32> {
        if !self.faults.has(Fault::GoneMessageMeansNext) {
            return uids.to_vec();
        }
        let next = |uid: &u32| self.messages.partition_point(|m| m.uid < *uid);
        let messages = uids.iter().filter_map(|uid| self.messages.get(next(uid)));
        messages.map(|m| m.uid).collect()
    }

    /// Fault: every message loses its keywords.
    pub(super) fn forget_keywords(&mut self) {
        for message in &mut self.messages {
            message.flags.retain(|flag| !flag.is_keyword());
        }
    }

    /// The messages with these UIDs, ascending, each once.
    pub(crate) fn select<'a>(&'a self, uids: &[u32]) -> impl Iterator<Item = &'a Message> {
        self.indexes(uids).into_iter().map(|i| &self.messages[i])
    }

    /// Appends all of these as one step, at this time; gives their UIDs, ascending.
    pub(super) fn append(&mut self, news: Vec<(NewMessage, u64)>, now: InternalDate) -> Vec<u32> {
        if news.is_empty() {
            return Vec::new();
        }
        self.highest_modseq += 1;
        if self.faults.has(Fault::FlagUpdateLostOnConcurrentDelivery)
            && let Some(last) = self.messages.last_mut()
        {
            last.flags.clear();
        }
        news.into_iter()
            .map(|(new, email_id)| {
                let uid = self.uidnext;
                self.uidnext += 1;
                self.learn_keywords(&new.flags);
                self.messages.push(Message {
                    uid,
                    email_id,
                    flags: new.flags,
                    modseq: self.highest_modseq,
                    internal_date: new.internal_date.unwrap_or(now),
                    saved: now,
                    content: new.content,
                });
                uid
            })
            .collect()
    }

    /// Fault: what was removed is back.
    pub(super) fn resurrect(&mut self) {
        self.messages.append(&mut self.undead);
        self.messages.sort_by_key(|m| m.uid);
        self.highest_modseq += 1;
    }

    /// Fault: the newest message never reached the disk.
    pub(super) fn lose_newest(&mut self) {
        if let Some(lost) = self.messages.pop() {
            self.uidnext = lost.uid;
        }
    }

    /// Fault: no message has a flag any more.
    pub(super) fn lose_flags(&mut self) {
        self.messages
            .iter_mut()
            .for_each(|message| message.flags.clear());
    }

    /// Fault: the counter begins anew.
    pub(super) fn forget_uidnext(&mut self) {
        self.uidnext = 1;
    }

    pub(super) fn set_special_use(&mut self, special_use: &[SpecialUse]) {
        self.special_use = special_use.to_vec();
    }

    pub(super) fn set_name(&mut self, name: &str, uidvalidity: u32) {
        name.clone_into(&mut self.name);
        self.uidvalidity = uidvalidity;
    }

    fn learn_keywords(&mut self, flags: &Flags) {
        let keywords = flags.iter().filter(|f| f.is_keyword()).cloned();
        self.keywords.extend(keywords);
    }

    fn index(&self, uid: u32) -> Option<usize> {
        self.messages.binary_search_by_key(&uid, |m| m.uid).ok()
    }

    /// Where the messages with these UIDs are, ascending, each once.
    fn indexes(&self, uids: &[u32]) -> Vec<usize> {
        let mut indexes: Vec<_> = uids.iter().filter_map(|uid| self.index(*uid)).collect();
        indexes.sort_unstable();
        indexes.dedup();
        indexes
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::Clock;
    use super::*;

    fn flags(names: &str) -> Flags {
        names.split_whitespace().map(Flag::new).collect()
    }

    fn mailbox(faults: &[Fault]) -> Mailbox {
        let mut mailbox = Mailbox::new(1, "x", 7, faults.iter().copied().collect());
        for text in ["a", "b", "c"] {
            let new = NewMessage::received(text.as_bytes());
            mailbox.append(vec![(new, 0)], Clock::default().now());
        }
        mailbox
    }

    fn uids(mailbox: &Mailbox) -> Vec<u32> {
        mailbox.messages().iter().map(|m| m.uid).collect()
    }

    #[test]
    fn uids_ascend_and_are_never_used_again() {
        let mut mailbox = mailbox(&[]);
        assert_eq!(uids(&mailbox), [1, 2, 3]);
        assert_eq!(mailbox.remove(&[3, 1, 3, 9]), [1, 3]);
        let new = NewMessage::received(b"d".as_slice());
        assert_eq!(mailbox.append(vec![(new, 0)], Clock::default().now()), [4]);
        assert_eq!(uids(&mailbox), [2, 4]);
        assert_eq!(mailbox.message(3).map(|m| m.uid), None);
    }

    #[test]
    fn the_fault_reuses_uids_of_an_emptied_mailbox() {
        let mut mailbox = mailbox(&[Fault::UidlReusedWhenEmptied]);
        mailbox.remove(&[1, 2, 3]);
        let new = NewMessage::received(b"d".as_slice());
        assert_eq!(mailbox.append(vec![(new, 0)], Clock::default().now()), [1]);
    }

    #[test]
    fn store_changes_flags_and_modseq_of_what_really_changed() {
        let mut mailbox = mailbox(&[]);
        assert_eq!(mailbox.highest_modseq(), 4);
        let stored = mailbox.store_flags(&[1, 2, 9], FlagChange::Add, &flags("\\Seen k"), None);
        assert_eq!(stored.accepted, [1, 2]);
        assert_eq!(mailbox.highest_modseq(), 5);
        mailbox.store_flags(&[1, 2], FlagChange::Add, &flags("\\seen"), None);
        assert_eq!(mailbox.highest_modseq(), 5, "nothing changed");
        let stored = mailbox.store_flags(&[1, 3], FlagChange::Add, &flags("\\Draft"), Some(4));
        assert_eq!((stored.accepted, stored.modified), (vec![3], vec![1]));
        assert_eq!(mailbox.message(1).unwrap().flags, flags("\\Seen k"));
        assert_eq!(mailbox.message(3).unwrap().modseq, 6);
        assert_eq!(*mailbox.keywords(), flags("k"));
    }

    #[test]
    fn expunge_takes_only_what_is_marked_and_logs_it() {
        let mut mailbox = mailbox(&[]);
        mailbox.store_flags(&[1, 3], FlagChange::Replace, &flags("\\Deleted"), None);
        assert_eq!(mailbox.expunge(Some(&[2, 3])), [3]);
        let since = mailbox.highest_modseq();
        assert_eq!(mailbox.expunge(None), [1]);
        assert_eq!(mailbox.expunge(None), [0; 0]);
        let log: Vec<_> = mailbox.expunged_since(since).collect();
        assert_eq!(log, [Expunged { uid: 1, modseq: 7 }]);
        assert_eq!(mailbox.expunged_since(0).count(), 2);
    }

    #[test]
    fn recent_is_claimed_once() {
        let mut mailbox = mailbox(&[]);
        assert_eq!(mailbox.first_recent(), 1);
        assert_eq!(mailbox.claim_recent(), 1);
        assert_eq!(mailbox.claim_recent(), 4);
    }
}
