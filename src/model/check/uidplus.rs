//! APPENDUID and COPYUID fit the command and what sessions saw before.
//!
//! Verified: as many new UIDs as messages; new UIDs ascend, and are above all that the mailbox had
//! when the command went out; COPYUID names only UIDs of the command; the UIDVALIDITY is that of
//! the destination. Not verified: which message a new UID names.

use crate::finding::rule::imap_state::{
    APPENDUID_COUNT, COPYUID_NOT_ASCENDING, COPYUID_NOT_ASKED, COPYUID_SIZES_DIFFER,
};
use crate::finding::rule::mailbox::{UID_ASSIGNED_TOO_LOW, UIDPLUS_VALIDITY_DIFFERS};
use crate::model::command::Command;
use crate::model::findings::Findings;
use crate::model::imap_view::{ANSWERS, Here, Pending};
use crate::model::set;
use crate::wire::imap::{Code, UidRange};

/// Judges a response code of the command in progress.
pub(crate) fn check(pending: &Pending, code: &Code, here: &mut Here<'_>, found: &mut Findings<'_>) {
    match (&pending.command, code) {
        (Command::Append { mailbox, messages }, Code::AppendUid { validity, uids }) => {
            let count = set::size(uids);
            if let Some(appended) = messages.filter(|&appended| appended != count) {
                let explanation =
                    format!("{appended} messages were appended, and APPENDUID names {count} UIDs");
                found.behind(APPENDUID_COUNT, "APPENDUID", 2, explanation);
            }
            assigned(pending, mailbox.as_deref(), *validity, uids, here, found);
        }
        (
            Command::Copy { set, mailbox, .. },
            Code::CopyUid {
                validity,
                source,
                destination,
            },
        ) => {
            copied(set.as_ref(), source, destination, found);
            assigned(
                pending,
                mailbox.as_deref(),
                *validity,
                destination,
                here,
                found,
            );
        }
        _ => {}
    }
}

fn copied(
    asked: Option<&set::Set>,
    source: &[UidRange],
    destination: &[UidRange],
    found: &mut Findings<'_>,
) {
    let (from, to) = (set::size(source), set::size(destination));
    if from != to {
        let explanation = format!("COPYUID names {from} UIDs copied and {to} new ones");
        found.behind(COPYUID_SIZES_DIFFER, "COPYUID", 3, explanation);
    }
    if destination
        .windows(2)
        .any(|pair| pair[1].low <= pair[0].high)
    {
        let explanation = format!("the new UIDs {} do not ascend", set::text(destination));
        found.behind(COPYUID_NOT_ASCENDING, "COPYUID", 3, explanation);
    }
    let Some(asked) = asked.filter(|asked| !asked.has_star()) else {
        return;
    };
    let unasked = set::numbers(source, ANSWERS).find(|&uid| !asked.contains(uid, u32::MAX));
    if let Some(uid) = unasked {
        let explanation = format!("COPYUID names UID {uid}, which the command did not");
        found.behind(COPYUID_NOT_ASKED, "COPYUID", 2, explanation);
    }
}

/// Judges new UIDs of a mailbox, and remembers them.
fn assigned(
    pending: &Pending,
    mailbox: Option<&[u8]>,
    validity: u32,
    uids: &[UidRange],
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let Some(name) = mailbox else { return };
    let shown = String::from_utf8_lossy(name);
    let stable = here.account.mailboxes_are_stable();
    let latest = here
        .account
        .mailbox(name)
        .and_then(|mailbox| mailbox.latest);
    if let Some((when, known)) = latest
        && stable
        && when <= pending.sent
        && known != validity
    {
        let explanation =
            format!("{shown} has UIDVALIDITY {known}, and the response code says {validity}");
        found.at(UIDPLUS_VALIDITY_DIFFERS, &validity.to_string(), explanation);
        return;
    }
    let Some(instance) = here.account.instance(name, validity) else {
        return;
    };
    let (Some(lowest), Some(highest)) = (
        uids.iter().map(|range| range.low).min(),
        uids.iter().map(|range| range.high).max(),
    ) else {
        return;
    };
    let least = instance.next.at(pending.sent);
    if let Some(least) = least.filter(|&least| u64::from(lowest) < least) {
        let explanation =
            format!("the next UID of {shown} was {least} or more, and {lowest} was given");
        found.at(UID_ASSIGNED_TOO_LOW, &lowest.to_string(), explanation);
        return;
    }
    instance.next.raise(here.now, u64::from(highest) + 1);
    for uid in set::numbers(uids, ANSWERS) {
        here.account.message(name, validity, uid, here.now);
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    fn answered(command: &str, code: &str) -> Vec<&'static str> {
        rules(&format!(
            "a: selected 3 9
            a> A1 {command}
            a< A1 OK [{code}] done"
        ))
    }

    #[test]
    fn appenduid_names_the_message() {
        assert_eq!(answered("APPEND INBOX {20}", "APPENDUID 7 9"), NONE);
        assert_eq!(answered("APPEND INBOX {20} {30}", "APPENDUID 7 9:10"), NONE);
        let rule = ["imap-appenduid-count"];
        assert_eq!(answered("APPEND INBOX {20}", "APPENDUID 7 9:10"), rule);
        assert_eq!(answered("APPEND INBOX {20} {30}", "APPENDUID 7 9"), rule);
        let parts = "APPEND INBOX CATENATE (TEXT {20} TEXT {30}";
        assert_eq!(answered(parts, "APPENDUID 7 9"), NONE);
    }

    #[test]
    fn new_uids_are_above_old_ones() {
        let rule = ["uid-assigned-too-low"];
        assert_eq!(answered("APPEND INBOX {20}", "APPENDUID 7 8"), rule);
        assert_eq!(answered("UID COPY 1:2 INBOX", "COPYUID 7 1:2 8:9"), rule);
        assert_eq!(answered("UID COPY 1:2 INBOX", "COPYUID 7 1:2 9:10"), NONE);
        assert_eq!(answered("UID COPY 1 Sent", "COPYUID 3 1 1"), NONE);
    }

    #[test]
    fn the_uidvalidity_is_that_of_the_destination() {
        let rule = ["uidplus-uidvalidity-differs"];
        assert_eq!(answered("APPEND INBOX {20}", "APPENDUID 8 9"), rule);
    }

    #[test]
    fn copyuid_pairs_messages() {
        for (code, expected) in [
            ("COPYUID 3 1:3 5:7", &[][..]),
            ("COPYUID 3 3,1:2 5,6,7", &[]),
            ("COPYUID 3 1:3 5:6", &["imap-copyuid-sizes-differ"]),
            ("COPYUID 3 1,2 6,5", &["imap-copyuid-not-ascending"]),
            ("COPYUID 3 4 5", &["imap-copyuid-not-asked"]),
        ] {
            assert_eq!(answered("UID COPY 1:3 Sent", code), expected, "{code}");
        }
        assert_eq!(answered("COPY 1:3 Sent", "COPYUID 3 4 5"), NONE);
        let moved = "a: selected 3 9
            a> A1 UID MOVE 2 Sent
            a< * OK [COPYUID 3 4 5] moved
            a< * 1 EXPUNGE
            a< A1 OK done";
        assert_eq!(rules(moved), ["imap-copyuid-not-asked"]);
    }
}
