//! A made-up run with one result of every kind, for the tests of the renderers.

use crate::finding::{Grade, Level};
use crate::outcome::story::{MailboxView, MessageView, Moment, Story, StoryDevice, View};
use crate::outcome::{
    Complaint, Covered, Excuse, Exit, Expected, FORMAT, Finding, Flaw, Kind, Observed, OctetMark,
    Outcome, Propagation, RunResult, ScenarioResult, SourceMark, TargetFacts,
};
use crate::transcript::{Direction, Entry, Octets, Transcript};

/// A broken rule of the grammar, with both carets.
pub(crate) fn finding() -> Finding {
    Finding {
        kind: Kind::Violation,
        rule: "imap-response-syntax".into(),
        level: Level::Must,
        grade: Grade::Violation,
        citation: "rfc9051#9".into(),
        sentence: "Every response follows the formal syntax.".into(),
        message: "expected SP or CRLF in an untagged EXPUNGE response".into(),
        actor: Some("laptop".into()),
        at_us: Some(13_020),
        source: Some(SourceMark {
            file: "scenarios/imap/core/wrong-octet.yaml".into(),
            line: 9,
            column: 5,
            length: 12,
            text: "  - laptop: NOOP".into(),
        }),
        octets: Some(OctetMark {
            skipped: 0,
            octets: Octets(b"* 3 EXPUNGE\xff\r\n".to_vec()),
            start: 11,
            end: 12,
            offset: 403,
        }),
        expected: Vec::new(),
        actual: Vec::new(),
    }
}

fn mismatch() -> Finding {
    Finding {
        kind: Kind::Mismatch,
        rule: "rfc1939-6-i2".into(),
        citation: "rfc1939#6".into(),
        sentence: "QUIT in the TRANSACTION state removes every message marked as deleted.".into(),
        message: "no response matched \"* 2 EXPUNGE\" within 5 s".into(),
        source: Some(SourceMark {
            file: "scenarios/mixed/deletion/pop3-quit.yaml".into(),
            line: 14,
            column: 12,
            length: 13,
            text: "    until: \"* 2 EXPUNGE\"".into(),
        }),
        octets: None,
        expected: vec!["* 2 EXPUNGE".into(), "OK".into()],
        actual: vec!["* 3 EXPUNGE".into(), "OK".into()],
        ..finding()
    }
}

fn entry(at_us: u64, actor: &str, direction: Direction, octets: &str) -> Entry {
    Entry {
        at_us,
        actor: actor.into(),
        direction,
        octets: Octets(octets.into()),
    }
}

fn transcript() -> Transcript {
    use Direction::{Client, Event, Server};
    Transcript(vec![
        entry(300, "laptop", Event, "connected to 127.0.0.1:1143"),
        entry(900, "laptop", Server, "* OK ready\r\n"),
        entry(950, "laptop", Client, "a1 SELECT INBOX\r\n"),
        entry(
            1_100,
            "laptop",
            Server,
            "* 3 EXISTS\r\na1 OK [READ-WRITE] done\r\n",
        ),
        entry(2_000, "shop", Client, "DELE 2\r\n"),
        entry(2_240, "shop", Server, "+OK marked\r\n"),
        entry(2_300, "shop", Client, "QUIT\r\n"),
        entry(3_500, "shop", Server, "+OK bye\r\n"),
        entry(12_400, "laptop", Client, "a2 NOOP\r\n"),
        Entry {
            at_us: 13_020,
            actor: "laptop".into(),
            direction: Server,
            octets: Octets(b"* 3 EXPUNGE\xff\r\na2 OK done\r\n".to_vec()),
        },
    ])
}

