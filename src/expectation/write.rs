//! Entries as text: for a new file, and to be pasted into one that is there.

use std::collections::BTreeMap;

use super::{Found, TODO, pattern, signature, split};
use crate::outcome::{Outcome, RunResult, ScenarioResult};

/// A new file about these runs of one server. What failed in some of them only may pass too.
pub fn init(runs: &[RunResult]) -> String {
    let mut text = "expectations:\n".to_owned();
    let results: Vec<&ScenarioResult> = runs.iter().flat_map(|run| &run.scenarios).collect();
    let entries = entries(&results);
    if entries.is_empty() {
        return "expectations: []\n".to_owned();
    }
    text.push_str(&entries.concat());
    text
}

/// What is known of one variant from all its results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Variant {
    passes: bool,
    found: Vec<Found>,
    because: Option<String>,
}

/// Entries for all that failed or could not be decided, one for the variants of a scenario that
/// broke the same rules. The text of each is indented as an item of `expectations`.
pub(super) fn entries(results: &[&ScenarioResult]) -> Vec<String> {
    let mut scenarios: BTreeMap<&str, BTreeMap<&str, Variant>> = BTreeMap::new();
    for result in results {
        let (scenario, name) = split(&result.id);
        let variant = scenarios
            .entry(scenario)
            .or_default()
            .entry(name)
            .or_default();
        match result.outcome {
            Outcome::Fail if !result.provisional => {
                signature::add(&mut variant.found, signature::of(&result.findings));
            }
            Outcome::Error => {
                let reason = pattern::of(result.reason.as_deref().unwrap_or_default());
                variant.because = Some(match variant.because.take() {
                    Some(known) => pattern::join(&known, &reason),
                    None => reason,
                });
            }
            Outcome::Pass => variant.passes = true,
            _ => {}
        }
    }
    let per_scenario = scenarios.into_iter();
    per_scenario
        .flat_map(|(scenario, variants)| of_scenario(scenario, &variants))
        .collect()
}

fn of_scenario(scenario: &str, variants: &BTreeMap<&str, Variant>) -> Vec<String> {
    type Alike<'a> = (bool, Vec<&'a str>, bool);
    let mut groups: BTreeMap<Alike<'_>, (Vec<&str>, Variant)> = BTreeMap::new();
    for (name, variant) in variants {
        if variant.found.is_empty() && variant.because.is_none() {
            continue;
        }
        let rules = variant
            .found
            .iter()
            .map(|found| found.rule.as_str())
            .collect();
        let alike = (variant.passes, rules, variant.because.is_some());
        match groups.get_mut(&alike) {
            None => {
                groups.insert(alike, (vec![name], variant.clone()));
            }
            Some((names, whole)) => {
                names.push(name);
                signature::add(&mut whole.found, variant.found.clone());
                if let (Some(one), Some(other)) = (&mut whole.because, &variant.because) {
                    *one = pattern::join(one, other);
                }
            }
        }
    }
    let of_group = |(names, variant): &(Vec<&str>, Variant)| {
        let all = names.len() == variants.len();
        entry(scenario, if all { &[] } else { names }, variant)
    };
    groups.values().map(of_group).collect()
}

/// One entry; no variants means all.
fn entry(scenario: &str, variants: &[&str], variant: &Variant) -> String {
    let mut lines = vec![format!("  - scenario: {scenario}")];
    if !variants.is_empty() {
        lines.push(format!("    variant: {}", list(variants)));
    }
    let outcomes = [
        (variant.passes, "pass"),
        (!variant.found.is_empty(), "fail"),
        (variant.because.is_some(), "error"),
    ];
    let outcomes: Vec<&str> = outcomes
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, o)| o)
        .collect();
    match outcomes[..] {
        ["fail"] => {}
        [one] => lines.push(format!("    outcome: {one}")),
        _ => lines.push(format!("    outcome: [{}]", outcomes.join(", "))),
    }
    if !variant.found.is_empty() {
        lines.push("    found:".to_owned());
        lines.extend(
            variant
                .found
                .iter()
                .map(|found| format!("      - {}", item(found))),
        );
    }
    if let Some(because) = &variant.because {
        lines.push(format!("    because: {}", scalar(because)));
    }
    lines.push(format!(
        "    reason: \"{TODO}: why, and what the RFC says\""
    ));
    lines.join("\n") + "\n"
}

/// A finding as an item of `found`.
pub(super) fn item(found: &Found) -> String {
    match found.octets.as_deref() {
        None | Some("" | "*") => found.rule.clone(),
        Some(octets) => format!("{}: {}", found.rule, scalar(octets)),
    }
}

/// Variants, each for itself, as a list on one line.
pub(super) fn list(names: &[&str]) -> String {
    let quoted = |name: &&str| scalar(&pattern::literal(name));
    let names: Vec<String> = names.iter().map(quoted).collect();
    format!("[{}]", names.join(", "))
}

/// Text between single quotes, in which YAML changes nothing; with an escape for a control
/// character between double ones.
fn scalar(text: &str) -> String {
    if text.chars().any(char::is_control) {
        format!("{text:?}")
            .replace("\\u{", "\\u{")
            .replace("\\'", "'")
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}
