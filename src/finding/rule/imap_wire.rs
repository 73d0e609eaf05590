//! Rules of the IMAP grammar: what a single response may look like.

use super::table;

table! {
    RESPONSE_SYNTAX: "imap-response-syntax", Must, "rfc9051#9",
        "Every response follows the formal syntax.",
        breach "* 3 EXIST";
}
