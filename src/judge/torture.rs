//! Any octets as a session: for fuzzing, and for tests that hold without a server.
//!
//! Nothing is expected of the findings; what matters is that there are no panics, no hangs, and no
//! memory beyond the limits.

use super::rawlog::{self, Side};
use super::{Connection, Entry, Knowledge, Recording, What, archive, judge, notation, replay};
use crate::transcript::{Direction, Entry as Said, Octets, Transcript};
use crate::wire::{Limits, Protocol};

/// Small enough for the limits to be met.
const LIMITS: Limits = Limits {
    line: 8 << 10,
    message: 64 << 10,
};

/// Octets cut into lines, of which those that begin with `C: ` are the client's. The first octet
/// decides whether the connection is there from its greeting on, whether its octets come one by
/// one, and whether it closes.
pub fn session(protocol: Protocol, octets: &[u8]) {
    let (choices, octets) = octets.split_first().unwrap_or((&0, &[]));
    let whole = choices & 1 == 0;
    let mut entries = Vec::new();
    for line in octets.split_inclusive(|&octet| octet == b'\n') {
        let entry = |what| Entry {
            connection: 0,
            at_us: None,
            line: None,
            what,
        };
        if let Some(said) = line.strip_prefix(b"C: ") {
            entries.push(entry(What::Client(crlf(said))));
        } else {
            let said = line
                .strip_prefix(b"S: ")
                .map_or_else(|| line.to_vec(), crlf);
            let size = if choices & 2 == 0 { said.len() } else { 1 };
            let chunks = said.chunks(size.max(1));
            entries.extend(chunks.map(|chunk| entry(What::Server(chunk.to_vec()))));
        }
    }
    if choices & 4 == 0 {
        entries.push(Entry {
            connection: 0,
            at_us: None,
            line: None,
            what: What::Closed,
        });
    }
    let recording = Recording {
        connections: vec![Connection {
            name: String::new(),
            protocol: Some(protocol),
            whole,
        }],
        entries,
        pasted: false,
    };
    let knowledge = Knowledge {
        context: (choices & 8 != 0).then(|| vec!["rev2".to_owned(), "QRESYNC".to_owned()]),
        ..Knowledge::default()
    };
    // A recording is never refused once its protocol is known.
    let _ = replay::replay(&recording, &knowledge, LIMITS, "");
}

/// Octets as a log in every form.
pub fn log(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let files = [(rawlog::side_of(octets), octets), (Side::Client, octets)];
    let entry = |direction| Said {
        at_us: 0,
        actor: "a".to_owned(),
        direction,
        octets: Octets(octets.to_vec()),
    };
    let transcript = [Direction::Server, Direction::Client, Direction::Event].map(entry);
    let recordings = [
        notation::read(&text),
        rawlog::read_pair(&files),
        rawlog::read_both(octets),
        Ok(archive::recording(&Transcript(transcript.into()))),
    ];
    for recording in recordings.into_iter().flatten() {
        let _ = judge(&recording, &Knowledge::default(), "log");
    }
}

/// A line with CRLF in place of LF, as a line of a paste has it.
fn crlf(line: &[u8]) -> Vec<u8> {
    match line.strip_suffix(b"\n") {
        Some(said) if !said.ends_with(b"\r") => [said, b"\r\n"].concat(),
        _ => line.to_vec(),
    }
}
