//! FETCH, STORE, SEARCH, APPEND, COPY, MOVE, EXPUNGE in one session.

use pretty_assertions::assert_eq;

use super::client::{Client, server, status};

#[tokio::test]
async fn fetch_of_all_kinds() {
    let server = server(&[]).await;
    let mut c = Client::inbox(&server).await;
    let message = "From: A <a@b>\r\nSubject: s\r\n t\r\n\r\nhello\r\n";
    c.append("(\\Flagged) \" 1-Jan-2024 01:02:03 +0100\" ", message)
        .await;
    for (items, data) in [
        (
            "FAST",
            "FLAGS (\\Flagged \\Recent) INTERNALDATE \" 1-Jan-2024 01:02:03 +0100\" RFC822.SIZE 40",
        ),
        ("(UID UID)", "UID 1"),
        (
            "ENVELOPE",
            "ENVELOPE (NIL \"s t\" ((\"A\" NIL \"a\" \"b\")) ((\"A\" NIL \"a\" \"b\")) \
             ((\"A\" NIL \"a\" \"b\")) NIL NIL NIL NIL NIL)",
        ),
        (
            "BODY",
            "BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 7 1)",
        ),
        ("BODY.PEEK[TEXT]<1.3>", "BODY[TEXT]<1> {3}\r\nell"),
        ("BODY.PEEK[TEXT]<9.3>", "BODY[TEXT]<9> \"\""),
        ("BODY.PEEK[2]", "BODY[2] NIL"),
        (
            "BODY.PEEK[HEADER.FIELDS (subject \"X\")]",
            "BODY[HEADER.FIELDS (subject X)] {18}\r\nSubject: s\r\n t\r\n\r\n",
        ),
        (
            "RFC822.HEADER",
            "RFC822.HEADER {33}\r\nFrom: A <a@b>\r\nSubject: s\r\n t\r\n\r\n",
        ),
        (
            "(BINARY.SIZE[1] BINARY.PEEK[1])",
            "BINARY.SIZE[1] 7 BINARY[1] {7}\r\nhello\r\n",
        ),
        (
            "BODY[1]",
            "BODY[1] {7}\r\nhello\r\n FLAGS (\\Flagged \\Seen \\Recent)",
        ),
    ] {
        let lines = c.ok(&format!("FETCH 1 {items}")).await;
        assert_eq!(lines, [format!("* 1 FETCH ({data})")], "{items}");
    }
    assert_eq!(
        c.ok("UID FETCH 1:* FLAGS").await,
        ["* 1 FETCH (UID 1 FLAGS (\\Flagged \\Seen \\Recent))"]
    );
    assert_eq!(c.ok("UID FETCH 7 FLAGS").await, [""; 0]);
    assert_eq!(c.status("FETCH 2 FLAGS").await, "BAD");
    assert_eq!(c.ok("FETCH *:1 UID").await, ["* 1 FETCH (UID 1)"]);
}

#[tokio::test]
async fn store_of_all_kinds() {
    let server = server(&[]).await;
    let mut c = Client::inbox(&server).await;
    c.append("", "one").await;
    c.append("", "two").await;
    for (command, lines) in [
        (
            "STORE 1 FLAGS \\seen",
            &["* 1 FETCH (FLAGS (\\Seen \\Recent))"][..],
        ),
        (
            "STORE 1 +FLAGS (\\Odd \\Draft)",
            &["* 1 FETCH (FLAGS (\\Draft \\Seen \\Recent))"],
        ),
        ("STORE 1 -FLAGS.SILENT (\\Draft)", &[]),
        (
            "STORE 2 FLAGS (kw)",
            &[
                "* FLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen kw)",
                "* OK [PERMANENTFLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen kw \\*)] \
                 These can be kept",
                "* 2 FETCH (FLAGS (kw \\Recent))",
            ],
        ),
        (
            "UID STORE 2 -FLAGS (KW)",
            &["* 2 FETCH (UID 2 FLAGS (\\Recent))"],
        ),
        ("UID STORE 9 FLAGS ()", &[]),
        ("FETCH 1 FLAGS", &["* 1 FETCH (FLAGS (\\Seen \\Recent))"]),
    ] {
        assert_eq!(c.ok(command).await, lines, "{command}");
    }
}

