//! Proves the prover: each fault of the embedded server is caught by the scenario and the rule
//! named for it. That nothing is found without a fault is `tests/scenarios.rs`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mailspec::finding::Rule;
use mailspec::outcome::{Outcome, RunResult, ScenarioResult};
use mailspec::run::{self, Caught, Options, Progress, Unbroken, Unraised};
use mailspec::scenario::select::select;
use mailspec::scenario::{Library, Messages};
use mailspec::server::Fault;
use mailspec::target::{Retention, Spec, Target};

/// What every row shares.
struct Suite {
    library: Library,
    messages: Arc<Messages>,
}

struct Silent;

impl Progress for Silent {
    fn selected(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &ScenarioResult) {}
}

async fn run_with(fault: Fault, scenario: &str, suite: &Suite) -> RunResult {
    let Suite { library, messages } = suite;
    let base = scenario.split('[').next().unwrap_or_default().to_owned();
    let chosen = select(&library.scenarios, &[base]).unwrap_or_else(|error| panic!("{error}"));
    let spec = match run::ground(&chosen[0]) {
        Retention::Strict => Spec::Embedded(vec![fault]),
        made_for => Spec::EmbeddedAs(made_for, vec![fault]),
    };
    let target = Target::start(&spec)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        jobs: 4,
        run_limit: Duration::from_secs(60),
        ..Options::default()
    };
    let messages = Arc::clone(messages);
    let mut variants = run::plan(&chosen);
    variants.retain(|variant| variant.id.starts_with(scenario));
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
fn complaint(row: &Caught, result: &RunResult) -> Option<String> {
    let Caught {
        fault,
        scenario,
        finding: rule,
    } = row;
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
    let library = Library::shipped();
    let messages = Arc::new(library.messages.clone());
    let suite = Arc::new(Suite { library, messages });
    let mut running = tokio::task::JoinSet::new();
    for row in Caught::all() {
        let fault = Fault::find(row.fault).unwrap_or_else(|| panic!("no fault {}", row.fault));
        let suite = Arc::clone(&suite);
        running.spawn(async move {
            let result = run_with(fault, row.scenario, &suite).await;
            complaint(&row, &result)
        });
    }
    let complaints: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// `docs/faults.md` says of each fault what it is and who catches it.
#[test]
fn every_fault_is_documented() {
    let text = std::fs::read_to_string("docs/faults.md").unwrap();
    let row = |fault: &&Fault| {
        let caught = Caught::all().find(|row| row.fault == fault.id());
        let caught = caught.map(|row| format!("`{}`: `{}`", row.scenario, row.finding));
        let caught = caught.unwrap_or_default();
        let (id, summary, origin) = (fault.id(), fault.summary(), fault.origin());
        !text.contains(&format!("| `{id}` | {summary} | {origin} | {caught} |"))
    };
    let missing: Vec<&str> = Fault::ALL.iter().filter(row).map(|f| f.id()).collect();
    assert!(
        missing.is_empty(),
        "docs/faults.md lacks or misstates {missing:?}"
    );
}

#[test]
fn every_fault_has_a_row() {
    let mut rows = BTreeSet::new();
    for row in Caught::all() {
        let row = (row.fault, row.scenario, row.finding);
        assert!(rows.insert(row), "{row:?} is there twice");
    }
    let named: BTreeSet<&str> = rows.iter().map(|(fault, ..)| *fault).collect();
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

/// Rules and faults both ways: each rule is raised by a fault, or a test that sees it fire is
/// named.
#[test]
fn every_rule_is_raised_or_proved_elsewhere() {
    let caught: BTreeSet<&str> = Caught::all().map(|row| row.finding).collect();
    let mut unraised = BTreeSet::new();
    for row in Unraised::all() {
        let text = std::fs::read_to_string(row.proof).unwrap_or_default();
        let (rule, proof) = (row.rule, row.proof);
        assert!(text.contains(row.needle), "{proof} does not name {rule}");
        assert!(!row.why.is_empty(), "{rule} has no reason");
        assert!(!caught.contains(rule), "{rule} is raised by a fault");
        assert!(Rule::find(rule).is_some(), "there is no rule {rule}");
        assert!(unraised.insert(rule), "{rule} is there twice");
    }
    let missing: Vec<&str> = Rule::all()
        .map(Rule::id)
        .filter(|id| !caught.contains(id) && !unraised.contains(id))
        .collect();
    assert!(
        missing.is_empty(),
        "name in caught.tsv the fault that raises {missing:?}, or in unraised.tsv why none does"
    );
}

/// That they are unbroken is what `mailspec mutants --unkilled-scenarios` checks.
#[test]
fn few_scenarios_are_excused_from_being_broken() {
    let library = Library::shipped();
    let known: BTreeSet<&str> = library.scenarios.iter().map(|s| s.id.as_str()).collect();
    let rows: Vec<Unbroken> = Unbroken::all().collect();
    for row in &rows {
        assert!(known.contains(row.scenario), "there is no {}", row.scenario);
        assert!(!row.why.is_empty(), "{} has no reason", row.scenario);
    }
    assert!(rows.len() * 100 < known.len() * 3, "3 % or more");
}
