//! FETCH gets what it asked for.
//!
//! Verified: a FETCH that was alone in progress and ended with OK has answered every item that all
//! messages have, for every message it named, if nobody else can have removed one; UID FETCH and IDLE
//! name the UID. Not verified: FETCH with modifiers, with other commands in progress, with an
//! EXPUNGE meanwhile, and items that a message may lack.

use std::collections::VecDeque;

use crate::finding::rule::imap_state::{
    FETCH_UNANSWERED, IDLE_FETCH_WITHOUT_UID, UID_FETCH_WITHOUT_UID,
};
use crate::model::command::{Command, Fetch, item_name};
use crate::model::findings::Findings;
use crate::model::imap_view::{ANSWERS, Here, ImapView, Pending, Picture};
use crate::wire::imap::{Code, FetchItem, Status};

/// Judges whether a FETCH response names the UID where it has to.
pub(crate) fn check(view: &ImapView, seq: u32, items: &[FetchItem], found: &mut Findings<'_>) {
    let has_uid = items.iter().any(|item| matches!(item, FetchItem::Uid(_)));
    let Some(pending) = view.pending.front().filter(|pending| pending.alone) else {
        return;
    };
    if has_uid {
        return;
    }
    match &pending.command {
        Command::Idle if view.is_rev2() => found.at(
            IDLE_FETCH_WITHOUT_UID,
            "FETCH",
            format!("the FETCH of message {seq} during IDLE has no UID"),
        ),
        Command::Fetch(Fetch { uid: true, .. }) => {
            if let Some(item) = items.iter().find(|item| is_solicited(item)) {
                let name = name(item);
                let explanation = format!("UID FETCH got {name} of message {seq} without its UID");
                found.at(UID_FETCH_WITHOUT_UID, "FETCH", explanation);
            }
        }
        _ => {}
    }
}

/// Remembers what a message was answered with.
pub(crate) fn remember(pending: &mut VecDeque<Pending>, seq: u32, items: &[FetchItem]) {
    let Some(front) = pending.front_mut() else {
        return;
    };
    if !matches!(front.command, Command::Fetch(_)) {
        return;
    }
    let Some(answers) = &mut front.answers else {
        return;
    };
    if answers.len() >= ANSWERS && !answers.contains_key(&seq) {
        front.answers = None;
        return;
    }
    answers.entry(seq).or_default().extend(
        items
            .iter()
            .map(name)
            .filter(|name| name.len() <= "BODYSTRUCTURE".len()),
    );
}

/// Judges a FETCH that ended with OK.
pub(crate) fn conclude(
    view: &ImapView,
    pending: &Pending,
    fetch: &Fetch,
    status: &Status,
    here: &Here<'_>,
    found: &mut Findings<'_>,
) {
    let (Some(set), Some(items), Some(answers), Some(exists)) =
        (&fetch.set, &fetch.items, &pending.answers, pending.exists)
    else {
        return;
    };
    let Some(picture) = view.picture() else {
        return;
    };
    let odd = !pending.alone
        || pending.expunged
        || matches!(status.code, Some(Code::Other(_)))
        || view.has_enabled("UIDONLY")
        || !here.account.nobody_else_removed(here.session)
        || (set.has_star() && picture.exists != Some(exists));
    if odd {
        return;
    }
    let last = u32::try_from(ANSWERS).unwrap_or(u32::MAX).min(exists);
    for seq in (1..=last).filter(|&seq| named(picture, fetch, seq, exists)) {
        let answer = answers.get(&seq);
        let lacks = items
            .iter()
            .find(|&item| !answer.is_some_and(|names| names.contains(item)));
        let Some(item) = lacks else { continue };
        let explanation = format!("{item} of message {seq} was asked for and did not come");
        found.note(FETCH_UNANSWERED, explanation);
        return;
    }
}

/// True if the command names this message for certain.
fn named(picture: &Picture, fetch: &Fetch, seq: u32, exists: u32) -> bool {
    let Some(set) = &fetch.set else { return false };
    if fetch.uid {
        picture
            .numbers
            .uid(seq)
            .is_some_and(|uid| set.contains(uid, u32::MAX))
    } else {
        set.contains(seq, exists)
    }
}

fn is_solicited(item: &FetchItem) -> bool {
    !matches!(
        item,
        FetchItem::Flags(_) | FetchItem::Modseq(_) | FetchItem::Uid(_)
    )
}

fn name(item: &FetchItem) -> String {
    match item {
        FetchItem::Flags(_) => "FLAGS".to_owned(),
        FetchItem::Uid(_) => "UID".to_owned(),
        FetchItem::Size(_) => "RFC822.SIZE".to_owned(),
        FetchItem::Modseq(_) => "MODSEQ".to_owned(),
        FetchItem::InternalDate(_) => "INTERNALDATE".to_owned(),
        FetchItem::Section { name, .. } | FetchItem::Other { name, .. } => item_name(name),
    }
}
