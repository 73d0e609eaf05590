//! SEARCH finds messages that are there.
//!
//! Verified: sequence numbers against the number of messages when the command ends; UIDs against
//! neighbours that leave no room for them; the items of an ESEARCH response against each other;
//! what UID SEARCH ALL leaves out. Not verified: which messages match, and messages found that are
//! expunged elsewhere (RFC 2180).

use std::collections::{BTreeSet, VecDeque};

use super::lost;
use crate::finding::rule::imap_state::{
    ESEARCH_CONTRADICTS_ITSELF, SEARCH_OUT_OF_RANGE, SEARCH_UNANSWERED, SEARCH_UNKNOWN_UID,
};
use crate::model::command::Command;
use crate::model::findings::Findings;
use crate::model::imap_view::{ANSWERS, Here, ImapView, Pending};
use crate::model::numbers::Place;
use crate::model::set;
use crate::wire::imap::Data;

/// Judges the hits of a SEARCH response.
pub(crate) fn check(view: &ImapView, hits: &[u32], here: &mut Here<'_>, found: &mut Findings<'_>) {
    let Some(pending) = view.pending.front().filter(|pending| pending.alone) else {
        return;
    };
    let Command::Search { uid: true, all, .. } = pending.command else {
        return;
    };
    let Some(picture) = view.picture() else {
        return;
    };
    if pending.expunged {
        return;
    }
    let unknown = hits
        .iter()
        .take(ANSWERS)
        .find(|&&hit| picture.numbers.place(hit, u32::MAX) == Place::Nowhere);
    if let Some(hit) = unknown {
        let explanation = format!("UID {hit} was found, and no message of the session can have it");
        found.at(SEARCH_UNKNOWN_UID, &hit.to_string(), explanation);
    }
    if all && hits.len() < ANSWERS {
        let hits: BTreeSet<u32> = hits.iter().copied().collect();
        let is_absent = |uid| !hits.contains(&uid);
        lost::absent(picture, 1..u32::MAX, is_absent, here, found);
    }
}

/// Remembers the greatest sequence number that the only SEARCH or SORT in progress found.
pub(crate) fn remember(pending: &mut VecDeque<Pending>, greatest: Option<u32>) {
    for pending in pending.iter_mut() {
        pending.search_answered = true;
    }
    let finds_numbers = |front: &&mut Pending| {
        let command = &front.command;
        front.alone
            && matches!(
                command,
                Command::Search { uid: false, .. } | Command::Sort { uid: false }
            )
    };
    if let Some(front) = pending.front_mut().filter(finds_numbers) {
        front.greatest_hit = front.greatest_hit.max(greatest);
    }
}

/// Judges a SEARCH or SORT that has ended.
pub(crate) fn conclude(view: &ImapView, pending: &Pending, ok: bool, found: &mut Findings<'_>) {
    if let Command::Search { returns: false, .. } = pending.command
        && ok
        && pending.alone
        && !pending.search_answered
        && view.is_rev1()
        && !view.lost_track
    {
        let explanation = "SEARCH is OK, and no SEARCH response came".to_owned();
        found.note(SEARCH_UNANSWERED, explanation);
    }
    let exists = view.picture().and_then(|picture| picture.exists);
    let (Some(hit), Some(exists)) = (pending.greatest_hit, exists) else {
        return;
    };
    if hit > exists && !pending.expunged {
        let explanation = format!("message {hit} was found, and the mailbox has {exists} messages");
        found.note(SEARCH_OUT_OF_RANGE, explanation);
    }
}

