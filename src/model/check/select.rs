//! What SELECT and EXAMINE have to say, and that it fits together.
//!
//! Verified: the required data of the revision in force; [READ-ONLY] of EXAMINE; [CLOSED] where it
//! is required; RECENT, UNSEEN and UIDNEXT against EXISTS; UIDNEXT, HIGHESTMODSEQ and the number of
//! messages against what sessions saw before this command went out. Not verified: UNSEEN when it is
//! missing, and RECENT after SELECT, which no EXPUNGE has to correct.

use crate::finding::rule::imap_state::{
    CLOSED_MISSING, EXAMINE_NOT_READ_ONLY, HIGHESTMODSEQ_MISSING, RECENT_EXCEEDS_EXISTS,
    SELECT_INCOMPLETE, UIDNEXT_TOO_LOW, UNSEEN_OUT_OF_RANGE,
};
use crate::finding::rule::mailbox::{
    COUNT_BELOW_KNOWN, HIGHESTMODSEQ_DECREASED, UIDNEXT_DECREASED,
};
use crate::model::findings::Findings;
use crate::model::imap_view::{Here, ImapView, Picture};
use crate::wire::imap::{Code, Data, Status};

/// Takes over a response code that came while the mailbox was being opened.
pub(crate) fn take_code(picture: &mut Picture, code: &Code) {
    match code {
        Code::UidValidity(validity) => picture.validity = Some(*validity),
        Code::UidNext(uidnext) => {
            picture.uidnext = Some(*uidnext);
            picture.below_uidnext = picture.exists.unwrap_or(0);
        }
        Code::Unseen(seq) => picture.unseen = Some(*seq),
        Code::HighestModseq(modseq) => picture.highest_modseq = Some(*modseq),
        Code::NoModseq => picture.no_modseq = true,
        Code::PermanentFlags(_) => picture.permanent_flags = true,
        _ => {}
    }
}

/// Takes over data that came while the mailbox was being opened.
pub(crate) fn take_data(picture: &mut Picture, data: &Data) {
    match data {
        Data::Exists(count) => picture.exists = Some(*count),
        Data::Recent(count) => picture.recent = Some(*count),
        Data::Flags(_) => picture.flags = true,
        Data::List { lsub: false, .. } => picture.list = true,
        _ => {}
    }
}

/// Judges the data of a SELECT that ends with OK, for themselves.
pub(crate) fn check(view: &ImapView, picture: &Picture, status: &Status, found: &mut Findings<'_>) {
    let missing = missing(view, picture);
    if !missing.is_empty() {
        let explanation = format!("SELECT is OK without {}", missing.join(", "));
        found.note(SELECT_INCOMPLETE, explanation);
    }
    if picture.examine && status.code != Some(Code::ReadOnly) {
        let explanation = "EXAMINE is OK without [READ-ONLY]".to_owned();
        found.note(EXAMINE_NOT_READ_ONLY, explanation);
    }
    let modseqs = ["CONDSTORE", "QRESYNC"];
    if modseqs.iter().any(|name| view.has_enabled(name))
        && picture.highest_modseq.is_none()
        && !picture.no_modseq
    {
        let explanation = "neither HIGHESTMODSEQ nor NOMODSEQ was said".to_owned();
        found.note(HIGHESTMODSEQ_MISSING, explanation);
    }
    closed(view, picture, found);
    counts(picture, found);
}

/// Judges the data of a SELECT that ends with OK, against what all sessions saw before.
pub(crate) fn compare(
    view: &ImapView,
    picture: &Picture,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let Some((mailbox, validity)) = picture.identity() else {
        return;
    };
    let nobody_removed = here.account.nobody_removed();
    let Some(instance) = here.account.instance(&mailbox, validity) else {
        return;
    };
    if let Some(uidnext) = picture.uidnext {
        uidnext_said(instance, uidnext, picture.since, here.now, found);
    }
    if let Some(modseq) = picture.highest_modseq {
        let before = instance.modseq.at(picture.since);
        if let Some(before) =
            before.filter(|&before| modseq < before && view.has_enabled("QRESYNC"))
        {
            let explanation = format!("HIGHESTMODSEQ was {before} or more and now is {modseq}");
            found.note(HIGHESTMODSEQ_DECREASED, explanation);
        }
        instance.modseq.raise(here.now, modseq);
    }
    let known = instance
        .messages
        .values()
        .filter(|message| message.gone.is_none() && message.seen < picture.since)
        .count();
    if let Some(exists) = picture.exists
        && nobody_removed
        && u64::from(exists) < known as u64
    {
        let explanation =
            format!("{known} messages were seen, nobody removed any, and there are {exists}");
        found.note(COUNT_BELOW_KNOWN, explanation);
    }
}

/// Judges a UIDNEXT that was asked for at the moment `after`.
pub(crate) fn uidnext_said(
    instance: &mut crate::model::store::Instance,
    uidnext: u32,
    after: u64,
    now: u64,
    found: &mut Findings<'_>,
) {
    let before = instance.next.at(after);
    if let Some(before) = before.filter(|&before| u64::from(uidnext) < before) {
        let explanation = format!("UIDNEXT has to be {before} at least and is {uidnext}");
        found.note(UIDNEXT_DECREASED, explanation);
    }
    instance.next.raise(now, u64::from(uidnext));
}

fn missing(view: &ImapView, picture: &Picture) -> Vec<&'static str> {
    let required = [
        ("FLAGS", picture.flags),
        ("EXISTS", picture.exists.is_some()),
        ("RECENT", picture.recent.is_some() || !view.is_rev1()),
        ("LIST", picture.list || !view.is_rev2()),
        ("PERMANENTFLAGS", picture.permanent_flags),
        ("UIDNEXT", picture.uidnext.is_some()),
        ("UIDVALIDITY", picture.validity.is_some()),
    ];
    required
        .into_iter()
        .filter_map(|(name, said)| (!said).then_some(name))
        .collect()
}

fn closed(view: &ImapView, picture: &Picture, found: &mut Findings<'_>) {
    let Some(before) = view.picture() else { return };
    let required = view.has_enabled("QRESYNC") || view.is_rev2();
    let another =
        before.mailbox.is_some() && picture.mailbox.is_some() && before.mailbox != picture.mailbox;
    if required && another && !picture.closed {
        let explanation = "another mailbox was selected, and [CLOSED] did not come".to_owned();
        found.note(CLOSED_MISSING, explanation);
    }
}

fn counts(picture: &Picture, found: &mut Findings<'_>) {
    let Some(exists) = picture.exists else { return };
    if let Some(recent) = picture.recent.filter(|&recent| recent > exists) {
        let explanation = format!("{recent} messages are recent, and there are {exists}");
        found.note(RECENT_EXCEEDS_EXISTS, explanation);
    }
    if let Some(unseen) = picture.unseen.filter(|&unseen| unseen > exists) {
        let explanation = format!("message {unseen} is unseen, and there are {exists}");
        found.note(UNSEEN_OUT_OF_RANGE, explanation);
    }
    if let Some(uidnext) = picture.uidnext.filter(|&uidnext| uidnext <= exists) {
        let explanation = format!("UIDNEXT is {uidnext}, and there are {exists} messages");
        found.note(UIDNEXT_TOO_LOW, explanation);
    }
}
