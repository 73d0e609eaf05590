//! Long histories: of correct servers, in which no rule fires, and of hostile ones, which do no
//! harm.

use proptest::prelude::*;

use super::testing::{Play, findings, shape};
use crate::wire::fragment::{Frame, ImapFramer};
use crate::wire::{Limits, pop3};

/// Two IMAP sessions and webmail on one mailbox, with the latitude that RFC 2180 gives.
const IMAP: &str = r#"
    a: selected 3 9
    b: imap
    b< * OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE CONDSTORE QRESYNC ENABLE IDLE LIST-STATUS] ready
    b> B1 LOGIN me secret
    b< B1 OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE CONDSTORE QRESYNC ENABLE IDLE LIST-STATUS] hello
    b> B2 ENABLE QRESYNC
    b< * ENABLED QRESYNC
    b< B2 OK enabled
    b> B3 SELECT INBOX
    b< * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
    b< * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Flags permitted.
    b< * 3 EXISTS
    b< * 0 RECENT
    b< * OK [UNSEEN 2] first unseen
    b< * OK [UIDVALIDITY 7] UIDs valid
    b< * OK [UIDNEXT 9] Predicted next UID
    b< * OK [HIGHESTMODSEQ 12] Highest
    b< B3 OK [READ-WRITE] Select completed
    a> A1 FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE ENVELOPE BODYSTRUCTURE)
    a< * 1 FETCH (UID 2 FLAGS (\Seen) RFC822.SIZE 40 INTERNALDATE "17-Jul-2024 02:44:25 +0200"
    _ ENVELOPE ("d" "one" NIL NIL NIL NIL NIL NIL NIL "<1@x>") BODYSTRUCTURE ("text" "plain"
    _ NIL NIL NIL "7bit" 20 1))
    a< * 2 FETCH (UID 5 FLAGS () RFC822.SIZE 50 INTERNALDATE "18-Jul-2024 02:44:25 +0200"
    _ ENVELOPE ("d" "two" NIL NIL NIL NIL NIL NIL NIL "<2@x>") BODYSTRUCTURE ("text" "plain"
    _ NIL NIL NIL "7bit" 30 1))
    a< * 3 FETCH (UID 8 FLAGS () RFC822.SIZE 60 INTERNALDATE "19-Jul-2024 02:44:25 +0200"
    _ ENVELOPE ("d" "three" NIL NIL NIL NIL NIL NIL NIL "<3@x>") BODYSTRUCTURE ("text" "plain"
    _ NIL NIL NIL "7bit" 40 1))
    a< A1 OK done
    b> B4 UID FETCH 1:* (FLAGS MODSEQ)
    b< * 1 FETCH (UID 2 FLAGS (\Seen) MODSEQ (3))
    b< * 2 FETCH (UID 5 FLAGS () MODSEQ (5))
    b< * 3 FETCH (UID 8 FLAGS () MODSEQ (12))
    b< B4 OK done
    b> B5 UID STORE 5 +FLAGS.SILENT (\Deleted)
    b< * 2 FETCH (UID 5 MODSEQ (13))
    b< B5 OK [HIGHESTMODSEQ 13] done
    b> B6 UID EXPUNGE 5
    b< * VANISHED 5
    b< B6 OK [HIGHESTMODSEQ 14] done
    a> A2 FETCH 2 (FLAGS RFC822.SIZE ENVELOPE BODY[])
    a< * 2 FETCH (FLAGS () RFC822.SIZE 0 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)
    _ BODY[] "")
    a< A2 OK it was expunged
    a> A3 FETCH 2:3 UID
    a< * 3 FETCH (UID 8)
    a< A3 NO some of the messages no longer exist
    a> A4 SEARCH ALL
    a< * SEARCH 1 3
    a< A4 OK done
    a> A5 NOOP
    a< * 2 EXPUNGE
    a< * 2 EXISTS
    a< A5 OK done
    a> A6 FETCH 1:2 UID
    a< * 1 FETCH (UID 2)
    a< * 2 FETCH (UID 8)
    a< A6 OK done
    a> A7 IDLE
    a< + idling
    d: lmtp
    d> DATA
    d< 250 delivered
    a< * 3 EXISTS
    a< * 1 RECENT
    b> B7 NOOP
    b< * 3 EXISTS
    b< * 3 FETCH (UID 9 FLAGS () MODSEQ (15))
    b< B7 OK done
    b> B8 UID MOVE 2 Archive
    b< * OK [COPYUID 99 2 1] Moved
    b< * VANISHED 2
    b< B8 OK [HIGHESTMODSEQ 16] done
    a< * 1 EXPUNGE
    a< A7 OK idle ends
    a> A8 APPEND INBOX (\Seen) "20-Jul-2024 10:00:00 +0000" {20}
    a< * 3 EXISTS
    a< A8 OK [APPENDUID 7 10] appended
    a> A9 FETCH 3 (UID FLAGS)
    a> A10 STORE 3 +FLAGS (\Flagged)
    a> A11 SEARCH FLAGGED
    a< * 3 FETCH (UID 10 FLAGS (\Seen))
    a< A9 OK done
    a< * 3 FETCH (FLAGS (\Seen \Flagged))
    a< A10 OK done
    a< * SEARCH 3
    a< A11 OK done
    b> B9 UID SEARCH RETURN (MIN MAX COUNT ALL) ALL
    b< * 3 EXISTS
    b< * ESEARCH (TAG "B9") UID MIN 8 MAX 10 COUNT 3 ALL 8:10
    b< B9 OK done
    b> B10 LIST "" * RETURN (STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ))
    b< * LIST () "/" INBOX
    b< * STATUS INBOX (MESSAGES 3 UNSEEN 2 UIDNEXT 11 UIDVALIDITY 7 HIGHESTMODSEQ 17)
    b< * LIST () "/" Archive
    b< * STATUS Archive (MESSAGES 1 UNSEEN 0 UIDNEXT 2 UIDVALIDITY 99 HIGHESTMODSEQ 4)
    b< B10 OK done
    b> B11 SELECT Archive (QRESYNC (99 2))
    b< * OK [CLOSED] Previous mailbox closed.
    b< * FLAGS (\Deleted \Seen)
    b< * OK [PERMANENTFLAGS (\Deleted \Seen \*)] Flags permitted.
    b< * 1 EXISTS
    b< * 0 RECENT
    b< * OK [UIDVALIDITY 99] UIDs valid
    b< * OK [UIDNEXT 2] Predicted next UID
    b< * OK [HIGHESTMODSEQ 4] Highest
    b< * VANISHED (EARLIER) 40:50
    b< * 1 FETCH (UID 1 FLAGS (\Seen) MODSEQ (4))
    b< B11 OK [READ-WRITE] Select completed
    b> B12 FETCH 1 (RFC822.SIZE INTERNALDATE)
    b< * 1 FETCH (RFC822.SIZE 40 INTERNALDATE "17-Jul-2024 02:44:25 +0200")
    b< B12 OK done
    a> A12 CLOSE
    a< A12 OK closed
    a> A13 SELECT Nowhere
    a< A13 NO [NONEXISTENT] no such mailbox
    a> A14 EXAMINE INBOX
    a< * FLAGS (\Deleted \Seen)
    a< * 3 EXISTS
    a< * 0 RECENT
    a< * OK [PERMANENTFLAGS ()] read-only
    a< * OK [UIDVALIDITY 7] valid
    a< * OK [UIDNEXT 11] next
    a< A14 OK [READ-ONLY] examined
    a> A15 UID FETCH 1:* (BODY.PEEK[] RFC822.SIZE INTERNALDATE)
    a< * 1 FETCH (UID 8 BODY[]
    _ {60}|123456789012345678901234567890123456789012345678901234567890 RFC822.SIZE 60
    _ INTERNALDATE "19-Jul-2024 00:44:25 +0000")
    a< * 2 FETCH (UID 9 BODY[] "x" RFC822.SIZE 1 INTERNALDATE "19-Jul-2024 00:44:25 +0000")
    a< * 3 FETCH (UID 10 BODY[] {20}|12345678901234567890 RFC822.SIZE 20 INTERNALDATE
    _ "20-Jul-2024 10:00:00 +0000")
    a< A15 OK done
    a> A16 LOGOUT
    a< * BYE good bye
    a< A16 OK done
    a!
    c: imap
    c< * OK [CAPABILITY IMAP4rev2] ready
    c> C1 AUTHENTICATE PLAIN AAAA
    c< C1 OK hello
    c> C2 SELECT INBOX
    c< * 3 EXISTS
    c< * OK [UIDVALIDITY 7] valid
    c< * OK [UIDNEXT 11] next
    c< * FLAGS (\Deleted \Seen)
    c< * OK [PERMANENTFLAGS (\Deleted \Seen \*)] limited
    c< * LIST () "/" INBOX
    c< C2 OK [READ-WRITE] selected
    c> C3 DELETE Archive
    c< C3 OK deleted
    c> C4 CREATE Archive
    c< C4 OK created
    c> C5 STATUS Archive (MESSAGES UIDNEXT UIDVALIDITY)
    c< * STATUS Archive (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 100)
    c< C5 OK done
    c> C6 IDLE
    c< + idling
    c< * 2 FETCH (UID 9 FLAGS (\Seen))
    c< C6 OK done
    c< * BYE server is going down
    c!
