//! A session's maildrop: INBOX as it was at login, with the marks that DELE makes.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::reply::Reply;
use crate::server::context::Context;
use crate::server::fault::Fault;
use crate::server::retention::Retention;
use crate::server::store::{
    Account, Flag, FlagChange, Flags, Mailbox, Mailboxes, MaildropLock, Message,
};

/// The keyword of what is hidden from POP3 because a client deleted it.
pub(super) const HIDDEN: &str = "$POP3Deleted";

/// The keyword of what is hidden from POP3 because a client has it.
pub(super) const POPPED: &str = "$POP3Popped";

/// A locked maildrop (RFC 1939 §4). What other protocols do meanwhile changes nothing in it.
#[derive(Debug)]
pub(super) struct Maildrop {
    pub(super) account: Arc<Account>,
    pub(super) entries: Vec<Entry>,
    /// Whether messages go out in UTF-8 (RFC 6856 §2.1).
    pub(super) utf8: bool,
    pub(super) context: Context,
    lock: Option<MaildropLock>,
}

/// A message of a maildrop.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) uid: u32,
    pub(super) content: Arc<[u8]>,
    octets: usize,
    /// What UIDL shows.
    pub(super) unique_id: String,
    /// Its flags at login.
    pub(super) flags: Flags,
    /// How often it was marked as deleted.
    marks: usize,
    /// Whether it was sent whole in this session.
    is_popped: bool,
}

impl Entry {
    /// The octets that RETR sends before stuffing: every line ended by CRLF.
    pub(super) fn text(&self) -> Vec<u8> {
        in_lines(&self.content)
    }

    /// How many octets [`Self::text`] has (RFC 1939 §11).
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// Whether nothing follows the header.
    pub(super) fn has_empty_body(&self) -> bool {
        let text = self.text();
        find(&text, b"\r\n\r\n").is_none_or(|end| end + 4 == text.len())
    }

    /// Whether its header is an internationalized one (RFC 6532).
    fn has_utf8_header(&self) -> bool {
        let end = find(&self.content, b"\r\n\r\n").unwrap_or(self.content.len());
        !self.content[..end].is_ascii()
    }

    /// Whether it is marked as deleted.
    pub(super) fn is_deleted(&self) -> bool {
        self.marks > 0
    }

    /// Whether it was sent whole in this session.
    pub(super) fn is_popped(&self) -> bool {
        self.is_popped
    }
}

impl Maildrop {
    /// Locks and opens the maildrop of an account; nothing if another session has it.
    pub(super) fn open(account: &Arc<Account>, context: &Context) -> Option<Self> {
        let mut lock = account.lock_maildrop();
        if lock.is_none() && !context.has(Fault::Pop3NoExclusiveLock) {
            return None;
        }
        let mut entries: Vec<Entry> = account.read(|mailboxes| {
            if context.has(Fault::Pop3SeesAllMailboxes) {
                return every_entry(mailboxes, context);
            }
            let inbox = mailboxes.inbox();
            let messages = inbox.messages().iter();
            let shown = messages.filter(|m| !is_hidden(m, context));
            shown.map(|m| entry(inbox, m, context)).collect()
        });
        if context.newest_first {
            entries.reverse();
        }
        Some(Self {
            account: Arc::clone(account),
            entries,
            utf8: false,
            context: context.clone(),
            lock: lock.take(),
        })
    }

    /// How many messages there are, and their octets together; what is marked does not count.
    pub(super) fn stat(&self) -> (usize, usize) {
        if self.has(Fault::Pop3StatCountsDeletedOrNew) {
            return self.account.read(|mailboxes| {
                let messages = mailboxes.inbox().messages();
                let octets = messages.iter().map(|m| in_lines(&m.content).len());
                (messages.len(), octets.sum())
            });
        }
        let left = self.entries.iter().filter(|e| !e.is_deleted());
        let octets = left.map(Entry::octets).sum();
        let marks: usize = self.entries.iter().map(|e| e.marks).sum();
        (self.entries.len().saturating_sub(marks), octets)
    }

    /// Fault: the lock is never given up.
    pub(super) fn stay_locked(&mut self) {
        std::mem::forget(self.lock.take());
    }

    /// The messages with their numbers, for LIST and UIDL; what is marked is left out.
    pub(super) fn listing(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let show_deleted = self.has(Fault::Pop3ListShowsDeleted);
        let numbered = self.entries.iter().zip(1..).map(|(entry, n)| (n, entry));
        let shown = numbered.filter(move |(_, entry)| show_deleted || !entry.is_deleted());
        let shifts = self.has(Fault::Pop3NumbersShift);
        shown
            .zip(1..)
            .map(move |((number, entry), position)| match shifts {
                true => (position, entry),
                false => (number, entry),
            })
    }

