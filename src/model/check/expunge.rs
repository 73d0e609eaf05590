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

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn expunge_needs_a_command_that_allows_it() {
        for (command, expected) in [
            ("FETCH 1:3 FLAGS", vec!["imap-expunge-not-allowed-now"]),
            ("STORE 1 +FLAGS (x)", vec!["imap-expunge-not-allowed-now"]),
            ("SEARCH ALL", vec!["imap-expunge-not-allowed-now"]),
            ("UID SEARCH ALL", vec![]),
            ("UID FETCH 1:* FLAGS", vec![]),
            ("IDLE", vec![]),
            ("NOOP", vec![]),
            ("COPY 1 Sent", vec![]),
        ] {
            let history = format!(
                "a: selected 3 9
                a> A1 {command}
                a< * 2 EXPUNGE
                a< A1 NO done"
            );
            assert_eq!(rules(&history), expected, "{command}");
        }
        let history = "a: selected 3 9
            a< * 2 EXPUNGE";
        assert_eq!(rules(history), ["imap-expunge-not-allowed-now"]);
    }

    #[test]
    fn with_another_command_in_progress_nothing_is_certain() {
        let history = "a: selected 3 9
            a> A1 FETCH 1 FLAGS
            a> A2 NOOP
            a< * 2 EXPUNGE
            a< A1 NO done
            a< A2 OK done";
        assert_eq!(rules(history), NONE);
        let history = "a: selected 3 9
            a~
            a< * 2 EXPUNGE";
        assert_eq!(rules(history), NONE);
    }

    #[test]
    fn only_messages_that_are_there_are_expunged() {
        let history = "a: selected 3 9
            a> A1 EXPUNGE
            a< * 3 EXPUNGE
            a< * 3 EXPUNGE
            a< A1 OK done";
        assert_eq!(rules(history), ["imap-expunge-out-of-range"]);
        let history = "a: selected 3 9
            a> A1 EXPUNGE
            a< * 3 EXPUNGE
            a< * 1 EXPUNGE
            a< * 1 EXPUNGE
            a< A1 OK done";
        assert_eq!(rules(history), NONE);
    }

    #[test]
    fn qresync_replaces_expunge() {
        let history = "a: selected 3 9
            a> A1 ENABLE QRESYNC
            a< * ENABLED QRESYNC
            a< A1 OK done
            a> A2 NOOP
            a< * 2 EXPUNGE
            a< A2 OK done";
        assert_eq!(rules(history), ["imap-expunge-after-qresync"]);
    }

    #[test]
    fn uid_expunge_takes_what_it_names() {
        let history = |set: &str, other: &str| {
            format!(
                "a: selected 2 9
                b: selected 2 9
                a> A1 UID FETCH 1:* UID
                a< * 1 FETCH (UID 4)
                a< * 2 FETCH (UID 6)
                a< A1 OK done
                {other}
                a> A2 UID EXPUNGE {set}
                a< * 2 EXPUNGE
                a< A2 OK done"
            )
        };
        assert_eq!(rules(&history("4", "")), ["imap-expunged-unasked"]);
        assert_eq!(rules(&history("6:8", "")), NONE);
        assert_eq!(rules(&history("4", "b> B1 EXPUNGE")), NONE);
    }
}
