//! Several sessions on one mailbox: what is told when.

use pretty_assertions::assert_eq;

use super::client::{Client, server, status};

#[tokio::test]
async fn changes_of_others_come_at_the_right_moments() {
    let server = server(&[]).await;
    let mut a = Client::inbox(&server).await;
    for message in ["one", "two", "three"] {
        a.append("", message).await;
    }
    let mut b = Client::inbox(&server).await;
    b.ok("STORE 2 +FLAGS.SILENT (\\Deleted)").await;
    b.ok("EXPUNGE").await;
    b.append("", "four").await;
    b.ok("STORE 1 +FLAGS.SILENT (\\Seen)").await;
    let lines = a.ok("FETCH 2 (UID BODY.PEEK[])").await;
    assert_eq!(
        lines,
        [
            "* 2 FETCH (UID 2 BODY[] {3}\r\ntwo)",
            "* 4 EXISTS",
            "* 3 RECENT",
            "* 1 FETCH (FLAGS (\\Seen \\Recent))",
        ]
    );
    assert_eq!(
        a.status("STORE 2 +FLAGS (\\Seen)").await,
        "NO [EXPUNGEISSUED]"
    );
    assert_eq!(a.status("COPY 1:2 Sent").await, "NO [EXPUNGEISSUED]");
    // The COPY above could tell of it already.
    assert_eq!(a.ok("UID SEARCH ALL").await, ["* SEARCH 1 3 4"]);
    b.ok("STORE 1 +FLAGS.SILENT (\\Deleted)").await;
    b.ok("CLOSE").await;
    assert_eq!(a.ok("SEARCH ALL").await, ["* SEARCH 1 2 3"]);
    assert_eq!(a.ok("NOOP").await, ["* 1 EXPUNGE"]);
    assert_eq!(a.ok("NOOP").await, [""; 0]);
}

#[tokio::test]
async fn a_silent_store_hides_nothing_that_others_did() {
    let server = server(&[]).await;
    let mut a = Client::inbox(&server).await;
    a.append("", "one").await;
    let mut b = Client::inbox(&server).await;
    b.ok("STORE 1 +FLAGS.SILENT (\\Flagged)").await;
    assert_eq!(
        a.ok("STORE 1 +FLAGS.SILENT (\\Seen)").await,
        ["* 1 FETCH (FLAGS (\\Flagged \\Seen \\Recent))"]
    );
}

#[tokio::test]
async fn idle_tells_at_once() {
    let server = server(&[]).await;
    let mut a = Client::inbox(&server).await;
    let mut b = Client::inbox(&server).await;
    a.send("i IDLE\r\n").await;
    assert_eq!(a.line().await, "+ idling");
    b.append("", "one").await;
    assert_eq!(a.line().await, "* 1 EXISTS");
    assert!(a.line().await.ends_with(" RECENT"));
    b.ok("STORE 1 +FLAGS (\\Deleted)").await;
    assert!(a.line().await.starts_with("* 1 FETCH (FLAGS (\\Deleted"));
    b.ok("EXPUNGE").await;
    assert_eq!(a.line().await, "* 1 EXPUNGE");
    a.send("done\r\nn NOOP\r\n").await;
    assert_eq!(status(&a.until_tagged("i").await[0]), "OK");
    assert_eq!(status(&a.until_tagged("n").await[0]), "OK");
    a.send("j IDLE\r\nFOO\r\n").await;
    assert_eq!(status(&a.until_tagged("j").await[1]), "BAD");
}

#[tokio::test]
async fn recent_goes_to_one_session() {
    let server = server(&[]).await;
    let mut a = Client::login(&server).await;
    a.append("", "one").await;
    assert!(
        a.ok("SELECT INBOX")
            .await
            .contains(&"* 1 RECENT".to_owned())
    );
    let mut b = Client::login(&server).await;
    assert!(
        b.ok("SELECT INBOX")
            .await
            .contains(&"* 0 RECENT".to_owned())
    );
    assert_eq!(b.ok("FETCH 1 FLAGS").await, ["* 1 FETCH (FLAGS ())"]);
    assert_eq!(
        a.ok("FETCH 1 FLAGS").await,
        ["* 1 FETCH (FLAGS (\\Recent))"]
    );
}

#[tokio::test]
async fn a_message_that_came_and_went_is_never_told() {
    let server = server(&[]).await;
    let mut a = Client::inbox(&server).await;
    let mut b = Client::inbox(&server).await;
    b.append("(\\Deleted) ", "one").await;
    b.ok("EXPUNGE").await;
    assert_eq!(a.ok("NOOP").await, [""; 0]);
    b.append("", "two").await;
    assert_eq!(a.ok("NOOP").await[0], "* 1 EXISTS");
    assert_eq!(a.ok("FETCH 1 UID").await, ["* 1 FETCH (UID 2)"]);
}

#[tokio::test]
async fn a_mailbox_deleted_under_a_session_looks_empty() {
    let server = server(&[]).await;
    let mut a = Client::login(&server).await;
    a.ok("CREATE x").await;
    a.ok("APPEND x {1+}\r\ny").await;
    a.ok("SELECT x").await;
    let mut b = Client::login(&server).await;
    b.ok("DELETE x").await;
    assert_eq!(
        a.ok("FETCH 1 BODY[]").await,
        ["* 1 FETCH (BODY[] {1}\r\ny)"]
    );
    assert_eq!(a.status("STORE 1 FLAGS ()").await, "NO [EXPUNGEISSUED]");
    assert_eq!(a.ok("NOOP").await, ["* 1 EXPUNGE"]);
    assert_eq!(a.status("UNSELECT").await, "OK");
}
