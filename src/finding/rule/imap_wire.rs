//! Rules of the IMAP grammar: what a single response may look like.

use super::table;

table! {
    RESPONSE_SYNTAX: "imap-response-syntax", Must, "rfc9051#9",
        "Every response follows the formal syntax.",
        breach "* 3 EXIST";
    LINE_END: "imap-line-end", Must, "rfc9051#2.2",
        "Every line ends with CRLF, and CR and LF stand nowhere else outside literals.",
        breach "* OK ready\\n";
    SPACING: "imap-spacing", Must, "rfc9051#9",
        "SP is exactly one space, and none stands where the syntax has none.",
        breach "* SEARCH 2 84 \\r\\n";
    NUL: "imap-nul", Must, "rfc9051#9",
        "NUL occurs nowhere but in a literal8.",
        breach "a body section sent as {3} with a NUL in it";
    TEXT_8BIT: "imap-text-8bit", Must, "rfc9051#9",
        "Text and quoted strings are US-ASCII, or valid UTF-8 once that is enabled.",
        breach "* OK d\\xe9sol\\xe9";
    NUMBER_RANGE: "imap-number-range", Must, "rfc9051#9",
        "A number fits its type: 32 or 63 bits, and no nz-number is or begins with 0.",
        breach "* 0 EXPUNGE";
    QUOTED_STRING: "imap-quoted-string", Must, "rfc9051#9",
        "In a quoted string only a quote and a backslash are escaped, and both are.",
        breach "\"C:\\dir\"";
    LITERAL: "imap-literal", Must, "rfc9051#4.3",
        "A literal is {n}, CRLF and n octets; a server sends no {n+}, and ~{n} only for BINARY.",
        breach "BODY[] {3+}";
    TAG: "imap-tag", Must, "rfc9051#9",
        "A tagged response is the command's tag and OK, NO or BAD.",
        breach "a1 BYE bye";
    CONTINUATION: "imap-continuation", Must, "rfc9051#7.6",
        "A continuation request is a plus sign, a space, and text or base64.",
        breach "+\\r\\n";
    TEXT_MISSING: "imap-text-missing", Must, "rfc3501#9",
        "Until IMAP4rev2, text for humans follows a status and its response code.",
        breach "a1 OK \\r\\n";
    CODE_WITHOUT_TEXT: "imap-code-without-text", Should, "rfc9051#9",
        "A space and text follow a response code; without the space it is text to the letter.",
        breach "* OK [ALERT]\\r\\n";
    RESPONSE_CODE: "imap-response-code", Must, "rfc9051#7.1",
        "A known response code has the arguments that are defined for it.",
        breach "* OK [UIDVALIDITY 0] ok";
    CAPABILITY: "imap-capability", Must, "rfc9051#7.2.2",
        "A capability list is atoms, one space between them.",
        breach "* CAPABILITY IMAP4rev1 AUTH=(PLAIN)";
    CAPABILITY_MISSING_REV: "imap-capability-missing-rev", Must, "rfc9051#7.2.2",
        "A capability list names IMAP4rev1 or IMAP4rev2.",
        breach "* CAPABILITY STARTTLS AUTH=PLAIN";
    FLAG_LIST: "imap-flag-list", Must, "rfc9051#9",
        "A flag is an atom, or a backslash and one; \\Recent is for FETCH, \\* for PERMANENTFLAGS.",
        breach "* FLAGS (\\Seen a]b)";
    LIST: "imap-list", Must, "rfc9051#7.3.1",
        "LIST gives attributes, a delimiter of one character or NIL, and a mailbox name.",
        breach "* LIST () / INBOX";
    LIST_ATTRIBUTES: "imap-list-attributes", Must, "rfc9051#9",
        "No attribute stands twice; of those on selectability, and on children, there is one at most.",
        breach "* LIST (\\Marked \\Unmarked) \"/\" INBOX";
    MAILBOX_NAME: "imap-mailbox-name", Should, "rfc3501#5.1.3",
        "A mailbox name is modified UTF-7 in its only form, until UTF-8 is enabled.",
        breach "* LIST () \"/\" \"a&b\"";
    STATUS: "imap-status", Must, "rfc9051#7.3.3",
        "STATUS gives a mailbox name and items, each with its value.",
        breach "* STATUS INBOX (MESSAGES)";
    SEARCH: "imap-search", Must, "rfc9051#9",
        "SEARCH gives numbers of messages, one space before each.",
        breach "* SEARCH 2,4";
    ESEARCH: "imap-esearch", Must, "rfc9051#7.3.4",
        "ESEARCH gives the tag, UID if the hits are UIDs, and named results.",
        breach "* ESEARCH TAG \"a1\" COUNT 2";
    THREAD: "imap-thread", Must, "rfc5256#5",
        "THREAD gives nested lists of numbers, and not even a space where there are none.",
        breach "* THREAD \\r\\n";
    NAMESPACE: "imap-namespace", Must, "rfc9051#7.3.2",
        "NAMESPACE gives three namespaces, each NIL or a list of prefix and delimiter.",
        breach "* NAMESPACE ((\"\" \"/\")) NIL";
    VANISHED: "imap-vanished", Must, "rfc7162#3.2.10",
        "VANISHED gives UIDs, and comes only after ENABLE QRESYNC or UIDONLY.",
        breach "* VANISHED 3:*";
    ID: "imap-id", Must, "rfc2971#4",
        "ID gives NIL or a list of field names and values.",
        breach "* ID (\"name\")";
    FETCH_ITEM: "imap-fetch-item", Must, "rfc9051#7.5.2",
        "FETCH gives a list of items, each with its value, and at least one.",
        breach "* 1 FETCH ()";
    DATE_TIME: "imap-date-time", Must, "rfc9051#9",
        "A date-time is dd-Mon-yyyy hh:mm:ss and zone in quotes, a one-digit day after a space.",
        breach "INTERNALDATE \"7-Feb-1994 21:52:25 -0800\"";
    ENVELOPE: "imap-envelope", Must, "rfc9051#7.5.2",
        "ENVELOPE has ten fields; address lists are NIL or addresses without space between them.",
        breach "ENVELOPE with () where NIL is meant";
    BODY_STRUCTURE: "imap-body-structure", Must, "rfc9051#7.5.2",
        "A body structure has its fields in the order given, and NIL only where it may stand.",
        breach "(\"TEXT\" \"PLAIN\" () NIL NIL \"7BIT\" 12 1)";
    BODY_EXTENSION_DATA: "imap-body-extension-data", Must, "rfc9051#9",
        "BODY without a section gives no extension data.",
        breach "BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 12 1 NIL)";
}
