//! The command line from outside: exit codes, streams, files.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
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
fn a_conforming_server_is_0_and_a_fault_is_1() {
    let scenario = "mixed/race/expunge-races-quit";
    let (code, out, err) = run(&["run", scenario]);
    assert_eq!((code, &err[..]), (0, ""), "{out}");
    assert!(out.contains("1 of 1 applicable"), "{out}");
    assert!(
        out.ends_with("exit 0: all 1 decided variants passed\n"),
        "{out}"
    );

    let (code, out, err) = run(&[
        "run",
        "--fault",
        "pop3-quit-ok-but-not-expunged",
        "mixed/**",
    ]);
    assert_eq!(code, 1, "{out}");
    assert!(
        out.contains("FAIL  mixed/") && out.contains("rerun: mailspec run"),
        "{out}"
    );
    assert!(err.starts_with("fail "), "{err}");
}

#[test]
fn nothing_selected_is_4() {
    let (code, _, err) = run(&["run", "mxied/**"]);
    assert_eq!(code, 4, "{err}");
}

#[test]
fn every_mistake_of_a_file_is_shown_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.yaml");
    fs::write(&path, "title: x\nsteps: 3\n").unwrap();
    for command in ["check", "run"] {
        let (code, _, err) = run(&[command, path.to_str().unwrap()]);
        assert_eq!(code, 2, "{err}");
        assert!(
            err.contains("bad.yaml:2:8") && err.contains("`covers`"),
            "{err}"
        );
    }
}

#[test]
fn ctrl_c_ends_a_run_in_good_order() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("imap://{}", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.tap");
    let child = std::process::Command::new(cargo_bin!("mailspec"))
        .args(["run", "--target", &url, "--account", "user:hunter2"])
        .arg("--report")
        .arg(format!("tap:{}", path.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A server that never greets: the run has begun, and cannot end by itself.
    let connection = listener.accept().unwrap();
    let pid = Pid::from_raw(child.id().try_into().unwrap());
    kill(pid, Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(connection);
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let report = fs::read_to_string(&path).unwrap();
    assert!(report.contains("Bail out! interrupted"), "{report}");
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
