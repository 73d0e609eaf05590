//! Waiting until a server greets.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use crate::transport::{Endpoint, Security};

/// How often a server that does not answer yet is asked again.
const POLL: Duration = Duration::from_millis(10);

/// Waits until every endpoint greets; one with implicit TLS has to accept connections. The error
/// names those that did not.
pub(super) async fn all_greet(endpoints: &[Endpoint], limit: Duration) -> Result<(), String> {
    let deadline = Instant::now() + limit;
    let mut silent = Vec::new();
    for endpoint in endpoints {
        if !greets(endpoint, deadline).await {
            silent.push(format!("{}:{}", endpoint.host, endpoint.port));
        }
    }
    if silent.is_empty() {
        Ok(())
    } else {
        silent.dedup();
        Err(format!("no greeting from {}", silent.join(", ")))
    }
}

async fn greets(endpoint: &Endpoint, deadline: Instant) -> bool {
    loop {
        match timeout_at(deadline, greets_once(endpoint)).await {
            Ok(true) => return true,
            Ok(false) => sleep(POLL).await,
            Err(_) => return false,
        }
        if Instant::now() >= deadline {
            return false;
        }
    }
}

async fn greets_once(endpoint: &Endpoint) -> bool {
    let address = (endpoint.host.as_str(), endpoint.port);
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return false;
    };
    let mut first = [0];
    endpoint.security == Security::Implicit
        || matches!(stream.read(&mut first).await, Ok(count) if count > 0)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;
    use crate::wire::Protocol;

    fn endpoint(port: u16) -> Endpoint {
        Endpoint {
            protocol: Protocol::Imap,
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::Plain,
        }
    }

    #[tokio::test]
    async fn a_listener_that_hangs_up_first_and_greets_later_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            drop(listener.accept().await);
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"* OK\r\n").await.unwrap();
        });
        let limit = Duration::from_secs(5);
        assert_eq!(all_greet(&[endpoint(port)], limit).await, Ok(()));
    }

    #[tokio::test]
    async fn a_listener_without_a_word_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = all_greet(&[endpoint(port)], Duration::from_millis(50)).await;
        assert_eq!(answer, Err(format!("no greeting from 127.0.0.1:{port}")));
    }
}
