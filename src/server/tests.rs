//! A server's life: start, stop, kill, resume.

use std::time::Duration;

use pretty_assertions::assert_eq;
use tokio::net::TcpStream;

use super::store::NewMessage;
use super::testing::{Client, server};
use super::{Options, Ports, Server};

fn all(ports: Ports) -> [u16; 6] {
    [
        ports.imap,
        ports.imaps,
        ports.pop3,
        ports.pop3s,
        ports.smtp,
        ports.lmtp,
    ]
}

#[tokio::test]
async fn every_port_is_free_and_its_own() {
    let server = server(&[]).await;
    let mut ports = all(server.ports());
    ports.sort_unstable();
    assert!(ports[0] > 0 && ports.windows(2).all(|pair| pair[0] < pair[1]));
    for port in ports {
        TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    }
}

#[tokio::test]
async fn ports_asked_for_are_used_and_taken_ones_refused() {
    let first = server(&[]).await;
    let ports = first.ports();
    let options = Options {
        ports,
        ..Options::default()
    };
    assert!(Server::start(options.clone()).await.is_err());
    drop(first);
    let again = async {
        loop {
            match Server::start(options.clone()).await {
                Ok(server) => return server,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    assert_eq!(again.await.ports(), ports);
}

#[tokio::test]
async fn stop_says_goodbye_and_resume_answers_with_the_same_mail() {
    let server = server(&[]).await;
    let mut pop3 = Client::connect(server.ports().pop3).await;
    pop3.line().await;
    let mut smtp = Client::connect(server.ports().smtp).await;
    smtp.line().await;
    server.stop().await;
    assert_eq!(pop3.line().await, "EOF");
    assert!(smtp.line().await.starts_with("421 4.3.2"));
    for port in all(server.ports()) {
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    }
    server.resume().await.unwrap();
    server.resume().await.unwrap();
    for port in all(server.ports()) {
        TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    }
}

#[tokio::test]
async fn kill_says_nothing_and_frees_the_maildrop() {
    let server = server(&[]).await;
    let mut smtp = Client::connect(server.ports().smtp).await;
    smtp.line().await;
    for _ in 0..20 {
        let mut pop3 = Client::connect(server.ports().pop3).await;
        pop3.line().await;
        pop3.ask("USER ann").await;
        assert!(pop3.ask("PASS secret").await.starts_with("+OK"));
        server.kill().await;
        assert_eq!(pop3.line().await, "EOF");
        server.resume().await.unwrap();
    }
    assert_eq!(smtp.line().await, "EOF");
}

#[tokio::test]
async fn stop_cuts_off_who_does_not_read() {
    let server = server(&[]).await;
    let mut lmtp = Client::connect(server.ports().lmtp).await;
    let text = "x".repeat(8 * 1024 * 1024);
    let commands = "LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<ann>\r\nDATA\r\n";
    lmtp.send(format!("{commands}{text}\r\n.\r\nQUIT\r\n"))
        .await;
    while lmtp.line().await != "EOF" {}
    let mut pop3 = Client::connect(server.ports().pop3).await;
    pop3.line().await;
    pop3.ask("USER ann").await;
    pop3.ask("PASS secret").await;
    pop3.ask("RETR 1").await;
    let stopping = tokio::time::timeout(Duration::from_secs(9), server.stop());
    stopping.await.unwrap();
}

#[tokio::test]
async fn an_idle_imap_session_sees_what_lmtp_and_pop3_do() {
    let server = server(&[]).await;
    let mut imap = Client::connect(server.ports().imap).await;
    imap.line().await;
    imap.send("a LOGIN ann secret\r\nb SELECT INBOX\r\nc IDLE\r\n")
        .await;
    while !imap.line().await.starts_with('+') {}
    let mut lmtp = Client::connect(server.ports().lmtp).await;
    lmtp.send("LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<ann>\r\nDATA\r\nx\r\n.\r\n")
        .await;
    while imap.line().await != "* 1 EXISTS" {}
    let mut pop3 = Client::connect(server.ports().pop3).await;
    pop3.send("USER ann\r\nPASS secret\r\nDELE 1\r\nQUIT\r\n")
        .await;
    while imap.line().await != "* 1 EXPUNGE" {}
    imap.send("DONE\r\n").await;
    assert!(imap.line().await.starts_with("c OK"));
    server.stop().await;
    assert!(imap.line().await.starts_with("* BYE"));
}

#[tokio::test]
async fn what_imap_expunges_stays_in_the_pop3_session_that_has_it() {
    let server = server(&[]).await;
    let mut imap = Client::connect(server.ports().imap).await;
    imap.line().await;
    imap.send("a LOGIN ann secret\r\nb APPEND INBOX (\\Deleted) {5+}\r\nA: b\n\r\n")
        .await;
    while !imap.line().await.starts_with("b OK") {}
    let mut pop3 = Client::connect(server.ports().pop3).await;
    pop3.line().await;
    pop3.ask("USER ann").await;
    pop3.ask("PASS secret").await;
    imap.send("c SELECT INBOX\r\nd EXPUNGE\r\n").await;
    while !imap.line().await.starts_with("d OK") {}
    assert_eq!(pop3.ask("STAT").await, "+OK 1 6");
    assert_eq!(pop3.ask("RETR 1").await, "+OK 6 octets");
    assert_eq!(pop3.lines().await, ["A: b"]);
    pop3.ask("DELE 1").await;
    assert!(pop3.ask("QUIT").await.starts_with("+OK"));
}

#[tokio::test]
async fn what_arrives_has_the_date_of_the_servers_clock() {
    let server = server(&[]).await;
    let arrived = |text: &'static [u8]| {
        let account = server.context().store.account("ann").unwrap();
        let new = NewMessage::received(text);
        account.write(|m| m.append("INBOX", vec![new])).unwrap();
        account.read(|m| m.inbox().messages().last().unwrap().internal_date.unix_s)
    };
    let before = arrived(b"one");
    server.set_clock(Duration::from_hours(24 * 40));
    assert!(arrived(b"two") - before >= 40 * 86_400);
}
