//! Sessions over real sockets: scripts, and what the last step gives with and without a fault.

use std::collections::HashMap;

use pretty_assertions::{assert_eq, assert_ne};

use crate::server::store::{Flag, FlagChange, NewMessage};
use crate::server::testing::{Client, eventually, server};
use crate::server::{Fault, Server};

/// Clients by name, and the server that they talk to.
struct Play {
    server: Server,
    clients: HashMap<String, Client>,
}

impl Play {
    async fn new(faults: &[Fault]) -> Self {
        Self {
            server: server(faults).await,
            clients: HashMap::new(),
        }
    }

    /// Runs steps, one a line; gives what the last one gave.
    async fn run(&mut self, script: &str) -> String {
        let mut last = String::new();
        for step in script
            .lines()
            .map(str::trim_start)
            .filter(|step| !step.is_empty())
        {
            last = self.step(step).await;
        }
        last
    }

    /// `new TEXT`, `expunge UID`, `flag UID`, `inbox`, `restart` act on the store; `A` connects,
    /// `A in` connects and logs in, `A out` closes, `A COMMAND` asks.
    async fn step(&mut self, step: &str) -> String {
        let (who, what) = step.split_once(' ').unwrap_or((step, ""));
        match (who, what) {
            ("new" | "expunge" | "flag" | "inbox", _) => self.store(who, what),
            ("restart", _) => {
                self.server.stop().await;
                self.server.resume().await.unwrap();
                String::new()
            }
            (_, "" | "in") => {
                let mut client = Client::connect(self.server.ports().pop3).await;
                let mut reply = client.line().await;
                if what == "in" {
                    client.ask("USER ann").await;
                    reply = client.ask("PASS secret").await;
                }
                self.clients.insert(who.to_owned(), client);
                shortened(&reply)
            }
            (_, "out") => {
                drop(self.clients.remove(who));
                let ann = self.server.context().store.account("ann").unwrap();
                eventually(|| ann.lock_maildrop().is_some()).await;
                String::new()
            }
            _ => self.ask(who, what).await,
        }
    }

    fn store(&self, verb: &str, argument: &str) -> String {
        let ann = self.server.context().store.account("ann").unwrap();
        let uid = argument.parse().unwrap_or(0);
        ann.write(|mailboxes| match verb {
            "new" => {
                let text = argument.replace("\\r", "\r").replace("\\n", "\n");
                let new = NewMessage::received(text.into_bytes());
                mailboxes.append("INBOX", vec![new]).unwrap();
            }
            "expunge" => drop(mailboxes.inbox_mut().remove(&[uid])),
            "flag" => {
                let seen = [Flag::seen()].into_iter().collect();
                let inbox = mailboxes.inbox_mut();
                inbox.store_flags(&[uid], FlagChange::Add, &seen, None);
            }
            _ => {}
        });
        let uids = ann.read(|m| {
            let messages = m.inbox().messages().iter();
            messages.map(|m| m.uid.to_string()).collect::<Vec<_>>()
        });
        uids.join(" ")
    }

    async fn ask(&mut self, who: &str, command: &str) -> String {
        let client = self.clients.get_mut(who).unwrap();
        let reply = client
            .ask(&command.replace("\\r", "\r").replace("\\n", "\n"))
            .await;
        let keyword = command.split(' ').next().unwrap();
        let multi_line =
            matches!(keyword, "RETR" | "TOP" | "CAPA") || matches!(command, "LIST" | "UIDL");
        match keyword {
            _ if multi_line && reply.starts_with("+OK") => {
                format!("+OK|{}", client.lines().await.join("|"))
            }
            "STAT" | "LIST" | "UIDL" if reply.starts_with("+OK") => reply,
            _ => shortened(&reply),
        }
    }
}

/// The status, and the response code if there is one.
fn shortened(reply: &str) -> String {
    let mut words = reply.split(' ');
    let status = words.next().unwrap();
    match words.next() {
        Some(code) if code.starts_with('[') => format!("{status} {code}"),
        _ => status.to_owned(),
    }
}

const TWO: &str = "new A: 1\\r\\n\\r\\none\\r\\n\nnew A: 2\\r\\n\\r\\ntwo\\r\\n\n";

const CAPA: &str = "+OK|USER|SASL PLAIN CRAM-MD5|TOP|UIDL|RESP-CODES|AUTH-RESP-CODE|PIPELINING\
    |UTF8 USER|LANG|EXPIRE NEVER|IMPLEMENTATION mailspec|STLS";