"#;

/// POP3 sessions one after the other, with IMAP beside them.
const POP3: &str = r#"
    p: pop3
    p< +OK ready <1896.697170952@example.org>
    p> CAPA
    p< +OK|TOP|UIDL|USER|RESP-CODES|EXPIRE 60|.
    p> USER me
    p< +OK
    p> PASS wrong
    p< -ERR [AUTH] no
    p> USER me
    p< +OK
    p> PASS secret
    p< +OK 3 messages (63 octets)
    p> STAT
    p< +OK 3 63
    p> LIST
    p< +OK 3 messages (63 octets)|1 20|2 20|3 23|.
    p> UIDL
    p< +OK|1 hash-a|2 hash-a|3 hash-b|.
    p> RETR 1
    p< +OK 20 octets|Subject: a||1234|.
    p> TOP 1 0
    p< +OK|Subject: a||.
    p> TOP 1 1
    p< +OK|Subject: a||1234|.
    p> RETR 4
    p< -ERR no such message
    d: lmtp
    d> DATA
    d< 250 delivered
    p> STAT
    p< +OK 3 63
    p> DELE 1
    p< +OK
    p> DELE 1
    p< -ERR already deleted
    p> LIST
    p< +OK|2 20|3 23|.
    p> STAT
    p< +OK 2 43
    p> RSET
    p< +OK
    p> UIDL
    p< +OK|1 hash-a|2 hash-a|3 hash-b|.
    p> DELE 3
    p< +OK
    p> LIST 3
    p< -ERR deleted
    p> NOOP
    p< +OK
    p> STAT
    p< +OK 2 40
    q: pop3
    q< +OK ready
    q> USER me
    q< +OK
    q> PASS secret
    q< -ERR [IN-USE] locked
    p> QUIT
    p< +OK bye
    p!
    q> USER me
    q< +OK
    q> PASS secret
    q< +OK
    q> STAT
    q< +OK 3 64
    q> UIDL
    q< +OK|1 hash-a|2 hash-a|3 hash-c|.
    q> LIST
    q< +OK|1 20|2 20|3 24|.
    q> DELE 2
    q< +OK
    q!
    a: selected 3 9
    a> A1 UID FETCH 1:* (RFC822.SIZE)
    a< * 1 FETCH (UID 1 RFC822.SIZE 20)
    a< * 2 FETCH (UID 2 RFC822.SIZE 20)
    a< * 3 FETCH (UID 4 RFC822.SIZE 24)
    a< A1 OK done
    a> A2 STORE 2 +FLAGS (\Deleted)
    a< * 2 FETCH (FLAGS (\Deleted))
    a< A2 OK done
    r: opened
    r> STAT
    r< +OK 3 64
    a> A3 EXPUNGE
    a< * 2 EXPUNGE
    a< A3 OK done
    r> LIST
    r< +OK|1 20|2 20|3 24|.
    r> RETR 2
    r< -ERR gone meanwhile
    r> QUIT
    r< +OK
    r!
    s: opened
    s> UIDL
    s< +OK|1 hash-a|2 hash-c|.
    s> RETR 1
    s< +OK|Subject: a||1234|.
    s> QUIT
    s< +OK
