//! The whole suite against every managed server: it fails exactly where
//! `fixtures/servers/<name>/deviations.tsv` says, and nowhere else. A line there that no longer
//! comes true is an error too: stale exceptions would hide what comes next.

use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use mailspec::outcome::{Outcome, RunResult, ScenarioResult};
use mailspec::run::{self, Options, Progress};
use mailspec::scenario::load::Library;
use mailspec::target::{Spec, Target, TargetError};

/// Servers with a file of known deviations.
const SERVERS: &[&str] = &["dovecot"];

struct Silent;

impl Progress for Silent {
    fn selected(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &ScenarioResult) {}
}

fn main() -> ExitCode {
    let trials = SERVERS.iter().map(|&name| {
        Trial::ignorable_test(
            format!("{name} fails only where it is known to"),
            move || judge(name),
        )
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn judge(name: &str) -> Result<Completion, Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    let result = match runtime.block_on(suite(name)) {
        Err(TargetError::Unavailable(why)) => return Ok(Completion::ignored_with(why)),
        Err(error) => return Err(error.into()),
        Ok(result) => result,
    };
    let known = known(name)?;
    let found: BTreeSet<(String, String)> = result
        .scenarios
        .iter()
        .flat_map(|one| {
            one.findings
                .iter()
                .map(|f| (one.id.clone(), f.rule.clone()))
        })
        .collect();
    let undecided = result.scenarios.iter().filter(|one| {
        !matches!(
            one.outcome,
            Outcome::Pass | Outcome::Fail | Outcome::NotApplicable
        )
    });
    let mut complaints: Vec<String> = undecided
        .map(|one| format!("{} is {}: {:?}", one.id, one.outcome.name(), one.reason))
        .collect();
    let show = |(id, rule): &(String, String)| format!("{id}\t{rule}");
    complaints.extend(
        found
            .difference(&known)
            .map(|one| format!("unknown: {}", show(one))),
    );
    complaints.extend(
        known
            .difference(&found)
            .map(|one| format!("stale: {}", show(one))),
    );
    if complaints.is_empty() {
        Ok(Completion::Completed)
    } else {
        Err(complaints.join("\n").into())
    }
}

fn known(name: &str) -> Result<BTreeSet<(String, String)>, Failed> {
    let path = format!("fixtures/servers/{name}/deviations.tsv");
    let mut known = BTreeSet::new();
    for line in fs::read_to_string(&path)?.lines().skip(1) {
        let [id, rule, reason] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{path}: not three columns: {line}").into());
        };
        if reason.is_empty() {
            return Err(format!("{path}: {id} has no reason").into());
        }
        known.insert((id.to_owned(), rule.to_owned()));
    }
    Ok(known)
}

async fn suite(name: &str) -> Result<RunResult, TargetError> {
    let target = Arc::new(Target::start(&Spec::Managed(name.to_owned())).await?);
    let library = Library::shipped();
    let options = Options {
        jobs: 0,
        shard: None,
        seed: 0,
        timeout_factor: 1.0,
        fail_fast: false,
        strict: false,
        run_limit: Duration::from_secs(300),
        target_arguments: String::new(),
        selectors: Vec::new(),
    };
    let variants = run::plan(&library.scenarios);
    let messages = Arc::new(library.messages);
    let never = std::future::pending();
    let result = run::run(
        variants,
        &target,
        &messages,
        &options,
        Arc::new(Silent),
        never,
    )
    .await;
    if let Some(target) = Arc::into_inner(target) {
        target.stop().await;
    }
    result
}
