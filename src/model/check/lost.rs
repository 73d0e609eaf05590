//! Messages neither come back nor go away by themselves.
//!
//! Verified: a message whose expunge a session was told is not seen by a session that selects the
//! mailbox later; a message that was seen is seen by every session that selects the mailbox later, if
//! no session and nothing else can have removed mail. Absence is concluded only from neighbours with
//! adjacent numbers and from UID SEARCH ALL. Not verified: sessions that have the mailbox selected
//! already (RFC 2180 lets them see what is gone), and what reaches IMAP from POP3 with delay, because
//! how long that may take is for a scenario to say.

use crate::finding::rule::mailbox::{EXPUNGED_RETURNS, MESSAGE_LOST};
use crate::model::findings::Findings;
use crate::model::imap_view::{Here, Picture};

/// Remembers that a message is gone.
pub(crate) fn expunged(picture: &Picture, uid: u32, here: &mut Here<'_>) {
    let Some((mailbox, validity)) = picture.identity() else {
        return;
    };
    if let Some(message) = here.account.message(&mailbox, validity, uid, here.now) {
        message.gone.get_or_insert(here.now);
    }
}

/// Judges that a message is there, and that there is none between it and its neighbours.
pub(crate) fn check(
    picture: &Picture,
    seq: u32,
    uid: u32,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let Some((mailbox, validity)) = picture.identity() else {
        return;
    };
    if let Some(instance) = here.account.instance(&mailbox, validity) {
        instance.next.raise(here.now, u64::from(uid) + 1);
    }
    let obscured = here.account.is_obscured();
    if let Some(message) = here.account.message(&mailbox, validity, uid, here.now)
        && !obscured
        && message.gone.is_some_and(|gone| gone < picture.since)
    {
        found.at(
            EXPUNGED_RETURNS,
            &format!("UID {uid}"),
            format!("the message with UID {uid} was expunged, and is message {seq} here"),
        );
    }
    let below = picture.numbers.below(seq);
    let below = match below {
        Some((other, low)) if other + 1 == seq => Some(low),
        _ if seq == 1 => Some(0),
        _ => None,
    };
    let above = picture.numbers.above(seq);
    let above = match above {
        Some((other, high)) if other == seq + 1 => Some(high),
        _ => None,
    };
    for (low, high) in [(below, Some(uid)), (Some(uid), above)] {
        if let (Some(low), Some(high)) = (low, high) {
            absent(picture, |other| low < other && other < high, here, found);
        }
    }
}

/// Judges that no message with a UID that `is_absent` holds for is there.
pub(crate) fn absent(
    picture: &Picture,
    is_absent: impl Fn(u32) -> bool,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    if !here.account.nobody_removed() {
        return;
    }
    let Some((mailbox, validity)) = picture.identity() else {
        return;
    };
    let Some(instance) = here.account.instance(&mailbox, validity) else {
        return;
    };
    let lost = instance
        .messages
        .iter()
        .find(|&(&uid, message)| {
            is_absent(uid) && message.gone.is_none() && message.seen < picture.since
        })
        .map(|(&uid, _)| uid);
    if let Some(uid) = lost {
        instance.messages.remove(&uid);
        let explanation =
            format!("the message with UID {uid} is not there any more, and nobody removed it");
        found.note(MESSAGE_LOST, explanation);
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    const SEEN: &str = "a: selected 3 9
        a> A1 UID FETCH 1:* UID
        a< * 1 FETCH (UID 2)
        a< * 2 FETCH (UID 4)
        a< * 3 FETCH (UID 6)
        a< A1 OK done";

    #[test]
    fn the_expunged_do_not_return() {
        let history = |opened_before: &str, opened_after: &str| {
            rules(&format!(
                "{SEEN}
                {opened_before}
                a> A2 EXPUNGE
                a< * 2 EXPUNGE
                a< A2 OK done
                {opened_after}
                b> B1 FETCH 2 UID
                b< * 2 FETCH (UID 4)
                b< B1 OK done"
            ))
        };
        assert_eq!(history("", "b: selected 3 9"), ["expunged-message-returns"]);
        assert_eq!(history("b: selected 3 9", ""), NONE, "it may still see it");
    }

    #[test]
    fn nothing_is_lost() {
        let history = |between: &str, second: &str| {
            rules(&format!(
                "{SEEN}
                {between}
                b: selected 4 9
                b> B1 UID FETCH 1:* UID
                b< * 1 FETCH (UID 2)
                b< * 2 FETCH (UID {second})
                b< B1 NO some are gone"
            ))
        };
        assert_eq!(history("", "6"), ["message-lost"]);
        assert_eq!(history("", "4"), NONE);
        assert_eq!(history("a> A2 CLOSE", "6"), NONE);
        let pop3 = "p: opened\np> DELE 2\np< +OK\np> QUIT\np< +OK";
        assert_eq!(history(pop3, "6"), NONE);
        let dropped = "p: opened\np> DELE 2\np< +OK\np!";
        assert_eq!(history(dropped, "6"), ["message-lost"]);
    }

    #[test]
    fn uid_search_all_finds_all() {
        let history = |hits: &str| {
            rules(&format!(
                "{SEEN}
                b: selected 3 9
                b> B1 UID SEARCH ALL
                b< * SEARCH{hits}
                b< B1 OK done"
            ))
        };
        assert_eq!(history(" 2 6 8"), ["message-lost"]);
        assert_eq!(history(" 2 4 6"), NONE);
    }

    #[test]
    fn what_happens_outside_stops_the_conclusion() {
        let mut play = crate::model::testing::Play::default();
        play.play(SEEN);
        play.world.obscure("me");
        play.play("b: selected 2 9");
        assert_eq!(play.found, []);
    }
}
