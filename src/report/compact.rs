//! A small archive, to be kept beside the code: one line for each result, without times, and
//! without the octets of what passed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::outcome::{Outcome, RunResult, ScenarioResult};
use crate::transcript::Transcript;

/// Entries of a transcript that a failure keeps: the last ones.
const ENTRIES: usize = 24;
/// Octets of an entry.
const OCTETS: usize = 400;

/// The archive; `report::json::read` takes it.
pub fn render(run: &RunResult) -> String {
    let mut told = BTreeSet::new();
    let results = run.scenarios.iter().map(|result| {
        let mut short = shortened(result);
        forget_repetitions(&mut short, &mut told);
        line(&short)
    });
    let results: Vec<String> = results.collect();
    let run = without_results(run);
    let whole = serde_json::to_string_pretty(&run).expect("plain data is always written");
    let list = format!("\"scenarios\": [\n{}\n]", results.join(",\n"));
    whole.replacen("\"scenarios\": []", &list, 1) + "\n"
}

/// One result without the fields that are empty: reading gives them back.
fn line(result: &ScenarioResult) -> String {
    let mut fields = serde_json::to_value(result).expect("plain data is always written");
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| !is_empty(value));
    }
    fields.to_string()
}

/// What is known of a server shows in hundreds of scenarios: the octets are kept once.
fn forget_repetitions(result: &mut ScenarioResult, told: &mut BTreeSet<(String, String)>) {
    if !result.is_expected() {
        return;
    }
    for finding in &mut result.findings {
        if !told.insert((finding.rule.clone(), finding.message.clone())) {
            (finding.source, finding.octets) = (None, None);
            finding.expected.clear();
            finding.actual.clear();
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(true) | Value::Object(_) => false,
    }
}

fn without_results(run: &RunResult) -> RunResult {
    RunResult {
        scenarios: Vec::new(),
        duration_us: 0,
        ..run.clone()
    }
}

fn shortened(result: &ScenarioResult) -> ScenarioResult {
    let mut short = result.clone();
    (short.started_us, short.duration_us) = (0, 0);
    short.rerun.clear();
    short.log.clear();
    short.propagation.retain(|wait| wait.fact.is_some());
    // What the scenario says of itself is in the scenario.
    short.covers.clear();
    short.tags.clear();
    for observed in &mut short.observed {
        if observed.fact.is_some() {
            observed.step.clear();
        }
    }
    // A finding has its octets; the way there matters where nobody has looked yet.
    if result.is_expected() || matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable) {
        short.file.clear();
        short.title.clear();
        short.protocols.clear();
        short.transcript = Transcript::default();
        return short;
    }
    let entries = &mut short.transcript.0;
    entries.drain(..entries.len().saturating_sub(ENTRIES));
    for entry in entries {
        entry.octets.0.truncate(OCTETS);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::compare::compare;
    use crate::report::{json, sample};

    #[test]
    fn a_small_archive_has_the_same_verdicts_and_no_octets_of_passes() {
        let run = sample::run();
        let small = render(&run);
        let read = json::read(&small).unwrap();
        assert_eq!(compare(&run, &read), []);
        assert_eq!(read.expected(), run.expected());
        assert!(
            small.len() < json::render(&run).len() / 2,
            "{}",
            small.len()
        );
        for result in &read.scenarios {
            let is_empty = result.transcript.0.is_empty();
            let passed = matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable);
            let is_known = passed || result.is_expected();
            assert_eq!(is_empty, is_known, "{}", result.id);
        }
    }
}
