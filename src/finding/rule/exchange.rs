//! Rules of the exchange itself: greeting, completion, STARTTLS, end. Only a client that knows what
//! it has sent can judge them.

use super::table;

table! {
    TLS_CLOSED_WITHOUT_ALERT: "tls-closed-without-alert", Should, "rfc8314#3.4",
        "The server ends a connection under TLS with the close alert.",
        breach "(TCP connection closed, no close_notify)";

    IMAP_NO_GREETING: "imap-no-greeting", Must, "rfc9051#2.1",
        "The server opens every connection with a greeting.",
        breach "(connection closed without an octet)";
    IMAP_BAD_GREETING: "imap-bad-greeting", Must, "rfc9051#7.1",
        "The greeting is an untagged OK, PREAUTH or BYE response.",
        breach "* CAPABILITY IMAP4rev1 as the first response";
    IMAP_UNKNOWN_TAG: "imap-unknown-tag", Must, "rfc9051#2.2.2",
        "A tagged response bears the tag of a command that the client has sent.",
        breach "z9 OK done, and no command had the tag z9";
    IMAP_COMPLETED_TWICE: "imap-completed-twice", Must, "rfc9051#2.2.2",
        "A command gets exactly one tagged response.",
        breach "a1 OK done … a1 OK done";
    IMAP_COMPLETED_EARLY: "imap-completed-early", Must, "rfc9051#2.2.1",
        "A command succeeds only after the client has sent all of it, literals and DONE included.",
        breach "a1 OK IDLE terminated, and the client had not sent DONE";
    IMAP_UNASKED_CONTINUATION: "imap-unasked-continuation", Must, "rfc9051#7.6",
        "A command continuation request comes only when a command has something left to send.",
        breach "+ go on, and every command was sent completely";
    IMAP_AFTER_LOGOUT: "imap-after-logout", Must, "rfc9051#6.1.3",
        "After BYE and the completion of LOGOUT the server closes without another octet.",
        breach "a2 OK LOGOUT completed … * 3 EXISTS";
    IMAP_CLEAR_BEHIND_STARTTLS: "imap-clear-behind-starttls", Must, "rfc9051#6.2.1",
        "After the tagged OK to STARTTLS nothing more comes in clear.",
        breach "a1 OK begin TLS … * CAPABILITY IMAP4rev1, both before the handshake";
    IMAP_CLEAR_COMMAND_KEPT: "imap-clear-command-kept", Must, "rfc9051#6.2.1",
        "A command sent in clear behind STARTTLS is not carried out after the handshake.",
        breach "a1 STARTTLS, a2 NOOP in clear; a2 OK under TLS";
    IMAP_OVER_LIMIT: "imap-over-limit", Must, "rfc9051#4.3",
        "A response is of a size that a client can take.",
        breach "* 1 FETCH (BODY[] {4294967295}";
    IMAP_CUT_SHORT: "imap-cut-short", Must, "rfc9051#2.2",
        "The connection does not end in the middle of a response.",
        breach "* 3 EXI (connection closed)";

    POP3_NO_GREETING: "pop3-no-greeting", Must, "rfc1939#4",
        "The server opens every connection with a greeting.",
        breach "(connection closed without an octet)";
    POP3_UNASKED_REPLY: "pop3-unasked-reply", Should, "rfc1939#3",
        "The server speaks only when asked, even when its patience has ended.",
        breach "-ERR idle for too long, and no command was waiting";
    POP3_AFTER_QUIT: "pop3-after-quit", Must, "rfc1939#6",
        "After the response to QUIT the server closes without another octet.",
        breach "+OK bye … +OK";
    POP3_CLEAR_BEHIND_STLS: "pop3-clear-behind-stls", Must, "rfc2595#4",
        "After the +OK to STLS nothing more comes in clear.",
        breach "+OK begin TLS … +OK, both before the handshake";
    POP3_CLEAR_COMMAND_KEPT: "pop3-clear-command-kept", Must, "rfc2595#4",
        "A command sent in clear behind STLS is not carried out after the handshake.",
        breach "STLS, NOOP in clear; +OK to NOOP under TLS";
    POP3_OVER_LIMIT: "pop3-over-limit", Must, "rfc1939#3",
        "A response is of a size that a client can take, and a multi-line one ends.",
        breach "+OK followed by a line without end";
    POP3_CUT_SHORT: "pop3-cut-short", Must, "rfc1939#3",
        "The connection does not end in the middle of a response.",
        breach "+OK message follows … (connection closed before the termination line)";

    SMTP_NO_GREETING: "smtp-no-greeting", Must, "rfc5321#3.1",
        "The server opens every connection with a greeting.",
        breach "(connection closed without an octet)";
    SMTP_BAD_GREETING: "smtp-bad-greeting", Must, "rfc5321#4.3.2",
        "The greeting is a reply with the code 220, 554 or 421.",
        breach "250 hello";
    SMTP_UNASKED_REPLY: "smtp-unasked-reply", Must, "rfc5321#4.2",
        "Every command gets exactly one reply; only 421 may come unasked.",
        breach "250 ok … 250 ok, after one command";
    SMTP_AFTER_CLOSING: "smtp-after-closing", Must, "rfc5321#4.1.1.10",
        "After 221 to QUIT, or 421, the server closes without another reply.",
        breach "221 bye … 250 ok";
    SMTP_CLEAR_BEHIND_STARTTLS: "smtp-clear-behind-starttls", Must, "rfc3207#4",
        "After the 220 to STARTTLS nothing more comes in clear.",
        breach "220 begin TLS … 250 ok, both before the handshake";
    SMTP_CLEAR_COMMAND_KEPT: "smtp-clear-command-kept", Must, "rfc3207#4.2",
        "A command sent in clear behind STARTTLS is not carried out after the handshake.",
        breach "STARTTLS, NOOP in clear; 250 to NOOP under TLS";
    SMTP_OVER_LIMIT: "smtp-over-limit", Must, "rfc5321#4.5.3.1.5",
        "A reply is of a size that a client can take.",
        breach "220 followed by a line without end";
    SMTP_CUT_SHORT: "smtp-cut-short", Must, "rfc5321#4.2",
        "The connection does not end in the middle of a reply.",
        breach "250-first line (connection closed)";
}