/// A script and what its last step gives; on a server with the fault it gives something else.
const FAULTS: &[(Fault, &str, &str)] = &[
    (
        Fault::Pop3AuthPlainNoIrBroken,
        "A\nA AUTH PLAIN\nA AGFubgBzZWNyZXQ=",
        "+OK",
    ),
    (Fault::Pop3CapaDoubleSpace, "A\nA CAPA", CAPA),
    (Fault::Pop3GreetingNegative, "A", "+OK"),
    (Fault::Pop3ListingWithTab, "A in\nA LIST", "+OK|1 13|2 13"),
    (
        Fault::Pop3MarkedMessageServed,
        "A in\nA DELE 1\nA TOP 1 0",
        "-ERR",
    ),
    (Fault::Pop3StatBeforeLogin, "A\nA STAT", "-ERR"),
    (Fault::Pop3StatWithUnit, "A in\nA STAT", "+OK 2 26"),
    (Fault::Pop3StatusInLowerCase, "A in\nA NOOP", "+OK"),
    (Fault::Pop3StatusWithoutSign, "A in\nA NOOP", "+OK"),
    (Fault::Pop3UniqueIdWithSpace, "A in\nA UIDL 1", "+OK 1 1.1"),
    (
        Fault::Pop3BareLfDotTruncates,
        "new A: 1\\n\\n.\\nend\\n\nA in\nA RETR 3",
        "+OK|A: 1||..|end",
    ),
    (
        Fault::Pop3DeleCommitsWithoutQuit,
        "A in\nA DELE 1\nA out\ninbox",
        "1 2",
    ),
    (
        Fault::Pop3DeleInvisibleToImap,
        "A in\nA DELE 1\nA QUIT\ninbox",
        "2",
    ),
    (
        Fault::Pop3DeleRemovesWrongMessage,
        "A in\nexpunge 1\nA DELE 1\nA QUIT\ninbox",
        "2",
    ),
    (
        Fault::Pop3DisconnectOnBadArg,
        "A in\nA RETR 9\nA NOOP",
        "+OK",
    ),
    (
        Fault::Pop3DoubleDeleCountsTwice,
        "A in\nA DELE 1\nA DELE 1\nA STAT",
        "+OK 1 13",
    ),
    (Fault::Pop3DoubleOk, "A in\nA NOOP\nA STAT", "+OK 2 26"),
    (
        Fault::Pop3DuplicateUidl,
        "new A: 1\\r\\n\\r\\none\\r\\n\nA in\nA UIDL",
        "+OK|1 1.1|2 1.2|3 1.3",
    ),
    (
        Fault::Pop3EmptyUidlDisconnect,
        "expunge 1\nexpunge 2\nA in\nA UIDL\nA NOOP",
        "+OK",
    ),
    (
        Fault::Pop3ListShowsDeleted,
        "A in\nA DELE 1\nA LIST",
        "+OK|2 13",
    ),
    (Fault::Pop3MsgnoOverflow, "A in\nA RETR 1x", "-ERR"),
    (Fault::Pop3NegativeIndex, "A in\nA LIST -1", "-ERR"),
    (
        Fault::Pop3NoDotStuffing,
        "new A: 1\\r\\n\\r\\n.\\r\\n.x\\r\\n\nA in\nA RETR 3",
        "+OK|A: 1||..|..x",
    ),
    (Fault::Pop3NoExclusiveLock, "A in\nB in", "-ERR [IN-USE]"),
    (
        Fault::Pop3PipelinedRetrInterleaved,
        "A in\nA RETR 1\\r\\nCAPA\nA STAT",
        "+OK capabilities follow",
    ),
    (
        Fault::Pop3QuitExpungesNewArrivals,
        "A in\nnew x\nA DELE 1\nA DELE 2\nA QUIT\ninbox",
        "3",
    ),
    (Fault::Pop3QuitNoReply, "A in\nA QUIT", "+OK"),
    (
        Fault::Pop3QuitOkButNotExpunged,
        "A in\nA DELE 1\nA QUIT\ninbox",
        "2",
    ),
    (
        Fault::Pop3QuitUndeletes,
        "A in\nexpunge 1\nA QUIT\ninbox",
        "2",
    ),
    (
        Fault::Pop3RetrEmptyBody,
        "A in\nexpunge 1\nA RETR 1",
        "+OK|A: 1||one",
    ),
    (
        Fault::Pop3RetrHidesMessage,
        "A in\nA RETR 1\nA QUIT\nB in\nB UIDL",
        "+OK|1 1.1|2 1.2",
    ),
    (
        Fault::Pop3RsetKeepsMarks,
        "A in\nA DELE 1\nA RSET\nA STAT",
        "+OK 2 26",
    ),
    (Fault::Pop3SizeMismatch, "A in\nA LIST 1", "+OK 1 13"),
    (
        Fault::Pop3StatCountsDeletedOrNew,
        "A in\nA DELE 1\nnew x\nA STAT",
        "+OK 1 13",
    ),
    (
        Fault::Pop3TopLineCountOff,
        "new A: 1\\r\\n\\r\\n1\\r\\n2\\r\\n3\\r\\n\nA in\nA TOP 3 1",
        "+OK|A: 1||1",
    ),
    (Fault::Pop3TopNoargsCrash, "A in\nA TOP\nA NOOP", "+OK"),
    (
        Fault::Pop3UidlChangesAfterRestart,
        "A in\nA QUIT\nrestart\nB in\nB UIDL 2",
        "+OK 2 1.2",
    ),
    (
        Fault::Pop3UidlChangesOnFlagChange,
        "flag 1\nA in\nA UIDL 1",
        "+OK 1 1.1",
    ),
    (
        Fault::Pop3UidlSkipsEntries,
        "new A: 3\\r\\n\\r\\n\nA in\nA UIDL",
        "+OK|1 1.1|2 1.2|3 1.3",
    ),
    (
        Fault::UidlReusedWhenEmptied,
        "A in\nA DELE 1\nA DELE 2\nA QUIT\nnew x\nB in\nB UIDL",
        "+OK|1 1.3",
    ),
];

