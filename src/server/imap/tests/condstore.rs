//! CONDSTORE and QRESYNC (RFC 7162).

use pretty_assertions::assert_eq;

use super::client::{Client, server, status};

#[tokio::test]
async fn modseq_comes_only_after_an_enabling_command() {
    let server = server(&[]).await;
    let mut c = Client::inbox(&server).await;
    c.append("", "one").await;
    assert_eq!(
        c.ok("STORE 1 FLAGS (\\Seen)").await,
        ["* 1 FETCH (FLAGS (\\Seen \\Recent))"]
    );
    assert_eq!(
        c.ok("FETCH 1 MODSEQ").await,
        [
            "* OK [HIGHESTMODSEQ 3] Mod-sequences are on",
            "* 1 FETCH (MODSEQ (3))"
        ]
    );
    assert_eq!(
        c.ok("STORE 1 FLAGS ()").await,
        ["* 1 FETCH (UID 1 FLAGS (\\Recent) MODSEQ (4))"]
    );
    assert_eq!(
        c.ok("STORE 1 +FLAGS.SILENT (\\Seen)").await,
        ["* 1 FETCH (UID 1 MODSEQ (5))"]
    );
    assert_eq!(
        c.ok("STORE 1 -FLAGS (\\Seen)").await,
        ["* 1 FETCH (UID 1 FLAGS (\\Recent) MODSEQ (6))"]
    );
    assert_eq!(
        c.ok("FETCH 1 BODY[]").await,
        ["* 1 FETCH (BODY[] {3}\r\none UID 1 FLAGS (\\Seen \\Recent) MODSEQ (7))"]
    );
}

#[tokio::test]
async fn conditional_store_and_search() {
    let server = server(&[]).await;
    let mut c = Client::inbox(&server).await;
    c.append("", "one").await;
    c.append("", "two").await;
    let lines = c
        .command("STORE 1:2 (UNCHANGEDSINCE 2) +FLAGS.SILENT (\\Seen)")
        .await;
    assert_eq!(lines[1], "* 1 FETCH (UID 1 MODSEQ (4))");
    assert_eq!(status(lines.last().unwrap()), "OK [MODIFIED 2]");
    assert_eq!(c.ok("SEARCH MODSEQ 3").await, ["* SEARCH 1 2 (MODSEQ 4)"]);
    assert_eq!(c.ok("SEARCH MODSEQ 5").await, ["* SEARCH"]);
    c.send("e SEARCH RETURN (MAX) MODSEQ 1\r\n").await;
    assert_eq!(
        c.until_tagged("e").await[0],
        "* ESEARCH (TAG \"e\") MAX 2 MODSEQ 3"
    );
    assert_eq!(
        c.ok("UID FETCH 1:* FLAGS (CHANGEDSINCE 3)").await,
        ["* 1 FETCH (UID 1 FLAGS (\\Seen \\Recent) MODSEQ (4))"]
    );
    assert_eq!(
        c.status("UID FETCH 1 FLAGS (CHANGEDSINCE 3 VANISHED)")
            .await,
        "BAD"
    );
    assert_eq!(c.status("SELECT INBOX (QRESYNC (1 1))").await, "BAD");
}

#[tokio::test]
async fn qresync_tells_what_vanished() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    c.ok("ENABLE QRESYNC").await;
    c.ok("SELECT INBOX").await;
    for flags in ["", "(\\Deleted) ", "(\\Deleted) ", ""] {
        c.append(flags, "x").await;
    }
    let lines = c.command("EXPUNGE").await;
    assert_eq!(lines[0], "* VANISHED 2:3");
    assert_eq!(status(&lines[1]), "OK [HIGHESTMODSEQ 6]");
    c.ok("STORE 1 +FLAGS.SILENT (\\Seen)").await;
    let seen = "* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (7))";
    for (parameter, vanished, changed) in [
        ("1 5", Some("2:3"), Some(seen)),
        ("1 6", None, Some(seen)),
        ("1 5 3:4", Some("3"), None),
        ("1 5 1:4 (1 1)", Some("2:3"), Some(seen)),
        ("1 5 (1:2 1,4)", None, Some(seen)),
        ("9 5", None, None),
    ] {
        let mut other = Client::login(&server).await;
        other.ok("ENABLE QRESYNC").await;
        let lines = other
            .ok(&format!("SELECT INBOX (QRESYNC ({parameter}))"))
            .await;
        let vanished = vanished.map(|uids| format!("* VANISHED (EARLIER) {uids}"));
        let expected: Vec<String> = vanished
            .into_iter()
            .chain(changed.map(str::to_owned))
            .collect();
        let start = lines
            .iter()
            .position(|l| l.contains("HIGHESTMODSEQ"))
            .unwrap()
            + 1;
        assert_eq!(lines[start..], expected, "{parameter}");
    }
    assert_eq!(
        c.ok("UID FETCH 1:* UID (CHANGEDSINCE 5 VANISHED)").await,
        ["* VANISHED (EARLIER) 2:3", "* 1 FETCH (UID 1 MODSEQ (7))"]
    );
    assert_eq!(
        c.status("FETCH 1 UID (CHANGEDSINCE 5 VANISHED)").await,
        "BAD"
    );
    assert_eq!(
        c.status("SELECT INBOX (QRESYNC (1 5 (2,1 1,2)))").await,
        "BAD"
    );
    assert_eq!(c.status("UID MOVE 1 Sent").await, "OK [HIGHESTMODSEQ 8]");
}