fn result(id: &str, level: Level, outcome: Outcome) -> ScenarioResult {
    let protocols: Vec<String> = match id.split('/').next() {
        Some("mixed") => vec!["imap".into(), "pop3".into()],
        Some(protocol) => vec![protocol.into()],
        None => Vec::new(),
    };
    ScenarioResult {
        id: id.into(),
        file: format!("scenarios/{id}.yaml"),
        title: format!("The claim of {id} holds"),
        covers: vec![Covered {
            id: "rfc3501-6.1.2-1".into(),
            level,
            citation: "rfc3501#6.1.2".into(),
            text: "NOOP always succeeds.".into(),
        }],
        protocols,
        tags: Vec::new(),
        provisional: false,
        outcome,
        grade: None,
        reason: None,
        findings: Vec::new(),
        expected: Vec::new(),
        observed: Vec::new(),
        propagation: Vec::new(),
        log: Vec::new(),
        story: None,
        started_us: 0,
        duration_us: 15_300,
        rerun: format!("run --seed 7 {id}"),
        transcript: transcript(),
    }
}

fn failed(id: &str, findings: Vec<Finding>) -> ScenarioResult {
    let level = findings[0].level;
    let mut result = result(id, level, Outcome::Fail);
    result.findings = findings;
    result.conclude(None);
    result
}

fn undecided(id: &str, outcome: Outcome, reason: &str) -> ScenarioResult {
    let mut result = result(id, Level::Must, outcome);
    result.reason = Some(reason.into());
    result
}

fn deviation() -> Finding {
    Finding {
        rule: "rfc3501-7-3".into(),
        level: Level::Should,
        grade: Grade::Deviation,
        citation: "rfc3501#7".into(),
        sentence: "Unasked responses are sent when the mailbox changes.".into(),
        message: "the new message was not announced".into(),
        octets: None,
        ..finding()
    }
}

/// A pass with all that a pass can tell.
fn passed() -> ScenarioResult {
    let mut result = result(
        "mixed/race/expunge-races-quit",
        Level::Promise,
        Outcome::Pass,
    );
    result.observed = vec![Observed {
        line: 11,
        alternatives: vec!["removed".into(), "already-gone".into()],
        seen: "already-gone".into(),
        fact: Some("QUIT behind an EXPUNGE of the same message".into()),
        step: "shop: QUIT".into(),
    }];
    result.propagation = vec![Propagation {
        line: 14,
        step: "laptop: NOOP".into(),
        took_us: 1_204_000,
        tries: 9,
        fact: Some("an IMAP session learns of a POP3 deletion".into()),
    }];
    result
}

/// A failure that an expectation file lists.
fn expected() -> ScenarioResult {
    let mut result = failed("pop3/lock/expected", vec![mismatch()]);
    result.expected = vec![Excuse {
        reason: "two POP3 sessions share the maildrop".into(),
        link: Some("https://bugs.example.org/17".into()),
        line: 4,
    }];
    result
}

fn expectations() -> Expected {
    Expected {
        file: "expectations.yaml".into(),
        entries: 3,
        came_true: 1,
        not_run: 1,
        may: 0,
        without_reason: 1,
        complaints: vec![Complaint {
            flaw: Flaw::Stale,
            line: 9,
            column: 15,
            scenario: "pop3/core/quit".into(),
            message: "pop3/core/quit passes".into(),
        }],
        missing: vec![
            "  - scenario: imap/core/wrong-octet\n    found:\n      - imap-response-syntax: '* * \
             EXPUNGE\\xff\\r\\n'\n    reason: \"TODO: why, and what the RFC says\"\n"
                .into(),
        ],
        crashes: Vec::new(),
    }
}

/// The result whose id ends so.
pub(crate) fn scenario(name: &str) -> ScenarioResult {
    let mut all = run().scenarios.into_iter();
    all.find(|result| result.id.ends_with(name))
        .expect("the sample has a result of that name")
}

