//! What SELECT and EXAMINE have to say, and that it fits together.
//!
//! Verified: the required data of the revision in force; PERMANENTFLAGS against FLAGS; [READ-ONLY]
//! of EXAMINE; [CLOSED] where it is required; RECENT, UNSEEN and UIDNEXT against EXISTS; UIDNEXT,
//! HIGHESTMODSEQ and the number of messages against what sessions saw before this command went out.
//! Not verified: UNSEEN when it is missing, and RECENT after SELECT, which no EXPUNGE has to
//! correct.

use crate::finding::rule::imap_state::{
    CLOSED_MISSING, EXAMINE_NOT_READ_ONLY, HIGHESTMODSEQ_MISSING, PERMANENT_FLAG_UNKNOWN,
    RECENT_EXCEEDS_EXISTS, SELECT_INCOMPLETE, UIDNEXT_TOO_LOW, UNSEEN_OUT_OF_RANGE,
};
use crate::finding::rule::mailbox::{
    COUNT_BELOW_KNOWN, HIGHESTMODSEQ_DECREASED, UIDNEXT_DECREASED,
};
use crate::model::findings::Findings;
use crate::model::imap_view::{Here, ImapView, Picture};
use crate::wire::imap::{Code, Data, Status};

/// Takes over a response code that came while the mailbox was being opened.
pub(crate) fn take_code(picture: &mut Picture, code: &Code) {
    match code {
        Code::UidValidity(validity) => picture.validity = Some(*validity),
        Code::UidNext(uidnext) => {
            picture.uidnext = Some(*uidnext);
            picture.below_uidnext = picture.exists.unwrap_or(0);
        }
        Code::Unseen(seq) => picture.unseen = Some(*seq),
        Code::HighestModseq(modseq) => picture.highest_modseq = Some(*modseq),
        Code::NoModseq => picture.no_modseq = true,
        Code::PermanentFlags(flags) => picture.permanent_flags = Some(flags.clone()),
        _ => {}
    }
}

/// Takes over data that came while the mailbox was being opened.
pub(crate) fn take_data(picture: &mut Picture, data: &Data) {
    match data {
        Data::Exists(count) => picture.exists = Some(*count),
        Data::Recent(count) => picture.recent = Some(*count),
        Data::Flags(flags) => {
            let flags = flags.iter().map(|flag| flag.to_ascii_uppercase());
            picture.flags = Some(flags.collect());
        }
        Data::List { lsub: false, .. } => picture.list = true,
        _ => {}
    }
}

/// Judges the data of a SELECT that ends with OK, for themselves.
pub(crate) fn check(view: &ImapView, picture: &Picture, status: &Status, found: &mut Findings<'_>) {
    let missing = missing(view, picture);
    if !missing.is_empty() {
        let explanation = format!("SELECT is OK without {}", missing.join(", "));
        found.note(SELECT_INCOMPLETE, explanation);
    }
    if picture.examine && status.code != Some(Code::ReadOnly) {
        let explanation = "EXAMINE is OK without [READ-ONLY]".to_owned();
        found.note(EXAMINE_NOT_READ_ONLY, explanation);
    }
    let modseqs = ["CONDSTORE", "QRESYNC"];
    if modseqs.iter().any(|name| view.has_enabled(name))
        && picture.highest_modseq.is_none()
        && !picture.no_modseq
    {
        let explanation = "neither HIGHESTMODSEQ nor NOMODSEQ was said".to_owned();
        found.note(HIGHESTMODSEQ_MISSING, explanation);
    }
    permanent_flags(picture, found);
    closed(view, picture, found);
    counts(picture, found);
}

fn permanent_flags(picture: &Picture, found: &mut Findings<'_>) {
    let (Some(flags), Some(permanent)) = (&picture.flags, &picture.permanent_flags) else {
        return;
    };
    let is_unknown = |flag: &&String| *flag != "\\*" && !flags.contains(&flag.to_ascii_uppercase());
    if let Some(flag) = permanent.iter().find(is_unknown) {
        let explanation = format!("PERMANENTFLAGS names {flag}, and FLAGS does not");
        found.note(PERMANENT_FLAG_UNKNOWN, explanation);
    }
}

