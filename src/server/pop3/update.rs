//! The UPDATE state: QUIT removes what is marked, as far as it is still there, and nothing else
//! (RFC 1939 §6).

use super::maildrop::{HIDDEN, Maildrop, POPPED};
use crate::server::fault::Fault;
use crate::server::retention::Retention;
use crate::server::store::{Flag, FlagChange, Mailbox, Mailboxes, NewMessage};

/// Where popped mail goes.
const ARCHIVE: &str = "Archive";

/// Removes what is marked. The maildrop is free after that.
pub(super) fn update(maildrop: &Maildrop) {
    let deleted = maildrop.entries.iter().filter(|entry| entry.is_deleted());
    let mut marked: Vec<u32> = deleted.map(|entry| entry.uid).collect();
    if maildrop.has(Fault::Pop3QuitUndeletes) {
        put_back(maildrop);
    }
    if maildrop.has(Fault::Pop3QuitRestoresFlags) {
        maildrop.account.write(|mailboxes| {
            for entry in &maildrop.entries {
                let uid = [entry.uid];
                let inbox = mailboxes.inbox_mut();
                inbox.store_flags(&uid, FlagChange::Replace, &entry.flags, None);
            }
        });
    }
    if maildrop.has(Fault::ImapRefusedAfterPop3) {
        maildrop.account.leave_lock_file();
    }
    if maildrop.has(Fault::Pop3QuitOkButNotExpunged) {
        return;
    }
    let popped = maildrop.entries.iter().filter(|entry| entry.is_popped());
    keep(
        maildrop,
        &mut marked,
        popped.map(|entry| entry.uid).collect(),
    );
    if marked.is_empty() {
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
            mailboxes.without_freeing(Fault::QuotaNotFreedByPop3, |mailboxes| {
                mailboxes.inbox_mut().remove(&marked)
            });
        }
    });
}

/// Does what the retention profile says with what was marked and what was popped; what is then
/// still marked is to be removed.
fn keep(maildrop: &Maildrop, marked: &mut Vec<u32>, popped: Vec<u32>) {
    let label = |mailbox: &mut Mailbox, uids: &[u32], keyword: &str| {
        let keyword = [Flag::new(keyword)].into_iter().collect();
        mailbox.store_flags(uids, FlagChange::Add, &keyword, None);
    };
    maildrop
        .account
        .write(|mailboxes| match maildrop.context.retention {
            Retention::HideOnDelete if !maildrop.has(Fault::HideOnDeleteExpunges) => {
                label(mailboxes.inbox_mut(), &std::mem::take(marked), HIDDEN);
            }
            Retention::PopOnce if maildrop.has(Fault::PopOnceHidesFromImap) => {
                marked.extend(popped)
            }
            Retention::PopOnce => label(mailboxes.inbox_mut(), &popped, POPPED),
            Retention::ArchiveOnPop if maildrop.has(Fault::ArchiveOnPopDrops) => {
                marked.extend(popped)
            }
            Retention::ArchiveOnPop => {
                let mut gone = std::mem::take(marked);
                gone.extend(popped);
                let inbox = mailboxes.inbox().id();
                if mailboxes.find(ARCHIVE).is_none() {
                    let made = mailboxes.create(ARCHIVE, &[]);
                    debug_assert!(made.is_ok(), "a name that is free can be made");
                }
                let archived = match maildrop.has(Fault::ArchiveOnPopLeavesInbox) {
                    true => mailboxes.copy(inbox, &gone, ARCHIVE),
                    false => mailboxes.move_messages(inbox, &gone, ARCHIVE),
                };
                debug_assert!(archived.is_ok(), "both mailboxes are there");
            }
            Retention::Strict
            | Retention::HideOnDelete
            | Retention::Expire(_)
            | Retention::AutoExpunge(_) => {}
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
