//! Rules of a POP3 session: the snapshot of the maildrop, its numbers, sizes and marks.

use super::table;

table! {
    CONTENT_CHANGED: "pop3-content-changed", Must, "rfc1939#5",
        "RETR of a message gives the same message each time in a session.",
        breach "RETR 1 … (message A) … RETR 1 … (message B)";
    COUNT_CHANGED: "pop3-count-changed", Must, "rfc1939#4",
        "The messages of a session are numbered when the maildrop is opened; none comes or goes.",
        breach "STAT … +OK 2 320 … (mail arrives) … STAT … +OK 3 440";
    GREETING_NOT_POSITIVE: "pop3-greeting-not-positive", Should, "rfc1939#4",
        "The greeting is a positive response.",
        breach "-ERR try later, as the first line";
    MARKED_LISTED: "pop3-marked-message-listed", Must, "rfc1939#5",
        "LIST and UIDL leave out messages marked as deleted.",
        breach "DELE 2 … +OK … LIST … 1 120, 2 200";
    MARKED_SERVED: "pop3-marked-message-served", Must, "rfc1939#5",
        "A reference to a message marked as deleted is an error.",
        breach "DELE 2 … +OK … RETR 2 … +OK";
    MESSAGE_LISTED_TWICE: "pop3-message-listed-twice", Must, "rfc1939#5",
        "A listing has one line for each message.",
        breach "LIST … 1 120, 1 120, 2 200";
    NUMBER_OUT_OF_RANGE: "pop3-number-out-of-range", Must, "rfc1939#5",
        "Only numbers from 1 to the number of messages name a message.",
        breach "STAT … +OK 2 320 … RETR 3 … +OK";
    NUMBERS_NOT_CONSECUTIVE: "pop3-numbers-not-consecutive", Must, "rfc1939#4",
        "Messages are numbered 1, 2, 3 … and a listing has all that are not marked as deleted.",
        breach "LIST … 1 120, 3 200";
    RSET_KEEPS_MARKS: "pop3-rset-keeps-marks", Must, "rfc1939#5",
        "RSET unmarks every message.",
        breach "DELE 1 … RSET … +OK … LIST … 2 200";
    SIZE_CHANGED: "pop3-size-changed", Must, "rfc1939#5",
        "The size of a message is the same in every scan listing of a session.",
        breach "LIST … 1 120 … LIST 1 … +OK 1 130";
    SIZE_INEXACT: "pop3-size-inexact", Must, "rfc1939#11",
        "The size in a scan listing is the number of octets that RETR gives, CRLF counted as two.",
        breach "LIST 1 … +OK 1 118 … RETR 1 … (120 octets)";
    STAT_COUNTS_MARKED: "pop3-stat-counts-marked", Must, "rfc1939#5",
        "STAT leaves out messages marked as deleted.",
        breach "STAT … +OK 2 320 … DELE 1 … +OK … STAT … +OK 2 320";
    STAT_DIFFERS_FROM_LIST: "pop3-stat-differs-from-list", Must, "rfc1939#5",
        "STAT gives the sum of the sizes that LIST gives.",
        breach "STAT … +OK 2 300 … LIST … 1 100, 2 120";
    TIMESTAMP_REPEATED: "pop3-timestamp-repeated", Must, "rfc1939#7",
        "The timestamp of a greeting is another one in each greeting.",
        breach "+OK <1.2@example.com> … on another connection +OK <1.2@example.com>";
    TOP_DIFFERS_FROM_RETR: "pop3-top-differs-from-retr", Must, "rfc1939#7",
        "TOP gives the header, the blank line and the first lines of the body that RETR gives.",
        breach "RETR 1 … Subject: a … TOP 1 0 … Subject: b";
    UNIQUE_ID_CHANGED: "pop3-unique-id-changed", Must, "rfc1939#7",
        "The unique-id of a message stays the same in a session.",
        breach "UIDL … 1 aaa … UIDL 1 … +OK 1 bbb";
    UNIQUE_ID_SHARED: "pop3-unique-id-shared", Must, "rfc1939#7",
        "Two messages of a maildrop that are not identical have different unique-ids.",
        breach "LIST … 1 120, 2 200 … UIDL … 1 aaa, 2 aaa";
    WRONG_STATE_ACCEPTED: "pop3-wrong-state-accepted", Must, "rfc1939#3",
        "A command that the session's state does not allow is answered with -ERR.",
        breach "STAT … +OK 2 320, with nobody logged in";
}
