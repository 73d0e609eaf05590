//! Each manner of the embedded server passes: retention profiles what the scenarios made for them
//! predict, and another order of message-numbers everything.

use std::sync::Arc;
use std::time::Duration;

use mailspec::outcome::{Outcome, ScenarioResult};
use mailspec::run::{self, Options, Progress};
use mailspec::scenario::Library;
use mailspec::scenario::select::select;
use mailspec::target::{Retention, Spec, Target};

struct Silent;

impl Progress for Silent {
    fn selected(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &ScenarioResult) {}
}

async fn run_with(retention: Retention, selectors: [&str; 2]) -> Vec<ScenarioResult> {
    run_on(Spec::EmbeddedAs(retention, Vec::new()), selectors).await
}

async fn run_on(spec: Spec, selectors: [&str; 2]) -> Vec<ScenarioResult> {
    let library = Library::shipped();
    let chosen = select(&library.scenarios, &selectors.map(str::to_owned)).expect("they are there");
    let target = Arc::new(Target::start(&spec).await.expect("it starts"));
    let options = Options {
        jobs: 8,
        strict: true,
        run_limit: Duration::from_secs(120),
        ..Options::default()
    };
    let messages = Arc::new(library.messages);
    let never = std::future::pending();
    let variants = run::plan(&chosen);
    run::run(
        variants,
        &target,
        &messages,
        &options,
        Arc::new(Silent),
        never,
    )
    .await
    .expect("it answers")
    .scenarios
}

#[tokio::test]
async fn every_profile_passes_the_scenarios_made_for_it() {
    for (name, retention) in [
        ("strict", Retention::Strict),
        ("hide-on-delete", Retention::HideOnDelete),
        ("pop-once", Retention::PopOnce),
        ("archive-on-pop", Retention::ArchiveOnPop),
        ("expire", Retention::Expire(7)),
        ("auto-expunge", Retention::AutoExpunge(30)),
    ] {
        let results = run_with(retention, ["mixed/retention", "mixed/promise"]).await;
        let mut made_for_it = 0;
        for result in &results {
            let fits = matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable);
            assert!(fits, "{name}: {}: {:?}", result.id, result.findings);
            let mine = result.id.starts_with(&format!("mixed/retention/{name}/"));
            assert!(
                !mine || result.outcome == Outcome::Pass,
                "{name}: {}",
                result.id
            );
            made_for_it += usize::from(mine);
        }
        assert!(
            name == "strict" || made_for_it > 0,
            "{name} has no scenario"
        );
    }
}

/// RFC 1939 fixes no order of message-numbers: no scenario may depend on one.
#[tokio::test]
async fn maildrops_may_be_numbered_from_the_newest_message() {
    let spec = Spec::EmbeddedNewestFirst(Vec::new());
    for result in run_on(spec, ["pop3", "mixed"]).await {
        let fits = matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable);
        assert!(fits, "{}: {:?}", result.id, result.findings);
    }
}

/// Else a server would start with a clock far ahead of its files.
#[tokio::test]
async fn the_clock_goes_forward_when_all_restarts_are_over() {
    let passes_time = "mixed/retention/days-count-from-the-download";
    let restarts = "mixed/retention/restart-brings-no-second-download";
    let mut results = run_with(Retention::Strict, [passes_time, restarts]).await;
    results.sort_by_key(|result| result.started_us);
    let order: Vec<&str> = results.iter().map(|result| result.id.as_str()).collect();
    assert_eq!(order, [restarts, passes_time]);
}
