//! The whole suite against every managed server that has a file of expectations: each deviation is
//! there with its reason, and nothing in the file is stale. Deviations from a SHOULD count too.
//! What is published in `reports/interop` says the same. Variants (`dovecot:lock`) run with
//! `--include-ignored` only: each is a whole suite more.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use mailspec::expectation::{self, Expectations};
use mailspec::outcome::compare::{Change, compare};
use mailspec::outcome::{Outcome, RunResult};
use mailspec::report::json;
use mailspec::scenario::one_line;
use mailspec::target::MANAGED;

/// `mailspec run` on a target that is not installed.
const NO_TARGET: i32 = 3;

fn main() -> ExitCode {
    let known = MANAGED
        .iter()
        .filter(|name| expectation::shipped(name).is_some());
    let trials = known.map(|&name| {
        Trial::ignorable_test(
            format!("{name} does what its expectations say"),
            move || judge(name),
        )
        .with_ignored_flag(name.contains(':'))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn judge(name: &str) -> Result<Completion, Failed> {
    let expectations = read(name)?;
    if expectations.without_reason() > 0 {
        let path = &expectations.source.path;
        return Err(format!("{path}: every entry has a reason").into());
    }
    let folder = tempfile::tempdir()?;
    let archive = folder.path().join("run.json");
    let output = Command::new(env!("CARGO_BIN_EXE_mailspec"))
        .args(["run", "--strict", "--target", name, "--report"])
        .arg(format!("json:{}", archive.display()))
        .output()?;
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code() {
        Some(0) => is_published(name, &json::read(&fs::read_to_string(&archive)?)?),
        Some(NO_TARGET) if shown.contains("install") => Ok(Completion::ignored_with(
            shown.lines().last().unwrap_or_default(),
        )),
        _ => Err(shown.into()),
    }
}

/// True verdicts stay as published. What is expected is held to its file already, and may be for
/// what shows in some runs only; scenarios that came later are not published yet.
fn is_published(name: &str, run: &RunResult) -> Result<Completion, Failed> {
    let Some(path) = published(name)? else {
        return Ok(Completion::Completed);
    };
    let before = json::read(&fs::read_to_string(&path)?)?;
    if before.target.version != run.target.version {
        return Ok(Completion::ignored_with("another version is published"));
    }
    let expected = |id: &str| {
        let all = before.scenarios.iter().chain(&run.scenarios);
        let mut ours = all.filter(|result| result.id == id);
        ours.any(|result| result.is_expected() && result.outcome != Outcome::NotApplicable)
    };
    let changed: Vec<String> = compare(&before, run)
        .into_iter()
        .filter(|one| !matches!(one.change, Change::Added | Change::Removed) && !expected(&one.id))
        .map(|one| format!("{}: {} → {}", one.id, one.before, one.after))
        .collect();
    if changed.is_empty() {
        return Ok(Completion::Completed);
    }
    let (path, changed) = (path.display(), changed.join("\n"));
    Err(format!("{path} is not true any more (reports/refresh writes it):\n{changed}").into())
}

/// `reports/interop/<name>-<version>.json`
fn published(name: &str) -> Result<Option<PathBuf>, Failed> {
    let start = format!("{}-", name.replace(':', "-"));
    for file in fs::read_dir("reports/interop")? {
        let path = file?.path();
        let stem = path.file_name().unwrap_or_default().to_string_lossy();
        let version = stem.strip_prefix(&start);
        if version.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn read(name: &str) -> Result<Expectations, Failed> {
    let source = expectation::shipped(name).ok_or("there is no file")?;
    expectation::read(&source.into()).map_err(|invalid| one_line(&invalid).into())
}
