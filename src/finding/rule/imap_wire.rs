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
    CAPABILITY_VALUE: "imap-capability-value", Must, "rfc9051#7.2.2",
        "The value of a known capability has the form that its RFC gives it.",
        breach "* CAPABILITY IMAP4rev1 APPENDLIMIT=1M";
    CAPABILITY_CONFLICT: "imap-capability-conflict", Must, "rfc7888#5",
        "Capabilities that exclude each other do not stand in one list.",
        breach "* CAPABILITY IMAP4rev1 LITERAL+ LITERAL-";
    OBSOLETE_RESPONSE: "imap-obsolete-response", Must, "rfc9051#9",
        "A server of IMAP4rev2 alone sends neither SEARCH nor RECENT.",
        breach "* SEARCH 2 84, from a server without IMAP4rev1";
    LIST_EXTENDED: "imap-list-extended", Must, "rfc5258#6",
        "Extended data of LIST is a tag and a value in the general form, or in that of the tag.",
        breach "* LIST () \"/\" INBOX (CHILDINFO SUBSCRIBED)";
    LIST_EXTENDED_UNASKED: "imap-list-extended-unasked", Must, "rfc5258#3",
        "LIST gives extended data only to a client that has shown that it knows the extended LIST.",
        breach "* LIST () \"/\" new (OLDNAME (old)), to a client that only sent LIST \"\" *";
    ESEARCH_UNASKED: "imap-esearch-unasked", Should, "rfc4466#2.6.2",
        "ESEARCH answers a search with RETURN, and until IMAP4rev2 no other.",
        breach "* ESEARCH (TAG \"a1\") ALL 1:3, to SEARCH ALL";
    MULTISEARCH: "imap-multisearch", Must, "rfc7377#2.1",
        "ESEARCH names the tag once, and with a mailbox its UIDVALIDITY, and then gives UIDs.",
        breach "* ESEARCH (TAG \"a1\" MAILBOX INBOX) UID ALL 3";
    CONTEXT: "imap-context", Must, "rfc5267#5",
        "ADDTO and REMOVEFROM give pairs of a position and a set in parentheses.",
        breach "* ESEARCH (TAG \"a1\") UID ADDTO 0 32768:32769";
    PARTIAL: "imap-partial", Must, "rfc9394#4",
        "PARTIAL gives in parentheses the range that was asked for, and a set or NIL.",
        breach "* ESEARCH (TAG \"a1\") UID PARTIAL (-1:100 NIL)";
    RELEVANCY: "imap-relevancy", Must, "rfc6203#7",
        "RELEVANCY gives scores from 1 to 100 in parentheses.",
        breach "* ESEARCH (TAG \"a1\") ALL 1 RELEVANCY (101)";
    ID_LIMITS: "imap-id-limits", Must, "rfc2971#3.3",
        "ID has at most 30 fields, none twice, names up to 30 octets and values up to 1024.",
        breach "* ID (\"name\" \"x\" \"NAME\" \"y\")";
    LANGUAGE: "imap-language", Must, "rfc5255#3.5",
        "LANGUAGE gives a list of language tags.",
        breach "* LANGUAGE (en_US)";
    COMPARATOR: "imap-comparator", Must, "rfc5255#4.10",
        "COMPARATOR gives the comparator in use, and those that match in parentheses.",
        breach "* COMPARATOR i;ascii-casemap ()";
    ACL: "imap-acl", Must, "rfc4314#7",
        "ACL, LISTRIGHTS and MYRIGHTS give a mailbox, identifiers, and rights in small letters.",
        breach "* MYRIGHTS INBOX LRSW";
    QUOTA: "imap-quota", Must, "rfc9208#7",
        "QUOTA gives a root and resources with usage and limit; QUOTAROOT a mailbox and roots.",
        breach "* QUOTA \"\" (STORAGE 10)";
    METADATA: "imap-metadata", Must, "rfc5464#5",
        "METADATA gives a mailbox and entries, each a path, with values in parentheses.",
        breach "* METADATA INBOX (/shared/comment)";
    METADATA_UNSOLICITED: "imap-metadata-unsolicited", Must, "rfc5464#4.1",
        "METADATA without values comes only after ENABLE METADATA or METADATA-SERVER, or by NOTIFY.",
        breach "* METADATA INBOX /shared/comment, though nothing was enabled";
    URLAUTH: "imap-urlauth", Must, "rfc4467#9",
        "GENURLAUTH gives authorized URLs; URLFETCH gives pairs of a URL and its data or NIL.",
        breach "* URLFETCH \"imap://joe@example.com/INBOX/;uid=20\"";
    OBJECTID: "imap-objectid", Must, "rfc8474#7",
        "An object id is 1 to 255 letters, digits, underscores and hyphens in parentheses.",
        breach "* 1 FETCH (EMAILID M6d99)";
    APPENDLIMIT: "imap-appendlimit", Must, "rfc7889#5",
        "APPENDLIMIT of STATUS is a number, or NIL where there is no limit of its own.",
        breach "* STATUS INBOX (APPENDLIMIT none)";
    PREVIEW: "imap-preview", Must, "rfc8970#3.3",
        "A preview is NIL or UTF-8 of at most 256 characters.",
        breach "* 1 FETCH (PREVIEW (FUZZY \"hello\"))";
}
