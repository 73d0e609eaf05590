//! Connections against scripted peers on loopback.

mod tls;

use std::time::Duration;

use pretty_assertions::assert_eq;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::engine::{Command, Request};
use crate::transcript::Direction;
use crate::wire::Message;

const DEADLINE: Duration = Duration::from_secs(20);

async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(DEADLINE, future)
        .await
        .expect("the test's deadline has not passed")
}

/// A peer that serves one connection as `script` says.
async fn peer<F: Future<Output = ()> + Send + 'static>(
    script: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        script(stream).await;
    });
    (port, task)
}

fn endpoint(port: u16) -> Endpoint {
    Endpoint {
        protocol: Protocol::Pop3,
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::Plain,
    }
}

fn options() -> Options {
    Options {
        trust: Trust::Insecure,
        limits: Limits {
            line: 1 << 10,
            message: 64 << 10,
        },
        connect_timeout: Duration::from_secs(10),
    }
}

async fn open(port: u16) -> (Connection, Recorder) {
    let recorder = Recorder::new();
    let connection = Connection::open(&endpoint(port), "a", &options(), &recorder)
        .await
        .unwrap();
    (connection, recorder)
}

async fn next(connection: &mut Connection) -> Option<Event> {
    within(connection.next()).await.map(|stamped| stamped.event)
}

fn ask(connection: &mut Connection, text: &str) {
    connection.submit(Request::Commands(vec![Command::text(text)]));
}

async fn line(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    line
}

fn rules(message: &Message) -> Vec<&'static str> {
    message.violations.iter().map(|v| v.rule.id()).collect()
}

#[tokio::test]
async fn a_session_goes_its_way_and_is_recorded() {
    let (port, peer) = peer(|stream| async {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"+OK hello\r\n").await.unwrap();
        assert_eq!(line(&mut stream).await, "RETR 1\r\n");
        for octet in b"+OK\r\n..x\r\n.\r\n" {
            stream.write_all(&[*octet]).await.unwrap();
        }
        assert_eq!(line(&mut stream).await, "QUIT\r\n");
        stream.write_all(b"+OK bye\r\n").await.unwrap();
    })
    .await;
    let (mut connection, recorder) = open(port).await;
    let greeting = next(&mut connection).await;
    assert!(matches!(greeting, Some(Event::GreetingReceived(_))));
    ask(&mut connection, "RETR 1");
    let Some(Event::CommandCompleted { message, .. }) = next(&mut connection).await else {
        panic!("RETR completes");
    };
    assert_eq!(message.octets, b"+OK\r\n..x\r\n.\r\n");
    ask(&mut connection, "QUIT");
    let bye = next(&mut connection).await;
    assert!(matches!(bye, Some(Event::CommandCompleted { .. })));
    let closed = next(&mut connection).await;
    assert_eq!(closed, Some(Event::Closed { rest: Vec::new() }));
    assert_eq!(next(&mut connection).await, None);
    within(peer).await.unwrap();

    let entries = recorder.transcript().0;
    let said = |direction| -> Vec<u8> {
        entries
            .iter()
            .filter(|entry| entry.direction == direction)
            .flat_map(|entry| entry.octets.0.clone())
            .collect()
    };
    assert_eq!(said(Direction::Client), b"RETR 1\r\nQUIT\r\n");
    let server = b"+OK hello\r\n+OK\r\n..x\r\n.\r\n+OK bye\r\n";
    assert_eq!(said(Direction::Server), server);
    assert!(entries.is_sorted_by_key(|entry| entry.at_us));
}

#[tokio::test]
async fn an_instant_close_is_a_finding_not_an_error() {
    let (port, _peer) = peer(|stream| async { drop(stream) }).await;
    let (mut connection, _) = open(port).await;
    let Some(Event::UnexpectedReceived(nothing)) = next(&mut connection).await else {
        panic!("the missing greeting is reported");
    };
    assert_eq!(rules(&nothing), ["pop3-no-greeting"]);
    let closed = next(&mut connection).await;
    assert_eq!(closed, Some(Event::Closed { rest: Vec::new() }));
    assert_eq!(next(&mut connection).await, None);
}

#[tokio::test]
async fn half_a_line_is_kept_as_rest() {
    let (port, _peer) = peer(|mut stream| async move {
        stream.write_all(b"+OK hello\r\n+OK ha").await.unwrap();
    })
    .await;
    let (mut connection, _) = open(port).await;
    next(&mut connection).await;
    let Some(Event::UnexpectedReceived(half)) = next(&mut connection).await else {
        panic!("the half line is reported");
    };
    assert_eq!(rules(&half), ["pop3-cut-short"]);
    let rest = b"+OK ha".to_vec();
    assert_eq!(next(&mut connection).await, Some(Event::Closed { rest }));
}

#[tokio::test]
async fn an_endless_line_ends_the_connection() {
    let (port, peer) =
        peer(|mut stream| async move { while stream.write_all(&[b'x'; 4096]).await.is_ok() {} })
            .await;
    let (mut connection, _) = open(port).await;
    let Some(Event::FramingLost(excerpt)) = next(&mut connection).await else {
        panic!("the limit is reported");
    };
    assert_eq!(rules(&excerpt), ["pop3-over-limit"]);
    assert_eq!(next(&mut connection).await, None);
    within(peer).await.unwrap();
}

#[tokio::test]
async fn a_silent_server_leaves_next_waiting_and_the_connection_usable() {
    let (port, peer) = peer(|mut stream| async move {
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).await.unwrap();
        assert_eq!(octets, b"NOOP\r\n");
    })
    .await;
    let (mut connection, _) = open(port).await;
    assert!(
        timeout(Duration::from_millis(20), connection.next())
            .await
            .is_err()
    );
    ask(&mut connection, "NOOP");
    within(connection.close()).await;
    within(peer).await.unwrap();
    assert_eq!(next(&mut connection).await, None);
}

