//! States, literals, pipelining, logins.

use pretty_assertions::assert_eq;

use super::client::{Client, server, status};

#[tokio::test]
async fn commands_are_valid_in_their_states_only() {
    let server = server(&[]).await;
    let mut c = Client::connect(&server).await;
    for command in [
        "SELECT INBOX",
        "FETCH 1 FLAGS",
        "IDLE",
        "LIST \"\" *",
        "ENABLE CONDSTORE",
    ] {
        assert_eq!(c.status(command).await, "BAD", "{command}");
    }
    assert_eq!(
        c.status("LOGIN ann wrong").await,
        "NO [AUTHENTICATIONFAILED]"
    );
    c.ok("LOGIN {3+}\r\nann \"secret\"").await;
    for command in [
        "LOGIN ann secret",
        "STARTTLS",
        "FETCH 1 FLAGS",
        "CLOSE",
        "EXPUNGE",
    ] {
        assert_eq!(c.status(command).await, "BAD", "{command}");
    }
    assert_eq!(c.status("LOGOUT").await, "OK");
    assert_eq!(c.line().await, "");
}

#[tokio::test]
async fn capabilities_depend_on_the_state() {
    let server = server(&[]).await;
    let mut c = Client::connect(&server).await;
    let before = c.ok("CAPABILITY").await.pop().unwrap();
    assert!(
        before.contains(" STARTTLS") && before.contains(" AUTH=PLAIN"),
        "{before}"
    );
    assert!(!before.contains("IDLE"));
    c.ok("LOGIN ann secret").await;
    let after = c.ok("capability").await.pop().unwrap();
    assert!(after.contains(" IDLE") && after.contains(" QRESYNC") && !after.contains("STARTTLS"));
}

#[tokio::test]
async fn syntax_errors_leave_the_session_alive() {
    let server = server(&[]).await;
    let mut c = Client::inbox(&server).await;
    for bad in [
        "NOOP x",
        "FOO",
        "",
        "SELECT",
        "SELECT \"a",
        "SELECT INBOX ",
        "FETCH 1",
        "FETCH 0 FLAGS",
        "FETCH 1 FLAGS",
        "STORE 1 FLAGS \\Recent",
        "SEARCH",
        "UID",
        "UID NOOP",
        "APPEND INBOX",
        "APPEND INBOX (\\Seen",
        "APPEND INBOX \"bad date\" {3}",
        "LOGIN \u{fc} x",
        "NOOP {x}",
        "ID (\"name\" \"x\0y\")",
    ] {
        assert_eq!(c.status(bad).await, "BAD", "{bad}");
    }
    c.send("\r\n").await;
    assert!(c.line().await.starts_with("* BAD "));
    c.send("+ NOOP\r\n").await;
    assert!(c.line().await.starts_with("* BAD "));
    c.send(&format!("X {}\r\n", "y".repeat(70_000))).await;
    assert!(c.line().await.starts_with("* BAD "));
    assert_eq!(c.status("NOOP").await, "OK");
    c.send(&"x y\r\n".repeat(51)).await;
    let mut last = c.line().await;
    while last.starts_with("x BAD ") {
        last = c.line().await;
    }
    assert_eq!(last, "* BYE Too many bad commands");
    assert_eq!(c.line().await, "");
}

#[tokio::test]
async fn literals_of_both_kinds() {
    let server = server(&[]).await;
    let mut c = Client::connect(&server).await;
    c.send("a LOGIN {3}\r\n").await;
    assert!(c.line().await.starts_with("+ "));
    c.send("ann {6}\r\n").await;
    assert!(c.line().await.starts_with("+ "));
    c.send("secret\r\n").await;
    assert_eq!(
        status(&c.until_tagged("a").await.pop().unwrap())
            .as_str()
            .get(..2),
        Some("OK")
    );
    c.send("b APPEND INBOX {99999999999}\r\n").await;
    assert_eq!(status(&c.until_tagged("b").await[0]), "NO [TOOBIG]");
    c.send("c FOO {3}\r\n").await;
    assert_eq!(status(&c.until_tagged("c").await[0]), "BAD");
    let literal = format!(
        "d CREATE {{70000+}}\r\n{}\r\nx1 LOGOUT\r\n",
        "x".repeat(70_000)
    );
    c.send(&literal).await;
    assert_eq!(status(&c.until_tagged("d").await[0]), "BAD [TOOBIG]");
    assert_eq!(c.until_tagged("x1").await.len(), 2);
}