#[tokio::test]
async fn each_fault_changes_what_a_conforming_server_says() {
    for (fault, script, expected) in FAULTS {
        let script = format!("{TWO}{script}");
        let sound = Play::new(&[]).await.run(&script).await;
        assert_eq!(&sound, expected, "{script}");
        let faulty = Play::new(&[*fault]).await.run(&script).await;
        assert_ne!(&faulty, expected, "{} is not seen: {script}", fault.id());
    }
}

/// The greeting without what is another in each.
fn without_timestamp(text: &str) -> String {
    let parts = text
        .split_once(" <")
        .and_then(|(before, rest)| Some((before, rest.split_once('>')?.1)));
    parts.map_or_else(
        || text.to_owned(),
        |(before, rest)| format!("{before}{rest}"),
    )
}

#[tokio::test]
async fn faults_of_the_wire() {
    for (fault, expected) in [
        (
            Fault::Pop3AnswerAfterQuit,
            "+OK mailspec ready\r\n+OK bye\r\n+OK still here\r\n",
        ),
        (Fault::Pop3BareLfReply, "+OK mailspec ready\n+OK bye\n"),
        (
            Fault::Pop3StatusWithoutSign,
            "OK mailspec ready\r\nOK bye\r\n",
        ),
        (
            Fault::Pop3EmptyUidlDisconnect,
            "+OK mailspec ready\r\n+OK bye\r\n",
        ),
    ] {
        let server = server(&[fault]).await;
        let mut client = Client::connect(server.ports().pop3).await;
        client.send("QUIT\r\nNOOP\r\n").await;
        client.finish().await;
        assert_eq!(without_timestamp(&client.rest().await), expected);
    }
    let server = server(&[Fault::Pop3LongReply, Fault::Pop3ChallengeNotBase64]).await;
    let mut client = Client::connect(server.ports().pop3).await;
    assert!(client.line().await.len() > 600);
    assert_eq!(client.ask("AUTH PLAIN").await, "+ who are you?");
}

#[tokio::test]
async fn top_truncated_cuts_long_messages() {
    let script = format!(
        "new A: 1\\r\\n\\r\\n{}\nA in\nA TOP 1 9999",
        "x\\r\\n".repeat(9000)
    );
    let sound = Play::new(&[]).await.run(&script).await;
    assert_eq!(sound.matches('x').count(), 9000);
    let faulty = Play::new(&[Fault::Pop3TopTruncated])
        .await
        .run(&script)
        .await;
    assert!(faulty.matches('x').count() < 9000);
}

#[tokio::test]
async fn pop3_deletion_is_in_the_log_of_expunged_messages() {
    for (faults, logged) in [(&[][..], 1), (&[Fault::Pop3DeleteNotInModseq], 0)] {
        let mut play = Play::new(faults).await;
        play.run(&format!("{TWO}A in\nA DELE 1\nA QUIT")).await;
        let ann = play.server.context().store.account("ann").unwrap();
        assert_eq!(ann.read(|m| m.inbox().expunged_since(0).count()), logged);
    }
}

