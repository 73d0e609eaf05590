//! One session's picture of the selected mailbox: which messages it was told about, in which
//! order, and with which flags.
//!
//! The mailbox goes on changing; the view changes only when [`View::sync`] tells the client. So a
//! sequence number means the same message for both sides at any time, and a message that another
//! session expunged can be fetched until the client hears of that (RFC 2180 §4.1.1).

use super::parse::{self, SequenceSet};
use super::respond;
use crate::server::fault::{Fault, FaultSet};
use crate::server::store::{Flag, Flags, Mailbox, Mailboxes, Message};

/// A message as the client knows it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The message, with the flags and the mod-sequence that the client was told.
    pub(super) told: Message,
    /// Whether it has `\Recent` in this session.
    pub(super) recent: bool,
}

/// The selected mailbox as the client knows it.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Which mailbox of the account.
    pub(super) mailbox: u64,
    /// Opened by EXAMINE.
    pub(super) read_only: bool,
    /// By message sequence number, from 1.
    pub(super) entries: Vec<Entry>,
    /// The UIDs of the last SEARCH RETURN (SAVE), ascending.
    pub(super) saved: Vec<u32>,
    /// UIDNEXT when the client last heard of new messages.
    pub(super) uidnext: u32,
    keywords: Flags,
    faults: FaultSet,
}

/// How a session wants to be told.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    /// IMAP4rev2 is enabled: no RECENT, and UID in every FETCH.
    pub(super) rev2: bool,
    /// CONDSTORE is in use: MODSEQ in every FETCH.
    pub(super) condstore: bool,
    /// QRESYNC is enabled: VANISHED, not EXPUNGE.
    pub(super) qresync: bool,
    /// What to do wrong.
    pub(super) faults: FaultSet,
}

/// A sequence number outside the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoSuchMessage;

impl View {
    /// The messages with these UIDs, as the client knows them.
    pub(super) fn told(&self, uids: &[u32]) -> impl Iterator<Item = Message> {
        let wanted = |entry: &&Entry| uids.contains(&entry.told.uid);
        self.entries
            .iter()
            .filter(wanted)
            .map(|entry| entry.told.clone())
    }

    /// Opens a mailbox: all that is there now counts as told.
    pub(super) fn open(mailbox: &mut Mailbox, read_only: bool, faults: FaultSet) -> Self {
        let first_recent = if read_only {
            mailbox.first_recent()
        } else {
            mailbox.claim_recent()
        };
        let entry = |message: &Message| Entry {
            told: message.clone(),
            recent: message.uid >= first_recent,
        };
        Self {
            mailbox: mailbox.id(),
            read_only,
            entries: mailbox.messages().iter().map(entry).collect(),
            saved: Vec::new(),
            uidnext: mailbox.uidnext(),
            keywords: mailbox.keywords().clone(),
            faults,
        }
    }

    /// How many messages the client knows.
    pub(super) fn exists(&self) -> usize {
        self.entries.len()
    }

    /// How many of them are `\Recent`.
    pub(super) fn recent(&self) -> usize {
        self.entries.iter().filter(|entry| entry.recent).count()
    }

    /// The index of a UID.
    pub(super) fn index_of(&self, uid: u32) -> Option<usize> {
        self.entries.binary_search_by_key(&uid, |e| e.told.uid).ok()
    }

    /// The UIDs of these indexes.
    pub(super) fn uids(&self, indexes: &[usize]) -> Vec<u32> {
        indexes.iter().map(|i| self.entries[*i].told.uid).collect()
    }

    /// Fault: the UIDs that stand now at the numbers of the messages marked `\Deleted`.
    pub(super) fn at_marked_numbers(&self, mailbox: &Mailbox) -> Vec<u32> {
        let marked = self.entries.iter().zip(mailbox.messages());
        let marked = marked.filter(|(entry, _)| entry.told.flags.contains(&Flag::deleted()));
        marked.map(|(_, now)| now.uid).collect()
    }

