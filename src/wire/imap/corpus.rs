//! Lines of servers, judged by hand from the ABNF: those that are right, and those that are wrong
//! with the first wrong octet marked.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;

use super::{Context, parse};

/// Before each octet that is wrong.
const MARK: char = '¦';

/// The state of a connection in which a line is judged.
fn context(state: &str) -> Context {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let (capabilities, enabled): (BTreeSet<String>, BTreeSet<String>) = match state {
        "unknown" => (set(&[]), set(&[])),
        "rev1" => (set(&["IMAP4REV1"]), set(&[])),
        "rev2" => (set(&["IMAP4REV1", "IMAP4REV2"]), set(&["IMAP4REV2"])),
        "utf8" => (set(&["IMAP4REV1"]), set(&["UTF8=ACCEPT"])),
        "qresync" => (set(&["IMAP4REV1"]), set(&["QRESYNC", "CONDSTORE"])),
        _ => panic!("no such state: {state}"),
    };
    Context {
        capabilities,
        enabled,
    }
}

/// The octets of a line: `␍`, `␊` and `␀` stand for CR, LF and NUL, CRLF is added at the end where
/// no LF stands.
fn octets(line: &str) -> Vec<u8> {
    let plain = line
        .replace('␍', "\r")
        .replace('␊', "\n")
        .replace('␀', "\0");
    let end = if plain.ends_with('\n') { "" } else { "\r\n" };
    [plain.as_bytes(), end.as_bytes()].concat()
}

/// Judges a line; gives it back with a mark at each wrong octet, and the rules.
fn judged(state: &str, line: &str) -> (Vec<usize>, Vec<&'static str>) {
    let (_, violations) = parse(&octets(line), &context(state));
    let starts = violations.iter().map(|found| found.span.start).collect();
    let rules = violations.iter().map(|found| found.rule.id()).collect();
    (starts, rules)
}

/// A state, and the lines judged in it.
type Judged<T> = &'static [(&'static str, &'static [T])];

