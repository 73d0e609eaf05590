//! Sessions in the notation of the RFCs, as people paste them.
//!
//! ```text
//! # two clients on one mailbox
//! phone C: a1 NOOP
//! phone S: * 2 EXPUNGE
//! shop  C: DELE 2
//! shop  S: +OK
//! shop  S! closed
//! ```
//!
//! `C:` is the client, `S:` the server, a word in front names the connection. A line without either
//! goes on with what the line before it said, where a literal or a multi-line response is open.
//! `S! closed`, `C! left` and `C! TLS` say what happened to the connection. What the transcripts of
//! mailspec's own reports show (`12.4  phone ← * OK ready`) is read as well.
//!
//! The line ends of the text stand for CRLF. Where one line of the text ends with `\r\n` written
//! out, all lines are octets in the notation of [`Octets`], and nothing is made up.

use super::{Entry, Line, Recording, Unreadable, What};
use crate::transcript::Octets;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
    Event,
}

/// One line of the text that somebody said.
#[derive(Clone, Debug)]
struct Spoken<'a> {
    number: usize,
    name: &'a str,
    side: Side,
    /// The text behind the sign, and the column where it begins.
    said: &'a str,
    column: usize,
    line: &'a str,
    /// It has no speaker of its own.
    bare: bool,
    /// CRLF is not written, although the rest is escaped.
    arrow: bool,
}

/// True if a text looks like this notation.
pub fn is_notation(text: &str) -> bool {
    text.lines().any(|line| speaker(line).is_some())
}

/// Reads a text.
///
/// # Errors
///
/// [`Unreadable`] for a line that nobody said, a malformed escape, or an unknown event.
pub fn read(text: &str) -> Result<Recording, Unreadable> {
    let spoken = spoken(text)?;
    let written_out = |line: &Spoken<'_>| line.side != Side::Event && line.said.ends_with("\\r\\n");
    let escaped = spoken.iter().any(|line| line.arrow || written_out(line));
    let mut recording = Recording {
        pasted: !escaped,
        ..Recording::default()
    };
    for line in spoken {
        let connection = recording.connection(line.name);
        let what = if line.side == Side::Event {
            match event(&line)? {
                Some(what) => what,
                None => continue,
            }
        } else {
            let octets = octets(&line, escaped)?;
            match line.side {
                Side::Client => What::Client(octets),
                _ => What::Server(octets),
            }
        };
        recording.entries.push(Entry {
            connection,
            at_us: None,
            line: Some(Line {
                number: line.number,
                text: line.line.to_owned(),
                column: line.column,
                escaped,
            }),
            what,
        });
    }
    Ok(recording)
}

/// The lines that somebody said.
fn spoken(text: &str) -> Result<Vec<Spoken<'_>>, Unreadable> {
    let mut spoken: Vec<Spoken<'_>> = Vec::new();
    let mut blank: Vec<Spoken<'_>> = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let number = index + 1;
        if let Some(found) = speaker(line) {
            blank.clear();
            spoken.push(Spoken { number, ..found });
            continue;
        }
        if line.starts_with('#') || line.starts_with("! ") || line.starts_with("```") {
            continue;
        }
        let bare = spoken
            .last()
            .filter(|last| last.side != Side::Event && !last.arrow)
            .map(|last| Spoken {
                number,
                said: line,
                column: 0,
                line,
                bare: true,
                ..last.clone()
            });
        match (bare, line.trim().is_empty()) {
            (Some(bare), true) => blank.push(bare),
            (Some(bare), false) => {
                spoken.append(&mut blank);
                spoken.push(bare);
            }
            (None, true) => {}
            (None, false) => {
                let message = "nobody is named who said this: write C: or S: in front";
                return Err(Unreadable::new(number, message));
            }
        }
    }
    refuse_wrapped(&spoken)?;
    Ok(spoken)
}

/// Refuses a line without speaker where nothing is open that it could go on with.
fn refuse_wrapped(spoken: &[Spoken<'_>]) -> Result<(), Unreadable> {
    let mut open = false;
    for line in spoken {
        let imap = line.said.starts_with("* ");
        if line.bare && !open {
            let message = "nobody is named who said this: write C: or S: in front, or put a \
                           wrapped line on one line";
            return Err(Unreadable::new(line.number, message));
        }
        if !line.bare {
            // What follows an IMAP response is its literal, or a mistake of the paste.
            open = !imap || line.said.ends_with('}') || line.said.ends_with("}\\r\\n");
        }
    }
    Ok(())
}

/// The speaker of a line, if it names one.
fn speaker(line: &str) -> Option<Spoken<'_>> {
    let (name, side, at, arrow) = signed(line).or_else(|| arrowed(line))?;
    let said = &line[at..];
    let skipped = usize::from(said.starts_with(' '));
    Some(Spoken {
        number: 0,
        name,
        side,
        said: &said[skipped..],
        column: line[..at + skipped].chars().count(),
        line,
        bare: false,
        arrow,
    })
}