/// Judges the data of a SELECT that ends with OK, against what all sessions saw before.
pub(crate) fn compare(
    view: &ImapView,
    picture: &Picture,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let Some((mailbox, validity)) = picture.identity() else {
        return;
    };
    let nobody_removed = here.account.nobody_removed();
    let Some(instance) = here.account.instance(&mailbox, validity) else {
        return;
    };
    if let Some(uidnext) = picture.uidnext {
        uidnext_said(instance, uidnext, picture.since, here.now, found);
    }
    if let Some(modseq) = picture.highest_modseq {
        let before = instance.modseq.at(picture.since);
        if let Some(before) =
            before.filter(|&before| modseq < before && view.has_enabled("QRESYNC"))
        {
            let explanation = format!("HIGHESTMODSEQ was {before} or more and now is {modseq}");
            found.note(HIGHESTMODSEQ_DECREASED, explanation);
        }
        instance.modseq.raise(here.now, modseq);
    }
    let known = instance
        .messages
        .values()
        .filter(|message| message.gone.is_none() && message.seen < picture.since)
        .count();
    if let Some(exists) = picture.exists
        && nobody_removed
        && u64::from(exists) < known as u64
    {
        let explanation =
            format!("{known} messages were seen, nobody removed any, and there are {exists}");
        found.note(COUNT_BELOW_KNOWN, explanation);
    }
}

/// Judges a UIDNEXT that was asked for at the moment `after`.
pub(crate) fn uidnext_said(
    instance: &mut crate::model::store::Instance,
    uidnext: u32,
    after: u64,
    now: u64,
    found: &mut Findings<'_>,
) {
    let before = instance.next.at(after);
    if let Some(before) = before.filter(|&before| u64::from(uidnext) < before) {
        let explanation = format!("UIDNEXT has to be {before} at least and is {uidnext}");
        found.note(UIDNEXT_DECREASED, explanation);
    }
    instance.next.raise(now, u64::from(uidnext));
}

fn missing(view: &ImapView, picture: &Picture) -> Vec<&'static str> {
    let required = [
        ("FLAGS", picture.flags.is_some()),
        ("EXISTS", picture.exists.is_some()),
        ("RECENT", picture.recent.is_some() || !view.is_rev1()),
        ("LIST", picture.list || !view.is_rev2()),
        ("PERMANENTFLAGS", picture.permanent_flags.is_some()),
        ("UIDNEXT", picture.uidnext.is_some()),
        ("UIDVALIDITY", picture.validity.is_some()),
    ];
    required
        .into_iter()
        .filter_map(|(name, said)| (!said).then_some(name))
        .collect()
}

fn closed(view: &ImapView, picture: &Picture, found: &mut Findings<'_>) {
    let Some(before) = view.picture() else { return };
    let required = view.has_enabled("QRESYNC") || view.is_rev2();
    let another =
        before.mailbox.is_some() && picture.mailbox.is_some() && before.mailbox != picture.mailbox;
    if required && another && !picture.closed {
        let explanation = "another mailbox was selected, and [CLOSED] did not come".to_owned();
        found.note(CLOSED_MISSING, explanation);
    }
}

