//! Rules of an IMAP session: what may be said in which state, and what must fit what was said before.

use super::table;

table! {
    EXISTS_SHRANK: "imap-exists-shrank", Must, "rfc9051#7.4.1",
        "The number of messages goes down only by EXPUNGE or VANISHED.",
        breach "* 3 EXISTS … * 2 EXISTS";
}
