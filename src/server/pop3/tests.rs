//! Sessions over real sockets.

use pretty_assertions::assert_eq;

use crate::server::testing::{Client, server};
use crate::server::{Fault, Server};

async fn deliver(server: &Server, texts: &[&str]) {
    let mut client = Client::connect(server.ports().lmtp).await;
    client.line().await;
    client.send("LHLO x\r\n").await;
    while client.line().await.starts_with("250-") {}
    for text in texts {
        for command in ["MAIL FROM:<>", "RCPT TO:<ann@x>", "DATA"] {
            assert!(client.ask(command).await.starts_with(['2', '3']));
        }
        assert!(client.ask(&format!("{text}\r\n.")).await.starts_with("250"));
    }
}

async fn greeted(server: &Server) -> Client {
    let mut client = Client::connect(server.ports().pop3).await;
    assert!(client.line().await.starts_with("+OK"));
    client
}

async fn logged_in(server: &Server) -> Client {
    let mut client = greeted(server).await;
    assert!(client.ask("USER ann").await.starts_with("+OK"));
    let reply = client.ask("PASS secret").await;
    assert!(reply.starts_with("+OK"), "{reply}");
    client
}

async fn ok(client: &mut Client, commands: &[&str]) {
    for command in commands {
        let reply = client.ask(command).await;
        assert!(reply.starts_with("+OK"), "{command}: {reply}");
    }
}

async fn count(server: &Server) -> usize {
    let ann = server.context().store.account("ann").unwrap();
    ann.read(|m| m.inbox().messages().len())
}

#[tokio::test]
async fn a_message_goes_from_lmtp_to_pop3_and_away() {
    let server = server(&[]).await;
    deliver(&server, &["Subject: x\r\n\r\n..dot\r\nend"]).await;
    let mut pop3 = logged_in(&server).await;
    let stat = pop3.ask("STAT").await;
    ok(&mut pop3, &["RETR 1"]).await;
    let lines = pop3.lines().await;
    assert!(lines[0].starts_with("Return-Path: <>"), "{lines:?}");
    assert_eq!(lines[lines.len() - 3..], ["", "..dot", "end"]);
    let octets: usize = lines.iter().map(|l| l.len() + 2).sum();
    assert_eq!(
        stat,
        format!("+OK 1 {}", octets - 1),
        "one octet is stuffing"
    );
    assert_eq!(pop3.ask("LIST 1").await, format!("+OK 1 {}", octets - 1));
    ok(&mut pop3, &["DELE 1", "STAT"]).await;
    assert!(pop3.ask("RETR 1").await.starts_with("-ERR"));
    ok(&mut pop3, &["QUIT"]).await;
    assert_eq!(pop3.line().await, "EOF");
    assert_eq!(count(&server).await, 0);
}
