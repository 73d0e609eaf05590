//! The mailboxes of one account: the tree of names, subscriptions, and what goes between two
//! mailboxes.

use std::collections::{BTreeMap, BTreeSet};

use super::corrupt;
use super::name::{below, is_valid, normalize, superiors};
use super::quota::Quota;
use super::{
    Appended, Clock, Copied, DELIMITER, Flag, InternalDate, Listed, Mailbox, Message, NewMessage,
    SpecialUse, StoreError,
};
use crate::server::fault::{Fault, FaultSet};

const INBOX: &str = "INBOX";

/// The mailboxes of one account. Names are taken as a client spells them.
#[derive(Clone, Debug)]
pub(crate) struct Mailboxes {
    by_name: BTreeMap<String, Mailbox>,
    subscriptions: BTreeSet<String>,
    /// The UIDVALIDITY that each name had last, also after the mailbox is gone.
    last_uidvalidity: BTreeMap<String, u32>,
    next_id: u64,
    next_uidvalidity: u32,
    next_email_id: u64,
    renames_and_deletions: u64,
    /// What deleted mailboxes had, for a fault that shows it again.
    tombstones: BTreeMap<String, Vec<NewMessage>>,
    pub(super) quota: Quota,
    clock: Clock,
    faults: FaultSet,
}

impl Mailboxes {
    pub(super) fn new(clock: &Clock, faults: FaultSet) -> Self {
        let mut mailboxes = Self {
            by_name: BTreeMap::new(),
            subscriptions: BTreeSet::new(),
            last_uidvalidity: BTreeMap::new(),
            next_id: 1,
            next_uidvalidity: 1,
            next_email_id: 1,
            renames_and_deletions: 0,
            tombstones: BTreeMap::new(),
            quota: Quota::default(),
            clock: clock.clone(),
            faults,
        };
        mailboxes.insert(INBOX);
        for (name, special_use) in [
            ("Archive", SpecialUse::Archive),
            ("Drafts", SpecialUse::Drafts),
            ("Junk", SpecialUse::Junk),
            ("Sent", SpecialUse::Sent),
            ("Trash", SpecialUse::Trash),
        ] {
            mailboxes.insert(name).set_special_use(&[special_use]);
        }
        mailboxes
    }

    /// Differs after any change that a session can see; claiming `\Recent` is none.
    pub(super) fn stamp(&self) -> (u64, u64, u64, usize) {
        let modseqs = self.by_name.values().map(Mailbox::changes).sum();
        let subscribed = self.subscriptions.len();
        (
            self.next_id,
            self.renames_and_deletions,
            modseqs,
            subscribed,
        )
    }

    /// INBOX
    pub(crate) fn inbox(&self) -> &Mailbox {
        self.by_name.get(INBOX).expect("INBOX is never removed")
    }

    /// INBOX
    pub(crate) fn inbox_mut(&mut self) -> &mut Mailbox {
        self.by_name.get_mut(INBOX).expect("INBOX is never removed")
    }