/// The whole run.
pub(crate) fn run() -> RunResult {
    let mut provisional = failed("imap/core/provisional", vec![finding()]);
    provisional.provisional = true;
    let second = Finding {
        rule: "imap-exists-shrank".into(),
        citation: "rfc9051#7.4.1".into(),
        sentence: "The number of messages goes down only by EXPUNGE or VANISHED.".into(),
        message: "EXISTS went from 3 to 2 without an EXPUNGE".into(),
        ..finding()
    };
    RunResult {
        format: FORMAT,
        mailspec: "0.1.0".into(),
        target: TargetFacts {
            name: "embedded".into(),
            version: Some("mailspec 0.1.0".into()),
            endpoints: vec![
                "imap://127.0.0.1:1143".into(),
                "pop3://127.0.0.1:1110".into(),
            ],
            faults: vec!["imap-expunge-twice".into()],
            propagation_limit_ms: 5_000,
            capabilities: [("imap before login".into(), vec!["IMAP4REV1".into()])].into(),
        },
        selectors: Vec::new(),
        seed: 7,
        jobs: 4,
        shard: None,
        strict: false,
        started_unix: 1_709_251_199,
        duration_us: 12_340_000,
        selected: 13,
        scenarios: vec![
            undecided(
                "imap/core/blocked",
                Outcome::Blocked,
                "the server died: signal 11",
            ),
            failed("imap/core/deviation", vec![deviation()]),
            undecided("imap/core/error", Outcome::Error, "connection refused"),
            result("imap/core/noop[command=NOOP]", Level::Must, Outcome::Pass),
            provisional,
            undecided("imap/core/skipped", Outcome::Skipped, "shard 2 of 2"),
            failed("imap/core/wrong-octet", vec![finding(), second]),
            undecided(
                "imap/ext/condstore",
                Outcome::NotApplicable,
                "imap: no CONDSTORE",
            ),
            undecided(
                "imap/ext/qresync",
                Outcome::NotApplicable,
                "imap: no CONDSTORE",
            ),
            failed("mixed/deletion/pop3-quit", vec![mismatch()]),
            passed(),
            result("pop3/core/quit", Level::Should, Outcome::Pass),
            expected(),
        ],
        crashes: Vec::new(),
        unmet: vec![
            "imap CONDSTORE is required and not advertised (CAPABILITY before login)".into(),
        ],
        expectations: Some(expectations()),
        troubles: vec!["the server died: signal 11".into()],
        exit: Exit {
            code: 1,
            reason: "2 of 9 decided scenarios broke a MUST or a promise".into(),
        },
    }
}

/// A message that is left for 14 days.
pub(crate) fn story() -> Story {
    let view = |flags: &[&str], holds: &[&str], is_there: bool| View {
        mailboxes: is_there
            .then(|| MailboxView {
                path: "INBOX".into(),
                messages: vec![MessageView {
                    name: "invoice".into(),
                    flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
                }],
            })
            .into_iter()
            .collect(),
        holds: holds.iter().map(|name| (*name).to_owned()).collect(),
        is_offline: false,
    };
    let moment = |day: u64, device: Option<&str>, words: &str, view: Option<View>| Moment {
        at_s: day * 86_400,
        line: 8,
        device: device.map(str::to_owned),
        words: words.into(),
        is_wrong: false,
        view,
    };
    let device = |name: &str, program: &str| StoryDevice {
        name: name.into(),
        program: program.into(),
    };
    Story {
        devices: vec![
            device("office-pc", "POP3, leaves mail on the server for 14 days"),
            device("phone", "IMAP"),
        ],
        moments: vec![
            moment(0, None, "deliver: invoice", None),
            moment(
                0,
                Some("office-pc"),
                "check mail",
                Some(view(&[], &["invoice"], true)),
            ),
            moment(
                0,
                Some("phone"),
                "sees [invoice]",
                Some(view(&["\\flagged"], &[], true)),
            ),
            moment(15, None, "clock: +15d", None),
            moment(
                15,
                Some("office-pc"),
                "check mail",
                Some(view(&[], &["invoice"], false)),
            ),
        ],
    }
}
