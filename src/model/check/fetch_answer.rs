//! FETCH gets what it asked for.
//!
//! Verified: a FETCH that was alone in progress and ended with OK has answered every item that all
//! messages have, for every message it named, if nobody else can have removed one; UID FETCH and
//! IDLE name the UID. Not verified: FETCH with modifiers, with other commands in progress, with an
//! EXPUNGE meanwhile, and items that a message may lack.

use std::collections::VecDeque;

use crate::finding::rule::imap_state::{
    FETCH_UNANSWERED, IDLE_FETCH_WITHOUT_UID, QRESYNC_FETCH_INCOMPLETE, UID_FETCH_WITHOUT_UID,
};
use crate::model::command::{Command, Fetch, is_sure, item_name};
use crate::model::findings::Findings;
use crate::model::imap_view::{ANSWERS, Here, ImapView, Pending, Picture};
use crate::wire::imap::{Code, FetchItem, Status};

/// Judges whether a FETCH response names the UID where it has to.
pub(crate) fn check(view: &ImapView, seq: u32, items: &[FetchItem], found: &mut Findings<'_>) {
    let has = |wanted: &str| items.iter().any(|item| name(item) == wanted);
    let has_uid = has("UID");
    let is_asked =
        |pending: &Pending| matches!(pending.command, Command::Fetch(_) | Command::Unknown);
    if view.has_enabled("QRESYNC") && !view.pending.iter().any(is_asked) {
        let modseq = has("MODSEQ") || view.picture().is_none_or(|picture| picture.no_modseq);
        if !has_uid || !modseq {
            let explanation = format!("the FETCH of message {seq} lacks UID or MODSEQ");
            found.at(QRESYNC_FETCH_INCOMPLETE, "FETCH", explanation);
        }
    }
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
    answers
        .entry(seq)
        .or_default()
        .extend(items.iter().map(name).filter(|name| is_sure(name)));
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
        let uid = picture.numbers.uid(seq);
        set.is_all() || uid.is_some_and(|uid| set.contains(uid, u32::MAX))
    } else {
        set.contains(seq, exists)
    }
}

fn is_solicited(item: &FetchItem) -> bool {
    !matches!(name(item).as_str(), "FLAGS" | "MODSEQ" | "UID")
}

fn name(item: &FetchItem) -> String {
    match item {
        FetchItem::Flags(_) => "FLAGS".to_owned(),
        FetchItem::Uid(_) => "UID".to_owned(),
        FetchItem::Size(_) => "RFC822.SIZE".to_owned(),
        FetchItem::Modseq(_) => "MODSEQ".to_owned(),
        FetchItem::InternalDate(_) => "INTERNALDATE".to_owned(),
        FetchItem::Section { name, .. }
        | FetchItem::Other { name, .. }
        | FetchItem::Malformed(name) => item_name(name),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn qresync_tells_uid_and_modseq() {
        let told = |enabled: &str, command: &str, items: &str| {
            rules(&format!(
                "a: selected 3 9
                a< * ENABLED {enabled}
                a> A1 {command}
                a< * 1 FETCH ({items})
                a< A1 OK done"
            ))
        };
        let rule = ["imap-qresync-fetch-incomplete"];
        assert_eq!(told("QRESYNC", "NOOP", "FLAGS ()"), rule);
        assert_eq!(told("QRESYNC", "NOOP", "UID 1 FLAGS ()"), rule);
        let store = "STORE 1 +FLAGS (x)";
        assert_eq!(told("QRESYNC", store, "FLAGS () MODSEQ (5)"), rule);
        assert_eq!(told("QRESYNC", store, "UID 1 FLAGS () MODSEQ (5)"), [""; 0]);
        assert_eq!(told("QRESYNC", "FETCH 1 FLAGS", "FLAGS ()"), [""; 0]);
        assert_eq!(told("CONDSTORE", "NOOP", "FLAGS ()"), [""; 0]);
    }

    #[test]
    fn a_fetch_is_answered() {
        let history = |command: &str, responses: &str, end: &str| {
            rules(&format!(
                "a: selected 2 9
                a> A1 {command}
                {responses}
                a< A1 {end}"
            ))
        };
        let both = "a< * 1 FETCH (FLAGS () UID 4)\na< * 2 FETCH (FLAGS ())\na< * 2 FETCH (UID 5)";
        let one = "a< * 1 FETCH (FLAGS () UID 4)";
        let half = "a< * 1 FETCH (FLAGS () UID 4)\na< * 2 FETCH (FLAGS ())";
        let unanswered = ["imap-fetch-unanswered"];
        assert_eq!(history("FETCH 1:* (FLAGS UID)", both, "OK done"), NONE);
        assert_eq!(history("FETCH 1:* (FLAGS UID)", one, "OK done"), unanswered);
        assert_eq!(
            history("FETCH 1:* (FLAGS UID)", half, "OK done"),
            unanswered
        );
        assert_eq!(history("FETCH 1 (FLAGS UID)", one, "OK done"), NONE);
        assert_eq!(
            history("FETCH 1:2 (FLAGS UID)", one, "NO some are gone"),
            NONE
        );
        assert_eq!(
            history("FETCH 1:2 (FLAGS) (CHANGEDSINCE 4)", "", "OK done"),
            NONE
        );
        assert_eq!(history("UID FETCH 4:5 (FLAGS)", "", "OK done"), NONE);
        let every = history("UID FETCH 1:* (FLAGS)", "", "OK done");
        assert_eq!(every, unanswered);
    }

    #[test]
    fn known_uids_are_answered() {
        let history = |other: &str| {
            format!(
                "a: selected 2 9
                a> A1 FETCH 1:2 UID
                a< * 1 FETCH (UID 4)
                a< * 2 FETCH (UID 5)
                a< A1 OK done
                {other}
                a> A2 UID FETCH 4:* RFC822.SIZE
                a< * 1 FETCH (UID 4 RFC822.SIZE 99)
                a< A2 OK done"
            )
        };
        assert_eq!(rules(&history("")), ["imap-fetch-unanswered"]);
        assert_eq!(rules(&history("b: selected 2 9\nb> B1 EXPUNGE")), NONE);
    }

    #[test]
    fn uid_commands_name_the_uid() {
        let history = |response: &str| {
            rules(&format!(
                "a: selected 2 9
                a> A1 UID FETCH 4 RFC822.SIZE
                a< {response}
                a< A1 OK done"
            ))
        };
        let rule = ["imap-uid-fetch-without-uid"];
        assert_eq!(history("* 1 FETCH (RFC822.SIZE 9)"), rule);
        assert_eq!(history("* 1 FETCH (RFC822.SIZE 9 UID 4)"), NONE);
        assert_eq!(history("* 2 FETCH (FLAGS (\\Seen))"), NONE);
    }

    #[test]
    fn idle_names_the_uid_in_rev2() {
        let history = |enable: &str| {
            rules(&format!(
                "a: selected 2 9
                {enable}
                a> A1 IDLE
                a< + idling
                a< * 2 FETCH (FLAGS (\\Seen))
                a< A1 OK done"
            ))
        };
        let enable = "a> A0 ENABLE IMAP4rev2\na< * ENABLED IMAP4rev2\na< A0 OK done";
        assert_eq!(history(enable), ["imap-idle-fetch-without-uid"]);
        assert_eq!(history(""), NONE);
    }
}
