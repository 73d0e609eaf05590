//! TLS from the first octet, and by STARTTLS.

use std::sync::Arc;

use pretty_assertions::assert_eq;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::*;

/// A server certificate for loopback that is its own authority: the acceptor, and the PEM text.
fn acceptor() -> (TlsAcceptor, Vec<u8>) {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certified = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], PrivateKeyDer::from(key))
        .unwrap();
    (
        TlsAcceptor::from(Arc::new(config)),
        certified.cert.pem().into_bytes(),
    )
}

fn secured(protocol: Protocol, port: u16, security: Security) -> Endpoint {
    Endpoint {
        protocol,
        security,
        ..endpoint(port)
    }
}

fn trusting(trust: Trust) -> Options {
    Options { trust, ..options() }
}

#[tokio::test]
async fn implicit_tls_checks_the_certificate() {
    let (_, strange) = acceptor();
    for (host, trust, accepted) in [
        ("127.0.0.1", None, true),
        ("localhost", None, true),
        ("127.0.0.1", Some(Trust::Insecure), true),
        ("127.0.0.1", Some(Trust::Authorities(strange)), false),
    ] {
        let (acceptor, pem) = acceptor();
        let (port, _peer) = peer(|stream| async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                stream.write_all(b"+OK hi\r\n").await.unwrap();
                stream.shutdown().await.unwrap();
            }
        })
        .await;
        let options = trusting(trust.unwrap_or(Trust::Authorities(pem)));
        let endpoint = Endpoint {
            host: host.to_owned(),
            ..secured(Protocol::Pop3, port, Security::Implicit)
        };
        let opened = within(Connection::open(&endpoint, "a", &options, &Recorder::new())).await;
        match opened {
            Ok(mut connection) if accepted => {
                assert!(connection.is_secure());
                let greeting = next(&mut connection).await;
                assert!(matches!(greeting, Some(Event::GreetingReceived(_))));
                let closed = next(&mut connection).await;
                assert_eq!(closed, Some(Event::Closed { rest: Vec::new() }));
            }
            Err(TransportError::Tls { .. }) if !accepted => {}
            other => panic!("{host}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn starttls_is_negotiated_in_each_protocol() {
    for (protocol, greeting, exchange, commands, replies) in [
        (
            Protocol::Imap,
            "* OK hi\r\n",
            &[("a1 STARTTLS\r\n", "a1 OK go\r\n")][..],
            "NOOP",
            ("a2 NOOP\r\n", "a2 OK\r\n"),
        ),
        (
            Protocol::Pop3,
            "+OK hi\r\n",
            &[("STLS\r\n", "+OK go\r\n")],
            "NOOP",
            ("NOOP\r\n", "+OK\r\n"),
        ),
        (
            Protocol::Smtp,
            "220 hi\r\n",
            &[
                ("EHLO localhost\r\n", "250-hi\r\n250 STARTTLS\r\n"),
                ("STARTTLS\r\n", "220 go\r\n"),
            ],
            "NOOP",
            ("NOOP\r\n", "250 ok\r\n"),
        ),
        (
            Protocol::Lmtp,
            "220 hi\r\n",
            &[
                ("LHLO localhost\r\n", "250 hi\r\n"),
                ("STARTTLS\r\n", "220 go\r\n"),
            ],
            "NOOP",
            ("NOOP\r\n", "250 ok\r\n"),
        ),
    ] {
        let (acceptor, pem) = acceptor();
        let (port, peer) = peer(move |stream| async move {
            let mut stream = BufReader::new(stream);
            stream.write_all(greeting.as_bytes()).await.unwrap();
            for (command, reply) in exchange {
                assert_eq!(line(&mut stream).await, *command);
                stream.write_all(reply.as_bytes()).await.unwrap();
            }
            let stream = acceptor.accept(stream.into_inner()).await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut text = String::new();
            stream.read_line(&mut text).await.unwrap();
            assert_eq!(text, replies.0);
            stream.write_all(replies.1.as_bytes()).await.unwrap();
            stream.read_to_string(&mut text).await.unwrap();
        })
        .await;
        let endpoint = secured(protocol, port, Security::StartTls);
        let options = trusting(Trust::Authorities(pem));
        let opened = within(Connection::open(&endpoint, "a", &options, &Recorder::new())).await;
        let mut connection = opened.unwrap();
        assert!(connection.is_secure());
        assert_eq!(connection.capabilities(), None);
        ask(&mut connection, commands);
        let greeting = next(&mut connection).await;
        assert!(matches!(greeting, Some(Event::GreetingReceived(_))));
        while next(&mut connection).await.unwrap() != Event::TlsAccepted {}
        let reply = next(&mut connection).await;
        assert!(matches!(reply, Some(Event::CommandCompleted { .. })));
        within(connection.close()).await;
        within(peer).await.unwrap();
    }
}

async fn open_starttls(port: u16, limit: Duration) -> Result<Connection, TransportError> {
    let endpoint = secured(Protocol::Pop3, port, Security::StartTls);
    let options = Options {
        connect_timeout: limit,
        ..options()
    };
    within(Connection::open(&endpoint, "a", &options, &Recorder::new())).await
}

#[tokio::test]
async fn starttls_that_is_not_had_is_an_error() {
    let limit = options().connect_timeout;
    for script in [
        &["+OK hi\r\n", "-ERR never\r\n"][..],
        &["+OK hi\r\n", "+OK go\r\n"],
        &["+OK hi\r\n"],
        &["-ER"],
        &[],
    ] {
        let (port, _peer) = peer(move |mut stream| async move {
            for text in script {
                stream.write_all(text.as_bytes()).await.unwrap();
            }
            stream.shutdown().await.unwrap();
            stream.read_to_end(&mut Vec::new()).await.ok();
        })
        .await;
        let opened = open_starttls(port, limit).await;
        let refused = matches!(opened, Err(TransportError::Tls { .. }));
        assert!(refused, "{script:?}: {opened:?}");
    }
}

#[tokio::test]
async fn silence_in_front_of_tls_ends_at_the_deadline() {
    for script in [&[][..], &["+OK hi\r\n"], &["+OK hi\r\n", "+OK go\r\n"]] {
        let (port, _peer) = peer(move |mut stream| async move {
            for text in script {
                stream.write_all(text.as_bytes()).await.unwrap();
            }
            stream.read_to_end(&mut Vec::new()).await.ok();
        })
        .await;
        let opened = open_starttls(port, Duration::from_millis(50)).await;
        let late = matches!(opened, Err(TransportError::Timeout { .. }));
        assert!(late, "{script:?}: {opened:?}");
    }
}

#[tokio::test]
async fn octets_in_clear_behind_the_acceptance_are_found() {
    let (acceptor, _) = acceptor();
    let (port, peer) = peer(|stream| async move {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"+OK hi\r\n").await.unwrap();
        line(&mut stream).await;
        stream
            .write_all(b"+OK go\r\n+OK injected\r\n")
            .await
            .unwrap();
        let mut stream = acceptor.accept(stream.into_inner()).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.ok();
    })
    .await;
    let (mut connection, _) = open(port).await;
    next(&mut connection).await;
    ask(&mut connection, "STLS");
    let accepted = next(&mut connection).await;
    assert!(matches!(accepted, Some(Event::CommandCompleted { .. })));
    assert_eq!(next(&mut connection).await, Some(Event::TlsAccepted));
    let Some(Event::UnexpectedReceived(injected)) = next(&mut connection).await else {
        panic!("the injection is reported");
    };
    assert_eq!(rules(&injected), ["pop3-clear-behind-stls"]);
    assert!(connection.is_secure());
    drop(connection);
    within(peer).await.unwrap();
}

#[tokio::test]
async fn an_aborted_handshake_in_a_session_closes_the_connection() {
    let (port, _peer) = peer(|stream| async move {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"+OK hi\r\n").await.unwrap();
        line(&mut stream).await;
        stream.write_all(b"+OK go\r\n").await.unwrap();
        stream.read_exact(&mut [0; 16]).await.unwrap();
    })
    .await;
    let (mut connection, recorder) = open(port).await;
    ask(&mut connection, "STLS");
    let mut last = None;
    while let Some(event) = next(&mut connection).await {
        last = Some(event);
    }
    assert_eq!(last, Some(Event::Closed { rest: Vec::new() }));
    assert!(!connection.is_secure());
    let words = recorder.transcript().0.pop().unwrap().octets.to_string();
    assert!(words.contains("TLS handshake with"), "{words}");
}