/// `name C: …`, `S: …`, `name S! …`: name, side, and where the rest begins.
fn signed(line: &str) -> Option<(&str, Side, usize, bool)> {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    let first = trimmed.split([' ', '\t']).next()?;
    let (name, sign_at) = if sign(first).is_some() {
        ("", indent)
    } else {
        if !is_name(first) {
            return None;
        }
        let rest = trimmed[first.len()..].trim_start();
        (first, line.len() - rest.len())
    };
    let side = sign(&line[sign_at..])?;
    Some((name, side, sign_at + 2, false))
}

fn sign(text: &str) -> Option<Side> {
    match text.as_bytes() {
        [b'C', b':', ..] => Some(Side::Client),
        [b'S', b':', ..] => Some(Side::Server),
        [b'C' | b'S', b'!', ..] => Some(Side::Event),
        _ => None,
    }
}

fn is_name(word: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_.()@".contains(c);
    !word.is_empty() && word.len() <= 64 && word.chars().all(plain)
}

/// `12.4  name ← …`
fn arrowed(line: &str) -> Option<(&str, Side, usize, bool)> {
    let rest = line.trim_start_matches(['>', ' ']);
    let (time, rest) = rest.split_once(' ')?;
    time.parse::<f64>().ok()?;
    let rest = rest.trim_start();
    let (name, rest) = rest.split_once(' ')?;
    let rest = rest.trim_start();
    let mut characters = rest.chars();
    let side = match characters.next()? {
        '→' => Side::Client,
        '←' => Side::Server,
        '*' => Side::Event,
        _ => return None,
    };
    (is_name(name)).then_some((name, side, line.len() - characters.as_str().len(), true))
}

fn octets(line: &Spoken<'_>, escaped: bool) -> Result<Vec<u8>, Unreadable> {
    if escaped {
        let Octets(mut octets) = Octets::parse(line.said)
            .ok_or_else(|| Unreadable::new(line.number, "an octet escape is malformed"))?;
        if line.arrow && octets.last() != Some(&b'\n') {
            octets.extend_from_slice(b"\r\n");
        }
        return Ok(octets);
    }
    let mut octets = Vec::with_capacity(line.said.len() + 2);
    for character in line.said.chars() {
        match u8::try_from(u32::from(character).wrapping_sub(0x2400)) {
            // The picture of a control character.
            Ok(control @ 0..=0x1f) => octets.push(control),
            _ => octets.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    if octets.last() != Some(&b'\n') {
        octets.extend_from_slice(b"\r\n");
    }
    Ok(octets)
}

/// What a line says of the connection.
fn event(line: &Spoken<'_>) -> Result<Option<What>, Unreadable> {
    let words = line.said.trim();
    let known = match words {
        "closed" | "closed by the server" => Some(What::Closed),
        "left" | "closed by mailspec" | "reset by mailspec" => Some(What::Left),
        "TLS" | "TLS started" => Some(What::TlsStarted),
        _ => None,
    };
    if known.is_none() && !line.arrow {
        let message = format!("{words:?} is no event: there are closed, left and TLS");
        return Err(Unreadable::new(line.number, message));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// Name, side and octets of each entry.
    fn entries(text: &str) -> Vec<String> {
        let recording = read(text).unwrap();
        let entries = recording.entries.into_iter();
        entries
            .map(|entry| {
                let name = &recording.connections[entry.connection].name;
                let (side, octets) = match entry.what {
                    What::Client(octets) => ("C", Octets(octets).to_string()),
                    What::Server(octets) => ("S", Octets(octets).to_string()),
                    other => ("!", format!("{other:?}")),
                };
                format!("{name}{side} {octets}")
            })
            .collect()
    }

    #[test]
    fn connections_have_names_and_lines_end_with_crlf() {
        assert_eq!(
            entries("# hi\nphone C: a NOOP\n\nshop  S: +OK\n  S: * OK x\nshop S! closed\n"),
            [
                "phoneC a NOOP\\r\\n",
                "shopS +OK\\r\\n",
                "S * OK x\\r\\n",
                "shop! Closed"
            ]
        );
    }

    #[test]
    fn a_literal_may_stand_without_signs() {
        assert_eq!(
            entries("S: * 1 FETCH (BODY[] {5}\na\n\n)\nS: x OK\n"),
            [
                "S * 1 FETCH (BODY[] {5}\\r\\n",
                "S a\\r\\n",
                "S \\r\\n",
                "S )\\r\\n",
                "S x OK\\r\\n"
            ]
        );
    }

    #[test]
    fn octets_may_be_written_out() {
        assert_eq!(
            entries("S: * OK \\xe9\\r\\n\nS: + a\\n\nC: a\n"),
            ["S * OK \\xe9\\r\\n", "S + a\\n", "C a"]
        );
    }

    #[test]
    fn a_transcript_of_a_report_is_read() {
        assert_eq!(
            entries("   0.1  web   * connected to x\n>  0.3  web   ← * 3 EXPUNGE\\xff\n"),
            ["webS * 3 EXPUNGE\\xff\\r\\n"]
        );
    }

    #[test]
    fn lines_that_nobody_said_are_located() {
        let error = |text: &str| read(text).unwrap_err().line;
        assert_eq!(error("hello\nC: a NOOP"), 1);
        assert_eq!(error("S: * OK hi\n   wrapped"), 2);
        assert_eq!(error("S: a\\x4\nS: b\\r\\n"), 1);
        assert_eq!(error("C: a\nS! exploded"), 2);
    }
}