    /// The indexes that a sequence set means, ascending; UIDs that are not there do not matter.
    ///
    /// # Errors
    /// When a message sequence number is greater than EXISTS, or `*` with no message.
    pub(super) fn resolve(
        &self,
        set: &SequenceSet,
        by_uid: bool,
    ) -> Result<Vec<usize>, NoSuchMessage> {
        if *set == SequenceSet::Saved {
            let saved = self.saved.iter().filter_map(|uid| self.index_of(*uid));
            return Ok(saved.collect());
        }
        let star = if by_uid { self.star_uid() } else { self.star() };
        let ranges = if self.faults.has(Fault::LeadingStarMeansFirst) {
            set.resolve_leading_star_as_first(star)
        } else {
            set.resolve(star)
        };
        let unknown = by_uid && ranges.iter().all(|(low, _)| *low > self.star_uid());
        if unknown && self.faults.has(Fault::UnknownUidIsAnError) {
            return Err(NoSuchMessage);
        }
        let beyond = |n: u32| n == 0 || n > self.star();
        if !by_uid
            && ranges
                .iter()
                .any(|(low, high)| beyond(*low) || beyond(*high))
        {
            return Err(NoSuchMessage);
        }
        if by_uid && self.faults.has(Fault::UnknownUidMeansNext) {
            let next = |low: u32| self.entries.partition_point(|entry| entry.told.uid < low);
            let indexes = ranges.iter().map(|(low, _)| next(*low));
            return Ok(indexes.filter(|i| *i < self.entries.len()).collect());
        }
        let wanted = |index: &usize| {
            let number = if by_uid {
                self.entries[*index].told.uid
            } else {
                seq(*index)
            };
            parse::contains(&ranges, number)
        };
        Ok((0..self.entries.len()).filter(wanted).collect())
    }