const RIGHT: Judged<&str> = &[
    (
        "rev1",
        &[
            // status responses
            "* OK ready",
            "* ok Ready",
            "* PREAUTH welcome back",
            "* BYE [UNAVAILABLE] later",
            "* NO Disk is 98% full, {5}",
            "a1 OK  two spaces, the second is text",
            "a1 NO [TRYCREATE] no such mailbox",
            "A.1] BAD what?",
            "a1 OK [READ-WRITE] done",
            "a1 OK [read-only] done",
            "* OK [ALERT] [not a code",
            "* OK [UNSEEN 12] first",
            "* OK [UIDVALIDITY 4294967295] max",
            "* OK [UIDNEXT 1] next",
            "* OK [PERMANENTFLAGS ()] none",
            "* OK [PERMANENTFLAGS (\\Deleted \\Seen $Forwarded \\*)] limited",
            "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LITERAL+] hi",
            "a1 NO [BADCHARSET] no",
            "a1 NO [BADCHARSET (US-ASCII \"UTF-8\")] no",
            "a1 OK [APPENDUID 38505 3955] done",
            "a1 OK [APPENDUID 1 7:9,12] done",
            "a1 OK [COPYUID 38505 304,319:320 3956:3958] done",
            "a1 OK [HIGHESTMODSEQ 9223372036854775807] done",
            "a1 OK [MODIFIED 7,9] done",
            "* OK [NOMODSEQ] none",
            "* OK [CLOSED] previous",
            "* OK [X-NEW anything goes, (even \"this] text",
            "* NO [OVERQUOTA] full",
            "* OK [REFERRAL imap://x/] see there",
            // continuation requests
            "+ ",
            "+ idling",
            "+ QUJD",
            "+ [ALERT] go ahead",
            "+ Ready for literal {3}",
            "+ [looks like a code",
            // capabilities and the like
            "* CAPABILITY IMAP4rev1",
            "* CAPABILITY IMAP4 imap4REV1 AUTH=GSSAPI",
            "* ENABLED",
            "* ENABLED CONDSTORE UTF8=ACCEPT",
            "* ID NIL",
            "* ID (\"name\" \"x\" \"version\" NIL)",
            "* ID ()",
            "* NAMESPACE NIL NIL NIL",
            "* NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")(\"#\" NIL)) nil",
            "* NAMESPACE ((\"\" \"/\" \"X\" (\"a\" \"b\"))) NIL NIL",
            // mailboxes
            "* FLAGS ()",
            "* FLAGS (\\Answered \\Seen $x a[b kw:1 \\Extension)",
            "* LIST () \"/\" INBOX",
            "* LIST () NIL INBOX",
            "* LIST (\\Noselect) \"/\" \"\"",
            "* LIST (\\Marked \\HasNoChildren \\Drafts) \".\" a.b",
            "* LIST () \"\\\\\" a",
            "* LIST () \"\\\"\" a",
            "* LIST () \"/\" ~/Mail]",
            "* LIST () \"/\" \"a \\\"b\\\" \\\\c\"",
            "* LIST () \"/\" {5}␍␊a␍b␊c",
            "* LIST () \"/\" Entw&APw-rfe",
            "* LIST () \"/\" x (\"CHILDINFO\" (\"SUBSCRIBED\"))",
            "* LIST () \"/\" x (OLDNAME (y) VENDOR.Z-q 5)",
            "* LIST () \"/\" x ()",
            "* LIST () \"/\" NIL",
            "* LSUB (\\Noselect) \"/\" work",
            "* STATUS INBOX (MESSAGES 3 UNSEEN 0 UIDNEXT 4 UIDVALIDITY 7 RECENT 0)",
            "* STATUS inbox ()",
            "* STATUS \"a b\" (HIGHESTMODSEQ 0 SIZE 5000000000)",
            "* STATUS a (APPENDLIMIT NIL MAILBOXID (F1-x))",
            "* SEARCH",
            "* SEARCH 2 84 882",
            "* SEARCH 2 (MODSEQ 917162500)",
            "* SORT 5 3 4",
            "* SORT",
            "* THREAD (2)(3 6 (4 23)(44 7 96))",
            "* THREAD ((3)(5))",
            "* THREAD",
            "* ESEARCH",
            "* ESEARCH (TAG \"a1\") UID COUNT 17 ALL 4:18,21",
            "* ESEARCH (TAG a1) MIN 1 MAX 3 MODSEQ 5",
            "* ESEARCH UID PARTIAL (1:10 NIL) RELEVANCY (4 99)",
            "* 0 EXISTS",
            "* 23 exists",
            "* 0 RECENT",
            "* 44 EXPUNGE",
            // extensions that are not known here
            "* XYZZY whatever ((( {3",
            "* METADATA \"\" (/shared/comment {3}␍␊a␊b)",
            // FETCH
            "* 1 FETCH (FLAGS ())",
            "* 1 FETCH (FLAGS (\\Recent \\Seen) UID 7)",
            "* 1 FETCH (RFC822.SIZE 4294967296 MODSEQ (1))",
            "* 1 FETCH (INTERNALDATE \" 7-Feb-1994 21:52:25 -0800\")",
            "* 1 FETCH (INTERNALDATE \"07-feb-1994 23:59:60 +0000\")",
            "* 1 FETCH (BODY[] NIL)",
            "* 1 FETCH (BODY[] \"\")",
            "* 1 FETCH (body[header]<0> {2}␍␊ab)",
            "* 1 FETCH (BODY[TEXT] {4}␍␊a␍␊b UID 3)",
            "* 1 FETCH (BODY[1.2.MIME] \"x\" BODY[3] \"y\" BODY[4.HEADER] \"z\")",
            "* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT \"From\")] {2}␍␊␍␊)",
            "* 1 FETCH (BODY[2.HEADER.FIELDS.NOT (X)] NIL)",
            "* 1 FETCH (RFC822 {0}␍␊ RFC822.HEADER NIL RFC822.TEXT \"x\")",
            "* 1 FETCH (BINARY[1] ~{3}␍␊a␀b BINARY.SIZE[1.2] 3 BINARY[] NIL)",
            "* 1 FETCH (BINARY[1]<3> \"x\")",
            "* 1 FETCH (X-GM-MSGID 1278 X-GM-LABELS (\\Inbox \"a b\"))",
            "* 1 FETCH (X-OTHER[foo bar]<3> {3}␍␊)␍␊)",
            "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))",
            "* 1 FETCH (ENVELOPE (\"d\" {1}␍␊s ((\"n\" NIL \"m\" \"h\")(NIL NIL NIL NIL)) \
             NIL NIL ((NIL NIL \"g\" NIL)) NIL NIL \"\" \"<i>\") UID 4)",
            "* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"7BIT\" 12 1))",
            "* 1 FETCH (BODY (\"APPLICATION\" \"PDF\" NIL \"<i>\" \"d\" \"BASE64\" 12))",
            "* 1 FETCH (BODYSTRUCTURE (\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 12 \
             \"md5\" (\"INLINE\" (\"a\" \"b\")) (\"en\" \"de\") NIL (1 \"x\" (NIL))))",
            "* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 0)\
             (\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 1 0 NIL) \"MIXED\" (\"b\" \"x\") NIL \"en\"))",
            "* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 \
             (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) \
             (\"TEXT\" \"X\" NIL NIL NIL \"7BIT\" 1 0) 3))",
            "* 1 FETCH (BODY (\"MESSAGE\" \"GLOBAL\" NIL NIL NIL \"7BIT\" 9))",
            "* 1 FETCH (BODY (\"MESSAGE\" \"DELIVERY-STATUS\" NIL NIL NIL \"7BIT\" 9))",
        ],
    ),
    (
        "unknown",
        &[
            "* OK ",
            "* OK [CAPABILITY IMAP4rev2] ",
            "* CAPABILITY IMAP4rev2",
        ],
    ),
    (
        "rev2",
        &[
            "a1 OK ",
            "a1 OK [CLOSED] ",
            "* OK d\u{e9}sol\u{e9}",
            "* LIST () \"/\" \"Entw\u{fc}rfe & mehr\"",
            "* STATUS INBOX (DELETED 3)",
            "* 1 FETCH (BODY (\"MESSAGE\" \"GLOBAL\" NIL NIL NIL \"8BIT\" 9 \
             (NIL \"\u{fc}\" NIL NIL NIL NIL NIL NIL NIL NIL) \
             (\"TEXT\" \"X\" NIL NIL NIL \"7BIT\" 1 0) 3))",
        ],
    ),
    ("utf8", &["* LIST () \"/\" \"\u{fc}\"", "* OK \u{fc}"]),
    ("qresync", &["* VANISHED 3:5,9", "* VANISHED (EARLIER) 41"]),
];

