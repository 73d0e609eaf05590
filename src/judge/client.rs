//! The octets of a recorded client, cut into what an engine takes.

use super::literal::{announced, without_end};
use crate::wire::Protocol;

/// What stands where a secret stood.
const REDACTED: &[u8] = b"[password]";

/// One thing that a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A command.
    Command {
        /// Its tag; empty but in IMAP.
        tag: String,
        /// What the engine gets: up to the first synchronizing literal.
        text: Vec<u8>,
        /// What the model gets: all of it, `{n}` in place of each literal.
        outline: Vec<u8>,
    },
    /// What follows a continuation request.
    Line(Vec<u8>),
    /// Mail data.
    Data,
}

/// What the client sends once the server asks it to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// A literal of so many octets, and the line behind it.
    Literal(usize),
    /// A line.
    Line,
    /// Lines until one that is a full stop.
    Data,
}

/// The octets of one client, all of them, of which a part has been sent.
#[derive(Clone, Debug)]
pub(super) struct Client {
    protocol: Protocol,
    octets: Vec<u8>,
    sent: usize,
    read: usize,
    rest: Option<Rest>,
    granted: bool,
    /// The command in progress asks for line after line.
    sasl: bool,
}

impl Client {
    pub(super) fn new(protocol: Protocol, octets: Vec<u8>) -> Self {
        Self {
            protocol,
            octets,
            sent: 0,
            read: 0,
            rest: None,
            granted: false,
            sasl: false,
        }
    }

    /// So many more octets were sent.
    pub(super) fn send(&mut self, octets: usize) {
        self.sent = (self.sent + octets).min(self.octets.len());
    }

    /// True if the client has something to send once it is asked to.
    pub(super) fn waits(&self) -> bool {
        self.rest.is_some() && !self.granted
    }

    /// True if octets were sent that were not asked for yet.
    pub(super) fn is_ahead(&self) -> bool {
        self.waits() && self.read < self.sent
    }

    /// The server asks to go on.
    pub(super) fn grant(&mut self) {
        self.granted = self.rest.is_some();
    }

    /// The command that waited is completed: what follows is a new one.
    pub(super) fn release(&mut self) {
        self.rest = None;
        self.granted = false;
        self.sasl = false;
    }

    /// The next thing that was sent completely.
    pub(super) fn next(&mut self) -> Option<Unit> {
        match (self.rest, self.granted) {
            (None, _) => self.command(),
            (Some(_), false) => None,
            (Some(Rest::Data), true) => self.data(),
            (Some(Rest::Line), true) => self.line(0),
            (Some(Rest::Literal(length)), true) => self.line(length),
        }
    }

    /// The command whose literal has not come, once the server completes it all the same: it may
    /// refuse what it need not wait for (RFC 7888 §4).
    pub(super) fn refused(&mut self, said: &[u8]) -> Option<Unit> {
        if self.rest.is_some() || self.protocol != Protocol::Imap {
            return None;
        }
        let end = line_end(&self.octets, self.read, self.sent)?;
        let line = without_end(&self.octets[self.read..end]);
        let tag = line.split(|&octet| octet == b' ').next()?;
        let text = line.strip_prefix(tag)?.strip_prefix(b" ")?.to_vec();
        let is_told = said.strip_prefix(tag)?.starts_with(b" ");
        let tag = String::from_utf8_lossy(tag).into_owned();
        is_told.then(|| {
            self.read = self.sent;
            Unit::Command {
                tag,
                outline: text.clone(),
                text,
            }
        })
    }

    fn command(&mut self) -> Option<Unit> {
        let (end, _) = self.text_end(self.read, 0, self.sent)?;
        let line = self.octets[self.read..end].to_vec();
        let (tag, outline) = match self.protocol {
            Protocol::Imap => {
                let outline = self.outline();
                let at = outline.iter().position(|&octet| octet == b' ');
                let (tag, text) = outline.split_at(at.unwrap_or(outline.len()));
                (
                    tag.to_vec(),
                    text.strip_prefix(b" ").unwrap_or(text).to_vec(),
                )
            }
            _ => (Vec::new(), without_end(&line).to_vec()),
        };
        let skipped = (tag.len() + usize::from(!tag.is_empty())).min(line.len());
        let text = without_end(&line[skipped..]).to_vec();
        self.read = end;
        self.rest = self.rest_of(&text);
        self.sasl = self.rest == Some(Rest::Line);
        Some(Unit::Command {
            tag: String::from_utf8_lossy(&tag).into_owned(),
            text,
            outline,
        })
    }

