//! A bounded share of what `fuzz/` does, without its tools: real sessions and real bugs, mutated
//! again and again by a fixed sequence of numbers.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mailspec::judge::torture;
use mailspec::wire::Protocol;

/// A sequence of numbers that is the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits fit")
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() % end.max(1)
    }
}

/// Words at which servers have failed before.
const TOKENS: [&str; 24] = [
    "{0}\r\n",
    "{5}\r\n",
    "{4294967295}\r\n",
    "{99999999999999999999}\r\n",
    "~{3}\r\n",
    "(((((((((",
    "))))",
    "\"",
    "\\",
    "\0",
    "\r",
    "\n",
    "\r\n.\r\n",
    "+ \r\n",
    "* ",
    "0",
    "4294967296",
    "1:*",
    "18446744073709551615",
    " NIL",
    "\u{e9}",
    "[",
    "]",
    "\r\nS: a1 OK x\r\n",
];

fn mutate(seed: &[u8], others: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut octets = seed.to_vec();
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(octets.len() + 1);
        match numbers.below(7) {
            0 if at < octets.len() => octets[at] ^= 1 << numbers.below(8),
            1 => octets.truncate(at),
            2 => {
                let token = TOKENS[numbers.below(TOKENS.len())];
                octets.splice(at..at, token.bytes());
            }
            3 if at < octets.len() => {
                let end = (at + numbers.below(40)).min(octets.len());
                octets.drain(at..end);
            }
            4 => {
                let end = (at + numbers.below(200)).min(octets.len());
                let again = octets[at..end].to_vec();
                octets.splice(at..at, again.repeat(1 + numbers.below(30)));
            }
            5 => {
                let other = &others[numbers.below(others.len())];
                let from = numbers.below(other.len());
                let end = (from + numbers.below(300)).min(other.len());
                octets.splice(at..at, other[from..end].iter().copied());
            }
            _ => {
                let lines = octets.split_inclusive(|&octet| octet == b'\n');
                let mut lines: Vec<Vec<u8>> = lines.map(<[u8]>::to_vec).collect();
                if !lines.is_empty() {
                    let (one, other) = (numbers.below(lines.len()), numbers.below(lines.len()));
                    lines.swap(one, other);
                }
                octets = lines.concat();
            }
        }
    }
    octets
}

/// The logs of a folder whose names begin like this.
fn logs(folder: &str, prefix: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("a folder is read").path());
    let named = |path: &PathBuf| {
        let name = path.file_name().expect("a file has a name");
        name.to_string_lossy().starts_with(prefix)
    };
    let paths: BTreeSet<PathBuf> = paths.filter(named).collect();
    let read = |path: &PathBuf| fs::read(path).expect("a log can be read");
    paths.iter().map(read).collect()
}

/// Runs mutations of the seeds, each of which has to end soon.
fn torment(seeds: &[Vec<u8>], rounds: usize, victim: impl Fn(&[u8])) {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for round in 0..rounds {
        let octets = mutate(&seeds[round % seeds.len()], seeds, &mut numbers);
        let began = Instant::now();
        victim(&octets);
        let took = began.elapsed();
        let text = String::from_utf8_lossy(&octets);
        assert!(
            took < Duration::from_secs(5),
            "round {round} took {took:?}:\n{text}"
        );
    }
}

#[test]
fn a_hostile_imap_server_does_no_harm() {
    let mut seeds = logs("fixtures/transcripts", "dovecot-imap");
    seeds.extend(logs("fixtures/logs/bugs", ""));
    torment(&seeds, 1_500, |octets| {
        torture::session(Protocol::Imap, octets)
    });
}

#[test]
fn a_hostile_pop3_server_does_no_harm() {
    let seeds = logs("fixtures/transcripts", "dovecot-pop3");
    torment(&seeds, 2_000, |octets| {
        torture::session(Protocol::Pop3, octets)
    });
}

#[test]
fn a_hostile_smtp_server_does_no_harm() {
    let seeds = logs("fixtures/transcripts", "dovecot-lmtp");
    torment(&seeds, 2_000, |octets| {
        torture::session(Protocol::Smtp, octets)
    });
    torment(&seeds, 2_000, |octets| {
        torture::session(Protocol::Lmtp, octets)
    });
}

#[test]
fn no_log_does_harm() {
    let mut seeds = logs("fixtures/logs/bugs", "");
    seeds.extend(logs("fixtures/logs/forms", ""));
    torment(&seeds, 3_000, torture::log);
}
