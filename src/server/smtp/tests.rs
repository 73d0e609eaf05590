//! Sessions over real sockets.

use pretty_assertions::assert_eq;

use super::Dialect;
use crate::server::testing::{Client, eventually, server};
use crate::server::{Fault, Server};

/// Sends lines one by one; gives the code and enhanced code of each reply.
async fn codes(server: &Server, dialect: Dialect, script: &[&str]) -> Vec<String> {
    let mut client = greeted(server, dialect).await;
    let mut codes = Vec::new();
    for line in script {
        client.send(format!("{line}\r\n")).await;
        codes.push(code(&reply(&mut client).await));
    }
    codes
}

async fn greeted(server: &Server, dialect: Dialect) -> Client {
    let port = match dialect {
        Dialect::Smtp => server.ports().smtp,
        Dialect::Lmtp => server.ports().lmtp,
    };
    let mut client = Client::connect(port).await;
    assert!(client.line().await.starts_with("220 localhost"));
    client
}

/// The last line of a reply.
async fn reply(client: &mut Client) -> String {
    client.continued().await.pop().unwrap()
}

/// The code, with the enhanced code where there is one.
fn code(reply: &str) -> String {
    let mut words = reply.split(' ');
    let code = words.next().unwrap().to_owned();
    match words.next() {
        Some(word) if word.starts_with(['2', '4', '5']) && word.contains('.') => {
            format!("{code} {word}")
        }
        _ => code,
    }
}

fn contents(server: &Server, user: &str) -> Vec<String> {
    let account = server.context().store.account(user).unwrap();
    account.read(|m| {
        let messages = m.inbox().messages().iter();
        messages
            .map(|m| String::from_utf8(m.content.to_vec()).unwrap())
            .collect()
    })
}

#[tokio::test]
async fn replies() {
    use Dialect::{Lmtp, Smtp};
    let long = format!("NOOP {}", "x".repeat(60_000));
    for (dialect, script, expected) in [
        (Smtp, &["EHLO me"][..], "250"),
        (Smtp, &["HELO me"], "250"),
        (Smtp, &["EHLO"], "501 5.5.4"),
        (Smtp, &["LHLO me"], "500 5.5.2"),
        (Lmtp, &["LHLO me"], "250"),
        (Lmtp, &["EHLO me"], "500 5.5.2"),
        (Lmtp, &["LHLO me", "STARTTLS"], "500 5.5.2"),
        (Smtp, &["MAIL FROM:<>"], "503 5.5.1"),
        (Smtp, &["EHLO me", "RCPT TO:<ann>"], "503 5.5.1"),
        (Smtp, &["EHLO me", "DATA"], "503 5.5.1"),
        (
            Smtp,
            &["EHLO me", "mail from:<a@b> SIZE=9 BODY=8bitmime"],
            "250 2.1.0",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<> SIZE=99999999"],
            "552 5.3.4",
        ),
        (Smtp, &["EHLO me", "MAIL FROM:<> SIZE=x"], "501 5.5.4"),
        (Smtp, &["EHLO me", "MAIL FROM:<> X=y"], "555 5.5.4"),
        (Smtp, &["EHLO me", "MAIL FROM:a@b"], "501 5.5.4"),
        (Smtp, &["EHLO me", "MAIL FROM:<a@b>X"], "501 5.5.4"),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "MAIL FROM:<>"],
            "503 5.5.1",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "RSET", "MAIL FROM:<>"],
            "250 2.1.0",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "EHLO me", "RCPT TO:<ann>"],
            "503 5.5.1",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "RCPT TO:<ann@x>"],
            "250 2.1.5",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "RCPT TO:<Postmaster>"],
            "250 2.1.5",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "RCPT TO:<eve@x>"],
            "550 5.1.1",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "RCPT TO:<>"],
            "501 5.5.4",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "RCPT TO:<ann> X=y"],
            "555 5.5.4",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "RCPT TO:<eve>", "DATA"],
            "503 5.5.1",
        ),
        (
            Smtp,
            &["EHLO me", "MAIL FROM:<>", "RCPT TO:<ann>", "DATA"],
            "354",
        ),
        (Smtp, &["NOOP whatever"], "250 2.0.0"),
        (Smtp, &["VRFY ann"], "252 2.5.0"),
        (Smtp, &["VRFY"], "501 5.5.4"),
        (Smtp, &["HELP"], "502 5.5.1"),
        (Smtp, &["NO\tOP"], "500 5.5.2"),
        (Smtp, &["nöop"], "500 5.5.2"),
        (Smtp, &[&long], "500 5.5.2"),
        (Smtp, &["QUIT"], "221 2.0.0"),
    ] {
        let server = server(&[]).await;
        let codes = codes(&server, dialect, script).await;
        assert_eq!(codes.last().unwrap(), expected, "{script:?}");
    }
}

