//! Rules of a POP3 session: the snapshot of the maildrop, its numbers, sizes and marks.

use super::table;

table! {
    STAT_DIFFERS_FROM_LIST: "pop3-stat-differs-from-list", Must, "rfc1939#5",
        "STAT gives the count and the sum of the sizes that LIST gives.",
        breach "STAT: +OK 2 300, LIST: 1 100, 2 120";
}
