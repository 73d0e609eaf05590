//! Waiting until a server greets.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::engine::Event;
use crate::transport::{Connection, Endpoint, Options, Recorder};

/// How often a server that does not answer yet is asked again.
const POLL: Duration = Duration::from_millis(10);

/// Waits until every endpoint greets, inside TLS where it has TLS. The error says for one that
/// does not how far it came.
pub(super) async fn all_greet(
    endpoints: &[Endpoint],
    options: &Options,
    limit: Duration,
) -> Result<(), String> {
    let deadline = Instant::now() + limit;
    for endpoint in endpoints {
        let Endpoint {
            protocol,
            host,
            port,
            ..
        } = endpoint;
        let mut why = format!("no answer from {host}:{port}");
        loop {
            match timeout_at(deadline, one_greets(endpoint, options, limit / 2)).await {
                Ok(Ok(())) => break,
                Ok(Err(error)) => why = error,
                Err(_) => {}
            }
            if Instant::now() + POLL >= deadline {
                return Err(format!("no {protocol} greeting: {why}"));
            }
            sleep(POLL).await;
        }
    }
    Ok(())
}

/// A server may forget a connection; if it says nothing for so long, another one may be greeted.
async fn one_greets(
    endpoint: &Endpoint,
    options: &Options,
    patience: Duration,
) -> Result<(), String> {
    let first = greets(endpoint, options);
    tokio::pin!(first);
    match timeout(patience, &mut first).await {
        Ok(outcome) => outcome,
        Err(_) => tokio::select! {
            outcome = &mut first => outcome,
            outcome = greets(endpoint, options) => outcome,
        },
    }
}

async fn greets(endpoint: &Endpoint, options: &Options) -> Result<(), String> {
    let recorder = Recorder::new();
    let mut connection = Connection::open(endpoint, "(greeting)", options, &recorder)
        .await
        .map_err(|error| error.to_string())?;
    let Endpoint { host, port, .. } = endpoint;
    while let Some(stamped) = connection.next().await {
        match stamped.event {
            Event::GreetingReceived(_) => {
                connection.close().await;
                return Ok(());
            }
            Event::Closed { .. } | Event::FramingLost(_) => break,
            _ => {}
        }
    }
    Err(format!("{host}:{port} closed the connection"))
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;
    use crate::transport::{Security, Trust};
    use crate::wire::{Limits, Protocol};

    async fn all_greet(port: u16, limit: Duration) -> Result<(), String> {
        let endpoint = Endpoint {
            protocol: Protocol::Imap,
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::Plain,
        };
        let options = Options {
            trust: Trust::System,
            limits: Limits::default(),
            connect_timeout: Duration::from_secs(5),
        };
        super::all_greet(&[endpoint], &options, limit).await
    }

    #[tokio::test]
    async fn a_listener_that_hangs_up_first_and_greets_later_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            drop(listener.accept().await);
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"* OK\r\n").await.unwrap();
            stream
        });
        assert_eq!(all_greet(port, Duration::from_secs(5)).await, Ok(()));
        server.await.unwrap();
    }

    #[tokio::test]
    async fn a_listener_that_forgets_one_connection_greets() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let forgotten = listener.accept().await.unwrap();
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"* OK\r\n").await.unwrap();
            (forgotten, stream)
        });
        assert_eq!(all_greet(port, Duration::from_secs(1)).await, Ok(()));
        server.await.unwrap();
    }

    #[tokio::test]
    async fn a_listener_without_a_word_is_told() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = all_greet(port, Duration::from_millis(50)).await;
        let expected = format!("no imap greeting: no answer from 127.0.0.1:{port}");
        assert_eq!(answer, Err(expected));
        drop(listener);
        let answer = all_greet(port, Duration::from_millis(50)).await;
        let why = answer.unwrap_err();
        assert!(why.contains(&format!("127.0.0.1:{port}")), "{why}");
    }
}
