//! Rules of the POP3 grammar: replies, listings and multi-line framing.

use super::table;

table! {
    REPLY_SYNTAX: "pop3-reply-syntax", Must, "rfc1939#3",
        "Every reply begins with +OK or -ERR in capitals and ends with CRLF.",
        breach "OK 2 messages";
}
