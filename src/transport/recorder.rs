//! The record of a scenario: octets of all connections on one clock, without secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::transcript::{Direction, Entry, Octets, Transcript};

use super::secret::Secrets;

/// How much one recorder keeps, in octets; what comes later is not recorded.
const CAPACITY: usize = 64 << 20;

/// What an entry costs beside its octets.
const ENTRY_COST: usize = 128;

/// Collects the octets of all connections of a scenario; secrets never leave it.
#[derive(Clone)]
pub struct Recorder {
    began: Instant,
    tape: Arc<Mutex<Tape>>,
}

#[derive(Default)]
struct Tape {
    entries: Vec<Entry>,
    used: usize,
    full: bool,
    secrets: Secrets,
}

impl Recorder {
    /// A recorder whose clock begins now.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            tape: Arc::default(),
        }
    }

    /// Adds a secret: it and its encoded forms are replaced wherever they occur.
    pub fn hide(&self, user: &str, password: &str) {
        self.tape().secrets.add(user, password);
    }

    /// Microseconds since the recorder was made.
    pub fn now_us(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Adds octets, or the words of an event.
    pub fn record(&self, actor: &str, direction: Direction, octets: &[u8]) {
        self.record_at(self.now_us(), actor, direction, octets);
    }

    /// The same for what happened at a time already read.
    pub(super) fn record_at(&self, at_us: u64, actor: &str, direction: Direction, octets: &[u8]) {
        let mut tape = self.tape();
        if tape.full {
            return;
        }
        let mut entry = Entry {
            at_us,
            actor: actor.to_owned(),
            direction,
            octets: Octets(octets.to_vec()),
        };
        tape.used += octets.len() + actor.len() + ENTRY_COST;
        if tape.used > CAPACITY {
            tape.full = true;
            entry.direction = Direction::Event;
            entry.octets = Octets(b"recording ends: too many octets".to_vec());
        }
        tape.entries.push(entry);
    }

    /// What servers have sent so far, without secrets.
    pub fn received(&self) -> Vec<u8> {
        let tape = self.tape();
        let entries = tape.entries.iter();
        let received = entries.filter(|entry| entry.direction == Direction::Server);
        let octets: Vec<u8> = received
            .flat_map(|entry| entry.octets.0.iter().copied())
            .collect();
        tape.secrets.redact(&octets)
    }

    /// Replaces every secret in these octets, for whatever leaves the process.
    pub fn redact(&self, octets: &[u8]) -> Vec<u8> {
        self.tape().secrets.redact(octets)
    }

    /// All that was recorded so far in the order of its times. A secret that came in several
    /// entries stands, replaced, in the first of them.
    pub fn transcript(&self) -> Transcript {
        let tape = self.tape();
        let mut streams: BTreeMap<(&str, bool), Vec<usize>> = BTreeMap::new();
        for (index, entry) in tape.entries.iter().enumerate() {
            if entry.direction != Direction::Event {
                let key = (&*entry.actor, entry.direction == Direction::Client);
                streams.entry(key).or_default().push(index);
            }
        }
        let mut entries = tape.entries.clone();
        for entry in &mut entries {
            if entry.direction == Direction::Event {
                entry.octets.0 = tape.secrets.redact(&entry.octets.0);
            }
        }
        for indices in streams.into_values() {
            let pieces: Vec<&[u8]> = indices
                .iter()
                .map(|&index| &*tape.entries[index].octets.0)
                .collect();
            for (index, piece) in indices.iter().zip(tape.secrets.redact_pieces(&pieces)) {
                entries[*index].octets.0 = piece;
            }
        }
        entries.retain(|entry| !entry.octets.0.is_empty());
        entries.sort_by_key(|entry| entry.at_us);
        Transcript(entries)
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_stands_in_a_transcript() {
        let recorder = Recorder::new();
        recorder.record("a", Direction::Client, b"PASS open ses");
        recorder.record("b", Direction::Client, b"NOOP\r\n");
        recorder.record("a", Direction::Server, b"+OK\r\n");
        recorder.record("a", Direction::Client, b"ame\r\n");
        recorder.record("a", Direction::Event, b"closed by open sesame");
        recorder.hide("ann", "open sesame");
        let octets: Vec<String> = recorder
            .transcript()
            .0
            .iter()
            .map(|entry| format!("{} {}", entry.actor, entry.octets))
            .collect();
        assert_eq!(
            octets,
            [
                "a PASS [password]",
                "b NOOP\\r\\n",
                "a +OK\\r\\n",
                "a \\r\\n",
                "a closed by [password]"
            ]
        );
        assert_eq!(recorder.redact(b"<open sesame>"), b"<[password]>");
    }

    #[test]
    fn entries_stand_in_the_order_of_their_times() {
        let recorder = Recorder::new();
        recorder.record_at(2, "a", Direction::Server, b"second");
        recorder.record_at(1, "b", Direction::Client, b"first");
        let times: Vec<u64> = recorder.transcript().0.iter().map(|e| e.at_us).collect();
        assert_eq!(times, [1, 2]);
    }

    #[test]
    fn a_flood_is_recorded_up_to_the_limit() {
        let recorder = Recorder::new();
        let flood = vec![b'x'; CAPACITY / 2];
        for _ in 0..4 {
            recorder.record("a", Direction::Server, &flood);
        }
        let entries = recorder.transcript().0;
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].direction, Direction::Event);
    }
}
