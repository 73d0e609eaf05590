//! Mailbox names, LIST, STATUS, SELECT.

use pretty_assertions::assert_eq;

use super::client::{Client, server};

#[tokio::test]
async fn select_tells_all_that_is_required() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    c.append("(\\Seen $X) ", "one").await;
    c.append("", "two").await;
    let lines = c.command("SELECT inbox").await;
    assert_eq!(
        lines,
        [
            "* FLAGS ($X \\Answered \\Deleted \\Draft \\Flagged \\Seen)",
            "* OK [PERMANENTFLAGS ($X \\Answered \\Deleted \\Draft \\Flagged \\Seen \\*)] \
             These can be kept",
            "* 2 EXISTS",
            "* 2 RECENT",
            "* OK [UNSEEN 2] First unseen",
            "* OK [UIDVALIDITY 1] UIDs are valid",
            "* OK [UIDNEXT 3] Next UID",
            "* OK [HIGHESTMODSEQ 3] Highest mod-sequence",
            "T OK [READ-WRITE] Mailbox is selected",
        ]
    );
    let lines = c.command("EXAMINE INBOX").await;
    assert_eq!(
        lines[0],
        "* OK [CLOSED] The mailbox selected before is closed"
    );
    assert_eq!(lines[2], "* OK [PERMANENTFLAGS ()] These can be kept");
    assert_eq!(lines[4], "* 0 RECENT");
    assert_eq!(
        lines.last().unwrap(),
        "T OK [READ-ONLY] Mailbox is selected"
    );
    for command in ["STORE 1 FLAGS ()", "EXPUNGE", "MOVE 1 Sent"] {
        assert_eq!(c.status(command).await, "NO [CANNOT]", "{command}");
    }
    let fetched = c.ok("FETCH 2 (FLAGS BODY[])").await;
    assert_eq!(fetched, ["* 2 FETCH (FLAGS () BODY[] {3}\r\ntwo)"]);
    assert_eq!(c.status("SELECT none").await, "NO [NONEXISTENT]");
    assert_eq!(c.status("FETCH 1 FLAGS").await, "BAD");
}

#[tokio::test]
async fn select_under_rev2() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    c.ok("ENABLE IMAP4rev2").await;
    c.append("", "one").await;
    let lines = c.ok("SELECT inbox").await;
    assert!(
        lines.contains(&"* LIST () \"/\" INBOX".to_owned()),
        "{lines:#?}"
    );
    assert!(
        !lines
            .iter()
            .any(|l| l.contains("RECENT") || l.contains("UNSEEN")),
        "{lines:#?}"
    );
    assert_eq!(c.ok("FETCH 1 FLAGS").await, ["* 1 FETCH (FLAGS ())"]);
    c.ok("CREATE \"Entwürfe\"").await;
    assert_eq!(
        c.ok("LIST \"\" Ent*").await,
        ["* LIST (\\HasNoChildren) \"/\" \"Entwürfe\""]
    );
    assert_eq!(c.status("STATUS INBOX (RECENT)").await, "BAD");
}

#[tokio::test]
async fn create_delete_rename() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    for (command, status) in [
        ("CREATE R&-D/x", "OK"),
        ("CREATE R&D", "NO [CANNOT]"),
        ("CREATE {3+}\r\na\r\n", "NO [CANNOT]"),
        ("CREATE inbox", "NO [ALREADYEXISTS]"),
        ("CREATE R&-D/", "NO [ALREADYEXISTS]"),
        ("DELETE INBOX", "NO [CANNOT]"),
        ("DELETE none", "NO [NONEXISTENT]"),
        ("RENAME R&-D Research", "OK"),
        ("RENAME R&-D y", "NO [NONEXISTENT]"),
        ("RENAME Research Sent", "NO [ALREADYEXISTS]"),
        ("DELETE Research", "OK"),
        ("CREATE Sent2 (USE (\\Sent))", "OK"),
        ("CREATE Odd (USE (\\Odd))", "NO [USEATTR]"),
    ] {
        assert_eq!(c.status(command).await, status, "{command}");
    }
    assert_eq!(
        c.ok("LIST \"\" Research*").await,
        [
            "* LIST (\\Noselect \\HasChildren) \"/\" Research",
            "* LIST (\\HasNoChildren) \"/\" Research/x",
        ]
    );
}