    /// The message with this number, unless there is none or it is marked.
    pub(super) fn entry(&self, number: usize) -> Option<&Entry> {
        let mut index = number.checked_sub(1)?;
        if self.has(Fault::Pop3NumbersFollowInbox) {
            let uid = |m: &Mailboxes| m.inbox().messages().get(index).map(|m| m.uid);
            let uid = self.account.read(uid)?;
            index = self.entries.iter().position(|entry| entry.uid == uid)?;
        }
        let entry = self.entries.get(index)?;
        let served = !entry.is_deleted() || self.has(Fault::Pop3MarkedMessageServed);
        served.then_some(entry)
    }

    /// The reply to LIST, RETR or TOP of a message that needs UTF-8 mode without it (RFC 6856 §5).
    pub(super) fn refusal_of(&self, entry: &Entry) -> Option<Reply> {
        let needs_utf8 = match self.has(Fault::Pop3Utf8ModeIgnored) {
            true => entry.has_utf8_header(),
            false => entry.has_utf8_header() && !self.utf8,
        };
        let refused = needs_utf8 && !self.has(Fault::Pop3Utf8HeaderSent);
        refused.then(|| Reply::err("[UTF8] the message needs UTF-8 mode"))
    }

    /// Marks a message as deleted. Whether it was there and had no mark.
    pub(super) fn mark(&mut self, number: usize) -> bool {
        let twice = self.has(Fault::Pop3DoubleDeleCountsTwice);
        let index = number.checked_sub(1);
        match index.and_then(|index| self.entries.get_mut(index)) {
            Some(entry) if twice || !entry.is_deleted() => {
                entry.marks += 1;
                let uid = entry.uid;
                if self.has(Fault::Pop3DeleSetsDeleted) {
                    self.set_flag(uid, Flag::deleted());
                }
                true
            }
            _ => false,
        }
    }

    /// Takes every mark away.
    pub(super) fn reset(&mut self) {
        if self.has(Fault::Pop3RsetKeepsMarks) {
            return;
        }
        for entry in &mut self.entries {
            entry.marks = 0;
        }
    }

    /// A reply with a message's lines.
    pub(super) fn lines(&self, text: String, lines: Vec<u8>) -> Reply {
        if self.has(Fault::Pop3NoDotStuffing) {
            return Reply::Unstuffed(text, lines);
        }
        Reply::Lines(text, lines)
    }

    /// Whether the server shall misbehave in this way.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.context.has(fault)
    }

    /// The text of a message, as RETR and TOP send it.
    pub(super) fn text_of(&self, entry: &Entry) -> Vec<u8> {
        if self.has(Fault::Pop3RetrEmptyBody) && !self.is_still_there(entry) {
            return Vec::new();
        }
        let mut text = entry.text();
        if self.has(Fault::Pop3StripsHighBit) {
            text.iter_mut().for_each(|octet| *octet &= 0x7f);
        }
        if self.has(Fault::Pop3BareLfDotTruncates)
            && let Some(dot) = find(&entry.content, b"\n.\n")
        {
            text.truncate(in_lines(&entry.content[..=dot]).len());
        }
        if self.has(Fault::Pop3SeparatorDropped)
            && entry.has_empty_body()
            && text.ends_with(b"\r\n\r\n")
        {
            text.truncate(text.len() - b"\r\n".len());
        }
        if self.has(Fault::Pop3UnendedLineDropped) && !entry.content.ends_with(b"\n") {
            let end = entry.content.iter().rposition(|octet| *octet == b'\n');
            text.truncate(in_lines(&entry.content[..end.map_or(0, |at| at + 1)]).len());
        }
        text
    }

    fn is_still_there(&self, entry: &Entry) -> bool {
        let there = |inbox: &Mailbox| inbox.message(entry.uid).is_some();
        self.account.read(|mailboxes| there(mailboxes.inbox()))
    }

    /// Notes that a message was sent whole.
    pub(super) fn retrieved(&mut self, number: usize) {
        let index = number.checked_sub(1);
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            entry.is_popped = true;
        }
        if self.has(Fault::Pop3RetrHidesMessage) {
            self.set_flag(self.entries[number - 1].uid, Flag::seen());
        }
    }

    /// Fault: a flag that POP3 sets.
    fn set_flag(&self, uid: u32, flag: Flag) {
        let flags = [flag].into_iter().collect();
        self.account.write(|mailboxes| {
            let inbox = mailboxes.inbox_mut();
            inbox.store_flags(&[uid], FlagChange::Add, &flags, None);
        });
    }

    /// Fault: what has come in since login joins the maildrop.
    pub(super) fn grow(&mut self) {
        let last = self.entries.last().map_or(0, |entry| entry.uid);
        let context = &self.context;
        let new: Vec<Entry> = self.account.read(|mailboxes| {
            let inbox = mailboxes.inbox();
            let new = inbox.messages().iter().filter(|m| m.uid > last);
            new.map(|m| entry(inbox, m, context)).collect()
        });
        self.entries.extend(new);
    }
}

