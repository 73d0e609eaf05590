//! A unique-id names one message, in a session and across the sessions of an account.
//!
//! Verified in a session: a message keeps its unique-id; messages of different size do not share one.
//! Across sessions: a message removed at QUIT is not listed by a session that begins later, if no
//! mail can have been added meanwhile; a message that nobody removed is listed by a complete UIDL; a
//! unique-id has one body. Compared is the body, because some servers write into headers. A unique-id
//! may be a hash of the message (RFC 1939 §7), so identical messages may share one, at the same time
//! or one after the other; therefore additions stop the conclusion. Not verified: that what POP3
//! removed leaves IMAP, which a target may delay; a scenario says how long.

use std::collections::{BTreeMap, BTreeSet};

use super::identity::Print;
use super::listing::pair;
use crate::finding::rule::mailbox::{
    REMOVED_RETURNS, UNIQUE_ID_NAMES_ANOTHER, UNIQUE_ID_REUSED, UNLISTED_WITHOUT_REMOVAL,
};
use crate::finding::rule::pop3_state::{UNIQUE_ID_CHANGED, UNIQUE_ID_SHARED};
use crate::model::findings::Findings;
use crate::model::imap_view::Here;
use crate::model::maildrop::{MESSAGES, Maildrop};
use crate::wire::pop3::Response;

/// Unique-ids remembered for one account, and octets of one.
const LIMIT: usize = 20_000;
const LENGTH: usize = 1_024;

/// The unique-ids of one account's maildrop.
#[derive(Debug, Default)]
pub(crate) struct UniqueIds {
    known: BTreeMap<Vec<u8>, Known>,
    /// A session of another protocol may have hidden mail.
    pub(crate) hidden: bool,
}

#[derive(Debug)]
struct Known {
    seen: u64,
    /// When it was removed, and since when the session that did it had the maildrop open.
    gone: Option<(u64, u64)>,
    body: Option<Print>,
}

/// Judges the unique-ids of a UIDL, one or all.
pub(crate) fn check(
    drop: &mut Maildrop,
    response: &Response,
    complete: bool,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let single = [response.text.clone()];
    let lines = response.lines.as_deref().unwrap_or(&single);
    for (message, id) in lines.iter().take(MESSAGES).filter_map(|line| pair(line)) {
        if id.len() > LENGTH {
            continue;
        }
        let id = id.into_bytes();
        let shown = String::from_utf8_lossy(&id).into_owned();
        match drop.unique_ids.get(&message) {
            Some(before) if *before != id => {
                let before = String::from_utf8_lossy(before);
                let explanation =
                    format!("message {message} had unique-id {before} and now has {shown}");
                found.at(UNIQUE_ID_CHANGED, &shown, explanation);
                return;
            }
            Some(_) => {}
            None => {
                if drop.unique_ids.len() < MESSAGES {
                    drop.unique_ids.insert(message, id.clone());
                }
                listed(drop, &id, &shown, here, found);
            }
        }
    }
    shared(drop, found);
    if complete && lines.len() <= MESSAGES {
        unlisted(drop, here, found);
    }
}

/// Judges the body of a message.
pub(crate) fn retrieved(
    drop: &Maildrop,
    message: u32,
    body: Print,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let Some(id) = drop.unique_ids.get(&message) else {
        return;
    };
    let nobody_removed = here.account.nobody_removed();
    let Some(known) = here.account.unique_ids.known.get_mut(id) else {
        return;
    };
    match known.body {
        Some(before) if before != body => {
            let rule = if nobody_removed {
                UNIQUE_ID_NAMES_ANOTHER
            } else {
                UNIQUE_ID_REUSED
            };
            let id = String::from_utf8_lossy(id);
            let explanation = format!("unique-id {id} had another body before");
            found.note(rule, explanation);
        }
        Some(_) => {}
        None => known.body = Some(body),
    }
}

/// Remembers that QUIT has removed the marked messages.
pub(crate) fn removed(drop: &Maildrop, here: &mut Here<'_>) {
    for message in &drop.marks {
        let Some(id) = drop.unique_ids.get(message) else {
            continue;
        };
        let stays = drop
            .unique_ids
            .iter()
            .any(|(other, other_id)| other_id == id && !drop.marks.contains(other));
        if let Some(known) = here.account.unique_ids.known.get_mut(id)
            && !stays
            && !drop.marks_unsure
        {
            known.gone = Some((here.now, drop.since));
        }
    }
}

fn listed(drop: &Maildrop, id: &[u8], shown: &str, here: &mut Here<'_>, found: &mut Findings<'_>) {
    let known = &here.account.unique_ids.known;
    let Some(before) = known.get(id) else {
        if known.len() < LIMIT {
            let news = Known {
                seen: here.now,
                gone: None,
                body: None,
            };
            here.account.unique_ids.known.insert(id.to_vec(), news);
        }
        return;
    };
    if let Some((gone, opened)) = before.gone
        && gone < drop.since
        && here.account.nothing_added_since(opened)
    {
        let explanation =
            format!("the message with unique-id {shown} was removed at QUIT, and is listed");
        found.at(REMOVED_RETURNS, shown, explanation);
    }
}