fn counts(picture: &Picture, found: &mut Findings<'_>) {
    let Some(exists) = picture.exists else { return };
    if let Some(recent) = picture.recent.filter(|&recent| recent > exists) {
        let explanation = format!("{recent} messages are recent, and there are {exists}");
        found.note(RECENT_EXCEEDS_EXISTS, explanation);
    }
    if let Some(unseen) = picture.unseen.filter(|&unseen| unseen > exists) {
        let explanation = format!("message {unseen} is unseen, and there are {exists}");
        found.note(UNSEEN_OUT_OF_RANGE, explanation);
    }
    if let Some(uidnext) = picture.uidnext.filter(|&uidnext| uidnext <= exists) {
        let explanation = format!("UIDNEXT is {uidnext}, and there are {exists} messages");
        found.note(UIDNEXT_TOO_LOW, explanation);
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    const DATA: [(&str, &str); 6] = [
        ("FLAGS", "* FLAGS ()"),
        ("EXISTS", "* 2 EXISTS"),
        ("RECENT", "* 1 RECENT"),
        ("PERMANENTFLAGS", "* OK [PERMANENTFLAGS ()] none"),
        ("UIDVALIDITY", "* OK [UIDVALIDITY 7] valid"),
        ("UIDNEXT", "* OK [UIDNEXT 9] next"),
    ];

    fn opened(capabilities: &str, without: &str, more: &str, end: &str) -> Vec<&'static str> {
        let data: Vec<String> = DATA
            .iter()
            .filter(|(name, _)| *name != without)
            .map(|(_, line)| format!("a< {line}"))
            .collect();
        let data = data.join("\n");
        rules(&format!(
            "a: imap
            a< * PREAUTH [CAPABILITY {capabilities}] hello
            a> A1 EXAMINE INBOX
            {data}
            {more}
            a< A1 {end}"
        ))
    }

    #[test]
    fn required_data_come() {
        let ok = "OK [READ-ONLY] done";
        assert_eq!(opened("IMAP4rev1", "", "", ok), NONE);
        for (name, _) in DATA {
            assert_eq!(
                opened("IMAP4rev1", name, "", ok),
                ["imap-select-incomplete"]
            );
            assert_eq!(opened("IMAP4rev1", name, "", "NO no"), NONE);
        }
        let list = "a< * LIST () \"/\" INBOX";
        assert_eq!(opened("IMAP4rev2", "RECENT", list, ok), NONE);
        assert_eq!(opened("IMAP4rev2", "", "", ok), ["imap-select-incomplete"]);
        assert_eq!(opened("IMAP4rev1 IMAP4rev2", "", "", ok), NONE);
    }

    #[test]
    fn examine_is_read_only() {
        for end in ["OK done", "OK [READ-WRITE] done"] {
            let found = opened("IMAP4rev1", "", "", end);
            assert_eq!(found, ["imap-examine-not-read-only"]);
        }
    }

    #[test]
    fn permanent_flags_are_among_the_flags() {
        let said = |flags: &str, permanent: &str| {
            let more = format!("a< * FLAGS ({flags})\na< * OK [PERMANENTFLAGS ({permanent})] x");
            opened("IMAP4rev1", "", &more, "OK [READ-ONLY] done")
        };
        assert_eq!(said("\\Seen Work", "\\seen work \\*"), NONE);
        let rule = ["imap-permanent-flag-unknown"];
        assert_eq!(said("\\Seen", "\\Seen work"), rule);
    }

    #[test]
    fn numbers_fit_exists() {
        for (more, rule) in [
            ("a< * 3 RECENT", "imap-recent-exceeds-exists"),
            ("a< * OK [UNSEEN 3] first", "imap-unseen-out-of-range"),
            ("a< * OK [UIDNEXT 2] next", "imap-uidnext-too-low"),
        ] {
            assert_eq!(opened("IMAP4rev1", "", more, "OK [READ-ONLY] done"), [rule]);
        }
        let fine = "a< * OK [UNSEEN 2] first\na< * 2 RECENT";
        assert_eq!(opened("IMAP4rev1", "", fine, "OK [READ-ONLY] done"), NONE);
    }

    /// A second SELECT of a session with QRESYNC.
    fn reopened(mailbox: &str, codes: &str) -> Vec<&'static str> {
        rules(&format!(
            "a: selected 2 9
            a> A1 ENABLE QRESYNC
            a< * ENABLED QRESYNC
            a< A1 OK done
            a> A2 SELECT {mailbox}
            {codes}
            a< * FLAGS ()
            a< * 2 EXISTS
            a< * 0 RECENT
            a< * OK [PERMANENTFLAGS ()] none
            a< * OK [UIDVALIDITY 7] valid
            a< * OK [UIDNEXT 9] next
            a< A2 OK [READ-WRITE] done"
        ))
    }

    #[test]
    fn qresync_demands_closed_and_highestmodseq() {
        let closed = "a< * OK [CLOSED] done";
        let modseq = "a< * OK [HIGHESTMODSEQ 5] highest";
        assert_eq!(reopened("Sent", &format!("{closed}\n{modseq}")), NONE);
        assert_eq!(reopened("Sent", modseq), ["imap-closed-missing"]);
        assert_eq!(reopened("INBOX", modseq), NONE);
        assert_eq!(reopened("INBOX", "a< * OK [NOMODSEQ] none"), NONE);
        assert_eq!(reopened("INBOX", ""), ["imap-highestmodseq-missing"]);
    }

    #[test]
    fn what_a_mailbox_said_does_not_go_down() {
        let uidnext = |second: u32| format!("a: selected 1 9\nb: selected 1 {second}");
        assert_eq!(rules(&uidnext(8)), ["uidnext-decreased"]);
        assert_eq!(rules(&uidnext(9)), NONE);
        let modseq = |first: u32, second: u32| {
            format!(
                "a: selected 1 9
                a> A1 ENABLE QRESYNC
                a< * ENABLED QRESYNC
                a< A1 OK done
                a> A2 SELECT INBOX
                a< * FLAGS ()
                a< * 1 EXISTS
                a< * 0 RECENT
                a< * OK [PERMANENTFLAGS ()] none
                a< * OK [UIDVALIDITY 7] valid
                a< * OK [UIDNEXT 9] next
                a< * OK [HIGHESTMODSEQ {first}] highest
                a< A2 OK [READ-WRITE] done
                a> A3 SELECT INBOX
                a< * FLAGS ()
                a< * 1 EXISTS
                a< * 0 RECENT
                a< * OK [PERMANENTFLAGS ()] none
                a< * OK [UIDVALIDITY 7] valid
                a< * OK [UIDNEXT 9] next
                a< * OK [HIGHESTMODSEQ {second}] highest
                a< A3 OK [READ-WRITE] done"
            )
        };
        assert_eq!(rules(&modseq(5, 4)), ["highestmodseq-decreased"]);
        assert_eq!(rules(&modseq(5, 5)), NONE);
    }

    #[test]
    fn seen_messages_are_counted() {
        let history = |between: &str| {
            format!(
                "a: selected 3 9
                a> A1 UID FETCH 1:* UID
                a< * 1 FETCH (UID 2)
                a< * 2 FETCH (UID 4)
                a< * 3 FETCH (UID 6)
                a< A1 OK done
                {between}
                b: selected 2 9"
            )
        };
        assert_eq!(rules(&history("")), ["mailbox-count-below-known"]);
        assert_eq!(rules(&history("a> A2 EXPUNGE")), NONE);
        assert_eq!(rules(&history("a> A2 XREMOVE 2")), NONE);
        assert_eq!(rules(&history("a~")), NONE);
    }

    #[test]
    fn sessions_at_the_same_time_may_be_read_in_any_order() {
        let history = "a: imap
            a< * PREAUTH [CAPABILITY IMAP4rev1] hello
            b: imap
            b< * PREAUTH [CAPABILITY IMAP4rev1] hello
            a> A1 STATUS INBOX (UIDNEXT UIDVALIDITY)
            b> B1 STATUS INBOX (UIDNEXT UIDVALIDITY)
            b< * STATUS INBOX (UIDNEXT 9 UIDVALIDITY 7)
            b< B1 OK done
            a< * STATUS INBOX (UIDNEXT 8 UIDVALIDITY 7)
            a< A1 OK done";
        assert_eq!(rules(history), NONE);
    }
}
