//! The UPDATE state: QUIT removes what is marked, as far as it is still there, and nothing else
//! (RFC 1939 §6).

use super::maildrop::Maildrop;
use crate::server::fault::Fault;
use crate::server::store::{Flag, FlagChange, Mailbox, Mailboxes, NewMessage};

/// Removes what is marked. The maildrop is free after that.
pub(super) fn update(maildrop: &Maildrop) {
    let deleted = maildrop.entries.iter().filter(|entry| entry.is_deleted());
    let mut marked: Vec<u32> = deleted.map(|entry| entry.uid).collect();
    if maildrop.has(Fault::Pop3QuitUndeletes) {
        put_back(maildrop);
    }
    if marked.is_empty() || maildrop.has(Fault::Pop3QuitOkButNotExpunged) {
        return;
    }
    maildrop.account.write(|mailboxes| {
        let inbox = mailboxes.inbox_mut();
        if maildrop.has(Fault::Pop3DeleRemovesWrongMessage) {
            marked = at_marked_numbers(maildrop, inbox);
        }
        if maildrop.has(Fault::Pop3DeleOkReadonly) {
            let flagged = |uid: &u32| {
                let message = inbox.message(*uid);
                message.is_some_and(|m| m.flags.contains(&Flag::new("\\Flagged")))
            };
            marked.retain(|uid| !flagged(uid));
        }
        if maildrop.has(Fault::Pop3QuitExpungesNewArrivals) {
            marked.extend(new_arrivals(maildrop, inbox));
        }
        if maildrop.has(Fault::Pop3DeleRemovesCopies) {
            remove_copies(maildrop, mailboxes);
        }
        let inbox = mailboxes.inbox_mut();
        if maildrop.has(Fault::Pop3DeleInvisibleToImap) {
            let deleted = [Flag::deleted()].into_iter().collect();
            inbox.store_flags(&marked, FlagChange::Add, &deleted, None);
        } else if maildrop.has(Fault::Pop3DeleteNotInModseq) {
            inbox.remove_unlogged(&marked);
        } else {
            inbox.remove(&marked);
        }
    });
}

/// Fault: what the numbers mean now, not what they meant at login.
fn at_marked_numbers(maildrop: &Maildrop, inbox: &Mailbox) -> Vec<u32> {
    let now = inbox.messages().iter().map(|m| m.uid);
    let numbered = maildrop.entries.iter().zip(now);
    let marked = numbered.filter(|(entry, _)| entry.is_deleted());
    marked.map(|(_, uid)| uid).collect()
}

/// Fault: every message with the content of a marked one, in whatever mailbox.
fn remove_copies(maildrop: &Maildrop, mailboxes: &mut Mailboxes) {
    let marked = maildrop.entries.iter().filter(|entry| entry.is_deleted());
    let contents: Vec<_> = marked.map(|entry| entry.content.clone()).collect();
    for listed in mailboxes.list() {
        let Some(mailbox) = mailboxes.find(&listed.name) else {
            continue;
        };
        let copies = mailbox
            .messages()
            .iter()
            .filter(|m| contents.contains(&m.content));
        let (id, copies) = (mailbox.id(), copies.map(|m| m.uid).collect::<Vec<_>>());
        if let Some(mailbox) = mailboxes.mailbox_mut(id) {
            mailbox.remove(&copies);
        }
    }
}

/// Fault: what came after login.
fn new_arrivals(maildrop: &Maildrop, inbox: &Mailbox) -> Vec<u32> {
    let last = maildrop.entries.last().map_or(0, |entry| entry.uid);
    let new = inbox.messages().iter().filter(|m| m.uid > last);
    new.map(|m| m.uid).collect()
}

/// Fault: what others expunged since login comes back.
fn put_back(maildrop: &Maildrop) {
    maildrop.account.write(|mailboxes| {
        let inbox = mailboxes.inbox();
        let gone = maildrop
            .entries
            .iter()
            .filter(|entry| !entry.is_deleted() && inbox.message(entry.uid).is_none());
        let copies = gone
            .map(|entry| NewMessage::received(entry.content.clone()))
            .collect();
        let appended = mailboxes.append("INBOX", copies);
        debug_assert!(appended.is_ok(), "INBOX is always there");
    });
}