fn shared(drop: &Maildrop, found: &mut Findings<'_>) {
    let mut first: BTreeMap<&[u8], u32> = BTreeMap::new();
    for (&message, id) in &drop.unique_ids {
        let Some(other) = first.insert(id, message) else {
            continue;
        };
        let (one, two) = (drop.sizes.get(&other), drop.sizes.get(&message));
        if let (Some(one), Some(two)) = (one, two)
            && one != two
        {
            let shown = String::from_utf8_lossy(id);
            found.at(
                UNIQUE_ID_SHARED,
                &shown,
                format!("messages {other} and {message} differ in size and share {shown}"),
            );
            return;
        }
    }
}

fn unlisted(drop: &Maildrop, here: &mut Here<'_>, found: &mut Findings<'_>) {
    if !here.account.nobody_removed() || here.account.unique_ids.hidden {
        return;
    }
    let listed: BTreeSet<&[u8]> = drop.unique_ids.values().map(Vec::as_slice).collect();
    let lost = here
        .account
        .unique_ids
        .known
        .iter()
        .find(|(id, known)| known.seen < drop.since && !listed.contains(id.as_slice()))
        .map(|(id, _)| id.clone());
    if let Some(id) = lost {
        here.account.unique_ids.known.remove(&id);
        let shown = String::from_utf8_lossy(&id);
        let explanation = format!("unique-id {shown} is not listed, and nobody removed mail");
        found.note(UNLISTED_WITHOUT_REMOVAL, explanation);
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn a_message_keeps_its_unique_id() {
        let history = |id: &str| {
            rules(&format!(
                "p: opened
                p> UIDL
                p< +OK|1 aaa|.
                p> UIDL 1
                p< +OK 1 {id}"
            ))
        };
        assert_eq!(history("aaa"), NONE);
        assert_eq!(history("bbb"), ["pop3-unique-id-changed"]);
    }

    #[test]
    fn only_identical_messages_share_one() {
        let history = |second: u32| {
            rules(&format!(
                "p: opened
                p> LIST
                p< +OK|1 100|2 {second}|.
                p> UIDL
                p< +OK|1 aaa|2 aaa|."
            ))
        };
        assert_eq!(history(100), NONE);
        assert_eq!(history(101), ["pop3-unique-id-shared"]);
    }

    const FIRST: &str = "p: opened
        p> UIDL
        p< +OK|1 aaa|2 bbb|.";

    #[test]
    fn what_quit_removed_stays_away() {
        let history = |end: &str, between: &str| {
            rules(&format!(
                "{FIRST}
                p> DELE 1
                p< +OK
                {end}
                p!
                {between}
                q: opened
                q> UIDL
                q< +OK|1 aaa|2 bbb|."
            ))
        };
        let rule = ["pop3-removed-message-returns"];
        assert_eq!(history("p> QUIT\np< +OK", ""), rule);
        assert_eq!(history("p> QUIT\np< -ERR some not removed", ""), NONE);
        assert_eq!(history("p> RSET\np< +OK\np> QUIT\np< +OK", ""), NONE);
        assert_eq!(history("", ""), NONE);
        let delivery = "d: lmtp\nd> DATA";
        assert_eq!(history("p> QUIT\np< +OK", delivery), NONE, "may be a hash");
    }

    #[test]
    fn what_nobody_removed_is_listed() {
        let history = |between: &str, list: &str| {
            rules(&format!(
                "{FIRST}
                {between}
                p!
                q: opened
                q> UIDL
                q< +OK|{list}."
            ))
        };
        assert_eq!(history("", "1 aaa|2 bbb|"), NONE);
        assert_eq!(history("", "1 aaa|2 bbb|3 ccc|"), NONE);
        assert_eq!(history("", "1 bbb|"), ["pop3-message-lost"]);
        assert_eq!(history("", "1 aaa|2 ccc|"), ["pop3-message-lost"]);
        assert_eq!(
            history("p> DELE 1\np< +OK", "1 bbb|"),
            ["pop3-message-lost"]
        );
        assert_eq!(
            history("p> DELE 1\np< +OK\np> QUIT\np< +OK", "1 bbb|"),
            NONE
        );
        let taken = "p> RETR 1\np< +OK|x|.\np> QUIT\np< +OK";
        assert_eq!(history(taken, "1 bbb|"), NONE, "site policy");
        let kept = format!("p> CAPA\np< +OK|EXPIRE NEVER|.\n{taken}");
        assert_eq!(history(&kept, "1 bbb|"), ["pop3-message-lost"]);
        let imap = "a: selected 2 9\na> A1 EXPUNGE";
        assert_eq!(history(imap, "1 bbb|"), NONE);
    }

    #[test]
    fn a_unique_id_has_one_body() {
        let history = |end: &str, second: &str| {
            rules(&format!(
                "{FIRST}
                p> CAPA
                p< +OK|EXPIRE NEVER|.
                p> RETR 1
                p< +OK|a: b||one|.
                {end}
                p!
                q: opened
                q> UIDL 1
                q< +OK 1 aaa
                q> RETR 1
                q< +OK|{second}."
            ))
        };
        assert_eq!(history("", "a: b||one|"), NONE);
        assert_eq!(history("", "Status: RO|a: b||one|"), NONE);
        assert_eq!(history("", "a: b||two|"), ["unique-id-names-another"]);
        let removed = "p> DELE 2\np< +OK\np> QUIT\np< +OK";
        assert_eq!(history(removed, "a: b||two|"), ["unique-id-reused"]);
    }
}
