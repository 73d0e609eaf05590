//! Expectation files as a server's CI uses them: each way in which a file can be wrong is red, and
//! `init` and `update` write what makes it true.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot write its files has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a server without the maildrop lock breaks, as far as these tests go.
const SHARED: &[&str] = &[
    "pop3/lock/refusal-says-in-use",
    "pop3/lock/second-session-is-refused",
    "pop3/lock/two-sessions-never-mix-up-messages",
];

/// What the embedded server does with the fault, as a file about it would say.
const TRUE: &str = "\
# What is known about this server.
expectations:
  # The first one.
  - scenario: pop3/lock/refusal-says-in-use
    found: [pop3-maildrop-shared]
    reason: two sessions share the maildrop  # not ours to change
    link: https://bugs.example.org/17
  - scenario: pop3/lock/second-session-is-refused
    found:
      - pop3-maildrop-shared: '+OK*'
      - rfc1939-4-3: '+OK*'
    reason: two sessions share the maildrop
    until: 2999-12-31
  - scenario: pop3/lock/two-sessions-never-mix-up-messages
    outcome: [pass, fail]
    found: [pop3-maildrop-shared]
    reason: two sessions share the maildrop
";

/// Runs the lock scenarios, with and without the fault that is known.
struct Server {
    folder: tempfile::TempDir,
}

impl Server {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Exit code and standard output.
    fn mailspec(arguments: &[&str]) -> (i32, String) {
        let program = Command::new(env!("CARGO_BIN_EXE_mailspec"))
            .args(arguments)
            .output();
        let output = program.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    }

    /// A run held against this text.
    fn run(&self, expectations: &str, extra: &[&str]) -> (i32, String) {
        let file = self.path("expectations.yaml");
        fs::write(&file, expectations).unwrap();
        let mut arguments = vec!["run", "--expect", file.to_str().unwrap()];
        arguments.extend(extra);
        Self::mailspec(&arguments)
    }

    fn faulty(&self, expectations: &str) -> (i32, String) {
        self.run(
            expectations,
            &[&["--strict", "--fault", "pop3-no-exclusive-lock"], SHARED].concat(),
        )
    }

