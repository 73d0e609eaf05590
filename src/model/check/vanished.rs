//! VANISHED: when it may come, and for which messages.
//!
//! Verified: VANISHED without EARLIER comes at a moment at which EXPUNGE could, and for UIDs that can
//! be in the mailbox. Not verified: VANISHED (EARLIER), which may name UIDs that never were; that
//! QRESYNC is enabled is for the grammar to say.

use super::expunge::timing;
use crate::finding::rule::imap_state::VANISHED_UNKNOWN_UID;
use crate::model::findings::Findings;
use crate::model::imap_view::{ANSWERS, ImapView};
use crate::model::numbers::Place;
use crate::model::set;
use crate::wire::imap::UidRange;

/// Judges a VANISHED.
pub(crate) fn check(view: &ImapView, earlier: bool, uids: &[UidRange], found: &mut Findings<'_>) {
    if earlier {
        return;
    }
    timing(view, "VANISHED", found);
    let Some(picture) = view.picture() else {
        return;
    };
    let Some(exists) = picture.exists else { return };
    let count = set::size(&set::merged(uids));
    if count > u64::from(exists) {
        found.note(
            VANISHED_UNKNOWN_UID,
            format!("{count} messages vanish, and the mailbox has {exists}"),
        );
        return;
    }
    for uid in set::numbers(uids, ANSWERS) {
        if picture.numbers.place(uid, exists) == Place::Nowhere {
            found.note(
                VANISHED_UNKNOWN_UID,
                format!("UID {uid} vanishes, and no message of the session can have it"),
            );
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    fn history(vanished: &str) -> String {
        format!(
            "a: selected 3 9
            a> A1 ENABLE QRESYNC
            a< * ENABLED QRESYNC
            a< A1 OK done
            a> A2 UID FETCH 1:* UID
            a< * 1 FETCH (UID 2)
            a< * 2 FETCH (UID 4)
            a< * 3 FETCH (UID 6)
            a< A2 OK done
            a> A3 NOOP
            a< * VANISHED {vanished}
            a< A3 OK done"
        )
    }

    #[test]
    fn only_visible_messages_vanish() {
        for vanished in ["2", "2,6", "2,4,6", "(EARLIER) 1,3,5"] {
            assert_eq!(rules(&history(vanished)), NONE, "{vanished}");
        }
        for vanished in ["1", "3", "7", "2:4", "1:100", "1:4294967295"] {
            let expected = ["imap-vanished-unknown-uid"];
            assert_eq!(rules(&history(vanished)), expected, "{vanished}");
        }
    }

    #[test]
    fn numbers_follow() {
        let more = format!(
            "{}
            a> A4 FETCH 2 UID
            a< * 2 FETCH (UID 6)
            a< A4 OK done
            a> A5 FETCH 1 UID
            a< * 1 FETCH (UID 4)
            a< A5 OK done",
            history("2")
        );
        assert_eq!(rules(&more), NONE);
    }

    #[test]
    fn it_comes_when_expunge_could() {
        let more = format!("{}\na< * VANISHED 4", history("2"));
        assert_eq!(rules(&more), ["imap-expunge-not-allowed-now"]);
    }
}
