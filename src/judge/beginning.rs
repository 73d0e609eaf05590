//! What the octets of a connection tell about it: protocol, account, and whether its beginning is
//! there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::literal::without_end;
use super::{Entry, Knowledge, Recording, Unreadable, What};
use crate::wire::Protocol;

/// The protocol of a connection.
pub(super) fn protocol_of(
    recording: &Recording,
    connection: usize,
    knowledge: &Knowledge,
) -> Result<Protocol, Unreadable> {
    let named = recording.connections[connection].protocol;
    let client = recording.client(connection);
    // Where the client does not greet, LMTP is the protocol that allows more.
    let smtp = ["EHLO", "HELO"]
        .iter()
        .any(|verb| has_command(&client, verb))
        || knowledge.protocol == Some(Protocol::Smtp);
    let seen = || {
        let mut entries = recording.of(connection);
        entries.find_map(|entry| guess(entry, smtp))
    };
    named.or_else(seen).or(knowledge.protocol).ok_or_else(|| {
        let first = recording.of(connection).find_map(|e| e.line.as_ref());
        Unreadable::new(
            first.map_or(1, |line| line.number),
            "nothing here tells the protocol; say it with --protocol",
        )
    })
}

fn guess(entry: &Entry, smtp: bool) -> Option<Protocol> {
    let mail = if smtp { Protocol::Smtp } else { Protocol::Lmtp };
    match &entry.what {
        What::Server(octets) => {
            let digits = octets.iter().take_while(|o| o.is_ascii_digit()).count();
            let status: [&[u8]; 3] = [b"OK", b"NO", b"BAD"];
            let second = words(octets).nth(1);
            let tagged = second.is_some_and(|word| status.contains(&word));
            match octets.as_slice() {
                [b'*', b' ', ..] => Some(Protocol::Imap),
                [b'+', b'O', b'K', ..] | [b'-', b'E', b'R', b'R', ..] => Some(Protocol::Pop3),
                [_, _, _, b' ' | b'-', ..] if digits == 3 && !tagged => Some(mail),
                _ if tagged => Some(Protocol::Imap),
                _ => None,
            }
        }
        What::Client(octets) => {
            let first = String::from_utf8_lossy(words(octets).next()?).to_ascii_uppercase();
            let second = String::from_utf8_lossy(words(octets).nth(1).unwrap_or_default())
                .to_ascii_uppercase();
            match (first.as_str(), second.as_str()) {
                (_, word) if IMAP.contains(&word) => Some(Protocol::Imap),
                (word, _) if POP3.contains(&word) => Some(Protocol::Pop3),
                (word, _) if SMTP.contains(&word) => Some(mail),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Words that only an IMAP command has behind its tag.
const IMAP: [&str; 20] = [
    "CAPABILITY",
    "NOOP",
    "LOGOUT",
    "STARTTLS",
    "AUTHENTICATE",
    "LOGIN",
    "ENABLE",
    "SELECT",
    "EXAMINE",
    "CREATE",
    "STATUS",
    "APPEND",
    "IDLE",
    "CLOSE",
    "EXPUNGE",
    "SEARCH",
    "FETCH",
    "STORE",
    "COPY",
    "UID",
];
const POP3: [&str; 9] = [
    "USER", "PASS", "APOP", "STAT", "RETR", "DELE", "UIDL", "CAPA", "TOP",
];
const SMTP: [&str; 5] = ["EHLO", "HELO", "LHLO", "MAIL", "RCPT"];

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    without_end(
        line.split_inclusive(|&octet| octet == b'\n')
            .next()
            .unwrap_or(line),
    )
    .split(|&octet| octet == b' ')
}

fn has_command(client: &[u8], verb: &str) -> bool {
    client.split(|&octet| octet == b'\n').any(|line| {
        words(line)
            .next()
            .is_some_and(|w| w.eq_ignore_ascii_case(verb.as_bytes()))
    })
}

/// True if the connection is there from its greeting on: a greeting comes first, and what the
/// client then says is said only to a server that does not know it yet.
pub(super) fn is_whole(
    recording: &Recording,
    connection: usize,
    protocol: Protocol,
    knowledge: &Knowledge,
) -> bool {
    if knowledge.whole || recording.connections[connection].whole {
        return true;
    }
    let mut entries = recording.of(connection).map(|entry| &entry.what);
    let Some(What::Server(first)) = entries.next() else {
        return false;
    };
    let is_smtp = matches!(protocol, Protocol::Smtp | Protocol::Lmtp);
    if matches!(entries.next(), Some(What::Server(_))) && !is_smtp {
        return false;
    }
    let begins = |word: &str| first.len() >= word.len() && first.starts_with(word.as_bytes());
    match protocol {
        Protocol::Imap if begins("* PREAUTH") => return true,
        Protocol::Imap if begins("* OK") || begins("* BYE") => {}
        Protocol::Pop3 if begins("+OK") => {}
        Protocol::Smtp | Protocol::Lmtp if begins("220") || begins("554") || begins("421") => {}
        _ => return false,
    }
    let (at, before, neutral): (usize, &[&str], &[&str]) = match protocol {
        Protocol::Imap => (
            1,
            &["LOGIN", "AUTHENTICATE", "STARTTLS"],
            &["CAPABILITY", "NOOP", "ID", "LOGOUT"],
        ),
        Protocol::Pop3 => (
            0,
            &["USER", "APOP", "AUTH", "STLS"],
            &["CAPA", "NOOP", "LANG", "UTF8"],
        ),
        Protocol::Smtp | Protocol::Lmtp => (0, &["EHLO", "HELO", "LHLO"], &["NOOP", "HELP"]),
    };
    let client = recording.client(connection);
    let mut verbs = client.split_inclusive(|&octet| octet == b'\n').map(|line| {
        String::from_utf8_lossy(words(line).nth(at).unwrap_or_default()).to_uppercase()
    });
    let decisive = verbs.find(|verb| !neutral.contains(&verb.as_str()));
    decisive.is_some_and(|verb| before.contains(&verb.as_str()))
}

/// The name under which a connection's client logs in, if the log shows it.
pub(super) fn user_of(client: &[u8]) -> Option<String> {
    let lines: Vec<&[u8]> = client
        .split(|&octet| octet == b'\n')
        .map(without_end)
        .collect();
    lines.iter().enumerate().find_map(|(at, line)| {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        let text = String::from_utf8_lossy(line);
        let words: Vec<&str> = text.split(' ').collect();
        let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        match upper.as_slice() {
            ["USER", _] | ["APOP", _, _] => Some(words[1].to_owned()),
            [_, "LOGIN", literal, ..] if literal.starts_with('{') => {
                let length = literal.trim_matches(['{', '}', '+']).parse().ok()?;
                Some(String::from_utf8_lossy(next.get(..length)?).into_owned())
            }
            [_, "LOGIN", _, ..] => Some(words[2].trim_matches('"').to_owned()),
            [_, "AUTHENTICATE", "PLAIN", _] => plain(words[3]),
            ["AUTH", "PLAIN", _] => plain(words[2]),
            [_, "AUTHENTICATE", "PLAIN"] | ["AUTH", "PLAIN"] => {
                plain(&String::from_utf8_lossy(next))
            }
            _ => None,
        }
    })
}

/// The user in a SASL PLAIN message (RFC 4616).
fn plain(base64: &str) -> Option<String> {
    let octets = STANDARD.decode(base64.trim()).ok()?;
    let user = octets.split(|&octet| octet == 0).nth(1)?;
    Some(String::from_utf8_lossy(user).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::notation;

    fn look(text: &str) -> (Option<Protocol>, bool) {
        let recording = notation::read(text).unwrap();
        let protocol = protocol_of(&recording, 0, &Knowledge::default()).ok();
        let whole = protocol
            .is_some_and(|protocol| is_whole(&recording, 0, protocol, &Knowledge::default()));
        (protocol, whole)
    }

    #[test]
    fn octets_tell_protocol_and_beginning() {
        let table = [
            (
                "S: * OK hi\nC: a CAPABILITY\nC: b LOGIN x y",
                Protocol::Imap,
                true,
            ),
            (
                "S: * OK still here\nC: a FETCH 1 FLAGS",
                Protocol::Imap,
                false,
            ),
            ("S: * PREAUTH hi", Protocol::Imap, true),
            ("C: a1 UID FETCH 1:* FLAGS", Protocol::Imap, false),
            ("S: a1 OK done", Protocol::Imap, false),
            (
                "S: +OK\nC: CAPA\nS: +OK\nS: .\nC: USER x",
                Protocol::Pop3,
                true,
            ),
            ("S: +OK\nC: CAPA\nC: STAT", Protocol::Pop3, false),
            ("C: RETR 1", Protocol::Pop3, false),
            ("S: 220 hi\nC: EHLO x", Protocol::Smtp, true),
            ("S: 220 hi\nC: LHLO x", Protocol::Lmtp, true),
            ("C: MAIL FROM:<>", Protocol::Lmtp, false),
        ];
        for (text, protocol, whole) in table {
            assert_eq!(look(text), (Some(protocol), whole), "{text}");
        }
        assert_eq!(look("C: hello"), (None, false));
    }

    #[test]
    fn a_login_tells_the_account() {
        for client in [
            "a LOGIN fred pw\r\n",
            "a LOGIN \"fred\" \"pw\"\r\n",
            "a login {4}\r\nfred {2}\r\npw\r\n",
            "CAPA\r\nUSER fred\r\n",
            "a AUTHENTICATE PLAIN AGZyZWQAcHc=\r\n",
            "AUTH PLAIN\r\nAGZyZWQAcHc=\r\n",
        ] {
            assert_eq!(
                user_of(client.as_bytes()).as_deref(),
                Some("fred"),
                "{client}"
            );
        }
        assert_eq!(user_of(b"a AUTHENTICATE PLAIN [password]\r\n"), None);
    }
}
