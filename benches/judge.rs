//! How fast octets are judged: `cargo bench --bench judge`.
//!
//! One thread, no sockets. The aims: more than 200 MB of message bodies and more than a million short
//! responses each second.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use mailspec::engine::{self, Request};
use mailspec::judge::{Connection, Entry, Knowledge, Recording, What, judge};
use mailspec::wire::fragment::{Frame, ImapFramer};
use mailspec::wire::imap::{self, Context};
use mailspec::wire::{Limits, Protocol};

/// How long each measurement goes on.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

/// Octets that are handed over at once, as a socket would.
const CHUNK: usize = 16 << 10;

fn main() {
    let bodies = stream(200, |n| {
        let body = "The quick brown fox jumps over the lazy dog, line after line.\r\n".repeat(1000);
        format!(
            "* {n} FETCH (UID {n} BODY[] {{{}}}\r\n{body})\r\n",
            body.len()
        )
    });
    let short = stream(100_000, |n| {
        format!("* {n} FETCH (FLAGS (\\Seen) UID {n})\r\n")
    });
    println!("{:28} {:>12} {:>16}", "", "MB/s", "responses/s");
    for (name, octets, responses) in [("bodies", &bodies, 200), ("short", &short, 100_000)] {
        let run = |layer: &str, work: &dyn Fn()| {
            let rate = times_per_second(work);
            let megabytes = rate * octets.len() as f64 / 1e6;
            let responses = rate * f64::from(responses);
            println!(
                "{:28} {megabytes:>12.0} {responses:>16.0}",
                format!("{name}, {layer}")
            );
        };
        run("wire", &|| read(octets));
        run("engine and wire", &|| receive(octets));
        let recording = recording(octets, responses);
        let knowledge = Knowledge::default();
        run("model, engine and wire", &|| {
            let judgement = judge(&recording, &knowledge, "bench").expect("a protocol is named");
            assert_eq!(black_box(judgement).findings, []);
        });
    }
}

/// Responses one after the other.
fn stream(count: u32, response: impl Fn(u32) -> String) -> Vec<u8> {
    (1..=count).map(response).collect::<String>().into_bytes()
}

/// How often the work can be done in a second.
fn times_per_second(work: &dyn Fn()) -> f64 {
    work();
    let began = Instant::now();
    let mut times = 0;
    while began.elapsed() < LONG_ENOUGH {
        work();
        times += 1;
    }
    f64::from(times) / began.elapsed().as_secs_f64()
}

/// The grammar alone.
fn read(octets: &[u8]) {
    let (limits, context) = (Limits::default(), Context::default());
    let mut framer = ImapFramer::default();
    let mut rest = octets;
    while let Frame::Complete(length) = framer.find(rest, &limits) {
        black_box(imap::parse(&rest[..length], &context));
        rest = &rest[length..];
    }
    assert!(rest.is_empty());
}

/// The engine, fed in pieces.
fn receive(octets: &[u8]) {
    let mut engine = engine::new(Protocol::Imap, Limits::default());
    engine.handle_input(b"* PREAUTH hello\r\n");
    engine.submit(Request::Recorded {
        tag: "a1".to_owned(),
        text: b"NOOP".to_vec(),
    });
    for chunk in octets.chunks(CHUNK) {
        engine.handle_input(chunk);
        while let Some(event) = engine.poll_event() {
            black_box(event);
        }
    }
}

/// A session that fetches all this.
fn recording(octets: &[u8], exists: u32) -> Recording {
    let select = format!(
        "* FLAGS (\\Seen)\r\n* {exists} EXISTS\r\n* OK [PERMANENTFLAGS ()] none\r\n\
         * OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT {}] ok\r\n* LIST () \"/\" INBOX\r\n\
         a1 OK [READ-WRITE] selected\r\n",
        exists + 1
    );
    let entry = |what| Entry {
        connection: 0,
        at_us: None,
        line: None,
        what,
    };
    let mut entries = vec![
        entry(What::Server(b"* PREAUTH hello\r\n".to_vec())),
        entry(What::Client(b"a1 SELECT INBOX\r\n".to_vec())),
        entry(What::Server(select.into_bytes())),
        entry(What::Client(b"a2 UID FETCH 1:* (UID)\r\n".to_vec())),
    ];
    let chunks = octets.chunks(CHUNK);
    entries.extend(chunks.map(|chunk| entry(What::Server(chunk.to_vec()))));
    entries.push(entry(What::Server(b"a2 OK done\r\n".to_vec())));
    Recording {
        connections: vec![Connection::default()],
        entries,
        pasted: false,
    }
}
