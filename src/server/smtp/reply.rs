//! Replies: a code, an enhanced status code (RFC 2034) and a text.

/// One reply, perhaps of several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    code: u16,
    enhanced: Option<&'static str>,
    lines: Vec<String>,
}

impl Reply {
    /// A reply with an enhanced status code (`2.1.0`).
    pub(super) fn new(code: u16, enhanced: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            enhanced: Some(enhanced),
            lines: vec![text.into()],
        }
    }

    /// A reply that has none: the greeting, the answer to EHLO, and 354.
    pub(super) fn bare(code: u16, lines: Vec<String>) -> Self {
        Self {
            code,
            enhanced: None,
            lines,
        }
    }

    /// The octets to send.
    pub(super) fn octets(&self) -> Vec<u8> {
        let last = self.lines.len().saturating_sub(1);
        let mut octets = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            let separator = if index == last { ' ' } else { '-' };
            octets.push_str(&format!("{}{separator}", self.code));
            if let Some(enhanced) = self.enhanced {
                octets.push_str(enhanced);
                octets.push(' ');
            }
            octets.push_str(line);
            octets.push_str("\r\n");
        }
        octets.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets() {
        let reply = Reply::new(250, "2.1.0", "sender ok");
        assert_eq!(reply.octets(), b"250 2.1.0 sender ok\r\n");
        let reply = Reply::bare(250, vec!["localhost".into(), "SIZE 9".into()]);
        assert_eq!(reply.octets(), b"250-localhost\r\n250 SIZE 9\r\n");
    }
}