    fn archive(&self, name: &str, extra: &[&str]) -> PathBuf {
        let path = self.path(name);
        let report = format!("json:{}", path.display());
        let mut arguments = vec!["run", "--report", &report];
        arguments.extend(SHARED);
        arguments.extend(extra);
        Self::mailspec(&arguments);
        path
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_is_expected_does_not_fail_the_run_and_is_shown_with_its_reason() {
    let (code, out) = Server::new().faulty(TRUE);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("EXPECTED  pop3/lock/refusal-says-in-use"),
        "{out}"
    );
    assert!(
        out.contains("share the maildrop <https://bugs.example.org/17>"),
        "{out}"
    );
    assert!(out.contains("3 of 3 entries came true in 3 of"), "{out}");
    assert!(out.contains("1 for what shows in some runs only"), "{out}");
}

#[test]
fn every_flaw_of_a_file_is_red_and_says_where() {
    let server = Server::new();
    let unmatched = TRUE.replace("pop3/lock/refusal", "pop3/lock/refusall");
    let gone = TRUE.replace(
        "[pop3-maildrop-shared]\n    reason: two sessions share the maildrop  #",
        "[pop3-maildrop-shared, rfc1939-4-3]\n    reason: two sessions share the maildrop  #",
    );
    let table = [
        (
            unmatched,
            1,
            "4:15: unmatched: pop3/lock/refusall-says-in-use: it fits no scenario",
        ),
        (
            TRUE.replace("2999", "1999"),
            1,
            "8:15: expired: pop3/lock/second-session-is-refused",
        ),
        (
            TRUE.replacen("'+OK*'", "'-ERR*'", 2),
            1,
            "8:15: different: pop3/lock/second-session",
        ),
        (
            gone,
            5,
            "4:15: stale: pop3/lock/refusal-says-in-use: `rfc1939-4-3` was not found",
        ),
    ];
    for (file, code, complaint) in table {
        let (exit, out) = server.faulty(&file);
        assert!(out.contains(complaint), "{complaint}\n{out}");
        assert_eq!(exit, code, "{out}");
    }
    let (exit, out) = server.run(TRUE, &["pop3/lock"]);
    assert_eq!(exit, 5, "{out}");
    assert!(
        out.contains("stale: pop3/lock/refusal-says-in-use"),
        "{out}"
    );
    assert!(
        !out.contains("never-mix-up"),
        "what may pass is not stale: {out}"
    );
}

#[test]
fn what_is_not_selected_is_not_stale() {
    let (code, out) = Server::new().run(TRUE, &["pop3/core/*quit*"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("0 of 3 entries came true in 0 of"), "{out}");
    assert!(out.contains("3 not run"), "{out}");
}

#[test]
fn a_new_failure_prints_the_entry_to_paste() {
    let server = Server::new();
    let (code, out) = server.faulty("expectations: []\n");
    assert_eq!(code, 1, "{out}");
    let (_, entries) = out
        .split_once("if there is a reason to excuse the server:\n")
        .unwrap();
    let entries: String = entries
        .lines()
        .take_while(|line| line.starts_with("  "))
        .map(|l| format!("{l}\n"))
        .collect();
    let (code, out) = server.faulty(&format!("expectations:\n{entries}"));
    assert_eq!(code, 0, "{entries}\n{out}");
    assert!(out.contains("without a reason yet"), "{out}");
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    let (code, out) = Server::new().faulty("expectations:\n  - scenario: a\n  - found: x\n");
    assert_eq!((code, out.as_str()), (2, ""));
}

#[test]
fn init_writes_what_makes_the_run_green() {
    let server = Server::new();
    let faulty = server.archive("faulty.json", &["--fault", "pop3-no-exclusive-lock"]);
    let sound = server.archive("sound.json", &[]);
    let (_, once) = Server::mailspec(&["expect", "init", text(&faulty)]);
    assert_eq!(server.faulty(&once).0, 0, "{once}");
    assert_eq!(server.run(&once, &["pop3/lock"]).0, 5);
    // Seen in one run of two, it may pass too.
    let (_, both) = Server::mailspec(&["expect", "init", text(&faulty), text(&sound)]);
    assert!(both.contains("outcome: [pass, fail]"), "{both}");
    assert_eq!(server.faulty(&both).0, 0, "{both}");
    assert_eq!(server.run(&both, &["pop3/lock"]).0, 0, "{both}");
}

#[test]
fn update_keeps_every_octet_that_is_true() {
    let server = Server::new();
    let file = server.path("expectations.yaml");
    let update = |archive: &Path| {
        Server::mailspec(&["expect", "update", text(&file), text(archive)]);
        fs::read_to_string(&file).unwrap()
    };
    let faulty = server.archive("faulty.json", &["--fault", "pop3-no-exclusive-lock"]);
    fs::write(&file, TRUE).unwrap();
    assert_eq!(update(&faulty), TRUE);

    // An entry is missing: it comes to the end, and a second update changes nothing.
    let start = TRUE.find("  - scenario: pop3/lock/second").unwrap();
    let end = TRUE.find("  - scenario: pop3/lock/two").unwrap();
    let shorter = format!("{}{}", &TRUE[..start], &TRUE[end..]);
    fs::write(&file, &shorter).unwrap();
    let updated = update(&faulty);
    assert!(updated.starts_with(&shorter), "{updated}");
    assert!(
        updated[shorter.len()..].starts_with("  - scenario: pop3/lock/second"),
        "{updated}"
    );
    assert_eq!(update(&faulty), updated);

    // The server is mended: what cannot come true any more goes, comments and the rest stay.
    fs::write(&file, TRUE).unwrap();
    let mended = update(&server.archive("sound.json", &[]));
    assert!(
        mended.starts_with("# What is known about this server.\n"),
        "{mended}"
    );
    assert!(
        mended.contains("# The first one.") && mended.contains("[pass, fail]"),
        "{mended}"
    );
    assert!(
        !mended.contains("refusal") && !mended.contains("second"),
        "{mended}"
    );
    assert_eq!(server.run(&mended, &["pop3/lock"]).0, 0, "{mended}");
}
