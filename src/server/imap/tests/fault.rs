//! Each IMAP fault, seen to differ from a conforming server.

use pretty_assertions::{assert_eq, assert_ne};

use super::client::{Client, server};
use crate::server::Fault;
use crate::server::testing;

/// Runs a script on a server with these faults; gives what its last step gave. A step is a client
/// (`A` or `B`, both with INBOX selected) and a command; `>` in front of a text stands for
/// an APPEND of it to INBOX.
async fn play(faults: &[Fault], script: &[&str]) -> String {
    let server = server(faults).await;
    let mut clients = [Client::inbox(&server).await, Client::inbox(&server).await];
    let mut last = Vec::new();
    for step in script {
        let (name, command) = step.split_once(' ').unwrap();
        let client = &mut clients[usize::from(name == "B")];
        last = match command.split_once('>') {
            Some((flags, message)) if flags.is_empty() || flags.ends_with(' ') => {
                let append = format!("APPEND INBOX {flags}{{{}+}}\r\n{message}", message.len());
                client.command(&append).await
            }
            _ => client.command(command).await,
        };
    }
    last.join(" | ")
}

/// Faults, scripts, and what the last step gives without the fault.
const FAULTS: &[(Fault, &[&str], &str)] = &[
    (
        Fault::CondstoreModseqNotEnabled,
        &["A >x", "B NOOP", "A STORE 1 FLAGS (\\Seen)", "B NOOP"],
        "* 1 FETCH (FLAGS (\\Seen)) | T OK Done",
    ),
    (
        Fault::CopyuidSourceUidvalidity,
        &["A >x", "A COPY 1 Sent"],
        "T OK [COPYUID 5 1 1] COPY completed",
    ),
    (
        Fault::EnvelopeRawUtf8InQuoted,
        &["A >Subject: ü\r\n\r\n", "A FETCH 1 ENVELOPE"],
        "* 1 FETCH (ENVELOPE (NIL {2}\r\nü NIL NIL NIL NIL NIL NIL NIL NIL)) | \
         T OK FETCH completed",
    ),
    (
        Fault::EnvelopeSpaceBetweenAddresses,
        &["A >To: a@b, c@d\r\n\r\n", "A FETCH 1 ENVELOPE"],
        "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL ((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\")) \
         NIL NIL NIL NIL)) | T OK FETCH completed",
    ),
    (
        Fault::EsearchAnsweredBySearch,
        &["A SEARCH RETURN (COUNT) ALL"],
        "* ESEARCH (TAG \"T3\") COUNT 0 | T OK SEARCH completed",
    ),
    (
        Fault::ExamineSetsSeen,
        &[
            "A >x",
            "A EXAMINE INBOX",
            "A FETCH 1 BODY[]",
            "A FETCH 1 FLAGS",
        ],
        "* 1 FETCH (FLAGS ()) | T OK FETCH completed",
    ),
    (
        Fault::ExistsIgnoresPendingExpunge,
        &[
            "A (\\Deleted) >x",
            "B NOOP",
            "A EXPUNGE",
            "A >y",
            "B SEARCH ALL",
        ],
        "* SEARCH 1 | * 2 EXISTS | * 0 RECENT | T OK SEARCH completed",
    ),
    (
        Fault::ExpungeNumbersNotRenumbered,
        &["A (\\Deleted) >x", "A (\\Deleted) >y", "A EXPUNGE"],
        "* 1 EXPUNGE | * 1 EXPUNGE | T OK EXPUNGE completed",
    ),
    (
        Fault::ExpungeSentDuringFetch,
        &["A (\\Deleted) >x", "B NOOP", "A EXPUNGE", "B FETCH 1 UID"],
        "* 1 FETCH (UID 1) | T OK FETCH completed",
    ),
    (
        Fault::ExistsShrinksWithoutExpunge,
        &["A (\\Deleted) >x", "A EXPUNGE"],
        "* 1 EXPUNGE | T OK EXPUNGE completed",
    ),
    (
        Fault::FetchBeforeExists,
        &["A >x", "B NOOP"],
        "* 1 EXISTS | * 0 RECENT | T OK Done",
    ),
    (
        Fault::FetchDummyBodyAfterPop3Delete,
        &[
            "A (\\Deleted) >x",
            "B NOOP",
            "A EXPUNGE",
            "B FETCH 1 BODY.PEEK[]",
        ],
        "* 1 FETCH (BODY[] {1}\r\nx) | T OK FETCH completed",
    ),
    (
        Fault::FetchNstringAsAtom,
        &["A >Subject: s\r\n\r\n", "A FETCH 1 ENVELOPE"],
        "* 1 FETCH (ENVELOPE (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL)) | T OK FETCH completed",
    ),
    (
        Fault::FetchUsesGlobalSeqnum,
        &[
            "A (\\Deleted) >x",
            "A >y",
            "B NOOP",
            "A EXPUNGE",
            "B FETCH 2 UID",
        ],
        "* 2 FETCH (UID 2) | T OK FETCH completed",
    ),
    (
        Fault::FlagsStaleBetweenSessions,
        &[
            "A >x",
            "B NOOP",
            "A STORE 1 FLAGS (\\Seen)",
            "B FETCH 1 FLAGS",
        ],
        "* 1 FETCH (FLAGS (\\Seen)) | T OK FETCH completed",
    ),
    (
        Fault::FlagsTrailingSpace,
        &["A UNSELECT", "A SELECT INBOX"],
        "* FLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen) | * OK [PERMANENTFLAGS \
         (\\Answered \\Deleted \\Draft \\Flagged \\Seen \\*)] These can be kept | * 0 EXISTS | \
         * 0 RECENT | * OK [UIDVALIDITY 1] UIDs are valid | * OK [UIDNEXT 1] Next UID | \
         * OK [HIGHESTMODSEQ 1] Highest mod-sequence | T OK [READ-WRITE] Mailbox is selected",
    ),
    (
        Fault::HeaderFieldsDropsFoldedLines,
        &[
            "A >S: a\r\n b\r\n\r\n",
            "A FETCH 1 BODY.PEEK[HEADER.FIELDS (S)]",
        ],
        "* 1 FETCH (BODY[HEADER.FIELDS (S)] {12}\r\nS: a\r\n b\r\n\r\n) | T OK FETCH completed",
    ),
    (
        Fault::LeadingStarMeansFirst,
        &["A >x", "A >y", "A >z", "A UID FETCH *:2 UID"],
        "* 2 FETCH (UID 2) | * 3 FETCH (UID 3) | T OK FETCH completed",
    ),
    (
        Fault::ListStatusMissingForParent,
        &["A CREATE p/c", "A LIST \"\" p RETURN (STATUS (MESSAGES))"],
        "* LIST (\\HasChildren) \"/\" p | * STATUS p (MESSAGES 0) | T OK LIST completed",
    ),
    (
        Fault::LiteralLengthOffByOne,
        &["A >x", "A FETCH 1 BODY.PEEK[]"],
        "* 1 FETCH (BODY[] {1}\r\nx) | T OK FETCH completed",
    ),
    (
        Fault::Mutf7AmpersandBroken,
        &["A CREATE R&-D", "A LIST \"\" R*"],
        "* LIST (\\HasNoChildren) \"/\" R&-D | T OK LIST completed",
    ),
    (
        Fault::PartialFetchPastEndGarbage,
        &["A >x", "A FETCH 1 BODY.PEEK[]<9.1>"],
        "* 1 FETCH (BODY[]<9> \"\") | T OK FETCH completed",
    ),
    (
        Fault::PeekSetsSeen,
        &["A >x", "A FETCH 1 BODY.PEEK[]"],
        "* 1 FETCH (BODY[] {1}\r\nx) | T OK FETCH completed",
    ),
    (
        Fault::QresyncMatchDataWrong,
        &[
            "A (\\Deleted) >x",
            "A EXPUNGE",
            "A UNSELECT",
            "A ENABLE QRESYNC",
            "A SELECT INBOX (QRESYNC (1 1))",
        ],
        "* FLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen) | * OK [PERMANENTFLAGS \
         (\\Answered \\Deleted \\Draft \\Flagged \\Seen \\*)] These can be kept | * 0 EXISTS | \
         * 0 RECENT | * OK [UIDVALIDITY 1] UIDs are valid | * OK [UIDNEXT 2] Next UID | \
         * OK [HIGHESTMODSEQ 3] Highest mod-sequence | * VANISHED (EARLIER) 1 | \
         T OK [READ-WRITE] Mailbox is selected",
    ),
    (
        Fault::SearchDuplicatesMultiFlag,
        &["A (\\Seen \\Draft) >x", "A SEARCH SEEN"],
        "* SEARCH 1 | T OK SEARCH completed",
    ),
    (
        Fault::SearchEmptyTrailingSpace,
        &["A SEARCH SEEN"],
        "* SEARCH | T OK SEARCH completed",
    ),
    (
        Fault::SearchModseqExclusive,
        &[
            "A >x",
            "A NOOP",
            "A SELECT INBOX",
            "A FETCH 1 MODSEQ",
            "A SEARCH MODSEQ 2",
        ],
        "* SEARCH 1 (MODSEQ 2) | T OK SEARCH completed",
    ),
    (
        Fault::SearchNotSetWrong,
        &["A >x", "A >y", "A SEARCH NOT 2"],
        "* SEARCH 1 | T OK SEARCH completed",
    ),
    (
        Fault::SearchSeqsetAsUid,
        &["A (\\Deleted) >x", "A >y", "A EXPUNGE", "A SEARCH 1"],
        "* SEARCH 1 | T OK SEARCH completed",
    ),
    (
        Fault::SizeCountsBareLf,
        &["A >x\r\n", "A FETCH 1 RFC822.SIZE"],
        "* 1 FETCH (RFC822.SIZE 3) | T OK FETCH completed",
    ),
    (
        Fault::SpecialUseWrongAttribute,
        &["A LIST \"\" D%"],
        "* LIST (\\HasNoChildren \\Drafts) \"/\" Drafts | T OK LIST completed",
    ),
    (
        Fault::SpuriousContinuation,
        &["A CREATE {1+}\r\nx"],
        "T OK CREATE completed",
    ),
    (
        Fault::StoreNoUntaggedSeen,
        &["A >x", "A STORE 1 +FLAGS (\\Seen)"],
        "* 1 FETCH (FLAGS (\\Seen \\Recent)) | T OK STORE completed",
    ),
    (
        Fault::StoreSilentReplacesFlags,
        &[
            "A (\\Draft) >x",
            "A STORE 1 -FLAGS.SILENT (\\Seen)",
            "A FETCH 1 FLAGS",
        ],
        "* 1 FETCH (FLAGS (\\Draft \\Recent)) | T OK FETCH completed",
    ),
    (Fault::TaggedResponseBareLf, &["A NOOP"], "T OK Done"),
    (
        Fault::UidExpungeIgnoresSet,
        &["A (\\Deleted) >x", "A (\\Deleted) >y", "A UID EXPUNGE 2"],
        "* 2 EXPUNGE | T OK EXPUNGE completed",
    ),
    (
        Fault::UidExpungeStarRangeMisses,
        &["A (\\Deleted) >x", "A UID EXPUNGE 1:*"],
        "* 1 EXPUNGE | T OK EXPUNGE completed",
    ),
];

