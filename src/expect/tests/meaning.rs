//! IMAP responses are compared by what they mean.

use pretty_assertions::assert_eq;

use super::*;

fn imap_matches(pattern: &str, response: &str) -> bool {
    hold(Protocol::Imap, pattern, response.as_bytes()).is_ok()
}

#[test]
fn imap_compares_meaning() {
    for (pattern, response, same) in [
        ("* 3 EXISTS", "* 3 exists\r\n", true),
        ("* 3 EXISTS", "* 4 EXISTS\r\n", false),
        ("* ${n:nz-number} EXISTS", "* 0 EXISTS\r\n", false),
        ("* ${_} EXPUNGE", "* 7 EXPUNGE\r\n", true),
        ("OK", "A1 OK done\r\n", true),
        ("OK", "A1 NO [ALERT] sorry\r\n", false),
        (
            "NO [TRYCREATE]",
            "A1 NO [trycreate] no such mailbox\r\n",
            true,
        ),
        ("NO [TRYCREATE]", "A1 NO no such mailbox\r\n", false),
        ("* BYE", "* BYE [UNAVAILABLE] bye\r\n", true),
        (
            "* OK [UIDVALIDITY ${v:nz-number}]",
            "* OK [UIDVALIDITY 17] x\r\n",
            true,
        ),
        (
            "OK [COPYUID 1 4:5 ${d:uid-set}]",
            "A1 OK [COPYUID 1 5,4 7:8]\r\n",
            true,
        ),
        (
            "OK [COPYUID 1 4:6 ${_}]",
            "A1 OK [COPYUID 1 4:5 7:8]\r\n",
            false,
        ),
        (
            "OK [CAPABILITY IMAP4rev1]",
            "A OK [CAPABILITY X IMAP4REV1] x\r\n",
            true,
        ),
        (
            "* OK [PERMANENTFLAGS (\\Seen ...)]",
            "* OK [PERMANENTFLAGS (\\* \\seen)] x\r\n",
            true,
        ),
        (
            "* FLAGS (\\Seen \\Deleted)",
            "* FLAGS (\\deleted \\Recent \\Seen)\r\n",
            true,
        ),
        ("* FLAGS (\\Seen)", "* FLAGS (\\Seen \\Draft)\r\n", false),
        ("* FLAGS ${flags}", "* FLAGS ($Junk \\Seen)\r\n", true),
        (
            "* SEARCH ${last.uid} ${plain.uid}",
            "* SEARCH 4 9\r\n",
            true,
        ),
        ("* SEARCH ${plain.uid}", "* SEARCH 4 9\r\n", false),
        ("* SEARCH ${plain.uid} ...", "* SEARCH 9 4\r\n", true),
        ("* SEARCH", "* SEARCH\r\n", true),
        ("* SEARCH", "* SEARCH 1\r\n", false),
        (
            "* ESEARCH UID ALL 4,9",
            "* ESEARCH (TAG \"A1\") UID ALL 9,4\r\n",
            true,
        ),
        (
            "* ESEARCH COUNT 2 MIN 1",
            "* ESEARCH (TAG \"A1\") MIN 1 COUNT 2\r\n",
            true,
        ),
        (
            "* ESEARCH COUNT 2",
            "* ESEARCH (TAG \"A1\") UID COUNT 2\r\n",
            false,
        ),
        (
            "* 1 FETCH (UID 4)",
            "* 1 FETCH (FLAGS (\\Seen) UID 4)\r\n",
            true,
        ),
        (
            "* 1 FETCH (FLAGS (\\Seen))",
            "* 1 FETCH (FLAGS (\\Recent \\Seen))\r\n",
            true,
        ),
        (
            "* 1 FETCH (FLAGS (\\Recent))",
            "* 1 FETCH (FLAGS ())\r\n",
            false,
        ),
        (
            "* 1 FETCH (FLAGS ())",
            "* 1 FETCH (FLAGS (\\Seen))\r\n",
            false,
        ),
        (
            "* 1 FETCH (BODY[] ${box})",
            "* 1 FETCH (BODY[] {7}\r\nMy Mail)\r\n",
            true,
        ),
        (
            "* 1 FETCH (BODY[] ${box})",
            "* 1 FETCH (BODY[] {7}\r\nMy mail)\r\n",
            false,
        ),
        (
            "* 1 FETCH (BODY[HEADER.FIELDS (DATE)] \"\")",
            "* 1 FETCH (body[header.fields (Date)] {0}\r\n)\r\n",
            true,
        ),
        (
            "* 1 FETCH (MODSEQ (${now > before}))",
            "* 1 FETCH (MODSEQ (101))\r\n",
            true,
        ),
        (
            "* 1 FETCH (MODSEQ (${now > before}))",
            "* 1 FETCH (MODSEQ (100))\r\n",
            false,
        ),
        (
            "* 1 FETCH (BODYSTRUCTURE (\"text\" \"plain\" ...))",
            "* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL))\r\n",
            true,
        ),
        (
            "* 1 FETCH (PREVIEW NIL)",
            "* 1 FETCH (PREVIEW \"NIL\")\r\n",
            false,
        ),
        (
            "* LIST () \"/\" inbox",
            "* LIST (\\HasNoChildren) \"/\" INBOX\r\n",
            true,
        ),
        ("* LIST (\\Subscribed) NIL a", "* LIST () NIL a\r\n", false),
        (
            "* LIST (${_}) \"/\" ${box}",
            "* LIST (\\x) \"/\" \"My Mail\"\r\n",
            true,
        ),
        ("* LIST () \"/\" a", "* LIST () \"/\" A\r\n", false),
        (
            "* LIST () \"/\" \"a\"",
            "* LIST () \"/\" {1}\r\na\r\n",
            true,
        ),
        (
            "* STATUS a (UIDNEXT 3 MESSAGES 1)",
            "* STATUS \"a\" (MESSAGES 1 UIDNEXT 3)\r\n",
            true,
        ),
        (
            "* STATUS a (MESSAGES 1)",
            "* STATUS a (MESSAGES 1 UIDNEXT 3)\r\n",
            false,
        ),
        (
            "* STATUS a (MESSAGES 1 ...)",
            "* STATUS a (MESSAGES 1 UIDNEXT 3)\r\n",
            true,
        ),
        (
            "* VANISHED (EARLIER) 1:3",
            "* VANISHED (EARLIER) 1,2,3\r\n",
            true,
        ),
        ("* VANISHED 1:3", "* VANISHED (EARLIER) 1:3\r\n", false),
        ("* CAPABILITY IDLE", "* CAPABILITY IMAP4rev1 idle\r\n", true),
        ("* CAPABILITY IDLE", "* CAPABILITY IMAP4rev1\r\n", false),
        (
            "* ENABLED CONDSTORE",
            "* ENABLED CONDSTORE QRESYNC\r\n",
            false,
        ),
        ("* ACL inbox bob lrs", "* ACL INBOX \"bob\" lrs\r\n", true),
        ("+", "+ idling\r\n", true),
        ("+", "A1 OK\r\n", false),
    ] {
        assert_eq!(
            imap_matches(pattern, response),
            same,
            "{pattern} against {response}"
        );
    }
}