/// Whether the maildrop is without this message.
fn is_hidden(message: &Message, context: &Context) -> bool {
    let has = |flag| message.flags.contains(&flag);
    let shown_again =
        context.has(Fault::HiddenMessageShownAgain) || context.has(Fault::PopOnceShownAgain);
    let hidden_by_profile = match context.retention {
        Retention::HideOnDelete => has(Flag::new(HIDDEN)),
        Retention::PopOnce => has(Flag::new(POPPED)),
        _ => false,
    };
    if hidden_by_profile && !shown_again {
        return true;
    }
    (context.has(Fault::Pop3RetrHidesMessage) && has(Flag::seen()))
        || (context.has(Fault::Pop3DeleInvisibleToImap) && has(Flag::deleted()))
}

/// Fault: the messages of every mailbox.
fn every_entry(mailboxes: &Mailboxes, context: &Context) -> Vec<Entry> {
    let names = mailboxes.list();
    let all = names
        .iter()
        .filter_map(|listed| mailboxes.find(&listed.name));
    all.flat_map(|mailbox| {
        mailbox
            .messages()
            .iter()
            .map(|m| entry(mailbox, m, context))
    })
    .collect()
}

fn entry(inbox: &Mailbox, message: &Message, context: &Context) -> Entry {
    let octets = match in_lines(&message.content) {
        text if context.has(Fault::Pop3SizeMismatch) => text.len() - line_count(&text),
        text => text.len(),
    };
    Entry {
        uid: message.uid,
        content: Arc::clone(&message.content),
        octets,
        unique_id: unique_id(inbox, message, context),
        flags: message.flags.clone(),
        marks: 0,
        is_popped: false,
    }
}

/// The unique-id of a message: the same in every session, never given to another (RFC 1939 §7).
fn unique_id(inbox: &Mailbox, message: &Message, context: &Context) -> String {
    let (uidvalidity, uid) = (inbox.uidvalidity(), message.uid);
    if context.has(Fault::Pop3DuplicateUidl) {
        let body = find(&message.content, b"\r\n\r\n").unwrap_or(0);
        let sum = message.content[body..].iter().fold(0_u64, |sum, octet| {
            sum.wrapping_mul(31).wrapping_add(u64::from(*octet))
        });
        return format!("{sum:x}");
    }
    if context.has(Fault::Pop3UidlPerSession) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        return format!("{uid}.{}", now.unwrap_or_default().as_nanos());
    }
    if context.has(Fault::Pop3UidlChangesAfterRestart) {
        return format!("{uidvalidity}.{uid}.{}", context.store.restarts());
    }
    if context.has(Fault::Pop3UidlChangesOnFlagChange) {
        return format!("{uidvalidity}.{uid}.{}", message.modseq);
    }
    if context.has(Fault::Pop3UniqueIdWithSpace) {
        return format!("{uidvalidity} {uid}");
    }
    format!("{uidvalidity}.{uid}")
}

fn find(content: &[u8], wanted: &[u8]) -> Option<usize> {
    content
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn line_count(text: &[u8]) -> usize {
    text.iter().filter(|octet| **octet == b'\n').count()
}

/// The octets with every line ended by CRLF, the last one too.
fn in_lines(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(content.len() + 2);
    for line in content.split_inclusive(|octet| *octet == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        text.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        text.extend_from_slice(b"\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ends_with_crlf() {
        for (content, text) in [
            (&b""[..], &b""[..]),
            (b"a\r\nb\r\n", b"a\r\nb\r\n"),
            (b"a\nb", b"a\r\nb\r\n"),
            (b"\n\n", b"\r\n\r\n"),
            (b"a\r", b"a\r\n"),
            (b"a\rb\r\n", b"a\rb\r\n"),
        ] {
            assert_eq!(in_lines(content), text);
        }
    }
}
