//! Rawlogs: what Dovecot and ImapTest write beside a connection.
//!
//! Dovecot writes one file for each direction, `NAME.in` from the client and `NAME.out` from the
//! server, with the time in front of each line. ImapTest writes both directions to one file, `I:`
//! in front of what came in and `O:` in front of what went out; `I>` and `O>` go on in the next
//! line.
//!
//! ```text
//! 1584020354.123456 a1 NOOP
//! 1584020354.123456 I: * OK ready
//! ```

use super::{Connection, Entry, Line, Recording, Unreadable, What};

/// True if a file looks like one that holds a single direction.
pub fn is_one_way(text: &[u8]) -> bool {
    stamp(text).is_some() && !is_two_way(text)
}

/// True if a file looks like one that holds both directions.
pub fn is_two_way(text: &[u8]) -> bool {
    stamp(text).is_some_and(|(_, at)| direction(&text[at..]).is_some())
}

/// Which side's octets a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the client sent.
    Client,
    /// What the server sent.
    Server,
}

/// Reads the files of one connection, in any order; without times nobody knows what came first.
///
/// # Errors
///
/// [`Unreadable`] for a line without time.
pub fn read_pair(files: &[(Side, &[u8])]) -> Result<Recording, Unreadable> {
    let mut entries = Vec::new();
    for (side, octets) in files {
        let mut at = None;
        for (number, line) in lines(octets) {
            let column = match stamp(line) {
                Some((at_us, column)) => {
                    at = Some(at_us);
                    column
                }
                None if at.is_some() && !line.is_empty() => 0,
                None => {
                    let message = "a rawlog has the time in front of each line";
                    return Err(Unreadable::new(number, message));
                }
            };
            let octets = line[column..].to_vec();
            let what = match side {
                Side::Client => What::Client(octets),
                Side::Server => What::Server(octets),
            };
            entries.push(entry(at, number, line, column, what));
        }
    }
    // What the client sent stands before what the server sent at the same time.
    let is_server = |entry: &Entry| matches!(entry.what, What::Server(_));
    entries.sort_by_key(|entry| (entry.at_us, is_server(entry)));
    Ok(recording(entries))
}

/// Reads a file with both directions, as a client has written it.
///
/// # Errors
///
/// [`Unreadable`] for a line without time and direction.
pub fn read_both(octets: &[u8]) -> Result<Recording, Unreadable> {
    let mut entries = Vec::new();
    let mut last = None;
    for (number, line) in lines(octets) {
        let signed = stamp(line).and_then(|(at, column)| {
            let (incoming, goes_on) = direction(&line[column..])?;
            Some((at, incoming, goes_on, column + 3))
        });
        let (at, incoming, goes_on, column) = match (signed, last) {
            (Some(signed), _) => signed,
            (None, Some((at, incoming))) => (at, incoming, false, 0),
            (None, None) => {
                let message = "expected a time, and I: or O:";
                return Err(Unreadable::new(number, message));
            }
        };
        last = Some((at, incoming));
        let mut octets = line[column..].to_vec();
        if goes_on && octets.last() == Some(&b'\n') {
            octets.pop();
        }
        let what = if incoming {
            What::Server(octets)
        } else {
            What::Client(octets)
        };
        entries.push(entry(Some(at), number, line, column, what));
    }
    Ok(recording(entries))
}

/// The side that a file's octets come from, as far as its first lines tell.
pub fn side_of(octets: &[u8]) -> Side {
    let server = |line: &[u8]| {
        let line = &line[stamp(line).map_or(0, |(_, column)| column)..];
        let word = line.split(|&octet| octet == b' ').nth(1);
        let word = word.unwrap_or_default().trim_ascii_end();
        let statuses: [&[u8]; 3] = [b"OK", b"NO", b"BAD"];
        let digits = line.iter().take_while(|octet| octet.is_ascii_digit());
        line.starts_with(b"* ")
            || line.starts_with(b"+")
            || line.starts_with(b"-ERR")
            || statuses.contains(&word)
            || (digits.count() == 3 && matches!(line.get(3), Some(b' ' | b'-')))
    };
    match lines(octets).next() {
        Some((_, line)) if server(line) => Side::Server,
        _ => Side::Client,
    }
}

fn recording(entries: Vec<Entry>) -> Recording {
    Recording {
        connections: vec![Connection::default()],
        entries,
        pasted: false,
    }
}

fn entry(at: Option<u64>, number: usize, line: &[u8], column: usize, what: What) -> Entry {
    let text = String::from_utf8_lossy(line);
    Entry {
        connection: 0,
        at_us: at,
        line: Some(Line {
            number,
            text: text.trim_end_matches(['\r', '\n']).to_owned(),
            column,
            escaped: false,
        }),
        what,
    }
}

/// Lines with their ends and numbers.
fn lines(octets: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let lines = octets.split_inclusive(|&octet| octet == b'\n');
    lines.enumerate().map(|(index, line)| (index + 1, line))
}

/// The time in front of a line, in microseconds, and where the rest begins.
fn stamp(line: &[u8]) -> Option<(u64, usize)> {
    let number = |octets: &[u8]| -> Option<u64> { std::str::from_utf8(octets).ok()?.parse().ok() };
    let dot = line.iter().take(20).position(|&octet| octet == b'.')?;
    let (seconds, rest) = (&line[..dot], &line[dot + 1..]);
    if rest.get(6) != Some(&b' ') || dot < 9 {
        return None;
    }
    let at = number(seconds)?.checked_mul(1_000_000)?;
    Some((at.checked_add(number(&rest[..6])?)?, dot + 8))
}

/// True for what came in, and true if the line goes on in the next.
fn direction(rest: &[u8]) -> Option<(bool, bool)> {
    match rest {
        [side @ (b'I' | b'O'), end @ (b':' | b'>'), b' ', ..] => {
            Some((*side == b'I', *end == b'>'))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn said(recording: &Recording) -> Vec<String> {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let entries = recording.entries.iter();
        entries
            .map(|entry| match &entry.what {
                What::Client(octets) => format!("C {}", text(octets)),
                What::Server(octets) => format!("S {}", text(octets)),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn two_files_are_merged_by_their_times() {
        let client = b"1584020354.000001 a NOOP\r\n1584020354.000003 b NOOP\r\n";
        let server = b"1584020354.000002 a OK\r\n1584020354.000003 b OK\r\n";
        assert_eq!(
            (side_of(client), side_of(server)),
            (Side::Client, Side::Server)
        );
        let files: [(Side, &[u8]); 2] = [(Side::Server, server), (Side::Client, client)];
        let recording = read_pair(&files).unwrap();
        assert_eq!(
            said(&recording),
            ["C a NOOP\r\n", "S a OK\r\n", "C b NOOP\r\n", "S b OK\r\n"]
        );
    }

    #[test]
    fn one_file_has_both_directions() {
        let log =
            b"1584020354.000001 I: * OK\r\n1584020354.000002 O> a NO\n1584020354.000003 O: OP\r\n";
        assert!(is_two_way(log) && !is_one_way(log));
        let recording = read_both(log).unwrap();
        assert_eq!(said(&recording), ["S * OK\r\n", "C a NO", "C OP\r\n"]);
    }

    #[test]
    fn a_line_without_time_is_located() {
        assert_eq!(
            read_pair(&[(Side::Client, b"a NOOP\r\n")])
                .unwrap_err()
                .line,
            1
        );
        assert_eq!(
            read_both(b"1584020354.000001 hello\r\n").unwrap_err().line,
            1
        );
    }
}
