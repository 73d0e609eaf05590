//! Rules of the POP3 grammar: replies, listings and multi-line framing.

use super::table;

table! {
    REPLY_SYNTAX: "pop3-reply-syntax", Must, "rfc2449#3",
        "Every response begins with +OK or -ERR, and text is set off by a space.",
        breach "OK 2 messages";
    STATUS_INDICATOR_CASE: "pop3-status-indicator-case", Must, "rfc1939#3",
        "+OK and -ERR are written in capitals.",
        breach "+ok ready";
    LINE_END: "pop3-line-end", Must, "rfc1939#3",
        "Every line ends with CRLF, and CR and LF stand nowhere else.",
        breach "+OK ready\\n";
    LINE_LENGTH: "pop3-line-length", Must, "rfc1939#3",
        "The first line of a response has at most 512 octets, CRLF included.",
        breach "+OK followed by 600 octets of text";
    LISTING_SYNTAX: "pop3-listing-syntax", Must, "rfc1939#5",
        "A scan listing is a message-number, one space and a size; a drop listing likewise.",
        breach "1\\t120";
    LISTING_EXTRA: "pop3-listing-extra", May, "rfc1939#5",
        "Nothing should follow the size in a scan listing or drop listing.",
        breach "+OK 2 320 octets";
    UNIQUE_ID_SYNTAX: "pop3-unique-id-syntax", Must, "rfc1939#7",
        "A unique-id listing is a message-number, one space and 1 to 70 octets 0x21 to 0x7E.",
        breach "1 an id";
    CAPA_SYNTAX: "pop3-capa-syntax", Must, "rfc2449#3",
        "A capability is a tag and parameters, one space between them, in at most 512 octets.",
        breach "SASL  PLAIN";
    CHALLENGE_SYNTAX: "pop3-challenge-syntax", Must, "rfc5034#4",
        "A challenge is a plus sign, one space and base64.",
        breach "+ who are you?";
    CRAM_CHALLENGE: "pop3-cram-challenge", Must, "rfc2195#2",
        "The challenge of CRAM-MD5 is a message-id in base64.",
        breach "+ MTIzNA==, which is 1234";
    TIMESTAMP_SYNTAX: "pop3-timestamp-syntax", Must, "rfc2449#3",
        "What stands in angle brackets in the greeting is a timestamp in the form of a message-id.",
        breach "+OK ready <1896.697170952>";
    BYTE_STUFFING: "pop3-byte-stuffing", Must, "rfc1939#3",
        "A line that begins with a full stop gets another one in front of it.",
        breach ".signature, sent as it stands in the message";
    TERMINATION: "pop3-termination", Must, "rfc1939#3",
        "A multi-line response ends with a line that is a full stop, and with nothing else.",
        breach "a response to RETR that stops before its CRLF.CRLF";
    CAPA_ARGUMENT: "pop3-capa-argument", Must, "rfc2449#6",
        "A known capability has the arguments that are defined for it.",
        breach "EXPIRE -1";
    RESPONSE_CODE: "pop3-response-code", Must, "rfc2449#6.4",
        "With RESP-CODES, text that begins with a bracket begins with a response code.",
        breach "-ERR [IN USE] locked";
    TEXT_OCTETS: "pop3-text-octets", Must, "rfc2449#3",
        "Text is US-ASCII without NUL, and UTF-8 in a language chosen with LANG.",
        breach "-ERR acc\\xe8s refus\\xe9";
    LANGUAGE_LISTING: "pop3-language-listing", Must, "rfc6856#3.2",
        "A language listing is a language tag, and a space and a description in UTF-8 or nothing.",
        breach "en_US English";
}
