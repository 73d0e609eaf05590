//! Lines and literals, before any grammar: where one message ends and the next begins.
//!
//! Only CRLF ends a line, but a bare LF ends the frame as well: a server that writes bare LF
//! would otherwise never be heard. The grammar reports it.

use super::Limits;

/// What the octets received so far amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// More octets are needed.
    Incomplete,
    /// The first `usize` octets are one complete message.
    Complete(usize),
    /// A limit was exceeded: the connection cannot go on. The words say which.
    TooLong(&'static str),
}

const LINE_TOO_LONG: Frame = Frame::TooLong("line longer than the limit");
const MESSAGE_TOO_LONG: Frame = Frame::TooLong("message longer than the limit");
const LITERAL_TOO_LONG: Frame = Frame::TooLong("literal longer than the limit");

/// Finds the end of one IMAP response: a line, and the literals that it announces.
///
/// Keeps its place between calls, so that the cost is linear however the octets arrive. Call
/// [`ImapFramer::find`] with the whole unread buffer each time; after `Complete` drop those octets
/// and it begins anew.
#[derive(Clone, Debug, Default)]
pub struct ImapFramer {
    /// Everything before this octet is settled: scanned, or inside a literal.
    scanned: usize,
    /// Where the current piece of text began: 0, or the end of the last literal.
    text: usize,
    /// Octets in literals so far.
    literals: usize,
}

impl ImapFramer {
    /// Looks for the end of the first response in `buffer`.
    ///
    /// A literal that goes beyond a limit is refused when it is announced.
    pub fn find(&mut self, buffer: &[u8], limits: &Limits) -> Frame {
        loop {
            let unread = buffer.get(self.scanned..).unwrap_or_default();
            let line_feed = unread.iter().position(|&octet| octet == b'\n');
            let end = match line_feed {
                Some(at) => self.scanned + at + 1,
                None => self.scanned.max(buffer.len()),
            };
            if end - self.literals > limits.line {
                return LINE_TOO_LONG;
            }
            if end > limits.message {
                return MESSAGE_TOO_LONG;
            }
            self.scanned = end;
            if line_feed.is_none() {
                return Frame::Incomplete;
            }
            let text = buffer.get(self.text..end).unwrap_or_default();
            let first_line = self.text == 0;
            match announced(text).filter(|_| !first_line || may_hold_literals(text)) {
                None => {
                    *self = Self::default();
                    return Frame::Complete(end);
                }
                Some(length) => {
                    let length = usize::try_from(length).unwrap_or(usize::MAX);
                    let literal_end = end.saturating_add(length);
                    if literal_end > limits.message {
                        return LITERAL_TOO_LONG;
                    }
                    self.scanned = literal_end;
                    self.text = literal_end;
                    self.literals += length;
                }
            }
        }
    }
}

/// The length of the literal that this line announces: `{n}` or `~{n}` directly before CRLF.
///
/// `{n+}` is wrong from a server, but what follows is a literal all the same.
fn announced(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"}\r\n")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let digits = line.iter().rev().take_while(|o| o.is_ascii_digit()).count();
    let (before, number) = line.split_at(line.len() - digits);
    if number.is_empty() || before.last() != Some(&b'{') {
        return None;
    }
    let value = number.iter().fold(0_u64, |value, &digit| {
        value
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    });
    Some(value)
}

