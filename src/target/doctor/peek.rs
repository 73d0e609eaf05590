//! Who answers at a port where the expected protocol does not.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::banner::Banner;
use crate::transport::{Connection, Endpoint, Options, Recorder, Security, Trust};

/// How long a server may take to say something of its own accord, or to a question.
const PATIENCE: Duration = Duration::from_secs(2);

/// The most octets that are looked at.
const MOST: usize = 512;

/// How much of a line is shown, in octets.
const SHOWN: usize = 160;

/// What came, and who speaks so.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) banner: Banner,
    pub(super) line: String,
}

/// Finds out who answers: first by listening in clear, then by TLS, then by asking as a browser
/// does. `None`: nobody says anything.
pub(super) async fn who_answers(endpoint: &Endpoint, options: &Options) -> Option<Answer> {
    if let Some(answer) = heard(converse(endpoint, b"").await) {
        return Some(answer);
    }
    if speaks_tls(endpoint, options).await {
        let line = "it answers a TLS ClientHello with a ServerHello".to_owned();
        let banner = Banner::Tls;
        return Some(Answer { banner, line });
    }
    heard(converse(endpoint, b"GET / HTTP/1.0\r\n\r\n").await)
}

/// The octets as an answer, if there are any.
pub(super) fn heard(octets: Vec<u8>) -> Option<Answer> {
    let banner = Banner::of(&octets)?;
    let line = first_line(&octets);
    Some(Answer { banner, line })
}

/// The first line, made harmless.
pub(super) fn first_line(octets: &[u8]) -> String {
    shown(
        octets
            .split(|&octet| octet == b'\n')
            .next()
            .unwrap_or_default(),
    )
}

/// The last line, made harmless.
pub(super) fn last_line(octets: &[u8]) -> String {
    let mut lines = octets.split(|&octet| octet == b'\n').rev();
    shown(lines.find(|line| !line.is_empty()).unwrap_or_default())
}

fn shown(line: &[u8]) -> String {
    line[..line.len().min(SHOWN)]
        .trim_ascii()
        .escape_ascii()
        .to_string()
}

/// True if a TLS handshake succeeds from the first octet, whoever the certificate names.
async fn speaks_tls(endpoint: &Endpoint, options: &Options) -> bool {
    let endpoint = Endpoint {
        security: Security::Implicit,
        ..endpoint.clone()
    };
    let options = Options {
        trust: Trust::Insecure,
        connect_timeout: PATIENCE,
        ..options.clone()
    };
    let opened = Connection::open(&endpoint, "(doctor)", &options, &Recorder::new()).await;
    opened.is_ok()
}

/// Sends octets in clear and reads what comes, up to the end of a line.
async fn converse(endpoint: &Endpoint, question: &[u8]) -> Vec<u8> {
    let deadline = Instant::now() + PATIENCE;
    let connecting = TcpStream::connect((&*endpoint.host, endpoint.port));
    let Ok(Ok(mut stream)) = timeout(PATIENCE, connecting).await else {
        return Vec::new();
    };
    let mut octets = Vec::new();
    let talk = async {
        stream.write_all(question).await?;
        let mut buffer = [0; MOST];
        while octets.len() < MOST && !octets.contains(&b'\n') {
            match stream.read(&mut buffer).await? {
                0 => break,
                length => octets.extend_from_slice(&buffer[..length]),
            }
        }
        Ok::<(), std::io::Error>(())
    };
    // What came before an error or the deadline is what there is.
    let _ = timeout_at(deadline, talk).await;
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_out_and_made_harmless() {
        assert_eq!(first_line(b"* OK \x1b[31m\r\nmore\r\n"), "* OK \\x1b[31m");
        assert_eq!(last_line(b"a\r\nb NO\r\n"), "b NO");
        assert_eq!(last_line(b""), "");
    }
}