#[tokio::test]
async fn append_copy_move_expunge() {
    let server = server(&[]).await;
    let mut c = Client::inbox(&server).await;
    let lines = c
        .command("APPEND INBOX {1+}\r\na (\\Deleted) {1+}\r\nb {1+}\r\nc")
        .await;
    assert_eq!(lines[..2], ["* 3 EXISTS", "* 3 RECENT"]);
    assert_eq!(status(&lines[2]), "OK [APPENDUID 1 1:3]");
    assert_eq!(c.status("APPEND INBOX {0+}\r\n").await, "NO [CANNOT]");
    let sent = c.ok("STATUS Sent (UIDVALIDITY)").await.pop().unwrap();
    let sent: u32 = sent
        .rsplit(' ')
        .next()
        .unwrap()
        .trim_end_matches(')')
        .parse()
        .unwrap();
    assert_eq!(
        c.status("COPY 1:2 Sent").await,
        format!("OK [COPYUID {sent} 1:2 1:2]")
    );
    assert_eq!(c.status("COPY 1 none").await, "NO [TRYCREATE]");
    assert_eq!(c.status("COPY 4 Sent").await, "BAD");
    assert_eq!(c.status("UID COPY 9 Sent").await, "OK");
    let lines = c.command("UID MOVE 1,3 Sent").await;
    let expected = [
        format!("* OK [COPYUID {sent} 1,3 3:4] Moved"),
        "* 1 EXPUNGE".to_owned(),
        "* 2 EXPUNGE".to_owned(),
        "T OK MOVE completed".to_owned(),
    ];
    assert_eq!(lines, expected);
    assert_eq!(c.ok("UID EXPUNGE 1").await, [""; 0]);
    assert_eq!(c.ok("UID EXPUNGE 1:*").await, ["* 1 EXPUNGE"]);
    c.ok("SELECT Sent").await;
    c.ok("STORE 1:* +FLAGS.SILENT (\\Deleted)").await;
    let lines = c.ok("EXPUNGE").await;
    assert_eq!(
        lines,
        ["* 1 EXPUNGE", "* 1 EXPUNGE", "* 1 EXPUNGE", "* 1 EXPUNGE"]
    );
}

#[tokio::test]
async fn search_of_all_kinds() {
    let server = server(&[]).await;
    let mut c = Client::inbox(&server).await;
    c.append("(\\Deleted) ", "x").await;
    c.append(
        "(\\Seen kw) \" 2-Feb-2024 00:00:00 +0000\" ",
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Thu, 1 Feb 2024 23:00:00 -0100\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\nsnow=5Fman\r\n",
    )
    .await;
    c.append(
        "(\\Flagged) ",
        "To: bob@example.org\r\n\r\nlong enough to be larger\r\n",
    )
    .await;
    c.ok("EXPUNGE").await;
    for (program, hits) in [
        ("ALL", " 1 2"),
        ("1", " 1"),
        ("UID 3", " 2"),
        ("1:2 NOT 1", " 2"),
        ("SEEN", " 1"),
        ("UNSEEN", " 2"),
        ("KEYWORD KW", " 1"),
        ("UNKEYWORD kw FLAGGED", " 2"),
        ("OR SEEN FLAGGED", " 1 2"),
        ("SUBJECT {6+}\r\nGRÜSS", ""),
        ("CHARSET UTF-8 SUBJECT {7+}\r\ngRÜße", " 1"),
        ("BODY snow_MAN", " 1"),
        ("TEXT bob@", " 2"),
        ("TO \"\"", " 2"),
        ("HEADER Date 2024", " 1"),
        ("ON 2-Feb-2024", " 1"),
        ("BEFORE 2-Feb-2024", ""),
        ("SENTON 1-Feb-2024", " 1"),
        ("SENTSINCE 2-Feb-2024", ""),
        ("LARGER 100", " 1"),
        ("SMALLER 100", " 2"),
        ("NEW", " 2"),
        ("RECENT", " 1 2"),
        ("OLD", ""),
        ("RETURN (SAVE) SEEN", "none"),
        ("$", " 1"),
        ("UID $", " 1"),
    ] {
        let lines = c.ok(&format!("SEARCH {program}")).await;
        match hits {
            "none" => assert_eq!(lines, [""; 0]),
            _ => assert_eq!(lines, [format!("* SEARCH{hits}")], "{program}"),
        }
    }
    assert_eq!(c.ok("UID SEARCH ALL").await, ["* SEARCH 2 3"]);
    c.send("e1 UID SEARCH RETURN (MIN MAX COUNT ALL) ALL\r\n")
        .await;
    let lines = c.until_tagged("e1").await;
    assert_eq!(
        lines[0],
        "* ESEARCH (TAG \"e1\") UID MIN 2 MAX 3 ALL 2:3 COUNT 2"
    );
    c.send("e2 SEARCH RETURN () DRAFT\r\n").await;
    assert_eq!(c.until_tagged("e2").await[0], "* ESEARCH (TAG \"e2\")");
    assert_eq!(
        c.status("SEARCH CHARSET KOI8-R ALL").await,
        "NO [BADCHARSET (US-ASCII UTF-8)]"
    );
}