#[tokio::test]
async fn a_refused_append_does_not_run_its_literal() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    let literal = "{13+}\r\n\r\nx1 LOGOUT\r\n";
    assert_eq!(
        c.status(&format!("APPEND none {literal}")).await,
        "NO [TRYCREATE]"
    );
    assert_eq!(c.status(&format!("APPEND INBOX (( {literal}")).await, "BAD");
    assert_eq!(c.status("NOOP").await, "OK");
}

#[tokio::test]
async fn pipelined_commands_run_in_order() {
    let server = server(&[]).await;
    let mut c = Client::inbox(&server).await;
    c.append("", "x").await;
    c.send("a STORE 1 +FLAGS.SILENT (\\Deleted)\r\nb EXPUNGE\r\nc NOOP\r\nd LOGOUT\r\n")
        .await;
    let mut lines = Vec::new();
    loop {
        match c.line().await {
            line if line.is_empty() => break,
            line => lines.push(line.split(' ').take(3).collect::<Vec<_>>().join(" ")),
        }
    }
    let expected = [
        "a OK STORE",
        "* 1 EXPUNGE",
        "b OK EXPUNGE",
        "c OK Done",
        "* BYE Until",
        "d OK LOGOUT",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn authenticate_plain() {
    let server = server(&[]).await;
    // "\0ann\0secret"
    let good = "AGFubgBzZWNyZXQ=";
    let mut c = Client::connect(&server).await;
    c.send("a AUTHENTICATE PLAIN\r\n").await;
    assert_eq!(c.line().await, "+ ");
    c.send("*\r\n").await;
    assert_eq!(status(&c.until_tagged("a").await[0]), "BAD");
    assert_eq!(
        c.status("AUTHENTICATE PLAIN =").await,
        "NO [AUTHENTICATIONFAILED]"
    );
    assert_eq!(c.status("AUTHENTICATE X-NONE").await, "NO [CANNOT]");
    assert_eq!(c.status("AUTHENTICATE PLAIN !!!").await, "BAD");
    c.send("b AUTHENTICATE plain\r\n").await;
    assert_eq!(c.line().await, "+ ");
    c.send(&format!("{good}\r\n")).await;
    assert!(c.until_tagged("b").await[0].starts_with("T OK "));
    let mut c = Client::connect(&server).await;
    c.ok(&format!("AUTHENTICATE PLAIN {good}")).await;
}

#[tokio::test]
async fn id_namespace_enable() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    assert!(c.ok("ID NIL").await[0].starts_with("* ID (\"name\" \"mailspec\""));
    c.ok("ID (\"name\" \"x\" \"os\" NIL)").await;
    assert_eq!(
        c.ok("NAMESPACE").await,
        ["* NAMESPACE ((\"\" \"/\")) NIL NIL"]
    );
    assert_eq!(c.ok("ENABLE FOO").await, ["* ENABLED"]);
    assert_eq!(
        c.ok("ENABLE imap4rev2 QRESYNC").await,
        ["* ENABLED IMAP4rev2 QRESYNC"]
    );
    c.ok("SELECT INBOX").await;
    assert_eq!(c.status("ENABLE CONDSTORE").await, "BAD");
}

#[tokio::test]
async fn stop_says_bye() {
    let server = server(&[]).await;
    let mut c = Client::login(&server).await;
    server.stop().await;
    assert_eq!(c.line().await, "* BYE Server is stopping");
    assert_eq!(c.line().await, "");
}
