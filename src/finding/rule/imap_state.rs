//! Rules of an IMAP session: what may be said in which state, and what must fit what was said
//! before.

use super::table;

table! {
    APPENDUID_COUNT: "imap-appenduid-count", Must, "rfc4315#3",
        "APPENDUID names one UID for each message appended.",
        breach "APPEND of one message … OK [APPENDUID 38505 3955:3956]";
    CLOSED_MISSING: "imap-closed-missing", Must, "rfc7162#3.2.11",
        "Selecting another mailbox announces the end of the one before with [CLOSED].",
        breach "A4 SELECT Drafts … A4 OK, without * OK [CLOSED], with QRESYNC enabled";
    COMMAND_BEFORE_LOGIN: "imap-command-before-login", Must, "rfc9051#3",
        "A command that needs authentication is refused before it.",
        breach "A1 SELECT INBOX … A1 OK, with nobody logged in";
    COMMAND_WITHOUT_MAILBOX: "imap-command-without-mailbox", Must, "rfc9051#3",
        "A command that needs a selected mailbox is refused while none is selected.",
        breach "A2 CLOSE … A2 OK, A3 FETCH 1 FLAGS … A3 OK";
    COPYUID_NOT_ASCENDING: "imap-copyuid-not-ascending", Must, "rfc4315#3",
        "COPYUID lists the new UIDs in the order of copying, which is ascending.",
        breach "OK [COPYUID 7 1,2 12,11]";
    COPYUID_NOT_ASKED: "imap-copyuid-not-asked", Must, "rfc4315#3",
        "COPYUID lists only source UIDs that the command named.",
        breach "UID COPY 5 Archive … OK [COPYUID 7 6 12]";
    COPYUID_SIZES_DIFFER: "imap-copyuid-sizes-differ", Must, "rfc4315#3",
        "COPYUID gives one new UID for each UID copied.",
        breach "OK [COPYUID 7 1:3 10:11]";
    ESEARCH_CONTRADICTS_ITSELF: "imap-esearch-contradicts-itself", Must, "rfc9051#7.3.4",
        "MIN, MAX, COUNT and ALL of one ESEARCH response describe the same set.",
        breach "* ESEARCH (TAG \"A1\") UID COUNT 2 ALL 3:9";
    EXAMINE_NOT_READ_ONLY: "imap-examine-not-read-only", Must, "rfc9051#6.3.3",
        "The OK of EXAMINE begins with [READ-ONLY].",
        breach "A1 EXAMINE INBOX … A1 OK [READ-WRITE] done";
    EXISTS_SHRANK: "imap-exists-shrank", Must, "rfc3501#5.2",
        "The number of messages goes down only by EXPUNGE or VANISHED.",
        breach "* 3 EXISTS … * 2 EXISTS";
    EXPUNGE_AFTER_QRESYNC: "imap-expunge-after-qresync", Must, "rfc7162#3.2.10",
        "Once QRESYNC is enabled, removals are told by VANISHED and not by EXPUNGE.",
        breach "* ENABLED QRESYNC … * 2 EXPUNGE";
    EXPUNGE_NOT_ALLOWED_NOW: "imap-expunge-not-allowed-now", Must, "rfc9051#7.5.1",
        "No EXPUNGE or VANISHED comes without a command, or in answer to FETCH, STORE or SEARCH.",
        breach "A1 FETCH 1:3 FLAGS … * 2 EXPUNGE … A1 OK";
    PERMANENT_FLAG_UNKNOWN: "imap-permanent-flag-unknown", Should, "rfc9051#7.1",
        "PERMANENTFLAGS names flags that FLAGS names too, and \\*.",
        breach "* FLAGS (\\Seen), * OK [PERMANENTFLAGS (\\Seen work)] … A1 OK [READ-WRITE]";
    QRESYNC_FETCH_INCOMPLETE: "imap-qresync-fetch-incomplete", Must, "rfc7162#3.2.4",
        "Once QRESYNC is enabled, FETCH that no FETCH asked for has UID and MODSEQ.",
        breach "* ENABLED QRESYNC … A3 NOOP … * 3 FETCH (FLAGS (\\Seen))";
    SEARCH_UNANSWERED: "imap-search-unanswered", Must, "rfc3501#6.4.4",
        "Until IMAP4rev2, SEARCH that is OK has got a SEARCH response, even if it finds nothing.",
        breach "A1 SEARCH DELETED … A1 OK, without * SEARCH";
    EXPUNGE_OUT_OF_RANGE: "imap-expunge-out-of-range", Must, "rfc9051#7.5.1",
        "EXPUNGE names a message that the session knows.",
        breach "* 3 EXISTS … * 4 EXPUNGE";
    EXPUNGED_UNASKED: "imap-expunged-unasked", Must, "rfc4315#2.1",
        "UID EXPUNGE leaves messages alone whose UIDs it does not name.",
        breach "A1 UID EXPUNGE 5 … * 3 EXPUNGE, where message 3 has UID 7";
    FETCH_OUT_OF_RANGE: "imap-fetch-out-of-range", Must, "rfc9051#2.3.1.2",
        "FETCH responses carry sequence numbers from 1 to the number of messages.",
        breach "* 3 EXISTS … * 4 FETCH (FLAGS ())";
    FETCH_UNANSWERED: "imap-fetch-unanswered", Must, "rfc9051#6.4.5",
        "A FETCH that ends with OK has returned every item asked for of every message named.",
        breach "A1 FETCH 1:2 (FLAGS UID) … * 1 FETCH (FLAGS () UID 1) … A1 OK";
    HIGHESTMODSEQ_MISSING: "imap-highestmodseq-missing", Must, "rfc7162#3.1.2.1",
        "SELECT says HIGHESTMODSEQ or NOMODSEQ once CONDSTORE or QRESYNC is in use.",
        breach "A1 ENABLE QRESYNC … A2 SELECT INBOX … A2 OK, without either";
    IDLE_FETCH_WITHOUT_UID: "imap-idle-fetch-without-uid", Must, "rfc9051#6.3.13",
        "FETCH responses during IDLE include the UID (IMAP4rev2).",
        breach "A1 IDLE … * 3 FETCH (FLAGS (\\Seen))";
    LOGOUT_WITHOUT_BYE: "imap-logout-without-bye", Must, "rfc9051#6.1.3",
        "LOGOUT is answered with BYE before its OK.",
        breach "A9 LOGOUT … A9 OK";
    MESSAGE_DATA_WITHOUT_MAILBOX: "imap-message-data-without-mailbox", Must, "rfc9051#7.4",
        "EXISTS, EXPUNGE, VANISHED and FETCH speak of the selected mailbox, so there is one.",
        breach "A3 CLOSE … A3 OK … * 2 EXISTS";
    PARTIAL_BEYOND_END: "imap-partial-beyond-end", Must, "rfc9051#6.4.5.1",
        "A part of a section has no octets from behind the section's end.",
        breach "BODY[] {30} … BODY[]<40> {5}";
    RECENT_EXCEEDS_EXISTS: "imap-recent-exceeds-exists", Must, "rfc3501#7.3.2",
        "No more messages are recent than there are.",
        breach "* 2 EXISTS, * 3 RECENT … A1 OK [READ-WRITE]";
    SEARCH_OUT_OF_RANGE: "imap-search-out-of-range", Must, "rfc9051#2.3.1.2",
        "SEARCH returns sequence numbers from 1 to the number of messages.",
        breach "* 3 EXISTS … A1 SEARCH ALL … * SEARCH 1 2 3 4";
    SEARCH_UNKNOWN_UID: "imap-search-unknown-uid", Must, "rfc9051#2.3.1.2",
        "UID SEARCH returns UIDs of messages that are there.",
        breach "messages 1 and 2 have UIDs 4 and 9 … * SEARCH 4 6 9";
    SECTIONS_DO_NOT_ADD_UP: "imap-sections-do-not-add-up", Must, "rfc9051#6.4.5.1",
        "BODY[HEADER] and BODY[TEXT] together are as long as BODY[].",
        breach "BODY[HEADER] {40}, BODY[TEXT] {60}, BODY[] {98}";
    SELECT_INCOMPLETE: "imap-select-incomplete", Must, "rfc9051#6.3.2",
        "Before the OK of SELECT or EXAMINE come all the data that the revision requires.",
        breach "* FLAGS (…), * 3 EXISTS … A1 OK, without UIDVALIDITY";
    SIZE_DIFFERS_FROM_BODY: "imap-size-differs-from-body", Should, "rfc9051#2.3.4",
        "RFC822.SIZE is the number of octets of BODY[].",
        breach "* 1 FETCH (RFC822.SIZE 100 BODY[] {98}…)";
    STATUS_CONTRADICTS_ITSELF: "imap-status-contradicts-itself", Must, "rfc9051#6.3.11",
        "UNSEEN, RECENT and DELETED of a STATUS response do not exceed MESSAGES.",
        breach "* STATUS INBOX (MESSAGES 2 UNSEEN 3)";
    UID_BELOW_SEQ: "imap-uid-below-sequence-number", Must, "rfc9051#2.3.1.2",
        "Because UIDs ascend from 1, no message has a UID below its sequence number.",
        breach "* 5 FETCH (UID 4)";
    UID_CHANGED: "imap-uid-changed", Must, "rfc9051#2.3.1.1",
        "The UID of a message does not change during the session.",
        breach "* 3 FETCH (UID 7) … * 3 FETCH (UID 9)";
    UID_FETCH_WITHOUT_UID: "imap-uid-fetch-without-uid", Must, "rfc9051#6.4.9",
        "Every FETCH response that a UID command causes includes the UID.",
        breach "A1 UID FETCH 7 RFC822.SIZE … * 3 FETCH (RFC822.SIZE 120)";
    UID_NOT_ASCENDING: "imap-uid-not-ascending", Must, "rfc9051#2.3.1.2",
        "Sequence numbers are ordered by ascending UIDs.",
        breach "* 1 FETCH (UID 7), * 2 FETCH (UID 5)";
    UID_NOT_BELOW_UIDNEXT: "imap-uid-not-below-uidnext", Must, "rfc9051#2.3.1.1",
        "UIDNEXT is above the UIDs of all messages that are there when it is said.",
        breach "* 3 EXISTS, * OK [UIDNEXT 9] … * 3 FETCH (UID 9)";
    UIDNEXT_TOO_LOW: "imap-uidnext-too-low", Must, "rfc9051#2.3.1.1",
        "UIDNEXT is above the number of messages, because UIDs ascend from 1.",
        breach "* 3 EXISTS, * OK [UIDNEXT 3]";
    UIDVALIDITY_CHANGED_WHILE_SELECTED: "imap-uidvalidity-changed-while-selected", Must,
        "rfc9051#2.3.1.1",
        "UIDVALIDITY stays while a mailbox is selected.",
        breach "* OK [UIDVALIDITY 5] … A1 OK … * OK [UIDVALIDITY 6]";
    UNSEEN_OUT_OF_RANGE: "imap-unseen-out-of-range", Must, "rfc3501#6.3.1",
        "[UNSEEN n] of SELECT is the sequence number of a message that is there.",
        breach "* 2 EXISTS, * OK [UNSEEN 3]";
    VANISHED_UNKNOWN_UID: "imap-vanished-unknown-uid", Must, "rfc7162#3.2.10.2",
        "VANISHED without EARLIER names only messages that the session can see.",
        breach "messages 1 and 2 have UIDs 2 and 4 … * VANISHED 3";
}