#[tokio::test]
async fn uidvalidity_is_new_after_delete_and_create() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    c.ok("CREATE x").await;
    let first = c.ok("STATUS x (UIDVALIDITY)").await;
    c.ok("DELETE x").await;
    c.ok("CREATE x").await;
    assert_ne!(c.ok("STATUS x (UIDVALIDITY)").await, first);
}

#[tokio::test]
async fn list_of_all_kinds() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    c.ok("CREATE a/b").await;
    c.ok("SUBSCRIBE a/b").await;
    c.ok("SUBSCRIBE Sent").await;
    assert_eq!(c.status("SUBSCRIBE none").await, "NO [NONEXISTENT]");
    for (command, lines) in [
        ("LIST \"\" \"\"", &["* LIST (\\Noselect) \"/\" \"\""][..]),
        ("LIST a/ %", &["* LIST (\\HasNoChildren) \"/\" a/b"]),
        ("LIST \"\" a%", &["* LIST (\\HasChildren) \"/\" a"]),
        ("LIST \"\" inbox", &["* LIST (\\HasNoChildren) \"/\" INBOX"]),
        (
            "LIST \"\" Sen%",
            &["* LIST (\\HasNoChildren \\Sent) \"/\" Sent"],
        ),
        (
            "LIST (SUBSCRIBED) \"\" *",
            &[
                "* LIST (\\HasNoChildren \\Subscribed) \"/\" Sent",
                "* LIST (\\HasNoChildren \\Subscribed) \"/\" a/b",
            ],
        ),
        (
            "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" a",
            &["* LIST (\\HasChildren) \"/\" a (\"CHILDINFO\" (\"SUBSCRIBED\"))"],
        ),
        (
            "LIST (SPECIAL-USE) \"\" (Tr* Ju*) RETURN (SUBSCRIBED)",
            &[
                "* LIST (\\HasNoChildren \\Junk) \"/\" Junk",
                "* LIST (\\HasNoChildren \\Trash) \"/\" Trash",
            ],
        ),
        (
            "LIST \"\" a RETURN (CHILDREN STATUS (MESSAGES UIDNEXT))",
            &[
                "* LIST (\\HasChildren) \"/\" a",
                "* STATUS a (MESSAGES 0 UIDNEXT 1)",
            ],
        ),
        (
            "LSUB \"\" %",
            &["* LSUB () \"/\" Sent", "* LSUB (\\Noselect) \"/\" a"],
        ),
    ] {
        assert_eq!(c.ok(command).await, lines, "{command}");
    }
    c.ok("DELETE a/b").await;
    assert_eq!(
        c.ok("LIST (SUBSCRIBED) \"\" a/b").await,
        ["* LIST (\\NonExistent \\HasNoChildren \\Subscribed) \"/\" a/b"]
    );
    c.ok("UNSUBSCRIBE a/b").await;
    assert_eq!(c.ok("LSUB \"\" a*").await, [""; 0]);
}

#[tokio::test]
async fn status_counts() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    c.append("(\\Deleted) ", "12345").await;
    c.append("(\\Seen) ", "123").await;
    assert_eq!(
        c.ok("STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE)")
            .await,
        ["* STATUS INBOX (MESSAGES 2 RECENT 2 UIDNEXT 3 UIDVALIDITY 1 UNSEEN 1 DELETED 1 SIZE 8)"]
    );
    assert_eq!(c.status("STATUS none (MESSAGES)").await, "NO [NONEXISTENT]");
    assert_eq!(c.status("STATUS INBOX ()").await, "BAD");
}
