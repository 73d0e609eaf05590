//! Misconfigurations that people really have, each of which the doctor must name: what is wrong,
//! the line that shows it, and what to do. And nothing is wrong with a server that is set up well.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its server has failed"
)]

mod cases;
#[path = "../middleman/mod.rs"]
mod middleman;

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use mailspec::server::{Options, Server};
use serde_json::Value;
use tokio::task::JoinSet;

const PASSWORD: &str = "c4nary:Pa55/w0rd";

/// What the doctor takes at most, whatever the server does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A misconfiguration, and what has to be said about it.
struct Case {
    name: &'static str,
    arguments: Vec<String>,
    /// `fail`, or `warn` where scenarios run all the same.
    health: &'static str,
    check: &'static str,
    finding: String,
    observed: &'static str,
    cure: String,
}

impl Case {
    fn new(name: &'static str, arguments: Vec<String>) -> Self {
        Self {
            name,
            arguments,
            health: "fail",
            check: "",
            finding: String::new(),
            observed: "",
            cure: String::new(),
        }
    }

    fn says(
        self,
        check: &'static str,
        finding: impl Into<String>,
        observed: &'static str,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            check,
            finding: finding.into(),
            observed,
            cure: cure.into(),
            ..self
        }
    }

    fn warns(self) -> Self {
        Self {
            health: "warn",
            ..self
        }
    }
}

/// A server in this process, with two accounts.
async fn server() -> Server {
    let accounts = ["anna", "ben"]
        .map(|user| (user.to_owned(), PASSWORD.to_owned()))
        .to_vec();
    Server::start(Options {
        accounts,
        ..Options::default()
    })
    .await
    .unwrap()
}

fn url(scheme: &str, port: u16) -> String {
    format!("--target={scheme}://127.0.0.1:{port}")
}

/// Endpoints, and both accounts.
fn target(urls: &[String]) -> Vec<String> {
    let mut arguments = urls.to_vec();
    arguments.push("--propagation-limit=1".to_owned());
    arguments.extend(["anna", "ben"].map(|user| format!("--account={user}:{PASSWORD}")));
    arguments
}

fn doctor(arguments: &[String], home: &tempfile::TempDir) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mailspec"))
        .args(["doctor", "--format=json"])
        .args(arguments)
        .env("XDG_STATE_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What is wrong with the diagnosis of a case, if anything.
fn judge(case: &Case) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let output = doctor(&case.arguments, &home);
    let took = began.elapsed();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let complaint = |what: String| Some(format!("{}: {what}\n{text}{errors}", case.name));
    if text.contains(PASSWORD) || errors.contains(PASSWORD) {
        return Some(format!("{}: the password is shown", case.name));
    }
    if took > PATIENCE {
        return complaint(format!("it took {took:?}"));
    }
    let Ok(chart) = serde_json::from_str::<Value>(&text) else {
        return complaint("no JSON".to_owned());
    };
    let exit = if case.health == "fail" { 3 } else { 0 };
    if output.status.code() != Some(exit) || chart["exit"] != exit {
        return complaint(format!("exit {:?}, not {exit}", output.status.code()));
    }
    let all = chart["diagnoses"].as_array().unwrap();
    let word = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    // What follows from the first thing that is wrong may be said too.
    let said = all.iter().find(|it| word(it, "health") == case.health);
    let Some(said) = said else {
        return complaint("nothing is found".to_owned());
    };
    let wanted = [
        ("health", case.health),
        ("check", case.check),
        ("finding", &*case.finding),
        ("observed", case.observed),
        ("cure", &*case.cure),
    ];
    for (key, part) in wanted {
        if !word(said, key).contains(part) {
            return complaint(format!("{key} does not hold `{part}`: {said}"));
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_misconfiguration_is_named() {
    let home = tempfile::tempdir().unwrap();
    let server = server().await;
    let ports = server.ports();
    let authority = home.path().join("authority.pem");
    fs::write(&authority, server.authority()).unwrap();
    let authority = format!("--ca={}", authority.display());
    let other = self::server().await;
    // Each case has accounts that nobody else writes to.
    let mut all = Vec::new();
    all.extend(cases::at_the_door(ports, &authority).await);
    all.extend(cases::certificates(&home).await);
    all.extend(cases::logins(ports).await);
    all.extend(cases::mailboxes(&other, &home).await);
    let mut running = JoinSet::new();
    let count = all.len();
    for case in all {
        running.spawn_blocking(move || judge(&case));
    }
    let complaints: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
    assert!(count >= 20, "{count}");
}

/// The prover proved: with nothing wrong, nothing is found, and nothing stays behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_set_up_well_is_well() {
    let server = server().await;
    let ports = server.ports();
    let home = tempfile::tempdir().unwrap();
    let authority = home.path().join("authority.pem");
    fs::write(&authority, server.authority()).unwrap();
    let mut arguments = target(&[
        url("imap", ports.imap),
        url("imap+starttls", ports.imap),
        url("imaps", ports.imaps),
        url("pop3", ports.pop3),
        url("pop3+starttls", ports.pop3),
        url("smtp", ports.smtp),
        url("lmtp", ports.lmtp),
    ]);
    arguments.push(format!("--ca={}", authority.display()));
    let output = tokio::task::spawn_blocking(move || {
        let first = doctor(&arguments, &home);
        // The second finds what the first left, if it left anything.
        (first, doctor(&arguments, &home))
    });
    let (first, second) = output.await.unwrap();
    for output in [first, second] {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(!text.contains("\"warn\""), "{text}");
    }
}

/// The same account twice is no target at all.
#[test]
fn an_account_given_twice_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let mut arguments = target(&["--target=imap://127.0.0.1".to_owned()]);
    arguments.push("--account=anna:other".to_owned());
    let output = doctor(&arguments, &home);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("account anna is given twice"), "{words}");
}