#[test]
fn correct_lines_are_not_accused() {
    let mut accused = Vec::new();
    for (state, lines) in RIGHT {
        for line in *lines {
            let found = judged(state, line);
            if found != (vec![], vec![]) {
                accused.push((state, line, found));
            }
        }
    }
    assert!(accused.is_empty(), "{accused:#?}");
}

/// Lines with their marks, and the rule broken at each mark.
const WRONG: Judged<(&str, &[&str])> = &[
    (
        "rev1",
        &[
            // lines
            ("* OK ready¦␊", &["imap-line-end"]),
            ("* OK re¦␍ady", &["imap-line-end"]),
            ("* 3 EXISTS¦␊", &["imap-line-end"]),
            ("* OK N¦␀L", &["imap-nul"]),
            ("¦", &["imap-tag"]),
            ("*¦", &["imap-response-syntax"]),
            ("*¦\tOK x", &["imap-response-syntax"]),
            ("* ¦ OK x", &["imap-spacing"]),
            // status responses
            ("*¦OK ready", &["imap-response-syntax"]),
            ("* OK¦", &["imap-response-syntax"]),
            ("* OK ¦", &["imap-text-missing"]),
            ("a1 OK [CLOSED] ¦", &["imap-text-missing"]),
            ("* OK [ALERT]¦", &["imap-code-without-text"]),
            ("* OK [ALERT]¦text", &["imap-code-without-text"]),
            ("a1 ¦BYE bye", &["imap-tag"]),
            ("a1 ¦PREAUTH hi", &["imap-tag"]),
            ("a1 ¦FINE hi", &["imap-tag"]),
            ("a¦+1 OK hi", &["imap-tag"]),
            ("a1¦", &["imap-tag"]),
            ("* OK d¦\u{e9}sol\u{e9}", &["imap-text-8bit"]),
            ("* OK [UIDVALIDITY ¦0] x", &["imap-number-range"]),
            ("* OK [UIDVALIDITY ¦4294967296] x", &["imap-number-range"]),
            ("* OK [UIDNEXT ¦abc] x", &["imap-response-code"]),
            ("* OK [UIDNEXT¦] x", &["imap-response-code"]),
            ("* OK [UNSEEN ¦07] x", &["imap-number-range"]),
            ("* OK [PERMANENTFLAGS ¦\\Seen] x", &["imap-flag-list"]),
            ("a1 OK [READ-WRITE¦ please] x", &["imap-response-code"]),
            ("a1 OK [APPENDUID 38505¦] x", &["imap-response-code"]),
            ("a1 OK [APPENDUID 1 ¦*] x", &["imap-response-code"]),
            ("a1 OK [COPYUID 1 1:¦* 2:3] x", &["imap-response-code"]),
            ("a1 OK [COPYUID 1 2¦] x", &["imap-response-code"]),
            ("a1 OK [COPYUID 1 2 3,¦ 4] x", &["imap-response-code"]),
            ("* OK [HIGHESTMODSEQ ¦0] x", &["imap-number-range"]),
            (
                "* OK [HIGHESTMODSEQ ¦9223372036854775808] x",
                &["imap-number-range"],
            ),
            ("* OK [CAPABILITY¦] x", &["imap-capability-missing-rev"]),
            (
                "* OK [CAPABILITY¦¦ ] x",
                &["imap-spacing", "imap-capability-missing-rev"],
            ),
            ("* OK [¦] x", &["imap-response-code"]),
            ("* OK [UIDNEXT 4¦ x", &["imap-response-code"]),
            ("a1 NO [BADCHARSET (¦)] x", &["imap-response-code"]),
            // continuation requests
            ("+¦", &["imap-continuation"]),
            ("+¦idling", &["imap-continuation"]),
            ("+ ¦\u{fc}", &["imap-text-8bit"]),
            // capabilities and the like
            ("* CAPABILITY¦ STARTTLS", &["imap-capability-missing-rev"]),
            ("* CAPABILITY¦", &["imap-capability-missing-rev"]),
            ("* CAPABILITY IMAP4rev1¦ ", &["imap-spacing"]),
            ("* CAPABILITY IMAP4rev1 ¦ IDLE", &["imap-spacing"]),
            (
                "* CAPABILITY IMAP4rev1 AUTH=¦(PLAIN)",
                &["imap-response-syntax"],
            ),
            ("* CAPABILITY IMAP4rev1 ¦\"IDLE\"", &["imap-capability"]),
            ("* ID ¦\"name\"", &["imap-id"]),
            ("* ID (\"name\"¦)", &["imap-id"]),
            ("* ID (¦NIL NIL)", &["imap-id"]),
            ("* NAMESPACE NIL NIL¦", &["imap-namespace"]),
            ("* NAMESPACE (¦) NIL NIL", &["imap-namespace"]),
            (
                "* NAMESPACE ((\"\" \"/\")¦ (\"x\" \"/\")) NIL NIL",
                &["imap-namespace"],
            ),
            ("* NAMESPACE ((\"\" ¦\"\")) NIL NIL", &["imap-list"]),
            // mailboxes
            ("* FLAGS ¦\\Seen", &["imap-flag-list"]),
            ("* FLAGS (\\Seen ¦\\Recent)", &["imap-flag-list"]),
            ("* FLAGS (\\¦*)", &["imap-flag-list"]),
            ("* FLAGS (a¦]b \\Seen)", &["imap-flag-list"]),
            ("* FLAGS (\\Seen¦ )", &["imap-spacing"]),
            ("* FLAGS (¦ \\Seen)", &["imap-spacing"]),
            ("* FLAGS (\\Seen ¦ \\Draft)", &["imap-spacing"]),
            ("* FLAGS (\\Seen¦", &["imap-flag-list"]),
            ("* FLAGS ()¦x", &["imap-response-syntax"]),
            ("* LIST () ¦/ INBOX", &["imap-list"]),
            ("* LIST () ¦\"\" INBOX", &["imap-list"]),
            ("* LIST () ¦\"//\" INBOX", &["imap-list"]),
            (
                "* LIST () ¦\"¦\\/\" INBOX",
                &["imap-list", "imap-quoted-string"],
            ),
            ("* LIST () \"/\"¦", &["imap-list"]),
            ("* LIST () \"/\" ¦(x)", &["imap-list"]),
            ("* LIST () \"/\" a ¦b", &["imap-list"]),
            ("* LIST () \"/\" a¦%b", &["imap-response-syntax"]),
            ("* LIST ¦\\Noselect \"/\" a", &["imap-list"]),
            ("* LIST (¦Noselect) \"/\" a", &["imap-list"]),
            (
                "* LIST (\\Marked ¦\\Unmarked) \"/\" a",
                &["imap-list-attributes"],
            ),
            (
                "* LIST (\\NonExistent ¦\\noselect) \"/\" a",
                &["imap-list-attributes"],
            ),
            ("* LIST (\\X ¦\\x) \"/\" a", &["imap-list-attributes"]),
            (
                "* LIST (\\HasChildren ¦\\HasNoChildren) \"/\" a",
                &["imap-list-attributes"],
            ),
            ("* LIST () \"/\" ¦\"a&b\"", &["imap-mailbox-name"]),
            ("* LIST () \"/\" ¦&AGE-", &["imap-mailbox-name"]),
            ("* LIST () \"/\" \"¦\u{fc}\"", &["imap-text-8bit"]),
            ("* LIST () \"/\" \"C:¦\\dir\"", &["imap-quoted-string"]),
            ("* LIST () \"/\" \"open¦", &["imap-quoted-string"]),
            ("* LIST () \"/\" {3¦+}␍␊abc", &["imap-literal"]),
            ("* STATUS INBOX (MESSAGES¦)", &["imap-status"]),
            ("* STATUS INBOX (MESSAGES ¦x UNSEEN 2)", &["imap-status"]),
            ("* STATUS INBOX (MESSAGES 1¦ )", &["imap-spacing"]),
            ("* STATUS INBOX (UIDNEXT ¦0)", &["imap-number-range"]),
            ("* STATUS INBOX (UIDVALIDITY ¦0)", &["imap-number-range"]),
            ("* STATUS INBOX ¦MESSAGES 1", &["imap-status"]),
            ("* STATUS INBOX¦", &["imap-status"]),
            ("* STATUS a ¦b (MESSAGES 1)", &["imap-status"]),
            ("* SEARCH¦ ", &["imap-spacing"]),
            ("* SEARCH 2 84¦ ", &["imap-spacing"]),
            ("* SEARCH 2¦,4", &["imap-search"]),
            ("* SEARCH ¦0", &["imap-number-range"]),
            ("* SEARCH 1 ¦x", &["imap-search"]),
            ("* SEARCH 2 (MODSEQ ¦0)", &["imap-number-range"]),
            ("* THREAD¦ ", &["imap-spacing"]),
            ("* THREAD (1)(2¦", &["imap-thread"]),
            ("* THREAD (1)¦ (2)", &["imap-response-syntax"]),
            ("* ESEARCH ¦\"a1\" COUNT 2", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a1\") COUNT¦", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a1\") MIN ¦0", &["imap-number-range"]),
            ("* ESEARCH (TAG \"a1\") ALL ¦$", &["imap-esearch"]),
            ("* ESEARCH COUNT 1 ¦COUNT 2", &["imap-esearch"]),
            ("* ¦VANISHED 3", &["imap-vanished"]),
            ("* 4294967295 EXISTS¦ x", &["imap-response-syntax"]),
            ("* ¦4294967296 EXISTS", &["imap-number-range"]),
            ("* ¦0 EXPUNGE", &["imap-number-range"]),
            ("* ¦0 FETCH (UID 1)", &["imap-number-range"]),
            ("* ¦01 EXPUNGE", &["imap-number-range"]),
            ("* 3 ¦EXIST", &["imap-response-syntax"]),
            ("* 3¦", &["imap-response-syntax"]),
            ("* ¦-1 EXISTS", &["imap-response-syntax"]),
            // FETCH
            ("* 1 FETCH (¦)", &["imap-fetch-item"]),
            ("* 1 FETCH ¦FLAGS ()", &["imap-fetch-item"]),
            ("* 1 FETCH¦", &["imap-fetch-item"]),
            ("* 1 FETCH (UID 1¦", &["imap-fetch-item"]),
            ("* 1 FETCH (UID 1)¦)", &["imap-response-syntax"]),
            ("* 1 FETCH (UID ¦0)", &["imap-number-range"]),
            ("* 1 FETCH (UID ¦x FLAGS ())", &["imap-fetch-item"]),
            ("* 1 FETCH (UID 1 ¦ FLAGS ())", &["imap-spacing"]),
            ("* 1 FETCH (FLAGS¦(\\Seen) UID 1)", &["imap-fetch-item"]),
            ("* 1 FETCH (FLAGS (\\¦*))", &["imap-flag-list"]),
            ("* 1 FETCH (FLAGS ¦NIL)", &["imap-flag-list"]),
            ("* 1 FETCH (MODSEQ ¦5)", &["imap-fetch-item"]),
            ("* 1 FETCH (MODSEQ (¦0))", &["imap-number-range"]),
            ("* 1 FETCH (RFC822.SIZE ¦NIL)", &["imap-fetch-item"]),
            (
                "* 1 FETCH (INTERNALDATE \"7¦-Feb-1994 21:52:25 -0800\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (INTERNALDATE \"07-¦Fev-1994 21:52:25 -0800\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (INTERNALDATE \"07-Feb-94¦ 21:52:25 -0800\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (INTERNALDATE \"07-Feb-1994 21:52:25 ¦PST\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (INTERNALDATE \"¦32-Feb-1994 21:52:25 -0800\")",
                &["imap-date-time"],
            ),
            ("* 1 FETCH (INTERNALDATE ¦NIL UID 1)", &["imap-date-time"]),
            ("* 1 FETCH (BODY[]¦{3}␍␊abc)", &["imap-fetch-item"]),
            ("* 1 FETCH (BODY[] ¦abc)", &["imap-fetch-item"]),
            ("* 1 FETCH (BODY[] ¦~{3}␍␊abc)", &["imap-fetch-item"]),
            ("* 1 FETCH (BODY[] {3}␍␊a¦␀c)", &["imap-nul"]),
            ("* 1 FETCH (BODY[] {¦x})", &["imap-literal"]),
            (
                "* 1 FETCH (BODY[] \"a¦¦¦␊",
                &["imap-line-end", "imap-quoted-string", "imap-fetch-item"],
            ),
            ("* 1 FETCH (BODY[¦0] NIL)", &["imap-number-range"]),
            ("* 1 FETCH (BODY[1.¦] NIL)", &["imap-fetch-item"]),
            ("* 1 FETCH (BODY[HEADER¦S] NIL)", &["imap-fetch-item"]),
            (
                "* 1 FETCH (BODY[HEADER.FIELDS (¦)] NIL)",
                &["imap-fetch-item"],
            ),
            ("* 1 FETCH (BODY[]<¦> NIL)", &["imap-fetch-item"]),
            ("* 1 FETCH (BODY[TEXT¦ NIL)", &["imap-fetch-item"]),
            ("* 1 FETCH (BINARY[¦TEXT] NIL)", &["imap-fetch-item"]),
            ("* 1 FETCH (ENVELOPE ¦NIL)", &["imap-envelope"]),
            (
                "* 1 FETCH (ENVELOPE (NIL NIL (¦) NIL NIL NIL NIL NIL NIL NIL) UID 1)",
                &["imap-envelope"],
            ),
            (
                "* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL \"a\" \"b\")¦ (NIL NIL \"c\" \"d\")) \
                 NIL NIL NIL NIL NIL NIL NIL))",
                &["imap-envelope"],
            ),
            (
                "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL¦))",
                &["imap-envelope"],
            ),
            (
                "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL¦ NIL))",
                &["imap-envelope"],
            ),
            (
                "* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" (¦) NIL NIL \"7BIT\" 12 1) UID 1)",
                &["imap-body-structure"],
            ),
            (
                "* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" (\"b\" ¦NIL) NIL NIL \"7BIT\" 12 1))",
                &["imap-body-structure"],
            ),
            (
                "* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL ¦NIL 12 1))",
                &["imap-body-structure"],
            ),
            (
                "* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 12¦))",
                &["imap-body-structure"],
            ),
            (
                "* 1 FETCH (BODY (¦NIL NIL NIL NIL NIL \"7BIT\" 12))",
                &["imap-body-structure"],
            ),
            (
                "* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 1)¦))",
                &["imap-body-structure"],
            ),
            (
                "* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1¦ NIL))",
                &["imap-body-extension-data"],
            ),
            (
                "* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9¦))",
                &["imap-body-structure"],
            ),
            (
                "* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1 NIL ¦\"INLINE\"))",
                &["imap-body-structure"],
            ),
        ],
    ),
    (
        "rev2",
        &[
            ("* OK¦", &["imap-response-syntax"]),
            ("* LIST () \"/\" a¦\u{fc}", &["imap-response-syntax"]),
        ],
    ),
    (
        "qresync",
        &[
            ("* VANISHED 3:¦*", &["imap-vanished"]),
            ("* VANISHED¦", &["imap-vanished"]),
            ("* VANISHED ¦(LATER) 3", &["imap-vanished"]),
        ],
    ),
];

#[test]
fn the_first_wrong_octet_is_named() {
    let mut differing = Vec::new();
    for (state, cases) in WRONG {
        for (marked, rules) in *cases {
            let mut pieces: Vec<&str> = marked.split(MARK).collect();
            pieces.pop();
            let starts: Vec<usize> = pieces
                .iter()
                .scan(String::new(), |before, piece| {
                    before.push_str(piece);
                    let plain = before.replace(['␍', '␊', '␀'], "x");
                    Some(plain.len())
                })
                .collect();
            let line = marked.replace(MARK, "");
            let found = judged(state, &line);
            if found != (starts, rules.to_vec()) {
                differing.push((state, marked, found));
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn malformed_utf8_is_told_even_where_utf8_may_stand() {
    let (_, violations) = parse(b"* OK caf\xe9 au lait\r\n", &context("rev2"));
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].span, 8..9);
    assert_eq!(violations[0].expected, "UTF-8");
}