"#;

#[test]
fn a_correct_imap_server_breaks_no_rule() {
    assert_eq!(findings(IMAP), []);
}

#[test]
fn a_correct_pop3_server_breaks_no_rule() {
    assert_eq!(findings(POP3), []);
}

#[test]
fn numbers_are_answered_as_a_session_sees_them() {
    let mut play = Play::default();
    play.play("a: selected 3 9\np: opened\nb: imap");
    let (a, p, b) = (play.session("a"), play.session("p"), play.session("b"));
    for session in [a, p, b] {
        play.world.learn(session, &[2, 5, 8]);
    }
    assert_eq!(play.world.seq_of(a, 8), Some(3));
    assert_eq!(play.world.seq_of(b, 8), None, "nothing is selected");
    play.play("a> A1 NOOP\na< * 1 EXPUNGE\na< A1 OK done");
    assert_eq!(play.world.seq_of(a, 8), Some(2));
    assert_eq!(play.world.seq_of(a, 2), None);
    assert_eq!(
        play.world.seq_of(p, 8),
        None,
        "UIDs do not tell message-numbers"
    );
    play.world.learn(a, &[5, 8, 11]);
    assert_eq!(play.world.seq_of(a, 11), None, "not announced yet");
    play.play("a> A2 NOOP\na< * 3 EXISTS\na< A2 OK done");
    assert_eq!(play.world.seq_of(a, 11), Some(3));
    play.play("a> A3 FETCH 1 UID\na< * 1 FETCH (UID 5)\na< A3 OK done");
    assert_eq!(play.world.seq_of(a, 8), Some(2), "both sources are used");
    play.play("a> A4 CLOSE\na< A4 OK done");
    assert_eq!(play.world.seq_of(a, 5), None);
}