/// Judges an ESEARCH response for itself.
pub(crate) fn check_esearch(data: &Data, found: &mut Findings<'_>) {
    let Data::Esearch {
        min,
        max,
        count,
        all,
        ..
    } = data
    else {
        return;
    };
    let mut say = |items: &[&str], explanation: String| {
        if !found.has(ESEARCH_CONTRADICTS_ITSELF) {
            found.at_last(ESEARCH_CONTRADICTS_ITSELF, items, explanation);
        }
    };
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        say(&["MIN", "MAX"], format!("MIN is {min} and MAX is {max}"));
    }
    if *count == Some(0) && (min.is_some() || max.is_some() || all.is_some()) {
        let explanation = "COUNT is 0, and MIN, MAX or ALL name a message";
        say(&["COUNT", "MIN", "MAX", "ALL"], explanation.to_owned());
    }
    let Some(all) = all else { return };
    let all = set::merged(all);
    let size = set::size(&all);
    if let Some(count) = count.filter(|&count| u64::from(count) != size) {
        let explanation = format!("COUNT is {count}, and ALL has {size} numbers");
        say(&["COUNT", "ALL"], explanation);
    }
    let (Some(first), Some(last)) = (all.first(), all.last()) else {
        return;
    };
    if let Some(min) = min.filter(|&min| min != first.low) {
        let explanation = format!("MIN is {min}, and ALL begins with {}", first.low);
        say(&["MIN", "ALL"], explanation);
    }
    if let Some(max) = max.filter(|&max| max != last.high) {
        let explanation = format!("MAX is {max}, and ALL ends with {}", last.high);
        say(&["MAX", "ALL"], explanation);
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    fn searched(command: &str, response: &str) -> Vec<&'static str> {
        rules(&format!(
            "a: selected 3 9
            a> A0 FETCH 1:2 UID
            a< * 1 FETCH (UID 4)
            a< * 2 FETCH (UID 7)
            a< A0 OK done
            a> A1 {command}
            a< {response}
            a< A1 OK done"
        ))
    }

    #[test]
    fn numbers_are_in_range() {
        assert_eq!(searched("SEARCH ALL", "* SEARCH 1 2 3"), NONE);
        let rule = ["imap-search-out-of-range"];
        assert_eq!(searched("SEARCH ALL", "* SEARCH 1 4"), rule);
        let esearch = "* ESEARCH (TAG \"A1\") ALL 1:4";
        assert_eq!(searched("SEARCH RETURN (ALL) ALL", esearch), rule);
        assert_eq!(searched("SORT (SUBJECT) UTF-8 ALL", "* SORT 3 4 1"), rule);
        assert_eq!(searched("SORT (SUBJECT) UTF-8 ALL", "* SORT 3 1 2"), NONE);
        assert_eq!(searched("UID SORT (SUBJECT) UTF-8 ALL", "* SORT 4 7"), NONE);
        let arrival = "* SEARCH 4\na< * 4 EXISTS";
        assert_eq!(searched("SEARCH ALL", arrival), NONE);
    }

    #[test]
    fn a_search_is_answered_until_rev2() {
        let searched = |greeting: &str, command: &str, response: &str| {
            rules(&format!(
                "a: imap
                a< * PREAUTH [CAPABILITY {greeting}] hello
                a> A0 SELECT INBOX
                a< * FLAGS (\\Seen)
                a< * 0 EXISTS
                a< * 0 RECENT
                a< * OK [PERMANENTFLAGS (\\Seen)] some
                a< * OK [UIDVALIDITY 7] valid
                a< * OK [UIDNEXT 4] next
                a< * LIST () \"/\" INBOX
                a< A0 OK [READ-WRITE] done
                a> A1 {command}
                {response}"
            ))
        };
        let rule = ["imap-search-unanswered"];
        let (rev1, done) = ("IMAP4rev1 ESEARCH", "a< A1 OK done");
        assert_eq!(searched(rev1, "SEARCH DELETED", done), rule);
        assert_eq!(searched(rev1, "UID SEARCH DELETED", done), rule);
        let empty = format!("a< * SEARCH\n{done}");
        assert_eq!(searched(rev1, "SEARCH DELETED", &empty), NONE);
        assert_eq!(searched(rev1, "SEARCH DELETED", "a< A1 NO no"), NONE);
        assert_eq!(searched(rev1, "SEARCH RETURN (SAVE) DELETED", done), NONE);
        assert_eq!(searched("IMAP4rev2", "SEARCH DELETED", done), NONE);
    }

    #[test]
    fn uids_are_possible() {
        assert_eq!(searched("UID SEARCH SEEN", "* SEARCH 4 7 8 90"), NONE);
        let rule = ["imap-search-unknown-uid"];
        assert_eq!(searched("UID SEARCH SEEN", "* SEARCH 5"), rule);
        assert_eq!(searched("UID SEARCH SEEN", "* SEARCH 3"), rule);
    }

    #[test]
    fn esearch_describes_one_set() {
        let rule = ["imap-esearch-contradicts-itself"];
        for (items, expected) in [
            ("COUNT 3 ALL 4:5,9 MIN 4 MAX 9", &[][..]),
            ("COUNT 0", &[]),
            ("COUNT 2 ALL 4:5,9", &rule),
            ("MIN 5 ALL 4:5,9", &rule),
            ("MAX 5 ALL 4:5,9", &rule),
            ("MIN 5 MAX 4", &rule),
            ("COUNT 0 MIN 4", &rule),
        ] {
            let response = format!("* ESEARCH (TAG \"A1\") UID {items}");
            let command = "UID SEARCH RETURN (COUNT ALL MIN MAX) SEEN";
            assert_eq!(searched(command, &response), expected, "{items}");
        }
    }
}
