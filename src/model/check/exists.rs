//! The number of messages goes down only by EXPUNGE or VANISHED.
//!
//! Verified: each EXISTS after SELECT, against the one before less the expunges since. Not verified:
//! that EXISTS is sent when mail arrives, nor EXISTS during SELECT, which may still speak of the
//! mailbox before.

use crate::finding::rule::imap_state::EXISTS_SHRANK;
use crate::model::findings::Findings;
use crate::model::imap_view::Picture;

/// Judges an EXISTS; the picture's numbers are given up if it is impossible.
pub(crate) fn check(picture: &mut Picture, count: u32, found: &mut Findings<'_>) {
    let Some(before) = picture.exists.filter(|&before| count < before) else {
        return;
    };
    picture.numbers.clear();
    picture.below_uidnext = 0;
    found.at(
        EXISTS_SHRANK,
        &count.to_string(),
        format!("the mailbox had {before} messages and now has {count}, and no EXPUNGE came"),
    );
}
