//! What the server says: status lines and multi-line replies.

/// A reply to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// `+OK` and a text.
    Ok(String),
    /// `-ERR` and a text, with a response code in front where there is one.
    Err(String),
    /// `+OK`, a text and lines (each ended by CRLF), to be stuffed and closed by the octet `.`.
    Lines(String, Vec<u8>),
    /// As `Lines`, and the lines go out as they are.
    Unstuffed(String, Vec<u8>),
    /// No reply.
    Nothing,
    /// No reply: the connection closes.
    Hangup,
}

impl Reply {
    /// A positive reply.
    pub(super) fn ok(text: impl Into<String>) -> Self {
        Self::Ok(text.into())
    }

    /// A negative reply.
    pub(super) fn err(text: impl Into<String>) -> Self {
        Self::Err(text.into())
    }

    /// The octets to send; nothing if there is no reply.
    pub(super) fn octets(&self) -> Option<Vec<u8>> {
        match self {
            Self::Ok(text) => Some(format!("+OK {text}\r\n").into_bytes()),
            Self::Err(text) => Some(format!("-ERR {text}\r\n").into_bytes()),
            Self::Lines(text, lines) => Some(multi_line(text, &stuffed(lines))),
            Self::Unstuffed(text, lines) => Some(multi_line(text, lines)),
            Self::Nothing | Self::Hangup => None,
        }
    }
}

fn multi_line(text: &str, lines: &[u8]) -> Vec<u8> {
    let mut octets = format!("+OK {text}\r\n").into_bytes();
    octets.extend_from_slice(lines);
    octets.extend_from_slice(b".\r\n");
    octets
}

/// Puts a `.` in front of each line that begins with one (RFC 1939 §3).
fn stuffed(lines: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(lines.len() + 16);
    for line in lines.split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    stuffed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets() {
        for (reply, octets) in [
            (Reply::ok("2 320"), &b"+OK 2 320\r\n"[..]),
            (Reply::err("[AUTH] no"), b"-ERR [AUTH] no\r\n"),
            (Reply::Lines("x".into(), vec![]), b"+OK x\r\n.\r\n"),
            (
                Reply::Lines("x".into(), b".\r\na\r\n..b\r\n".to_vec()),
                b"+OK x\r\n..\r\na\r\n...b\r\n.\r\n",
            ),
            (
                Reply::Unstuffed("x".into(), b".\r\n".to_vec()),
                b"+OK x\r\n.\r\n.\r\n",
            ),
        ] {
            assert_eq!(reply.octets().unwrap(), octets);
        }
    }
}
