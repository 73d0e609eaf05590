//! What an IMAP device knows of the server's mailboxes: its own copy.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::MessageDeed;
use crate::target::client::Hierarchy;
use crate::wire::imap::{Data, FetchItem, Response, UidRange};
use crate::wire::{Body, Message};

/// All mailboxes of an account, by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Local {
    pub(super) mailboxes: BTreeMap<String, LocalMailbox>,
    /// How the server writes names, once it is known.
    pub(super) hierarchy: Option<Hierarchy>,
}

/// A mailbox as it was when the device last synchronised it.
#[derive(Clone, Debug, Default)]
pub(super) struct LocalMailbox {
    pub(super) uidvalidity: Option<u32>,
    /// HIGHESTMODSEQ, where the server has it.
    pub(super) modseq: Option<u64>,
    /// By UID.
    pub(super) messages: BTreeMap<u32, LocalMessage>,
}

/// A message in a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LocalMessage {
    /// Its name; nothing until header or text have come.
    pub(super) name: Option<String>,
    /// Its flags, in lower case.
    pub(super) flags: BTreeSet<String>,
}

impl Local {
    /// Where a message is, INBOX first: path and UID.
    pub(super) fn find(&self, name: &str) -> Option<(String, u32)> {
        let inbox = self.mailboxes.iter().filter(|(path, _)| is_inbox(path));
        let others = self.mailboxes.iter().filter(|(path, _)| !is_inbox(path));
        inbox.chain(others).find_map(|(path, mailbox)| {
            let mut messages = mailbox.messages.iter();
            let found = messages.find(|(_, message)| message.name.as_deref() == Some(name));
            found.map(|(uid, _)| (path.clone(), *uid))
        })
    }

    /// The mailbox of a path, whatever the case of INBOX.
    pub(super) fn mailbox(&self, path: &str) -> Option<&LocalMailbox> {
        let mut all = self.mailboxes.iter();
        let found = all.find(|(known, _)| *known == path || is_inbox(known) && is_inbox(path));
        found.map(|(_, mailbox)| mailbox)
    }

    /// The names of all messages, one for each copy.
    pub(super) fn names(&self) -> Vec<String> {
        let all = self.mailboxes.values();
        let messages = all.flat_map(|mailbox| mailbox.messages.values());
        messages
            .filter_map(|message| message.name.clone())
            .collect()
    }

    /// Does to the device's own copy what the server is to do later, or has done.
    pub(super) fn apply(&mut self, path: &str, uid: u32, deed: &MessageDeed) {
        let Some(mailbox) = self.mailboxes.get_mut(path) else {
            return;
        };
        match deed {
            MessageDeed::Read => mailbox.flag(uid, "\\seen"),
            MessageDeed::Flag => mailbox.flag(uid, "\\flagged"),
            MessageDeed::Delete | MessageDeed::Move(_) => {
                mailbox.messages.remove(&uid);
            }
            MessageDeed::Copy(_) | MessageDeed::FileSent => {}
        }
    }
}

impl LocalMailbox {
    fn flag(&mut self, uid: u32, flag: &str) {
        if let Some(message) = self.messages.get_mut(&uid) {
            message.flags.insert(flag.to_owned());
        }
    }

    /// Takes what FETCH responses with a UID say, and forgets what VANISHED names. Gives the UIDs
    /// told.
    pub(super) fn take(&mut self, responses: &[Message]) -> BTreeSet<u32> {
        let mut told = BTreeSet::new();
        for response in responses {
            match &response.body {
                Body::Imap(Response::Data(Data::Vanished { uids, .. })) => self.forget(uids),
                Body::Imap(Response::Data(Data::Fetch { items, .. })) => {
                    told.extend(self.take_one(items));
                }
                _ => {}
            }
        }
        told
    }

    fn forget(&mut self, uids: &[UidRange]) {
        self.messages.retain(|uid, _| {
            !uids
                .iter()
                .any(|range| (range.low..=range.high).contains(uid))
        });
    }

    fn take_one(&mut self, items: &[FetchItem]) -> Option<u32> {
        let uid = items.iter().find_map(|item| match item {
            FetchItem::Uid(uid) => Some(*uid),
            _ => None,
        })?;
        let message = self.messages.entry(uid).or_default();
        for item in items {
            match item {
                FetchItem::Flags(flags) => {
                    message.flags = flags.iter().map(|flag| flag.to_lowercase()).collect();
                }
                FetchItem::Section {
                    octets: Some(octets),
                    ..
                } => message.name = super::name_of_mail(octets),
                _ => {}
            }
        }
        Some(uid)
    }

    /// The UIDs whose text or header has not come yet.
    pub(super) fn unknown(&self) -> Vec<u32> {
        let all = self.messages.iter();
        all.filter(|(_, message)| message.name.is_none())
            .map(|(uid, _)| *uid)
            .collect()
    }
}

/// True for INBOX in any case.
pub(super) fn is_inbox(path: &str) -> bool {
    path.eq_ignore_ascii_case("INBOX")
}

/// A UID set: `1:3,7`.
pub(super) fn uid_set(uids: impl IntoIterator<Item = u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == uid => *last = uid,
            _ => ranges.push((uid, uid)),
        }
    }
    let ranges: Vec<String> = ranges
        .into_iter()
        .map(|(low, high)| match low == high {
            true => low.to_string(),
            false => format!("{low}:{high}"),
        })
        .collect();
    ranges.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_in_a_row_are_a_range() {
        assert_eq!(uid_set([1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        assert_eq!(uid_set([]), "");
    }

    fn copy() -> Local {
        let message = |name: &str| LocalMessage {
            name: Some(name.to_owned()),
            flags: BTreeSet::new(),
        };
        let mailbox = |messages: &[(u32, &str)]| LocalMailbox {
            messages: messages
                .iter()
                .map(|(uid, name)| (*uid, message(name)))
                .collect(),
            ..LocalMailbox::default()
        };
        let mut copy = Local::default();
        let mailboxes = &mut copy.mailboxes;
        mailboxes.insert("Archive".into(), mailbox(&[(1, "a")]));
        mailboxes.insert("INBOX".into(), mailbox(&[(4, "a"), (5, "b")]));
        copy
    }

    #[test]
    fn a_message_in_inbox_is_meant_first() {
        assert_eq!(copy().find("a"), Some(("INBOX".into(), 4)));
        assert_eq!(copy().find("c"), None);
    }

    #[test]
    fn what_is_done_offline_shows_at_once() {
        let mut copy = copy();
        copy.apply("INBOX", 4, &MessageDeed::Read);
        copy.apply("INBOX", 5, &MessageDeed::Delete);
        let inbox = copy.mailbox("inbox").unwrap();
        assert!(inbox.messages[&4].flags.contains("\\seen"));
        assert!(!inbox.messages.contains_key(&5));
    }
}