#[tokio::test]
async fn data_is_unstuffed_and_ends_at_crlf_dot_crlf_alone() {
    let server = server(&[]).await;
    let mut client = greeted(&server, Dialect::Smtp).await;
    client
        .send("EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<ann>\r\nDATA\r\n")
        .await;
    for _ in 0..4 {
        reply(&mut client).await;
    }
    client
        .send("A: b\r\n\r\n..\r\n..x\r\nbare\n.\r\nlf\n.\nend\r\n.\r\n")
        .await;
    assert!(reply(&mut client).await.starts_with("250 2.0.0"));
    let content = contents(&server, "ann").remove(0);
    assert!(content.starts_with("Return-Path: <a@b>\r\nReceived: from me ([127.0.0.1])\r\n\t"));
    assert!(content.ends_with("+0000\r\nA: b\r\n\r\n.\r\n.x\r\nbare\n.\r\nlf\n.\nend\r\n"));
}

async fn lmtp_to(server: &Server, recipients: &[&str]) -> Vec<String> {
    let mut client = greeted(server, Dialect::Lmtp).await;
    let rcpt: String = recipients
        .iter()
        .map(|r| format!("RCPT TO:<{r}>\r\n"))
        .collect();
    let text = "x\r\n.\r\nNOOP\r\nQUIT\r\n";
    client
        .send(format!("LHLO me\r\nMAIL FROM:<>\r\n{rcpt}DATA\r\n{text}"))
        .await;
    let mut codes = Vec::new();
    while let reply = reply(&mut client).await
        && reply != "EOF"
    {
        codes.push(reply[..3].to_owned());
    }
    codes
}

#[tokio::test]
async fn lmtp_answers_for_each_recipient_also_when_pipelined() {
    let recipients = ["ann", "eve", "bob@example.org", "ann"];
    let expected = [
        "250", "250", "250", "550", "250", "250", "354", "250", "250", "250", "250", "221",
    ];
    let sound = server(&[]).await;
    assert_eq!(lmtp_to(&sound, &recipients).await, expected);
    assert_eq!(contents(&sound, "ann").len(), 2);
    assert_eq!(contents(&sound, "bob").len(), 1);
    for fault in [Fault::LmtpPipelineReplyCount, Fault::LmtpOneRcptFailsAll] {
        let faulty = server(&[fault]).await;
        assert_ne!(lmtp_to(&faulty, &recipients).await, expected);
    }
}

#[tokio::test]
async fn a_cut_message_is_not_delivered() {
    for (faults, delivered) in [(&[][..], 0), (&[Fault::LmtpEofDeliversTruncated], 1)] {
        let server = server(faults).await;
        let mut client = greeted(&server, Dialect::Lmtp).await;
        client
            .send("LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<ann>\r\nDATA\r\n")
            .await;
        for _ in 0..4 {
            reply(&mut client).await;
        }
        client.send("half\r\n").await;
        client.finish().await;
        assert_eq!(client.line().await, "EOF");
        assert_eq!(contents(&server, "ann").len(), delivered);
    }
}