/// Plays a recorded session (`C: ` and `S: ` before each line) and says what it breaks.
fn replay(protocol: &str, transcript: &str) -> Vec<&'static str> {
    let mut play = Play::default();
    play.play(&format!("a: {protocol}"));
    let (mut message, mut command) = (String::new(), String::new());
    for line in transcript.lines() {
        if let Some(line) = line.strip_prefix("C: ") {
            let tagged = line.starts_with(['a', 'b']) && line[1..].starts_with(char::is_numeric);
            if tagged || protocol == "pop3" {
                command = line.to_owned();
                play.send("a", line);
            }
        } else if let Some(line) = line.strip_prefix("S: ") {
            message.push_str(line);
            message.push_str("\r\n");
            if is_complete(protocol, &command, message.as_bytes()) {
                play.receive("a", message.trim_end_matches("\r\n"));
                message.clear();
            }
        }
    }
    assert_eq!(message, "");
    play.found.iter().map(|finding| finding.rule.id()).collect()
}

fn is_complete(protocol: &str, command: &str, octets: &[u8]) -> bool {
    if protocol == "imap" {
        let frame = ImapFramer::default().find(octets, &Limits::default());
        return frame != Frame::Incomplete;
    }
    let lines = !command.is_empty() && pop3::is_multi_line(shape(command));
    !(lines && octets.starts_with(b"+OK")) || pop3::is_complete(octets)
}

#[test]
fn recorded_sessions_break_no_rule() {
    for (protocol, transcript) in [
        (
            "imap",
            include_str!("../../fixtures/transcripts/dovecot-imap-change.txt"),
        ),
        (
            "imap",
            include_str!("../../fixtures/transcripts/dovecot-imap-fetch.txt"),
        ),
        (
            "imap",
            include_str!("../../fixtures/transcripts/dovecot-imap-list.txt"),
        ),
        (
            "imap",
            include_str!("../../fixtures/transcripts/dovecot-imap-search.txt"),
        ),
        (
            "imap",
            include_str!("../../fixtures/transcripts/dovecot-imap-session.txt"),
        ),
        (
            "pop3",
            include_str!("../../fixtures/transcripts/dovecot-pop3.txt"),
        ),
    ] {
        let found = replay(protocol, transcript);
        assert_eq!(
            found,
            [""; 0],
            "{}",
            transcript.lines().next().unwrap_or("")
        );
    }
}