#[tokio::test]
async fn each_fault_changes_what_a_conforming_server_says() {
    for (fault, script, expected) in FAULTS {
        assert_eq!(&play(&[], script).await, expected, "{script:?}");
        let faulty = play(&[*fault], script).await;
        assert_ne!(&faulty, expected, "{} is not seen: {script:?}", fault.id());
    }
}

#[tokio::test]
async fn select_counts_pending_messages_twice() {
    for (faults, exists) in [(&[][..], 1), (&[Fault::SelectDoubleCountsPending], 2)] {
        let server = server(faults).await;
        let mut c = Client::login(&server).await;
        c.append("", "x").await;
        let lines = c.ok("SELECT INBOX").await;
        assert!(lines.contains(&format!("* {exists} EXISTS")), "{lines:#?}");
    }
}

#[tokio::test]
async fn pipelined_commands_run_in_the_wrong_order() {
    for (faults, first) in [
        (&[][..], "a "),
        (&[Fault::PipelinedStoreExpungeReordered], "b "),
    ] {
        let server = server(faults).await;
        let mut c = Client::login(&server).await;
        c.send("a NOOP\r\nb NOOP\r\n").await;
        assert!(c.line().await.starts_with(first));
    }
}

#[tokio::test]
async fn idle_misses_an_expunge_or_tells_late() {
    for (faults, told) in [
        (&[][..], &["* 1 EXPUNGE", "* 1 EXISTS"][..]),
        (&[Fault::IdleMissesExpunge], &["* 2 EXISTS"]),
    ] {
        let server = server(faults).await;
        let mut a = Client::inbox(&server).await;
        a.append("(\\Deleted) ", "x").await;
        let mut b = Client::inbox(&server).await;
        a.send("i IDLE\r\n").await;
        assert_eq!(a.line().await, "+ idling");
        b.ok("EXPUNGE").await;
        b.append("", "y").await;
        for line in told {
            assert_eq!(a.line().await, *line);
        }
    }
    let server = server(&[Fault::IdleOneEventLate]).await;
    let mut a = Client::inbox(&server).await;
    let mut b = Client::inbox(&server).await;
    a.send("i IDLE\r\n").await;
    assert_eq!(a.line().await, "+ idling");
    b.append("", "x").await;
    a.send("DONE\r\n").await;
    let lines = a.until_tagged("i").await;
    assert_eq!(lines.last().unwrap(), "T OK IDLE ended");
}

#[tokio::test]
async fn starttls_and_what_was_injected_before_it() {
    for (faults, first) in [(&[][..], "c "), (&[Fault::StarttlsCommandInjection], "b ")] {
        let server = server(faults).await;
        let mut c = testing::Client::connect(server.ports().imap).await;
        c.line().await;
        c.send("a STARTTLS\r\nb NOOP\r\n").await;
        assert_eq!(c.line().await, "a OK Begin TLS now");
        let mut c = c.secured(&server).await;
        c.send("c CAPABILITY\r\n").await;
        let mut line = c.line().await;
        if line.starts_with("* CAPABILITY") {
            assert!(!line.contains("STARTTLS"), "{line}");
            line = c.line().await;
        }
        assert!(line.starts_with(first), "{line}");
    }
}