    /// What the client will send after a command with this text.
    fn rest_of(&self, text: &[u8]) -> Option<Rest> {
        let mut words = text.split(|&octet| octet == b' ');
        let verb = words.next().unwrap_or_default().to_ascii_uppercase();
        let has_argument = words.next().is_some();
        match (self.protocol, verb.as_slice()) {
            (Protocol::Imap, b"IDLE" | b"AUTHENTICATE") => Some(Rest::Line),
            (Protocol::Imap, _) => announced(text)
                .filter(|announced| announced.synchronizing)
                .map(|announced| Rest::Literal(announced.length)),
            (_, b"AUTH") if has_argument => Some(Rest::Line),
            (Protocol::Smtp | Protocol::Lmtp, b"DATA") => Some(Rest::Data),
            _ => None,
        }
    }

    fn line(&mut self, literal: usize) -> Option<Unit> {
        let (end, _) = self.text_end(self.read, literal, self.sent)?;
        let line = without_end(&self.octets[self.read..end]).to_vec();
        self.read = end;
        self.granted = false;
        self.rest = match announced(&line).filter(|announced| announced.synchronizing) {
            Some(announced) if self.protocol == Protocol::Imap => {
                Some(Rest::Literal(announced.length))
            }
            _ if self.sasl && !line.eq_ignore_ascii_case(b"DONE") => Some(Rest::Line),
            _ => None,
        };
        Some(Unit::Line(line))
    }

    fn data(&mut self) -> Option<Unit> {
        let mut at = self.read;
        loop {
            let end = line_end(&self.octets, at, self.sent)?;
            let last = without_end(&self.octets[at..end]) == b".";
            at = end;
            if last {
                break;
            }
        }
        self.read = at;
        self.release();
        Some(Unit::Data)
    }

    /// Where the text that begins at `from` with so many octets of a literal ends: at the end of
    /// its line, or of the line behind its last non-synchronizing literal. Also the literal that
    /// its last line announces.
    fn text_end(&self, from: usize, literal: usize, limit: usize) -> Option<(usize, usize)> {
        let mut at = self.behind_literal(from, literal, limit)?;
        loop {
            let end = line_end(&self.octets, at, limit)?;
            let line = without_end(&self.octets[at..end]);
            let chunk = self.chunk(line);
            match announced(line).filter(|_| self.protocol == Protocol::Imap) {
                Some(announced) if !announced.synchronizing => {
                    at = self.behind_literal(end, announced.length, limit)?;
                }
                Some(announced) => return Some((end, announced.length)),
                None if end.saturating_add(chunk) > limit => return None,
                None => return Some((end + chunk, 0)),
            }
        }
    }

    /// The octets that follow a BDAT command (RFC 3030).
    fn chunk(&self, line: &[u8]) -> usize {
        let mut words = line.split(|&octet| octet == b' ');
        let is_smtp = matches!(self.protocol, Protocol::Smtp | Protocol::Lmtp);
        let verb = words.next().unwrap_or_default();
        if !is_smtp || !verb.eq_ignore_ascii_case(b"BDAT") {
            return 0;
        }
        let size = words.next().and_then(|word| std::str::from_utf8(word).ok());
        size.and_then(|size| size.parse().ok()).unwrap_or(0)
    }

    fn behind_literal(&self, from: usize, length: usize, limit: usize) -> Option<usize> {
        let rest = self.octets.get(from..limit)?;
        if length > 0 && rest.starts_with(REDACTED) {
            return Some(from + REDACTED.len());
        }
        (length <= rest.len()).then_some(from + length)
    }

