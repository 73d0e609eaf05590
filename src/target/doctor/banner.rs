//! What answers at a port, by the first octets that it sends.

use crate::transport::{Endpoint, Security};
use crate::wire::Protocol;

/// Who speaks so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Banner {
    /// `* OK`, `* PREAUTH`, `* BYE`: the greeting of IMAP.
    Imap,
    /// `+OK` or `-ERR`: the greeting of POP3.
    Pop3,
    /// A reply code: SMTP or LMTP, which greet alike.
    Smtp,
    /// `HTTP/`
    Http,
    /// `SSH-`
    Ssh,
    /// A TLS record.
    Tls,
    /// None of them.
    Other,
}

impl Banner {
    /// Reads the first octets of a server; `None` if there are none.
    pub(super) fn of(octets: &[u8]) -> Option<Self> {
        let begins = |word: &[u8]| {
            let start = octets.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        let code = |octets: &[u8]| octets.len() >= 4 && octets[..3].iter().all(u8::is_ascii_digit);
        Some(match octets {
            [] => return None,
            _ if ["* OK", "* PREAUTH", "* BYE"]
                .iter()
                .any(|it| begins(it.as_bytes())) =>
            {
                Self::Imap
            }
            _ if begins(b"+OK") || begins(b"-ERR") => Self::Pop3,
            _ if begins(b"HTTP/") => Self::Http,
            _ if begins(b"SSH-") => Self::Ssh,
            // ContentType alert or handshake, ProtocolVersion 3.x (RFC 8446 §5.1).
            [0x15 | 0x16, 3, ..] => Self::Tls,
            _ if code(octets) && matches!(octets[3], b' ' | b'-') => Self::Smtp,
            _ => Self::Other,
        })
    }

    /// True if a server of this protocol greets so.
    pub(super) fn fits(self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Imap => self == Self::Imap,
            Protocol::Pop3 => self == Self::Pop3,
            Protocol::Smtp | Protocol::Lmtp => self == Self::Smtp,
        }
    }

    /// Its name in sentences: `a POP3 server`.
    pub(super) fn server(self) -> &'static str {
        match self {
            Self::Imap => "an IMAP server",
            Self::Pop3 => "a POP3 server",
            Self::Smtp => "an SMTP or LMTP server",
            Self::Http => "a web server",
            Self::Ssh => "an SSH server",
            Self::Tls => "TLS",
            Self::Other => "something unknown",
        }
    }

    /// The protocol of the endpoint that ought to have been written; `None` if mailspec has none.
    pub(super) fn protocol(self) -> Option<Protocol> {
        match self {
            Self::Imap => Some(Protocol::Imap),
            Self::Pop3 => Some(Protocol::Pop3),
            Self::Smtp => Some(Protocol::Smtp),
            Self::Http | Self::Ssh | Self::Tls | Self::Other => None,
        }
    }
}

/// What to do about an endpoint where something else answers.
pub(super) fn cure(endpoint: &Endpoint, banner: Banner) -> String {
    let port = registered_port(endpoint.protocol, endpoint.security);
    let elsewhere = format!(
        "give the port of {} (registered: {port})",
        endpoint.protocol
    );
    match banner.protocol() {
        Some(protocol) => {
            let there = Endpoint {
                protocol,
                ..endpoint.clone()
            };
            format!("write {there}, or {elsewhere}")
        }
        None => elsewhere,
    }
}

/// The port that a protocol has by registration; 24 for LMTP, which has none.
pub(super) fn registered_port(protocol: Protocol, security: Security) -> u16 {
    match (protocol, security) {
        (Protocol::Imap, Security::Implicit) => 993,
        (Protocol::Imap, _) => 143,
        (Protocol::Pop3, Security::Implicit) => 995,
        (Protocol::Pop3, _) => 110,
        (Protocol::Smtp, Security::Implicit) => 465,
        (Protocol::Smtp, _) => 25,
        (Protocol::Lmtp, _) => 24,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_octets_tell_who_speaks() {
        let table: [(&[u8], Option<Banner>); 12] = [
            (b"", None),
            (b"* OK ready\r\n", Some(Banner::Imap)),
            (b"* bye too many\r\n", Some(Banner::Imap)),
            (b"+OK <1@h>\r\n", Some(Banner::Pop3)),
            (b"-ERR busy\r\n", Some(Banner::Pop3)),
            (b"220 mx ESMTP\r\n", Some(Banner::Smtp)),
            (b"554-no\r\n", Some(Banner::Smtp)),
            (b"HTTP/1.1 400 Bad Request\r\n", Some(Banner::Http)),
            (b"SSH-2.0-x\r\n", Some(Banner::Ssh)),
            (b"\x15\x03\x03\x00\x02\x02\x46", Some(Banner::Tls)),
            (b"hello\r\n", Some(Banner::Other)),
            (b"22", Some(Banner::Other)),
        ];
        for (octets, banner) in table {
            assert_eq!(Banner::of(octets), banner, "{}", octets.escape_ascii());
        }
    }
}