    /// The mailbox of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Mailbox> {
        self.by_name.get(&normalize(name))
    }

    /// The mailbox with this id, whatever its name is now; nothing once it is deleted.
    pub(crate) fn mailbox(&self, id: u64) -> Option<&Mailbox> {
        self.by_name.values().find(|m| m.id() == id)
    }

    /// As [`Self::mailbox`], to change it.
    pub(crate) fn mailbox_mut(&mut self, id: u64) -> Option<&mut Mailbox> {
        self.by_name.values_mut().find(|m| m.id() == id)
    }

    /// Every mailbox.
    pub(super) fn all(&self) -> impl Iterator<Item = &Mailbox> {
        self.by_name.values()
    }

    /// Every mailbox, to change it.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Mailbox> {
        self.by_name.values_mut()
    }

    /// Now, by the server's clock.
    pub(super) fn now(&self) -> InternalDate {
        self.clock.now()
    }

    /// Whether the server shall misbehave in this way.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.faults.has(fault)
    }

    /// Appends all messages or none, as one step.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`], [`StoreError::OverQuota`]
    pub(crate) fn append(
        &mut self,
        name: &str,
        messages: Vec<NewMessage>,
    ) -> Result<Appended, StoreError> {
        if self.find(name).is_some() {
            self.check_room(messages.len())?;
        }
        self.put(name, messages)
    }

    /// Puts mail that was taken already into INBOX, whatever the quota.
    ///
    /// # Errors
    /// None: INBOX is always there.
    pub(crate) fn deliver(&mut self, message: NewMessage) -> Result<Appended, StoreError> {
        self.put(INBOX, vec![message])
    }

    /// As [`Self::append`], whatever the quota.
    fn put(&mut self, name: &str, messages: Vec<NewMessage>) -> Result<Appended, StoreError> {
        let name = normalize(name);
        let mailbox = self.by_name.get_mut(&name);
        let mailbox = mailbox.ok_or(StoreError::NoSuchMailbox)?;
        let was_empty = mailbox.messages().is_empty();
        let messages = corrupt::appended(messages, mailbox, &self.faults);
        let mut next_email_id = self.next_email_id;
        let mut fresh = || {
            next_email_id += 1;
            next_email_id - 1
        };
        let messages = messages
            .into_iter()
            .map(|new| {
                let email_id = new.email_id.unwrap_or_else(&mut fresh);
                (new, email_id)
            })
            .collect();
        let mut uids = mailbox.append(messages, self.clock.now());
        let is_deep = name.matches(DELIMITER).count() > 2;
        if is_deep && self.faults.has(Fault::DeepMailboxStaysEmpty) {
            mailbox.remove(&uids);
        }
        if was_empty && self.faults.has(Fault::AppenduidWrongOnEmptyMailbox) {
            uids.iter_mut().for_each(|uid| *uid += 1);
        }
        let uidvalidity = mailbox.uidvalidity();
        self.next_email_id = next_email_id;
        Ok(Appended { uidvalidity, uids })
    }

    /// Copies messages with their flags and dates, all as one step.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`] for either mailbox; [`StoreError::OverQuota`].
    pub(crate) fn copy(&mut self, from: u64, uids: &[u32], to: &str) -> Result<Copied, StoreError> {
        let source = self.mailbox(from).ok_or(StoreError::NoSuchMailbox)?;
        self.check_room(source.select(uids).count())?;
        self.put_copies(from, uids, to)
    }

    /// As [`Self::copy`], whatever the quota.
    fn put_copies(&mut self, from: u64, uids: &[u32], to: &str) -> Result<Copied, StoreError> {
        let source = self.mailbox(from).ok_or(StoreError::NoSuchMailbox)?;
        let mut selected: Vec<&Message> = source.select(uids).collect();
        if self.faults.has(Fault::CopyDeduplicates)
            && let Some(target) = self.find(to)
        {
            selected.retain(|m| target.messages().iter().all(|t| t.email_id != m.email_id));
        }
        let sources = selected.iter().map(|m| m.uid).collect();
        let mut copies: Vec<_> = selected.into_iter().map(NewMessage::copy_of).collect();
        if self.faults.has(Fault::CopyResetsDate) {
            let reset = |copy: &mut NewMessage| copy.internal_date = None;
            copies.iter_mut().for_each(reset);
        }
        if self.faults.has(Fault::UnseenCountDrifts) {
            let forget = |copy: &mut NewMessage| copy.flags.retain(|f| *f != Flag::seen());
            copies.iter_mut().for_each(forget);
        }
        if self.faults.has(Fault::CopyLosesKeywords) {
            let keep_system = |copy: &mut NewMessage| copy.flags.retain(|f| !f.is_keyword());
            copies.iter_mut().for_each(keep_system);
        }
        let appended = self.put(to, copies)?;
        Ok(Copied {
            uidvalidity: appended.uidvalidity,
            sources,
            targets: appended.uids,
        })
    }

    /// Moves messages: nobody sees them twice, or not at all.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`] for either mailbox.
    pub(crate) fn move_messages(
        &mut self,
        from: u64,
        uids: &[u32],
        to: &str,
    ) -> Result<Copied, StoreError> {
        let copied = self.put_copies(from, uids, to)?;
        let leaves = self.faults.has(Fault::MoveLeavesOriginal);
        if let Some(source) = self.mailbox_mut(from).filter(|_| !leaves) {
            source.remove(&copied.sources);
        }
        Ok(copied)
    }

    /// Creates a mailbox, and superior ones that are missing. One trailing delimiter is only a
    /// hint (RFC 9051 §6.3.4) and falls away. Gives the id.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`], [`StoreError::InvalidName`]
    pub(crate) fn create(
        &mut self,
        name: &str,
        special_use: &[SpecialUse],
    ) -> Result<u64, StoreError> {
        let name = normalize(name.strip_suffix(DELIMITER).unwrap_or(name));
        self.check_new_name(&name)?;
        self.create_superiors(&name);
        let mailbox = self.insert(&name);
        mailbox.set_special_use(special_use);
        let id = mailbox.id();
        if let Some(leaked) = self.tombstones.remove(&name) {
            self.append(&name, leaked)?;
        }
        Ok(id)
    }

    /// Deletes a mailbox. If others are inferior to it, its name stays in LIST without a mailbox.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`]; [`StoreError::Cannot`] for INBOX.
    pub(crate) fn delete(&mut self, name: &str) -> Result<(), StoreError> {
        let name = normalize(name);
        if name == INBOX {
            return Err(StoreError::Cannot);
        }
        let deleted = match self.by_name.remove(&name) {
            Some(deleted) => deleted,
            None if self.faults.has(Fault::DeleteOfNothingSucceeds) => return Ok(()),
            None => return Err(StoreError::NoSuchMailbox),
        };
        if self.faults.has(Fault::DeleteRemovesChildren) {
            self.by_name
                .retain(|other, _| below(other, &name).is_none());
        }
        if self.faults.has(Fault::SubscriptionDiesWithMailbox) {
            self.subscriptions.remove(&name);
        }
        if self.faults.has(Fault::TombstoneLeaksIntoRecreatedMailbox) {
            let leaked = deleted.messages().iter().map(NewMessage::copy_of);
            self.tombstones.insert(name, leaked.collect());
        }
        self.renames_and_deletions += 1;
        Ok(())
    }

    /// Renames a mailbox with all inferior ones. INBOX itself stays: its messages move to a new
    /// mailbox, and its inferior names stay too (RFC 9051 §6.3.6).
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`], [`StoreError::AlreadyExists`], [`StoreError::InvalidName`];
    /// [`StoreError::Cannot`] if it would go below itself.
    pub(crate) fn rename(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        let (from, to) = (normalize(from), normalize(to));
        if from == INBOX {
            return self.rename_inbox(&to);
        }
        let forgets = self.faults.has(Fault::RenameForgetsChildren);
        let inferior = |name: &String| !forgets && below(name, &from).is_some();
        let moving: Vec<String> = self
            .by_name
            .keys()
            .filter(|name| **name == from || inferior(name))
            .cloned()
            .collect();
        if moving.is_empty() {
            return Err(StoreError::NoSuchMailbox);
        }
        if below(&to, &from).is_some() {
            return Err(StoreError::Cannot);
        }
        if self.faults.has(Fault::RenameOverwrites) {
            self.by_name.remove(&to);
        }
        let new_name = |old: &str| format!("{to}{}", &old[from.len()..]);
        self.check_new_name(&to)?;
        for name in &moving {
            self.check_new_name(&new_name(name))?;
        }
        self.create_superiors(&to);
        for name in moving {
            self.rename_one(&name, &new_name(&name));
        }
        self.renames_and_deletions += 1;
        Ok(())
    }

    /// Subscribes to a name, whether or not there is a mailbox.
    ///
    /// # Errors
    /// [`StoreError::InvalidName`]
    pub(crate) fn subscribe(&mut self, name: &str) -> Result<(), StoreError> {
        let name = normalize(name);
        if !is_valid(&name) {
            return Err(StoreError::InvalidName);
        }
        self.subscriptions.insert(name);
        Ok(())
    }

    /// Ends a subscription; whether there was one does not matter.
    pub(crate) fn unsubscribe(&mut self, name: &str) {
        self.subscriptions.remove(&normalize(name));
    }

    /// The server was killed: nothing that it acknowledged may get lost.
    pub(super) fn killed(&mut self) {
        if self.faults.has(Fault::AckBeforeFsync) {
            self.by_name.values_mut().for_each(Mailbox::lose_newest);
        }
        if self.faults.has(Fault::FlagsLostWhenKilled) {
            self.by_name.values_mut().for_each(Mailbox::lose_flags);
        }
    }

    /// The server was down and is up again: nothing may have changed.
    pub(super) fn restarted(&mut self) {
        if self.faults.has(Fault::ExpungedMessageResurrects) {
            self.by_name.values_mut().for_each(Mailbox::resurrect);
        }
        if self.faults.has(Fault::KeywordsLostOnRestart) {
            self.by_name.values_mut().for_each(Mailbox::forget_keywords);
        }
        if self.faults.has(Fault::UidvalidityChangesOnRestart) {
            for mailbox in self.by_name.values_mut() {
                let name = mailbox.name().to_owned();
                mailbox.set_name(&name, self.next_uidvalidity);
                self.next_uidvalidity += 1;
            }
        }
    }

    /// Every name: mailboxes, superior names without a mailbox, and subscribed names without
    /// either (the caller leaves those out of a plain LIST: they have neither mailbox nor
    /// children). In the order of the names.
    pub(crate) fn list(&self) -> Vec<Listed> {
        let mut names: BTreeSet<&str> = self.by_name.keys().map(String::as_str).collect();
        names.extend(self.by_name.keys().flat_map(|name| superiors(name)));
        names.extend(self.subscriptions.iter().map(String::as_str));
        names.into_iter().map(|name| self.listed(name)).collect()
    }

    fn listed(&self, name: &str) -> Listed {
        let mailbox = self.by_name.get(name);
        Listed {
            name: name.to_owned(),
            exists: mailbox.is_some(),
            has_children: self.by_name.keys().any(|n| below(n, name).is_some()),
            subscribed: self.subscriptions.contains(name),
            special_use: mailbox.map_or_else(Vec::new, |m| m.special_use().to_vec()),
        }
    }

    fn rename_inbox(&mut self, to: &str) -> Result<(), StoreError> {
        self.check_new_name(to)?;
        self.create_superiors(to);
        self.insert(to);
        let inbox = self.inbox();
        let id = inbox.id();
        let all: Vec<u32> = inbox.messages().iter().map(|m| m.uid).collect();
        if self.faults.has(Fault::RenameInboxLosesMail) {
            self.inbox_mut().remove(&all);
        }
        self.move_messages(id, &all, to)?;
        if self.faults.has(Fault::RenameInboxUidnextStale)
            && let Some(renamed) = self.by_name.get_mut(to)
        {
            renamed.forget_uidnext();
        }
        Ok(())
    }

    /// Gives the mailbox a new UIDVALIDITY if the name had a greater one before.
    fn rename_one(&mut self, from: &str, to: &str) {
        let Some(mut mailbox) = self.by_name.remove(from) else {
            return;
        };
        let last = self.last_uidvalidity.get(to).copied().unwrap_or(0);
        let uidvalidity = match mailbox.uidvalidity() {
            old if old >= last => old,
            _ => self.fresh_uidvalidity(),
        };
        mailbox.set_name(to, uidvalidity);
        self.last_uidvalidity.insert(to.to_owned(), uidvalidity);
        self.by_name.insert(to.to_owned(), mailbox);
    }

    fn check_new_name(&self, name: &str) -> Result<(), StoreError> {
        if self.by_name.contains_key(name) {
            Err(StoreError::AlreadyExists)
        } else if !is_valid(name) {
            Err(StoreError::InvalidName)
        } else {
            Ok(())
        }
    }

    fn create_superiors(&mut self, name: &str) {
        for superior in superiors(name) {
            if !self.by_name.contains_key(superior) {
                self.insert(superior);
            }
        }
    }

    fn insert(&mut self, name: &str) -> &mut Mailbox {
        let uidvalidity = match self.last_uidvalidity.get(name) {
            Some(last) if self.faults.has(Fault::UidvalidityReusedOnRecreate) => *last,
            _ => self.fresh_uidvalidity(),
        };
        let id = self.next_id;
        self.next_id += 1;
        self.last_uidvalidity.insert(name.to_owned(), uidvalidity);
        let mailbox = Mailbox::new(id, name, uidvalidity, self.faults.clone());
        self.by_name.entry(name.to_owned()).or_insert(mailbox)
    }

    fn fresh_uidvalidity(&mut self) -> u32 {
        self.next_uidvalidity += 1;
        self.next_uidvalidity - 1
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::{assert_eq, assert_ne};

    use super::super::Flag;
    use super::*;

    fn mailboxes() -> Mailboxes {
        let mut mailboxes = Mailboxes::new(&Clock::default(), FaultSet::default());
        let news = [b"a", b"b"].map(|text| NewMessage::received(text.as_slice()));
        mailboxes.append("inbox", news.to_vec()).unwrap();
        mailboxes
    }

    fn contents(mailboxes: &Mailboxes, name: &str) -> Vec<u8> {
        let messages = mailboxes.find(name).unwrap().messages();
        messages.iter().flat_map(|m| m.content.to_vec()).collect()
    }

    #[test]
    fn copy_and_move_keep_flags_and_pair_the_uids() {
        let mut m = mailboxes();
        let inbox = m.inbox().id();
        let seen = [Flag::seen()].into_iter().collect();
        m.inbox_mut()
            .store_flags(&[2], super::super::FlagChange::Add, &seen, None);
        let copied = m.copy(inbox, &[2, 9], "Sent").unwrap();
        assert_eq!((copied.sources, copied.targets), (vec![2], vec![1]));
        assert_eq!(m.find("Sent").unwrap().messages()[0].flags, seen);
        assert_eq!(m.copy(inbox, &[1], "none"), Err(StoreError::NoSuchMailbox));
        let moved = m.move_messages(inbox, &[1, 2], "Sent").unwrap();
        assert_eq!((moved.sources, moved.targets), (vec![1, 2], vec![2, 3]));
        assert_eq!(contents(&m, "INBOX"), b"");
        assert_eq!(contents(&m, "Sent"), b"bab");
        let moved = m.move_messages(inbox, &[1], "none");
        assert_eq!(moved, Err(StoreError::NoSuchMailbox));
    }

    #[test]
    fn a_move_inside_a_mailbox_gives_new_uids() {
        let mut m = mailboxes();
        let moved = m.move_messages(m.inbox().id(), &[1], "INBOX").unwrap();
        assert_eq!((moved.sources, moved.targets), (vec![1], vec![3]));
        assert_eq!(contents(&m, "INBOX"), b"ba");
    }

    #[test]
    fn create_makes_superiors_and_refuses_what_exists() {
        let mut m = mailboxes();
        m.create("a/b/c/", &[]).unwrap();
        assert!(m.find("a").is_some() && m.find("a/b").is_some());
        for (name, error) in [
            ("a/b", StoreError::AlreadyExists),
            ("inbox", StoreError::AlreadyExists),
            ("a//b", StoreError::InvalidName),
            ("", StoreError::InvalidName),
            ("/", StoreError::InvalidName),
        ] {
            assert_eq!(m.create(name, &[]), Err(error), "{name:?}");
        }
    }

    #[test]
    fn a_recreated_name_gets_a_greater_uidvalidity() {
        let mut m = mailboxes();
        m.create("a", &[]).unwrap();
        let before = m.find("a").unwrap().uidvalidity();
        m.create("b", &[]).unwrap();
        m.delete("b").unwrap();
        m.delete("a").unwrap();
        m.create("a", &[]).unwrap();
        assert!(m.find("a").unwrap().uidvalidity() > before);
    }

    #[test]
    fn a_renamed_mailbox_never_lowers_the_uidvalidity_of_a_name() {
        let mut m = mailboxes();
        m.create("old", &[]).unwrap();
        m.create("new", &[]).unwrap();
        let before = m.find("new").unwrap().uidvalidity();
        let id = m.find("old").unwrap().id();
        m.delete("new").unwrap();
        m.rename("old", "new").unwrap();
        assert!(m.find("new").unwrap().uidvalidity() > before);
        assert_eq!(m.mailbox(id).unwrap().name(), "new");
    }

    #[test]
    fn delete_keeps_inferior_mailboxes() {
        let mut m = mailboxes();
        m.create("a/b", &[]).unwrap();
        assert_eq!(m.delete("INBOX"), Err(StoreError::Cannot));
        m.delete("a").unwrap();
        assert_eq!(m.delete("a"), Err(StoreError::NoSuchMailbox));
        let listed = m.list().into_iter().find(|l| l.name == "a").unwrap();
        assert!(!listed.exists && listed.has_children);
        m.create("a", &[]).unwrap();
    }

    #[test]
    fn rename_takes_inferior_mailboxes_along() {
        let mut m = mailboxes();
        m.create("a/b", &[]).unwrap();
        m.append("a/b", vec![NewMessage::received(b"x".as_slice())])
            .unwrap();
        assert_eq!(m.rename("a", "a/c"), Err(StoreError::Cannot));
        assert_eq!(m.rename("a", "Sent"), Err(StoreError::AlreadyExists));
        assert_eq!(m.rename("z", "y"), Err(StoreError::NoSuchMailbox));
        m.rename("a", "p/q").unwrap();
        assert_eq!(contents(&m, "p/q/b"), b"x");
        assert!(m.find("p").is_some() && m.find("a").is_none() && m.find("a/b").is_none());
    }

    #[test]
    fn rename_of_inbox_moves_its_messages_and_leaves_it_empty() {
        let mut m = mailboxes();
        let uidnext = m.inbox().uidnext();
        m.rename("InBox", "Old").unwrap();
        assert_eq!(contents(&m, "Old"), b"ab");
        assert_eq!(
            (m.inbox().messages().len(), m.inbox().uidnext()),
            (0, uidnext)
        );
        assert_eq!(m.rename("INBOX", "Old"), Err(StoreError::AlreadyExists));
    }

    /// Each fault changes what this gives.
    fn history(faults: &[Fault]) -> Vec<String> {
        let mut m = Mailboxes::new(&Clock::default(), faults.iter().copied().collect());
        let new = |flags: &str| NewMessage {
            flags: flags.split_whitespace().map(Flag::new).collect(),
            ..NewMessage::received(b"x".as_slice())
        };
        m.append("INBOX", vec![new("k"); 3]).unwrap();
        let inbox = m.inbox().id();
        m.create("a", &[]).unwrap();
        let first = m.append("a", vec![new("")]).unwrap().uids[0];
        m.copy(inbox, &[1, 1], "Sent").unwrap();
        m.copy(inbox, &[1], "Sent").unwrap();
        m.delete("a").unwrap();
        m.create("a", &[]).unwrap();
        m.inbox_mut().remove(&[3]);
        m.append("Junk", vec![new("\\Deleted"); 17]).unwrap();
        let junk = m.by_name.get_mut("Junk").unwrap();
        junk.expunge(None);
        let seen = [Flag::seen()].into_iter().collect();
        m.inbox_mut()
            .store_flags(&[1], super::super::FlagChange::Add, &seen, None);
        m.killed();
        m.restarted();
        m.create(&format!("first-{first}"), &[]).unwrap();
        let summary = |m: &Mailbox| {
            let messages = m.messages().iter();
            let messages: Vec<_> = messages.map(|m| (m.uid, m.flags.len())).collect();
            let numbers = (m.uidvalidity(), m.uidnext(), m.highest_modseq());
            format!("{} {numbers:?} {messages:?}", m.name())
        };
        m.by_name.values().map(summary).collect()
    }

    #[test]
    fn faults_change_the_course_of_things() {
        let sound = history(&[]);
        assert_eq!(sound[2], "INBOX (1, 4, 4) [(1, 2), (2, 1)]");
        for fault in [
            Fault::AckBeforeFsync,
            Fault::AppenduidWrongOnEmptyMailbox,
            Fault::CondstoreChangeWithoutModseq,
            Fault::CondstoreHighestmodseqConstant,
            Fault::CopyDeduplicates,
            Fault::CopyLosesKeywords,
            Fault::ExpungeStopsAtLimit,
            Fault::ExpungedMessageResurrects,
            Fault::TombstoneLeaksIntoRecreatedMailbox,
            Fault::UidReusedAfterExpungeLast,
            Fault::UidvalidityChangesOnRestart,
            Fault::UidvalidityReusedOnRecreate,
        ] {
            assert_ne!(history(&[fault]), sound, "{} is not seen", fault.id());
        }
    }

    #[test]
    fn subscriptions_are_names() {
        let mut m = mailboxes();
        m.subscribe("inbox").unwrap();
        m.subscribe("gone").unwrap();
        let subscribed: Vec<_> = m.list().into_iter().filter(|l| l.subscribed).collect();
        let names: Vec<_> = subscribed
            .iter()
            .map(|l| (l.name.as_str(), l.exists))
            .collect();
        assert_eq!(names, [("INBOX", true), ("gone", false)]);
        m.unsubscribe("INBOX");
        m.unsubscribe("never");
        assert_eq!(m.list().iter().filter(|l| l.subscribed).count(), 1);
    }
}