/// False for status responses and continuation requests: their text is for humans, and a `{n}` at
/// its end announces nothing (RFC 9051 §9, `resp-text`).
fn may_hold_literals(first_line: &[u8]) -> bool {
    let kind = first_line
        .split(|&octet| octet == b' ')
        .nth(1)
        .unwrap_or_default();
    !first_line.starts_with(b"+")
        && ![&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"]
            .iter()
            .any(|status| status.eq_ignore_ascii_case(kind))
}

/// Finds the end of one line, for POP3 and SMTP. Same contract as [`ImapFramer`].
#[derive(Clone, Debug, Default)]
pub struct LineFramer {
    scanned: usize,
}

impl LineFramer {
    /// Looks for the end of the first line in `buffer`.
    pub fn find(&mut self, buffer: &[u8], limits: &Limits) -> Frame {
        let unread = buffer.get(self.scanned..).unwrap_or_default();
        let line_feed = unread.iter().position(|&octet| octet == b'\n');
        let end = line_feed.map_or(buffer.len(), |at| self.scanned + at + 1);
        if end > limits.line {
            return LINE_TOO_LONG;
        }
        if line_feed.is_some() {
            self.scanned = 0;
            Frame::Complete(end)
        } else {
            self.scanned = end;
            Frame::Incomplete
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        line: 100,
        message: 1000,
    };

    fn frame(octets: &[u8]) -> Frame {
        ImapFramer::default().find(octets, &LIMITS)
    }

    const WHOLE: &[&[u8]] = &[
        b"* OK ready\r\n",
        b"+ \r\n",
        b"* 1 FETCH (BODY[] {3}\r\nabc)\r\n",
        b"* 1 FETCH (BODY[] {0}\r\n)\r\n",
        b"* 1 FETCH (BINARY[1] ~{3}\r\n\0\r\n)\r\n",
        b"* 1 FETCH (BODY[1] {4}\r\n{9}\r BODY[2] {5}\r\n{9}\r\n)\r\n",
        b"* LIST () \"/\" {3}\r\na\nb\r\n",
        // text for humans announces nothing, whatever it ends with
        b"* OK {5}\r\n",
        b"a1 no {5}\r\n",
        b"* BYE {5}\r\n",
        b"+ {5}\r\n",
        // only directly before CRLF
        b"* X {5} \r\n",
        b"* X {}\r\n",
        b"* X 5}\r\n",
        b"* X {-5}\r\n",
        // wrong, but the end of a frame
        b"* OK ready\n",
        b"* 1 FETCH (BODY[] {3}\n",
        b"\r\n",
        b"\n",
        b"* X {3+}\r\nabc\r\n",
        b"* OK a\rb\r\n",
    ];

    #[test]
    fn every_prefix_is_incomplete_and_the_whole_is_complete() {
        for whole in WHOLE {
            for cut in 0..whole.len() {
                assert_eq!(frame(&whole[..cut]), Frame::Incomplete, "{cut} {whole:?}");
            }
            let and_more = [whole, &b"* 2 EXISTS\r\n"[..]].concat();
            assert_eq!(frame(&and_more), Frame::Complete(whole.len()), "{whole:?}");
        }
    }

    #[test]
    fn octets_may_come_one_by_one() {
        let stream = WHOLE.concat();
        let mut framer = ImapFramer::default();
        let mut buffer = Vec::new();
        let mut found = Vec::new();
        for octet in stream {
            buffer.push(octet);
            if let Frame::Complete(length) = framer.find(&buffer, &LIMITS) {
                found.push(buffer.drain(..length).collect::<Vec<_>>());
            }
        }
        assert_eq!(found, WHOLE);
        assert_eq!(buffer, b"");
    }

    #[test]
    fn limits_hold_before_the_octets_come() {
        let line = [b'x'; 101];
        assert_eq!(frame(&line[..100]), Frame::Incomplete);
        assert_eq!(frame(&line), LINE_TOO_LONG);
        for announcement in [
            "* X {4294967296}\r\n",
            "* X {99999999999999999999999}\r\n",
            "* X {990}\r\n",
        ] {
            assert_eq!(frame(announcement.as_bytes()), LITERAL_TOO_LONG);
        }
        assert_eq!(frame(b"* X {989}\r\n"), Frame::Incomplete);
        // literals do not count as line
        let long = format!("* X {{200}}\r\n{}\r\n", "y".repeat(200));
        assert_eq!(frame(long.as_bytes()), Frame::Complete(long.len()));
        // but the text around them does, all pieces together
        let pieces = "x".repeat(30) + "{0}\r\n";
        assert_eq!(frame(pieces.repeat(3).as_bytes()), LINE_TOO_LONG);
    }

    #[test]
    fn a_line_ends_with_line_feed() {
        let mut framer = LineFramer::default();
        let find = |framer: &mut LineFramer, octets: &[u8]| framer.find(octets, &LIMITS);
        assert_eq!(find(&mut framer, b"+OK"), Frame::Incomplete);
        assert_eq!(find(&mut framer, b"+OK\r"), Frame::Incomplete);
        assert_eq!(find(&mut framer, b"+OK\r\n1 2"), Frame::Complete(5));
        assert_eq!(find(&mut framer, b"1 2\n.\r\n"), Frame::Complete(4));
        assert_eq!(find(&mut framer, b".\r\n"), Frame::Complete(3));
        assert_eq!(find(&mut framer, &[b'x'; 101]), LINE_TOO_LONG);
    }
}