#[tokio::test]
async fn commands_and_states() {
    let long = format!("A NOOP {}\nA NOOP", "x".repeat(60_000));
    for (script, expected) in [
        ("A\nA CAPA", CAPA),
        ("A in\nA capa", "+OK"),
        ("A\nA STAT", "-ERR"),
        ("A\nA PASS secret", "-ERR"),
        ("A\nA USER nobody", "+OK"),
        ("A\nA USER ann\nA PASS wrong", "-ERR [AUTH]"),
        ("A\nA USER ann\nA PASS wrong\nA PASS secret", "-ERR"),
        ("A\nA user bob\nA pass b o b", "+OK"),
        (
            "A\nA APOP ann c4c9334bac560ecc979e58001b3e22fb",
            "-ERR [AUTH]",
        ),
        ("A\nA AUTH", "-ERR"),
        ("A\nA AUTH SCRAM-SHA-1", "-ERR"),
        ("A\nA AUTH PLAIN\nA *\nA USER ann", "+OK"),
        ("A\nA AUTH PLAIN AGFubgBzZWNyZXQ=", "+OK"),
        ("A\nA AUTH PLAIN AGFubgB3cm9uZw==", "-ERR [AUTH]"),
        ("A\nA QUIT", "+OK"),
        ("A in\nA USER ann", "-ERR"),
        ("A in\nA STLS", "-ERR"),
        ("A in\nA NOOP x", "-ERR"),
        ("A in\nA \\tNOOP", "-ERR"),
        ("A in\nA NO\\nOP\nA OP", "-ERR"),
        ("A in\nA DELE", "-ERR"),
        ("A in\nA DELE 0", "-ERR"),
        ("A in\nA DELE 3", "-ERR"),
        ("A in\nA LIST 1 ", "-ERR"),
        ("A in\nA TOP 1", "-ERR"),
        ("A in\nA TOP 1 -1", "-ERR"),
        ("A in\nA TOP 2 0", "+OK|A: 2|"),
        ("A in\nA DELE 1\nA UIDL", "+OK|2 1.2"),
        ("A in\nA DELE 1\nA UIDL 1", "-ERR"),
        ("A in\nA DELE 1\nA QUIT\nB in\nB UIDL", "+OK|1 1.2"),
        ("A in\nexpunge 1\nexpunge 2\nA DELE 1\nA QUIT", "+OK"),
        ("A in\nA out\nB in", "+OK"),
        ("A in\nA QUIT\nB in", "+OK"),
        ("A in\nB in\nA QUIT\nB USER ann\nB PASS secret", "+OK"),
        (&format!("A in\n{long}"), "+OK"),
        (&format!("A\nA USER {}", "x".repeat(248)), "+OK"),
        (&format!("A\nA USER {}", "x".repeat(249)), "-ERR"),
    ] {
        let script = format!("{TWO}{script}");
        let got = Play::new(&[]).await.run(&script).await;
        let got = if script.ends_with("capa") {
            "+OK".to_owned()
        } else {
            got
        };
        assert_eq!(got, expected, "{script}");
    }
}

#[tokio::test]
async fn pipelined_commands_are_answered_in_order() {
    let mut play = Play::new(&[]).await;
    play.run(&format!("{TWO}A in")).await;
    let client = play.clients.get_mut("A").unwrap();
    client
        .send("STAT\r\nLIST 2\r\nUIDL 1\r\nRETR 2\r\nNOPE\r\nQUIT\r\n")
        .await;
    let mut lines = Vec::new();
    while let line = client.line().await
        && line != "EOF"
    {
        lines.push(line);
    }
    assert_eq!(lines[..3], ["+OK 2 26", "+OK 2 13", "+OK 1 1.1"]);
    assert_eq!(lines[4..8], ["A: 2", "", "two", "."]);
    assert!(lines[8].starts_with("-ERR") && lines[9].starts_with("+OK") && lines.len() == 10);
}

#[tokio::test]
async fn stls_forgets_what_came_in_clear() {
    for faults in [&[][..], &[Fault::StarttlsCommandInjection]] {
        let server = server(faults).await;
        let mut client = Client::connect(server.ports().pop3).await;
        client.line().await;
        client.send("STLS\r\nUSER ann\r\n").await;
        assert!(client.line().await.starts_with("+OK"));
        let mut client = client.secured(&server).await;
        let injected = !faults.is_empty();
        if injected {
            assert!(client.line().await.starts_with("+OK"));
        }
        let capa = client.ask("CAPA").await;
        assert!(capa.starts_with("+OK"));
        assert!(!client.lines().await.contains(&"STLS".to_owned()));
        assert!(client.ask("STLS").await.starts_with("-ERR"));
    }
}

#[tokio::test]
async fn implicit_tls() {
    let server = server(&[]).await;
    let client = Client::connect(server.ports().pop3s).await;
    let mut client = client.secured(&server).await;
    assert!(client.line().await.starts_with("+OK"));
    assert!(client.ask("USER ann").await.starts_with("+OK"));
    assert!(client.ask("PASS secret").await.starts_with("+OK"));
}