#[tokio::test]
async fn a_server_that_floods_is_read_no_further_than_the_limit() {
    let (flooded, stopped) = tokio::sync::oneshot::channel();
    let (port, _peer) = peer(|mut stream| async move {
        let lines = b"+OK\r\n".repeat(1000);
        while let Ok(Ok(())) = timeout(Duration::from_millis(500), stream.write_all(&lines)).await {
        }
        flooded.send(()).unwrap();
    })
    .await;
    let (mut connection, _) = open(port).await;
    within(stopped).await.unwrap();
    let events = std::iter::from_fn(|| connection.try_next()).count();
    assert!((1..10_000).contains(&events), "{events} events wait");
}

#[tokio::test]
async fn both_sides_with_full_buffers_do_not_block_each_other() {
    const MEGABYTE: usize = 1 << 20;
    let (port, peer) = peer(|mut stream| async move {
        let (mut reader, mut writer) = stream.split();
        writer.write_all(b"+OK\r\n").await.unwrap();
        let mut first = [0; 1];
        reader.read_exact(&mut first).await.unwrap();
        let lines = b"+OK\r\n".repeat(MEGABYTE);
        writer.write_all(&lines).await.unwrap();
        let mut rest = vec![0; 16 * MEGABYTE - 1 + b"NOOP\r\n".len()];
        reader.read_exact(&mut rest).await.unwrap();
        assert!(rest.ends_with(b"xNOOP\r\n"));
    })
    .await;
    let (mut connection, _) = open(port).await;
    next(&mut connection).await;
    connection.submit(Request::Raw(vec![b'x'; 16 * MEGABYTE]));
    assert!(next(&mut connection).await.is_some());
    ask(&mut connection, "NOOP");
    for _ in 1..MEGABYTE {
        assert!(next(&mut connection).await.is_some());
    }
    within(peer).await.unwrap();
}

#[tokio::test]
async fn half_close_lets_the_server_finish() {
    let (port, peer) = peer(|mut stream| async move {
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).await.unwrap();
        assert_eq!(octets, b"QUIT\r\n");
        stream.write_all(b"+OK\r\n+OK bye\r\n").await.unwrap();
    })
    .await;
    let (mut connection, _) = open(port).await;
    ask(&mut connection, "QUIT");
    within(connection.half_close()).await;
    let mut events = Vec::new();
    while let Some(event) = next(&mut connection).await {
        events.push(event);
    }
    assert!(matches!(
        events.as_slice(),
        [
            Event::GreetingReceived(_),
            Event::CommandCompleted { .. },
            Event::Closed { .. }
        ]
    ));
    within(peer).await.unwrap();
}

#[tokio::test]
async fn reset_is_seen_as_a_reset() {
    let (port, peer) = peer(|mut stream| async move {
        stream.write_all(b"+OK\r\n").await.unwrap();
        let error = stream.read(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    })
    .await;
    let (mut connection, _) = open(port).await;
    next(&mut connection).await;
    within(connection.reset()).await;
    within(peer).await.unwrap();
}

#[tokio::test]
async fn a_dropped_connection_closes_its_socket() {
    let (port, peer) = peer(|mut stream| async move {
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    })
    .await;
    let (connection, _) = open(port).await;
    drop(connection);
    within(peer).await.unwrap();
}

#[tokio::test]
async fn a_refused_connection_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let refused = Connection::open(&endpoint(port), "a", &options(), &Recorder::new()).await;
    assert!(matches!(refused, Err(TransportError::Connect { .. })));
}

#[tokio::test]
async fn a_giant_literal_ends_the_connection_when_announced() {
    let (port, _peer) = peer(|mut stream| async move {
        let text = b"* OK hi\r\n* 1 FETCH (BODY[] {4294967296}\r\n";
        stream.write_all(text).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.ok();
    })
    .await;
    let endpoint = Endpoint {
        protocol: Protocol::Imap,
        ..endpoint(port)
    };
    let opened = Connection::open(&endpoint, "a", &options(), &Recorder::new()).await;
    let mut connection = opened.unwrap();
    next(&mut connection).await;
    let Some(Event::FramingLost(excerpt)) = next(&mut connection).await else {
        panic!("the limit is reported");
    };
    assert_eq!(rules(&excerpt), ["imap-over-limit"]);
    assert_eq!(next(&mut connection).await, None);
}

#[tokio::test]
async fn a_line_is_awaited_between_the_challenge_and_the_answer() {
    let (port, peer) = peer(|stream| async {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"+OK hi\r\n").await.unwrap();
        assert_eq!(line(&mut stream).await, "AUTH PLAIN\r\n");
        stream.write_all(b"+ \r\n").await.unwrap();
        assert_eq!(line(&mut stream).await, "AGFubgBzZXNhbWU=\r\n");
        stream.write_all(b"-ERR sesame\r\n").await.unwrap();
    })
    .await;
    let (mut connection, recorder) = open(port).await;
    recorder.hide("ann", "sesame");
    next(&mut connection).await;
    ask(&mut connection, "AUTH PLAIN");
    assert!(!connection.awaits_line());
    next(&mut connection).await;
    assert!(connection.awaits_line());
    connection.submit(Request::Line(b"AGFubgBzZXNhbWU=".to_vec()));
    assert!(!connection.awaits_line());
    next(&mut connection).await;
    within(peer).await.unwrap();
    let transcript = format!("{:?}", recorder.transcript());
    assert!(!transcript.contains("sesame"), "{transcript}");
    assert!(!transcript.contains("AGFub"), "{transcript}");
    assert_eq!(transcript.matches("[password]").count(), 2);
}
