//! Rules of the store as all sessions of a scenario see it, whatever their protocol.

use super::table;

table! {
    COUNT_BELOW_KNOWN: "mailbox-count-below-known", Must, "rfc9051#6.4.3",
        "A mailbox has at least the messages that were seen in it and that nobody removed.",
        breach "UIDs 1, 2 and 3 seen, nobody expunges … SELECT … * 2 EXISTS";
    EXPUNGED_RETURNS: "expunged-message-returns", Must, "rfc9051#7.5.1",
        "An expunged message is gone for every session that selects the mailbox later.",
        breach "* 2 EXPUNGE (UID 7) … another session selects … * 2 FETCH (UID 7)";
    HIGHESTMODSEQ_DECREASED: "highestmodseq-decreased", Must, "rfc7162#3.2",
        "HIGHESTMODSEQ of a mailbox never goes down on a server with QRESYNC.",
        breach "* OK [HIGHESTMODSEQ 20] … another session … * OK [HIGHESTMODSEQ 19]";
    MAILDROP_SHARED: "pop3-maildrop-shared", Should, "rfc1939#4",
        "While a session has the maildrop open no other POP3 session opens it.",
        breach "PASS … +OK, and on a second connection PASS … +OK";
    MESSAGE_CHANGED: "message-changed", Must, "rfc9051#2.3.1.1",
        "Internal date, size, envelope, structure and texts of a UID never change.",
        breach "UID 4 has RFC822.SIZE 120 … another session … UID 4 has RFC822.SIZE 121";
    MESSAGE_LOST: "message-lost", Must, "rfc9051#6.4.3",
        "A message that nobody removes stays.",
        breach "UIDs 1, 2, 3 seen … another session … * 1 FETCH (UID 1), * 2 FETCH (UID 3)";
    MODSEQ_DECREASED: "modseq-decreased", Must, "rfc7162#3.1",
        "The mod-sequence of a message never goes down.",
        breach "* 1 FETCH (UID 4 MODSEQ (20)) … * 1 FETCH (UID 4 MODSEQ (19))";
    REMOVED_RETURNS: "pop3-removed-message-returns", Must, "rfc1939#6",
        "A message that POP3 removed at QUIT is in no later POP3 session.",
        breach "DELE 1 (unique-id aaa), QUIT … +OK … next session … UIDL … 1 aaa";
    UID_ASSIGNED_TOO_LOW: "uid-assigned-too-low", Must, "rfc9051#2.3.1.1",
        "A new message gets a UID above all that the mailbox ever gave and not below UIDNEXT.",
        breach "* STATUS INBOX (UIDNEXT 9) … APPEND … OK [APPENDUID 7 8]";
    UID_REUSED: "uid-reused", Must, "rfc9051#2.3.1.1",
        "A UID is never given to another message while UIDVALIDITY stays.",
        breach "UID 4 was expunged and now names another message";
    UIDNEXT_DECREASED: "uidnext-decreased", Must, "rfc9051#2.3.1.1",
        "UIDNEXT never goes down while UIDVALIDITY stays, and is above all UIDs given.",
        breach "* OK [UIDNEXT 9] … another session … * OK [UIDNEXT 8]";
    UIDPLUS_VALIDITY_DIFFERS: "uidplus-uidvalidity-differs", Must, "rfc4315#3",
        "APPENDUID and COPYUID carry the UIDVALIDITY of the destination.",
        breach "INBOX has UIDVALIDITY 5 … APPEND INBOX … OK [APPENDUID 6 12]";
    UIDVALIDITY_CHANGED: "uidvalidity-changed", Should, "rfc9051#2.3.1.1",
        "UIDVALIDITY persists while nobody recreates the mailbox.",
        breach "* OK [UIDVALIDITY 5] … another session … * OK [UIDVALIDITY 6]";
    UIDVALIDITY_DECREASED: "uidvalidity-decreased", Must, "rfc9051#2.3.1.1",
        "A new UIDVALIDITY of a mailbox is greater than the one before.",
        breach "* OK [UIDVALIDITY 5] … another session … * OK [UIDVALIDITY 4]";
    UNIQUE_ID_NAMES_ANOTHER: "unique-id-names-another", Must, "rfc1939#7",
        "A unique-id names the same message in every session.",
        breach "unique-id aaa has 120 octets … next session … aaa has 200 octets";
    UNIQUE_ID_REUSED: "unique-id-reused", Should, "rfc1939#7",
        "A unique-id is not given to another message after its own was removed.",
        breach "aaa is removed … next session … aaa is another message";
    UNLISTED_WITHOUT_REMOVAL: "pop3-message-lost", Must, "rfc1939#6",
        "A message stays in the maildrop with its unique-id until it is removed.",
        breach "UIDL … 1 aaa … next session, nobody removed anything … UIDL without aaa";
}