    /// What `*` means as a message sequence number; 0 if there is no message.
    pub(super) fn star(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// What `*` means as a UID.
    pub(super) fn star_uid(&self) -> u32 {
        self.entries
            .last()
            .map_or(self.uidnext, |entry| entry.told.uid)
    }

    /// Tells the client what has changed, as far as is allowed now; gives the mod-sequence up to
    /// which it knows everything, if it does. A mailbox that was deleted looks empty.
    pub(super) fn sync(
        &mut self,
        out: &mut Vec<u8>,
        mailboxes: &mut Mailboxes,
        expunge: bool,
        manner: &Manner,
    ) -> Option<u64> {
        let Some(mailbox) = mailboxes.mailbox_mut(self.mailbox) else {
            if expunge {
                self.tell_expunged(out, |_| false, manner);
            }
            return None;
        };
        let is_live = |uid| mailbox.message(uid).is_some();
        if expunge {
            self.tell_expunged(out, is_live, manner);
        }
        self.tell_keywords(out, mailbox.keywords());
        self.tell_new(out, mailbox, manner);
        if !manner.faults.has(Fault::FlagsStaleBetweenSessions) {
            self.tell_flags(out, mailbox, manner);
        }
        expunge.then(|| mailbox.highest_modseq())
    }

    /// Fault: these UIDs, and those between them that no message of the session has.
    fn without_gaps(&self, uids: &[u32]) -> Vec<u32> {
        let range = uids[0]..=uids[uids.len() - 1];
        let kept = |uid: &u32| uids.contains(uid) || self.index_of(*uid).is_none();
        range.filter(kept).collect()
    }

    /// EXPUNGE or VANISHED.
    fn tell_expunged(&mut self, out: &mut Vec<u8>, is_live: impl Fn(u32) -> bool, manner: &Manner) {
        let gone: Vec<usize> = (0..self.entries.len())
            .filter(|index| !is_live(self.entries[*index].told.uid))
            .collect();
        if gone.is_empty() {
            return;
        }
        let uids = self.uids(&gone);
        if manner.faults.has(Fault::ExistsShrinksWithoutExpunge) {
            line(out, &format!("{} EXISTS", self.exists() - gone.len()));
        } else if manner.qresync && !manner.faults.has(Fault::QresyncSendsExpunge) {
            let told = match manner.faults.has(Fault::VanishedFillsGaps) {
                true => self.without_gaps(&uids),
                false => uids.clone(),
            };
            line(out, &format!("VANISHED {}", respond::number_set(&told)));
        } else {
            for (before, index) in gone.iter().enumerate() {
                let renumbered = if manner.faults.has(Fault::ExpungeNumbersNotRenumbered) {
                    *index
                } else {
                    index - before
                };
                line(out, &format!("{} EXPUNGE", seq(renumbered)));
            }
        }
        let is_gone = |uid: u32| uids.binary_search(&uid).is_ok();
        let places = self.saved.iter().filter_map(|uid| self.index_of(*uid));
        let places: Vec<usize> = places.collect();
        self.entries.retain(|entry| !is_gone(entry.told.uid));
        if manner.faults.has(Fault::SavedResultNotAdjusted) {
            let now = places.iter().filter_map(|index| self.entries.get(*index));
            self.saved = now.map(|entry| entry.told.uid).collect();
        } else {
            self.saved.retain(|uid| !is_gone(*uid));
        }
    }

    /// FLAGS and PERMANENTFLAGS, if there are new keywords; before any FETCH that shows them.
    pub(super) fn tell_keywords(&mut self, out: &mut Vec<u8>, keywords: &Flags) {
        if self.keywords != *keywords {
            self.keywords.clone_from(keywords);
            self.write_flags(out);
        }
    }

    /// FLAGS and PERMANENTFLAGS.
    pub(super) fn write_flags(&self, out: &mut Vec<u8>) {
        let mut flags = self.keywords.clone();
        flags.extend(Flag::SYSTEM.map(Flag::new));
        let more = self.faults.has(Fault::FlagsTrailingSpace).then_some("");
        let named = match self.faults.has(Fault::FlagsWithoutKeywords) {
            true => &Flag::SYSTEM.map(Flag::new).into_iter().collect(),
            false => &flags,
        };
        line(out, &format!("FLAGS ({})", respond::flags(named, more)));
        let permanent = if self.read_only {
            String::new()
        } else {
            respond::flags(&flags, Some("\\*"))
        };
        line(
            out,
            &format!("OK [PERMANENTFLAGS ({permanent})] These can be kept"),
        );
    }

    /// EXISTS and RECENT.
    fn tell_new(&mut self, out: &mut Vec<u8>, mailbox: &mut Mailbox, manner: &Manner) {
        if mailbox.uidnext() <= self.uidnext {
            return;
        }
        let first_recent = if self.read_only {
            mailbox.first_recent()
        } else {
            mailbox.claim_recent()
        };
        let known = mailbox.messages().partition_point(|m| m.uid < self.uidnext);
        let new = &mailbox.messages()[known..];
        self.uidnext = mailbox.uidnext();
        if new.is_empty() {
            return;
        }
        if manner.faults.has(Fault::FetchBeforeExists) {
            let number = seq(self.entries.len());
            line(out, &format!("{number} FETCH (FLAGS ())"));
        }
        self.entries.extend(new.iter().map(|message| Entry {
            told: message.clone(),
            recent: message.uid >= first_recent,
        }));
        let exists = if manner.faults.has(Fault::ExistsIgnoresPendingExpunge) {
            mailbox.messages().len()
        } else {
            self.exists()
        };
        line(out, &format!("{exists} EXISTS"));
        if !manner.rev2 {
            line(out, &format!("{} RECENT", self.recent()));
        }
    }

    /// FETCH with the flags that have changed.
    fn tell_flags(&mut self, out: &mut Vec<u8>, mailbox: &Mailbox, manner: &Manner) {
        for (index, entry) in self.entries.iter_mut().enumerate() {
            let Some(live) = mailbox.message(entry.told.uid) else {
                continue;
            };
            let flags_changed = live.flags != entry.told.flags;
            let modseq_changed = live.modseq != entry.told.modseq;
            entry.told.modseq = live.modseq;
            if flags_changed {
                entry.told.flags.clone_from(&live.flags);
            }
            if flags_changed || (modseq_changed && manner.condstore) {
                let data = fetch_data(entry, manner, true, false);
                line(out, &format!("{} FETCH ({data})", seq(index)));
            }
        }
    }
}

/// The items of an unsolicited FETCH: UID where it is asked for, MODSEQ where the session knows
/// it, and FLAGS if wanted.
pub(super) fn fetch_data(entry: &Entry, manner: &Manner, flags: bool, uid: bool) -> String {
    let mut items = Vec::new();
    if uid || manner.rev2 || manner.condstore {
        items.push(format!("UID {}", entry.told.uid));
    }
    if flags {
        items.push(flags_item(entry, manner));
    }
    let left_out = manner.qresync && manner.faults.has(Fault::QresyncFetchWithoutModseq);
    if manner.condstore && !left_out {
        items.push(format!("MODSEQ ({})", entry.told.modseq));
    }
    items.join(" ")
}

/// `FLAGS (…)`
pub(super) fn flags_item(entry: &Entry, manner: &Manner) -> String {
    let recent = (entry.recent && !manner.rev2).then_some("\\Recent");
    format!("FLAGS ({})", respond::flags(&entry.told.flags, recent))
}

/// The message sequence number of an index.
pub(super) fn seq(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// Writes an untagged response.
pub(super) fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(b"* ");
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}
