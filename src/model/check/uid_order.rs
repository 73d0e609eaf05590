//! Sequence numbers and UIDs fit each other in a session.
//!
//! Verified: FETCH numbers exist; a message keeps its UID; UIDs ascend with the numbers; no UID is
//! below its number; messages that were there before UIDNEXT was said are below it. Not verified:
//! messages that arrive between UIDNEXT and EXISTS, because both may be right at their moment.

use crate::finding::rule::imap_state::{
    FETCH_OUT_OF_RANGE, UID_BELOW_SEQ, UID_CHANGED, UID_NOT_ASCENDING, UID_NOT_BELOW_UIDNEXT,
};
use crate::model::findings::Findings;
use crate::model::imap_view::Picture;

/// Judges the number of a FETCH response; false if there is no such message.
pub(crate) fn in_range(picture: &Picture, seq: u32, found: &mut Findings<'_>) -> bool {
    match picture.exists {
        Some(exists) if !(1..=exists).contains(&seq) => {
            found.at(
                FETCH_OUT_OF_RANGE,
                &seq.to_string(),
                format!("FETCH speaks of message {seq}, and the mailbox has {exists} messages"),
            );
            false
        }
        _ => true,
    }
}

/// Judges the UID of a FETCH response; false if it contradicts what is known.
pub(crate) fn check(picture: &Picture, seq: u32, uid: u32, found: &mut Findings<'_>) -> bool {
    let place = format!("UID {uid}");
    if uid < seq {
        let explanation = format!("message {seq} has UID {uid}, below its sequence number");
        found.at(UID_BELOW_SEQ, &place, explanation);
        return false;
    }
    if let Some(before) = picture.numbers.uid(seq).filter(|&before| before != uid) {
        let explanation = format!("message {seq} had UID {before} and now has UID {uid}");
        found.at(UID_CHANGED, &place, explanation);
        return false;
    }
    let below = picture
        .numbers
        .below(seq)
        .filter(|&(_, other)| other >= uid);
    let above = picture
        .numbers
        .above(seq)
        .filter(|&(_, other)| other <= uid);
    if let Some((other_seq, other)) = below.or(above) {
        let explanation =
            format!("message {other_seq} has UID {other}, and message {seq} has UID {uid}");
        found.at(UID_NOT_ASCENDING, &place, explanation);
        return false;
    }
    if let Some(uidnext) = picture.uidnext
        && seq <= picture.below_uidnext
        && uid >= uidnext
    {
        let explanation = format!(
            "message {seq} was there when UIDNEXT was said to be {uidnext}, and has UID {uid}"
        );
        found.at(UID_NOT_BELOW_UIDNEXT, &place, explanation);
    }
    true
}
