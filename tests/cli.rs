//! The command line from outside: exit codes, streams, files.

use std::fs;
use std::process::Stdio;

use snapbox::cmd::{Command, cargo_bin};

const ARCHIVE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/reports/schema/samples/report.json"
);

fn mailspec(arguments: &[&str]) -> Command {
    Command::new(cargo_bin!("mailspec"))
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        .args(arguments)
}

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = mailspec(arguments).output().expect("the binary starts");
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("text is UTF-8");
    (
        output.status.code().expect("no signal ended it"),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn wrong_usage_is_2() {
    let table: &[&[&str]] = &[
        &[],
        &["frobnicate"],
        &["run", "--shard", "3/2"],
        &["run", "--fault", "no-such-fault"],
        &["run", "--report", "yaml:x"],
        &["run", "--report", "json:/no/such/folder/x"],
        &["run", "--report", "json:-", "--report", "tap:-"],
        &["run", "--target", "no-such-server"],
        &["run", "--target", "imap://127.0.0.1:1"],
        &["run", "no/such/file.yaml"],
        &["check", "no/such/file.yaml"],
        &["report", "no/such/file.json"],
        &["report", "Cargo.toml"],
        &["explain", "uid-resued"],
    ];
    for arguments in table {
        let (code, out, err) = run(arguments);
        assert_eq!((code, &out[..]), (2, ""), "{arguments:?}: {err}");
        assert!(!err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_0() {
    for arguments in [&["--help"], &["--version"], &["help"]] {
        let (code, out, err) = run(arguments);
        assert_eq!((code, &err[..]), (0, ""), "{arguments:?}");
        assert!(out.contains("mailspec"), "{out}");
    }
}

#[test]
fn an_unreachable_target_is_3_and_is_reported_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    let report = format!("json:{}", path.display());
    let (code, out, _) = run(&[
        "run",
        "--target",
        "imap://127.0.0.1:1",
        "--account",
        "user:hunter2",
        "--report",
        &report,
    ]);
    assert_eq!(code, 3, "{out}");
    let archive = fs::read_to_string(&path).unwrap();
    assert!(archive.contains("\"code\": 3"), "{archive}");
    assert!(!(archive + &out).contains("hunter2"));
}

#[test]
fn a_misspelt_id_gets_a_hint() {
    let (_, _, err) = run(&["explain", "uid-resued"]);
    assert!(err.contains("did you mean uid-reused?"), "{err}");
}

#[test]
fn an_archive_is_rendered_in_every_format() {
    let formats = [
        "pretty",
        "oneline",
        "libtest",
        "json",
        "junit",
        "tap",
        "transcript",
    ];
    for format in formats {
        let (code, out, err) = run(&["report", ARCHIVE, "--format", format]);
        assert_eq!((code, &err[..]), (0, ""), "{format}");
        assert!(out.contains("imap/core/wrong-octet"), "{format}: {out}");
        assert!(
            !out.contains('\u{1b}'),
            "{format}: colours without a terminal"
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = std::process::Command::new(cargo_bin!("mailspec"))
        .args(["report", ARCHIVE, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn schemas_are_json() {
    for kind in ["scenario", "target", "report"] {
        let (code, out, _) = run(&["schema", kind]);
        let schema: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, schema.is_object()), (0, true), "{kind}");
    }
}

#[test]
fn manual_pages_and_completions_are_there() {
    assert!(run(&["man"]).1.contains(".SH NAME"));
    assert!(run(&["man", "run"]).1.contains("mailspec\\-run"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            run(&["completions", shell]).1.contains("mailspec"),
            "{shell}"
        );
    }
}
