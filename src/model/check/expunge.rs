//! EXPUNGE: when it may come, in which form, and for which messages.
//!
//! Verified: no EXPUNGE without a command in progress, or while all of them are FETCH, STORE or
//! SEARCH; none once QRESYNC is enabled; none for a number that does not exist; UID EXPUNGE by the
//! only session that removes mail takes only the UIDs named. Not verified: that an EXPUNGE comes at
//! all, nor whether the message was marked \Deleted, which another agent may have done.

use crate::finding::rule::imap_state::{
    EXPUNGE_AFTER_QRESYNC, EXPUNGE_NOT_ALLOWED_NOW, EXPUNGE_OUT_OF_RANGE, EXPUNGED_UNASKED,
};
use crate::model::command::Command;
use crate::model::findings::Findings;
use crate::model::imap_view::{Here, ImapView};

/// Judges an EXPUNGE; false if it names no message that is known to be there.
pub(crate) fn check(view: &ImapView, seq: u32, here: &Here<'_>, found: &mut Findings<'_>) -> bool {
    timing(view, "EXPUNGE", found);
    let Some(picture) = view.picture() else {
        return false;
    };
    if view.has_enabled("QRESYNC") && !picture.no_modseq {
        found.at(
            EXPUNGE_AFTER_QRESYNC,
            "EXPUNGE",
            format!("QRESYNC is enabled, and the removal of message {seq} is told by EXPUNGE"),
        );
    }
    if let Some(exists) = picture.exists
        && !(1..=exists).contains(&seq)
    {
        found.at(
            EXPUNGE_OUT_OF_RANGE,
            &seq.to_string(),
            format!("message {seq} is expunged, and the mailbox has {exists} messages"),
        );
        return false;
    }
    if let Some(uid) = picture.numbers.uid(seq) {
        unasked(view, uid, here, found);
    }
    true
}

/// Judges the moment of an EXPUNGE or VANISHED.
pub(crate) fn timing(view: &ImapView, response: &str, found: &mut Findings<'_>) {
    if view.lost_track {
        return;
    }
    let explanation = if view.pending.is_empty() {
        format!("{response} came while no command was in progress")
    } else if view
        .pending
        .iter()
        .all(|pending| pending.command.forbids_expunge())
    {
        format!("{response} came while only FETCH, STORE or SEARCH was in progress")
    } else {
        return;
    };
    found.at(EXPUNGE_NOT_ALLOWED_NOW, response, explanation);
}

fn unasked(view: &ImapView, uid: u32, here: &Here<'_>, found: &mut Findings<'_>) {
    let Some(pending) = view.pending.front().filter(|pending| pending.alone) else {
        return;
    };
    let Command::UidExpunge { set: Some(set) } = &pending.command else {
        return;
    };
    if set.has_star() || set.contains(uid, u32::MAX) {
        return;
    }
    if here.account.nobody_else_removed(here.session) {
        found.at(
            EXPUNGED_UNASKED,
            "EXPUNGE",
            format!("the message with UID {uid} is expunged, which UID EXPUNGE did not name"),
        );
    }
}
