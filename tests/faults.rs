//! Proves the prover: each fault of the embedded server is caught by the scenario and the rule
//! named for it. That nothing is found without a fault is `tests/scenarios.rs`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mailspec::outcome::{Outcome, RunResult, ScenarioResult};
use mailspec::run::{self, Options, Progress};
use mailspec::scenario::load::Library;
use mailspec::scenario::select::select;
use mailspec::server::Fault;
use mailspec::target::{Spec, Target};

/// Fault, scenario (or one variant of it), and the requirement or rule that it breaks there.
const CAUGHT: &[(&str, &str, &str)] = &[];

struct Silent;

impl Progress for Silent {
    fn selected(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &ScenarioResult) {}
}

async fn run_with(fault: Fault, scenario: &str) -> RunResult {
    let library = Library::shipped();
    let chosen = select(&library.scenarios, &[scenario.to_owned()])
        .unwrap_or_else(|error| panic!("{error}"));
    let target = Target::start(&Spec::Embedded(vec![fault]))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        jobs: 4,
        shard: None,
        seed: 0,
        timeout_factor: 1.0,
        fail_fast: false,
        strict: false,
        run_limit: Duration::from_secs(60),
        target_arguments: String::new(),
        selectors: Vec::new(),
    };
    let messages = Arc::new(library.messages);
    let variants = run::plan(&chosen);
    let target = Arc::new(target);
    let never = std::future::pending();
    run::run(
        variants,
        &target,
        &messages,
        &options,
        Arc::new(Silent),
        never,
    )
    .await
    .unwrap_or_else(|error| panic!("{error}"))
}

/// What is wrong with a row; `None` if the fault is caught for the stated reason.
fn complaint(row: &(&str, &str, &str), result: &RunResult) -> Option<String> {
    let (fault, scenario, rule) = row;
    let findings: Vec<&str> = result
        .scenarios
        .iter()
        .filter(|result| result.outcome == Outcome::Fail)
        .flat_map(|result| &result.findings)
        .map(|finding| finding.rule.as_str())
        .collect();
    if findings.contains(rule) {
        return None;
    }
    let outcomes: Vec<String> = result
        .scenarios
        .iter()
        .map(|r| {
            format!(
                "{} {}",
                r.outcome.name(),
                r.reason.clone().unwrap_or_default()
            )
        })
        .collect();
    Some(format!(
        "{fault}: {scenario} does not show {rule}; it found {findings:?} ({})",
        outcomes.join("; ")
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_caught_for_the_stated_reason() {
    let mut running = tokio::task::JoinSet::new();
    for row in CAUGHT {
        let fault = Fault::find(row.0).unwrap_or_else(|| panic!("no fault {}", row.0));
        running.spawn(async move { complaint(row, &run_with(fault, row.1).await) });
    }
    let complaints: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_fault_has_a_row() {
    let named: BTreeSet<&str> = CAUGHT.iter().map(|(fault, ..)| *fault).collect();
    let missing: Vec<&str> = Fault::ALL
        .iter()
        .map(|fault| fault.id())
        .filter(|id| !named.contains(id))
        .collect();
    assert!(
        missing.is_empty(),
        "name the scenario and rule that catch {missing:?}"
    );
}
