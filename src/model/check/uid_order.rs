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

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    fn fetched(responses: &str) -> Vec<&'static str> {
        rules(&format!(
            "a: selected 3 9
            a> A1 UID FETCH 1:* UID
            {responses}
            a< A1 NO done"
        ))
    }

    #[test]
    fn uids_ascend_with_the_numbers() {
        assert_eq!(
            fetched("a< * 1 FETCH (UID 2)\na< * 3 FETCH (UID 8)\na< * 2 FETCH (UID 5)"),
            NONE
        );
        for second in ["3 FETCH (UID 4)", "3 FETCH (UID 5)", "1 FETCH (UID 6)"] {
            let responses = format!("a< * 2 FETCH (UID 5)\na< * {second}");
            assert_eq!(fetched(&responses), ["imap-uid-not-ascending"], "{second}");
        }
    }

    #[test]
    fn a_message_keeps_its_uid() {
        let twice = "a< * 2 FETCH (UID 5)\na< * 2 FETCH (UID 6)";
        assert_eq!(fetched(twice), ["imap-uid-changed"]);
        let after_expunge = "a< * 2 FETCH (UID 5)\na< * 2 EXPUNGE\na< * 2 FETCH (UID 6)";
        assert_eq!(fetched(after_expunge), NONE);
        let moved = "a< * 2 FETCH (UID 5)\na< * 1 EXPUNGE\na< * 2 FETCH (UID 6)
            a< * 1 FETCH (UID 5)";
        assert_eq!(fetched(moved), NONE);
    }

    #[test]
    fn uids_and_numbers_are_possible() {
        assert_eq!(
            fetched("a< * 3 FETCH (UID 2)"),
            ["imap-uid-below-sequence-number"]
        );
        assert_eq!(fetched("a< * 4 FETCH (UID 8)"), ["imap-fetch-out-of-range"]);
        assert_eq!(fetched("a< * 4 EXISTS\na< * 4 FETCH (UID 9)"), NONE);
    }

    #[test]
    fn uidnext_is_above_what_was_there() {
        assert_eq!(
            fetched("a< * 3 FETCH (UID 9)"),
            ["imap-uid-not-below-uidnext"]
        );
        assert_eq!(
            fetched("a< * 1 EXPUNGE\na< * 3 EXISTS\na< * 3 FETCH (UID 9)"),
            NONE,
            "the last one is new"
        );
    }
}
