//! A small archive, to be kept beside the code: one line for each result, without times, without
//! the octets of what passed, and with each sentence once.

use std::collections::BTreeSet;

use serde_json::Value;

use super::once;
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
        fields(&short)
    });
    let mut results: Vec<Value> = results.collect();
    once::forget(&mut results);
    let results: Vec<String> = results.iter().map(Value::to_string).collect();
    let run = without_results(run);
    let whole = serde_json::to_string_pretty(&run).expect("plain data is always written");
    let list = format!("\"scenarios\": [\n{}\n]", results.join(",\n"));
    whole.replacen("\"scenarios\": []", &list, 1) + "\n"
}

/// One result without the fields that are empty: reading gives them back.
fn fields(result: &ScenarioResult) -> Value {
    let mut fields = serde_json::to_value(result).expect("plain data is always written");
    for finding in fields["findings"].as_array_mut().into_iter().flatten() {
        retain(finding, |value| value.is_string() || !is_empty(value));
    }
    retain(&mut fields, |value| !is_empty(value));
    fields
}

fn retain(value: &mut Value, keep: impl Fn(&Value) -> bool) {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| keep(value));
    }
}

/// What is known of a server shows time after time: in a result each breach is told once, and its
/// octets once for all variants of a scenario. The line that asked for it stands in the scenario.
fn forget_repetitions(result: &mut ScenarioResult, told: &mut BTreeSet<[String; 3]>) {
    if !result.is_expected() {
        return;
    }
    let mut here = BTreeSet::new();
    result
        .findings
        .retain(|finding| here.insert((finding.rule.clone(), finding.message.clone())));
    let scenario = result.id.split('[').next().unwrap_or_default();
    for finding in &mut result.findings {
        let breach = [scenario, &finding.rule, &finding.message].map(str::to_owned);
        if !told.insert(breach) {
            (finding.source, finding.octets) = (None, None);
            finding.expected.clear();
            finding.actual.clear();
        }
        if let Some(source) = &mut finding.source {
            source.text.clear();
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
        // What nobody named is told by the scenario's title.
        if short.observed.iter().all(|one| one.fact.is_some()) {
            short.title.clear();
        }
        short.protocols.clear();
        short.transcript = Transcript::default();
        short.story = None;
        for finding in &mut short.findings {
            finding.at_us = None;
        }
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

    #[test]
    fn what_is_known_of_many_variants_keeps_its_octets_once_for_each_scenario() {
        let mut run = sample::run();
        let known = sample::scenario("expected");
        let variants = ["a[x=1]", "a[x=2]", "b"].map(|id| {
            let id = id.to_owned();
            let findings = vec![known.findings[0].clone(); 2];
            let known = known.clone();
            ScenarioResult {
                id,
                findings,
                ..known
            }
        });
        run.scenarios = variants.to_vec();
        let read = json::read(&render(&run)).unwrap();
        assert_eq!(compare(&run, &read), []);
        let has_octets = |one: &ScenarioResult| !one.findings[0].actual.is_empty();
        let octets: Vec<bool> = read.scenarios.iter().map(has_octets).collect();
        assert_eq!(octets, [true, false, true]);
        for result in &read.scenarios {
            let [finding] = &result.findings[..] else {
                panic!("{:?}", result.findings);
            };
            let whole = &known.findings[0];
            assert_eq!(finding.sentence, whole.sentence);
            assert_eq!(finding.message, whole.message);
            assert_eq!(result.expected, known.expected);
        }
    }
}
