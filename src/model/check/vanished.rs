//! VANISHED: when it may come, and for which messages.
//!
//! Verified: VANISHED without EARLIER comes only after ENABLE, at a moment at which EXPUNGE could,
//! and for UIDs that can be in the mailbox. Not verified: VANISHED (EARLIER), which may name UIDs
//! that never were.

use super::expunge::timing;
use crate::finding::rule::imap_state::{VANISHED_NOT_ENABLED, VANISHED_UNKNOWN_UID};
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
    if !view.has_enabled("QRESYNC") && !view.has_enabled("UIDONLY") && !view.lost_track {
        found.at(
            VANISHED_NOT_ENABLED,
            "VANISHED",
            "VANISHED came, and QRESYNC is not enabled in this session".to_owned(),
        );
    }
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