/// Lines with places for two numbers.
const PIECES: [&str; 60] = [
    "a> A1 NOOP",
    "a> A1 SELECT INBOX",
    "a> A1 EXAMINE Sent",
    "a> A1 UID FETCH {}:* (UID FLAGS MODSEQ BODY[])",
    "a> A1 FETCH {}:{} FAST",
    "a> A1 UID SEARCH ALL",
    "a> A1 SEARCH {}",
    "a> A1 UID EXPUNGE {}:{}",
    "a> A1 UID COPY {}:{} INBOX",
    "a> A1 UID MOVE {} Sent",
    "a> A1 APPEND INBOX {20}",
    "a> A1 CLOSE",
    "a> A1 LOGOUT",
    "a> A1 DELETE Sent",
    "a> A1 ENABLE QRESYNC",
    "a> A1 XYZZY",
    "a~",
    "a!",
    "a< + go on",
    "a< A1 OK done",
    "a< A1 NO no",
    "a< A1 BAD no",
    "a< A1 OK [APPENDUID {} {}] done",
    "a< A1 OK [COPYUID {} {}:{} {}] done",
    "a< * BYE",
    "a< * PREAUTH hello",
    "a< * ENABLED QRESYNC",
    "a< * {} EXISTS",
    "a< * {} RECENT",
    "a< * {} EXPUNGE",
    "a< * VANISHED {}:{},{}",
    "a< * VANISHED (EARLIER) {}",
    "a< * OK [UIDNEXT {}] next",
    "a< * OK [UIDVALIDITY {}] valid",
    "a< * OK [HIGHESTMODSEQ {}] highest",
    "a< * OK [UNSEEN {}] unseen",
    "a< * OK [CLOSED] closed",
    "a< * {} FETCH (UID {} FLAGS () MODSEQ ({}))",
    "a< * {} FETCH (RFC822.SIZE {} BODY[] \"abc\" BODY[HEADER] \"a\" BODY[TEXT] \"bc\")",
    "a< * {} FETCH (INTERNALDATE \"{}-Jul-{} 02:44:25 +9999\" ENVELOPE ({}))",
    "a< * SEARCH {} {}",
    "a< * ESEARCH (TAG \"A1\") UID MIN {} MAX {} COUNT {} ALL {}:{}",
    "a< * STATUS INBOX (MESSAGES {} UIDNEXT {} UIDVALIDITY {})",
    "a< * {} EXI",
    "p> PASS x",
    "p> STAT",
    "p> LIST",
    "p> LIST {}",
    "p> UIDL",
    "p> RETR {}",
    "p> TOP {} {}",
    "p> DELE {}",
    "p> RSET",
    "p> QUIT",
    "p< +OK {} {}",
    "p< +OK|{} {}|{} {}|.",
    "p< +OK|a: b||{}|.",
    "p< -ERR no",
    "p~",
    "p!",
];

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0..5u32, 1 => Just(u32::MAX), 1 => Just(20_000), 1 => any::<u32>()]
}

proptest! {
    #[test]
    fn no_history_does_harm(
        steps in prop::collection::vec((0..PIECES.len(), prop::array::uniform5(number())), 0..80),
        selected in any::<bool>(),
    ) {
        let mut play = Play::default();
        play.hostile = true;
        let opening = if selected { "a: selected 3 9\np: opened" } else { "a: imap\np: pop3" };
        play.play(opening);
        for (piece, numbers) in steps {
            let line = numbers
                .iter()
                .fold(PIECES[piece].to_owned(), |line, n| line.replacen("{}", &n.to_string(), 1));
            play.play(&line);
            let a = play.session("a");
            play.world.learn(a, &numbers);
            play.world.seq_of(a, numbers[0]);
        }
    }
}
