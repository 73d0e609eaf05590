//! Target files: written by asking a server, read back, and with hooks that make accounts and
//! control the server.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its server has failed"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use mailspec::server::{Options, Server};

const PASSWORD: &str = "c4nary:Pa55/w0rd";

/// The binary, in a folder of its own.
fn mailspec(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mailspec"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    let streams = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&streams).into_owned()
}

async fn server() -> Server {
    let users = ["anna", "ben"].map(str::to_owned).into_iter();
    let pool = (1..=40).map(|number| format!("p{number}"));
    let accounts = users.chain(pool).map(|user| (user, PASSWORD.to_owned()));
    Server::start(Options {
        accounts: accounts.collect(),
        ..Options::default()
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn init_writes_what_the_server_shows_and_no_password_unasked() {
    let server = server().await;
    let ports = server.ports();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca.pem"), server.authority()).unwrap();
    let imap = format!("imap://127.0.0.1:{}", ports.imap);
    let lmtp = format!("lmtp://127.0.0.1:{}", ports.lmtp);
    let anna = format!("anna:{PASSWORD}");
    tokio::task::spawn_blocking(move || {
        let folder = folder.path();
        let init = |more: &[&str]| {
            let mut arguments = vec!["init", &imap, &lmtp, "--ca=ca.pem", "--account", &anna];
            arguments.extend(more);
            mailspec(folder, &arguments)
        };
        let output = init(&[]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert!(!text(&output).contains(PASSWORD));
        let file = folder.join("127.0.0.1.yaml");
        let written = fs::read_to_string(&file).unwrap();
        for wanted in [
            format!("- \"imap+starttls://127.0.0.1:{}\" # ", ports.imap),
            format!("- \"{lmtp}\" # "),
            "authorities: \"ca.pem\"".to_owned(),
            "password: FILL IN".to_owned(),
        ] {
            assert!(written.contains(&wanted), "{wanted}: {written}");
        }
        assert!(!written.contains(PASSWORD), "{written}");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );

        let again = init(&[]);
        assert_eq!(again.status.code(), Some(2), "{}", text(&again));
        assert!(
            text(&again).contains("is there already"),
            "{}",
            text(&again)
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), written);

        let full = init(&["--write-passwords", "--output=full.yaml"]);
        assert_eq!(full.status.code(), Some(0), "{}", text(&full));
        let run = mailspec(
            folder,
            &["run", "--target=full.yaml", "pop3/uidl", "imap/core"],
        );
        assert!(text(&run).contains("pop3 is not offered"), "{}", text(&run));
        assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    })
    .await
    .unwrap();
}

#[test]
fn init_without_a_server_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("[::1]:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("imap://[::1]:{port}");
    let output = mailspec(folder.path(), &["init", &url]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    let nothing = format!("nothing listens at port {port}");
    assert!(text(&output).contains(&nothing), "{}", text(&output));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// All mistakes, with their places, and no password.
#[test]
fn a_bad_file_is_told_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = "endpoints: [imaq://h]\naccounts: [{user: a, passwort: sesame}]\ncolour: red\n";
    fs::write(folder.path().join("bad.yaml"), file).unwrap();
    let output = mailspec(folder.path(), &["run", "--target=bad.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let words = text(&output);
    assert!(!words.contains("sesame"), "{words}");
    for place in [
        "bad.yaml:1:13: ",
        "bad.yaml:2:12: ",
        "bad.yaml:2:22: ",
        "bad.yaml:3:1: ",
    ] {
        assert!(words.contains(place), "{place}: {words}");
    }
}

/// A script that lends accounts of a pool, as a real one would make them, and writes down what it
/// is asked.
fn write_hook(folder: &Path) {
    let script = format!(
        r#"#!/bin/sh
read -r question
echo "$question" >> hook.log
case $1 in
create)
  number=$(echo "$question" | sed 's/.*"number":\([0-9]*\).*/\1/')
  address="p$number@localhost"
  echo "{{\"user\": \"p$number\", \"password\": \"{PASSWORD}\", \"address\": \"$address\"}}" ;;
lie) echo "it knows {PASSWORD}" >&2 ;;
fail) echo "no more accounts for {PASSWORD}" >&2; exit 7 ;;
esac
"#
    );
    let path = folder.join("hook");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_make_and_remove_accounts_and_control_the_server() {
    let server = server().await;
    let ports = server.ports();
    let folder = tempfile::tempdir().unwrap();
    write_hook(folder.path());
    tokio::task::spawn_blocking(move || {
        let folder = folder.path();
        let write = |name: &str, hooks: &str| {
            let file = format!(
                "endpoints: [imap://127.0.0.1:{}, pop3://127.0.0.1:{}, lmtp://127.0.0.1:{}]\n\
                 hooks: {{{hooks}, limit: 5s}}\n",
                ports.imap, ports.pop3, ports.lmtp
            );
            fs::write(folder.join(name), file).unwrap();
        };
        let log = || {
            let path = folder.join("hook.log");
            let text = fs::read_to_string(&path).unwrap_or_default();
            let _ = fs::remove_file(path);
            text
        };

        write(
            "good.yaml",
            "create: ./hook create, delete: ./hook delete, restart: ./hook restart",
        );
        let selection = ["pop3/uidl"];
        let mut arguments = vec!["run", "--target=good.yaml", "--jobs=2"];
        arguments.extend(selection);
        let run = mailspec(folder, &arguments);
        assert_eq!(run.status.code(), Some(0), "{}", text(&run));
        let asked = log();
        let count = |word: &str| asked.matches(&format!("\"hook\":\"{word}\"")).count();
        assert!(count("create") > 0, "{asked}");
        assert_eq!(count("create"), count("delete"), "{asked}");
        assert!(count("restart") > 0, "{asked}");
        assert!(!asked.contains(PASSWORD), "{asked}");
        assert!(!folder.join("state/mailspec/accounts.jsonl").exists());

        let doctor = mailspec(folder, &["doctor", "--target=good.yaml"]);
        assert_eq!(doctor.status.code(), Some(0), "{}", text(&doctor));
        let asked = log();
        assert_eq!(asked.matches("create").count(), 2, "{asked}");
        assert_eq!(asked.matches("delete").count(), 2, "{asked}");

        let table = [
            (
                "create: ./hook fail",
                "it failed (exit status: 7) (no more accounts",
            ),
            ("create: sleep 60", "it did not end within 5s"),
            ("create: echo hello", "its answer cannot be used"),
            (
                "create: ./hook create, reset: ./hook lie",
                "hook reset: it left ",
            ),
        ];
        for (hooks, words) in table {
            write("bad.yaml", hooks);
            let run = mailspec(folder, &["run", "--target=bad.yaml", "pop3/uidl"]);
            let said = text(&run);
            assert!(said.contains(words), "{hooks}: {said}");
            assert_ne!(run.status.code(), Some(0), "{hooks}: {said}");
        }
    })
    .await
    .unwrap();
}
