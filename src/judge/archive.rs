//! Scenarios of an archived run, to be judged again with today's rules.

use super::{Connection, Entry, Recording, What};
use crate::transcript::{Direction, Transcript};

/// The connections of one scenario: an actor that connects again is another connection.
pub fn recording(transcript: &Transcript) -> Recording {
    let mut recording = Recording::default();
    for entry in &transcript.0 {
        let words = String::from_utf8_lossy(&entry.octets.0);
        let is_event = entry.direction == Direction::Event;
        if is_event && words.starts_with("connected") {
            recording.connections.push(Connection {
                name: entry.actor.clone(),
                whole: true,
                ..Connection::default()
            });
            continue;
        }
        let what = match entry.direction {
            Direction::Client => What::Client(entry.octets.0.clone()),
            Direction::Server => What::Server(entry.octets.0.clone()),
            Direction::Event => match &words[..] {
                "TLS started" => What::TlsStarted,
                "closed by the server" => What::Closed,
                "half-closed by mailspec" => What::HalfClosed,
                _ => What::Left,
            },
        };
        let connection = recording.connection(&entry.actor);
        recording.entries.push(Entry {
            connection,
            at_us: Some(entry.at_us),
            line: None,
            what,
        });
    }
    forget_silent(&mut recording);
    recording
}

/// Connections on which nothing was said tell no protocol; there is nothing to judge.
fn forget_silent(recording: &mut Recording) {
    let spoken = |at: usize| {
        let mut entries = recording.entries.iter();
        entries.any(|entry| {
            entry.connection == at && matches!(entry.what, What::Server(_) | What::Client(_))
        })
    };
    let kept: Vec<usize> = (0..recording.connections.len())
        .filter(|&at| spoken(at))
        .collect();
    let connections = kept.iter().map(|&at| recording.connections[at].clone());
    recording.connections = connections.collect();
    recording.entries.retain_mut(|entry| {
        match kept.iter().position(|&at| at == entry.connection) {
            Some(at) => {
                entry.connection = at;
                true
            }
            None => false,
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{self, Octets};

    #[test]
    fn an_actor_that_connects_again_is_another_connection() {
        use Direction::{Client, Event, Server};
        let entries = [
            (Event, "connected to 127.0.0.1:1"),
            (Event, "connected to 127.0.0.1:1"),
            (Server, "* OK hi\r\n"),
            (Event, "closed by mailspec"),
            (Event, "connected to 127.0.0.1:1"),
            (Client, "a NOOP\r\n"),
            (Event, "closed by the server"),
        ];
        let entries = entries.map(|(direction, octets)| transcript::Entry {
            at_us: 1,
            actor: "web".into(),
            direction,
            octets: Octets(octets.into()),
        });
        let recording = recording(&Transcript(entries.into()));
        let seen: Vec<_> = recording.entries.iter().map(|e| e.connection).collect();
        assert_eq!((recording.connections.len(), seen), (2, vec![0, 0, 1, 1]));
    }
}
