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

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn exists_shrinks_only_by_expunge() {
        let history = "a: selected 3 9
            a> A1 NOOP
            a< * 3 EXISTS
            a< * 4 EXISTS
            a< * 1 EXPUNGE
            a< * 3 EXISTS
            a< A1 OK done";
        assert_eq!(rules(history), NONE);
        let history = "a: selected 3 9
            a> A1 NOOP
            a< * 2 EXISTS
            a< * 2 EXISTS
            a< A1 OK done";
        assert_eq!(rules(history), ["imap-exists-shrank"]);
    }

    #[test]
    fn another_mailbox_may_have_less() {
        let history = "a: selected 3 9
            a> A1 EXAMINE Sent
            a< * 0 EXISTS
            a< * 0 RECENT
            a< * FLAGS ()
            a< * OK [PERMANENTFLAGS ()] none
            a< * OK [UIDVALIDITY 1] valid
            a< * OK [UIDNEXT 1] next
            a< A1 OK [READ-ONLY] done";
        assert_eq!(rules(history), NONE);
    }
}