#[tokio::test]
async fn faults_of_the_wire() {
    let x = "x".repeat(600);
    for (fault, expected) in [
        (
            Fault::SmtpBareLfReply,
            "250-localhost\r\n250 2.0.0 done\n".to_owned(),
        ),
        (
            Fault::SmtpEnhancedCodeClass,
            "250-localhost\r\n250 5.0.0 done\r\n".into(),
        ),
        (
            Fault::SmtpLongReply,
            format!("250-localhost\r\n250 2.0.0 done{x}\r\n"),
        ),
        (
            Fault::SmtpReplyCodeOutOfRange,
            "290-localhost\r\n290 2.0.0 done\r\n".into(),
        ),
        (
            Fault::SmtpReplyLinesDiffer,
            "251-localhost\r\n250 2.0.0 done\r\n".into(),
        ),
        (
            Fault::SmtpReplyNotAscii,
            "250-localhost\r\n250 2.0.0 done\u{fffd}\r\n".into(),
        ),
        (
            Fault::SmtpReplyWithoutSpace,
            "250-localhost\r\n2502.0.0done\r\n".into(),
        ),
    ] {
        let server = server(&[fault]).await;
        let mut client = Client::connect(server.ports().smtp).await;
        client.send("EHLO me\r\nNOOP\r\n").await;
        client.finish().await;
        let all = client.rest().await;
        let (_, replies) = all.split_once('\n').unwrap();
        let first = replies.split_inclusive('\n').next().unwrap();
        let last = replies.split_inclusive('\n').next_back().unwrap();
        assert_eq!(format!("{first}{last}"), expected);
    }
    let server = server(&[Fault::SmtpKeepsStuffing]).await;
    let mut client = greeted(&server, Dialect::Lmtp).await;
    client
        .send("LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<ann>\r\nDATA\r\n..\r\n.\r\n")
        .await;
    client.finish().await;
    client.rest().await;
    assert!(contents(&server, "ann")[0].ends_with("\r\n..\r\n"));
}

#[tokio::test]
async fn noop_takes_an_argument() {
    for (faults, expected) in [
        (&[][..], "250 2.0.0"),
        (&[Fault::LmtpNoopParamCrash], "EOF"),
    ] {
        let server = server(faults).await;
        assert_eq!(codes(&server, Dialect::Lmtp, &["NOOP x"]).await, [expected]);
    }
}

#[tokio::test]
async fn starttls_forgets_what_came_in_clear() {
    for faults in [&[][..], &[Fault::StarttlsCommandInjection]] {
        let server = server(faults).await;
        let mut client = greeted(&server, Dialect::Smtp).await;
        client.send("EHLO me\r\n").await;
        reply(&mut client).await;
        client.send("STARTTLS\r\nNOOP injected\r\n").await;
        assert!(reply(&mut client).await.starts_with("220 2.0.0"));
        let mut client = client.secured(&server).await;
        if !faults.is_empty() {
            assert!(reply(&mut client).await.starts_with("250 2.0.0"));
        }
        client.send("MAIL FROM:<>\r\nEHLO me\r\n").await;
        assert!(
            reply(&mut client).await.starts_with("503"),
            "EHLO is forgotten"
        );
        let offered = client.continued().await;
        assert!(!offered.contains(&"250 STARTTLS".to_owned()), "{offered:?}");
        client.send("STARTTLS\r\n").await;
        assert!(reply(&mut client).await.starts_with("503"));
    }
}

#[tokio::test]
async fn delivery_is_visible_and_wakes_before_the_reply() {
    let server = server(&[]).await;
    let ann = server.context().store.account("ann").unwrap();
    let mut changes = ann.changes();
    changes.borrow_and_update();
    assert_eq!(lmtp_to(&server, &["ann"]).await.len(), 7);
    assert!(changes.has_changed().unwrap());
    eventually(|| contents(&server, "ann").len() == 1).await;
}