    /// The command that begins here, literals replaced by their lengths, as if the server asked
    /// for each.
    fn outline(&self) -> Vec<u8> {
        let mut outline = Vec::new();
        let mut at = self.read;
        let all = self.octets.len();
        while let Some(end) = line_end(&self.octets, at, all) {
            let line = without_end(&self.octets[at..end]);
            let Some(announced) = announced(line) else {
                outline.extend_from_slice(line);
                return outline;
            };
            outline.extend_from_slice(&line[..line.len() - announced.size]);
            outline.extend_from_slice(format!("{{{}}}", announced.length).as_bytes());
            match self.behind_literal(end, announced.length, all) {
                Some(behind) => at = behind,
                None => return outline,
            }
        }
        outline
    }
}

/// Behind the first LF from `at`, if it is there.
fn line_end(octets: &[u8], at: usize, limit: usize) -> Option<usize> {
    let line_feed = octets.get(at..limit)?.iter().position(|&o| o == b'\n')?;
    Some(at + line_feed + 1)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn command(tag: &str, text: &str, outline: &str) -> Option<Unit> {
        Some(Unit::Command {
            tag: tag.into(),
            text: text.into(),
            outline: outline.into(),
        })
    }

    fn client(protocol: Protocol, octets: &str) -> Client {
        let mut client = Client::new(protocol, octets.into());
        client.send(octets.len());
        client
    }

    #[test]
    fn literals_wait_for_the_server() {
        let mut client = client(
            Protocol::Imap,
            "a LOGIN {4}\r\nfred {2}\r\npw\r\nb NOOP\r\nc APPEND x {3+}\r\na\n\n\r\n",
        );
        assert_eq!(client.next(), command("a", "LOGIN {4}", "LOGIN {4} {2}"));
        assert_eq!(client.next(), None);
        client.grant();
        assert_eq!(client.next(), Some(Unit::Line(b"fred {2}".to_vec())));
        assert!(client.waits());
        client.grant();
        assert_eq!(client.next(), Some(Unit::Line(b"pw".to_vec())));
        assert_eq!(client.next(), command("b", "NOOP", "NOOP"));
        assert_eq!(
            client.next(),
            command("c", "APPEND x {3+}\r\na\n\n", "APPEND x {3}")
        );
        assert_eq!(client.next(), None);
    }

    #[test]
    fn a_refused_literal_is_followed_by_a_command() {
        let mut client = client(Protocol::Imap, "a APPEND x {9}\r\nb NOOP\r\n");
        client.next();
        client.release();
        assert_eq!(client.next(), command("b", "NOOP", "NOOP"));
    }

    #[test]
    fn idle_and_sasl_go_on_with_lines() {
        let mut client = client(
            Protocol::Imap,
            "a IDLE\r\nDONE\r\nb AUTHENTICATE X\r\nq\r\nr\r\n",
        );
        assert_eq!(client.next(), command("a", "IDLE", "IDLE"));
        client.grant();
        assert_eq!(client.next(), Some(Unit::Line(b"DONE".to_vec())));
        assert_eq!(
            client.next(),
            command("b", "AUTHENTICATE X", "AUTHENTICATE X")
        );
        client.grant();
        assert_eq!(client.next(), Some(Unit::Line(b"q".to_vec())));
        assert_eq!(client.next(), None);
        client.grant();
        assert_eq!(client.next(), Some(Unit::Line(b"r".to_vec())));
    }

    #[test]
    fn mail_data_end_with_a_full_stop() {
        let mut client = client(
            Protocol::Smtp,
            "DATA\r\na\r\n..\r\n.\r\nBDAT 3 LAST\r\nabcQUIT\r\n",
        );
        assert_eq!(client.next(), command("", "DATA", "DATA"));
        assert_eq!(client.next(), None);
        client.grant();
        assert_eq!(client.next(), Some(Unit::Data));
        assert!(matches!(client.next(), Some(Unit::Command { .. })));
        assert_eq!(client.next(), command("", "QUIT", "QUIT"));
    }

    #[test]
    fn a_redacted_literal_has_another_length() {
        let mut client = client(Protocol::Imap, "a LOGIN u {3}\r\n[password]\r\nb NOOP\r\n");
        client.next();
        client.grant();
        assert_eq!(client.next(), Some(Unit::Line(b"[password]".to_vec())));
        assert_eq!(client.next(), command("b", "NOOP", "NOOP"));
    }
}
