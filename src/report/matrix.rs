//! Several servers in one Markdown page: groups of scenarios, broken requirements, what was
//! observed.
//!
//! ```text
//! | group | dovecot | cyrus |
//! | --- | --- | --- |
//! | imap/core | 84 of 84 | 80 of 84, 4 known |
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::profile::{cell, table};
use super::text::timestamp;
use crate::outcome::{Outcome, Profile, RunResult, ScenarioResult};

const INTRODUCTION: &str = "\
# What real servers do

Each server was configured and started by mailspec itself and ran every scenario. A failure is
*known* where the server's [expectation file](../docs/expectations.md) says so with its reason.
`reports/refresh` runs all servers that are installed and writes this page anew from
`reports/interop`; `cargo test --test interop` fails if a verdict differs from what is published.
";

/// The page.
pub fn render(runs: &[RunResult]) -> String {
    let profiles: Vec<Profile> = runs.iter().map(Profile::of).collect();
    let mut out = INTRODUCTION.to_owned();
    out.push_str("\n## Servers\n\n");
    out.push_str(&servers(runs));
    out.push_str("\n## Scenarios\n\nPassed, of those that are applicable.\n\n");
    out.push_str(&groups(runs));
    out.push_str(
        "\n## Broken requirements\n\nIn how many variants of scenarios, and where it stands.\n\n",
    );
    out.push_str(&departures(runs, &profiles));
    out.push_str("\n## Why\n");
    for profile in &profiles {
        out.push_str(&reasons(profile));
    }
    out.push_str(
        "\n## Observed behaviour\n\nWhere the RFCs leave a choice: what scenarios name, and all else in \
         which the servers differ. `mailspec profile` tells everything about one server.\n\n",
    );
    out.push_str(&table(&profiles));
    out
}

fn servers(runs: &[RunResult]) -> String {
    let mut out = "| target | server | variants | passed | known | failed | not applicable | not \
                   decided | date |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for run in runs {
        let number = |wanted: &dyn Fn(&ScenarioResult) -> bool| {
            run.scenarios.iter().filter(|result| wanted(result)).count()
        };
        let is = |outcome| move |one: &ScenarioResult| one.outcome == outcome && !one.is_expected();
        let all = run.scenarios.len();
        let (passed, known, failed) = (
            number(&is(Outcome::Pass)),
            run.expected(),
            number(&is(Outcome::Fail)),
        );
        let absent = number(&is(Outcome::NotApplicable));
        out.push_str(&format!(
            "| {} | {} | {all} | {passed} | {known} | {failed} | {absent} | {} | {} |\n",
            cell(&run.target.name),
            cell(run.target.version.as_deref().unwrap_or_default()),
            all - passed - known - failed - absent,
            &timestamp(run.started_unix)[..10],
        ));
    }
    out
}

fn groups(runs: &[RunResult]) -> String {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for run in runs {
        names.extend(run.scenarios.iter().map(|result| group(&result.id)));
    }
    let heads: Vec<String> = runs.iter().map(|run| cell(&run.target.name)).collect();
    let mut out = format!("| group | {} |\n", heads.join(" | "));
    out.push_str(&format!("| --- |{}\n", " --- |".repeat(runs.len())));
    for name in names {
        let cells: Vec<String> = runs.iter().map(|run| in_group(run, name)).collect();
        out.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    out
}

/// The folder of a scenario.
fn group(id: &str) -> &str {
    let path = id.split('[').next().unwrap_or_default();
    path.rsplit_once('/').map_or(path, |(folder, _)| folder)
}

fn in_group(run: &RunResult, name: &str) -> String {
    let results: Vec<&ScenarioResult> = run
        .scenarios
        .iter()
        .filter(|result| group(&result.id) == name)
        .collect();
    let outside = [Outcome::NotApplicable, Outcome::Skipped];
    let applicable = results
        .iter()
        .filter(|one| !outside.contains(&one.outcome))
        .count();
    if applicable == 0 {
        return "–".to_owned();
    }
    let passed = results
        .iter()
        .filter(|one| one.outcome == Outcome::Pass)
        .count();
    let known = results.iter().filter(|one| one.is_expected()).count();
    let others = applicable.saturating_sub(passed + known);
    let mut text = format!("{passed} of {applicable}");
    for (number, word) in [(known, "known"), (others, "**open**")] {
        if number > 0 {
            text.push_str(&format!(", {number} {word}"));
        }
    }
    text
}

fn departures(runs: &[RunResult], profiles: &[Profile]) -> String {
    let mut rules: BTreeMap<&str, (&str, &str, Vec<String>)> = BTreeMap::new();
    for (at, profile) in profiles.iter().enumerate() {
        for one in &profile.departures {
            let row = rules.entry(&one.rule).or_insert_with(|| {
                let cells = vec![String::new(); runs.len()];
                (one.citation.as_str(), one.sentence.as_str(), cells)
            });
            row.2[at] = one.variants.to_string();
        }
    }
    let heads: Vec<String> = runs.iter().map(|run| cell(&run.target.name)).collect();
    let mut out = format!("| rule | demands | {} |\n", heads.join(" | "));
    out.push_str(&format!("| --- | --- |{}\n", " --- |".repeat(runs.len())));
    for (rule, (citation, sentence, cells)) in rules {
        out.push_str(&format!(
            "| `{rule}` ({}) | {} | {} |\n",
            cell(citation),
            cell(sentence),
            cells.join(" | ")
        ));
    }
    out
}

fn reasons(profile: &Profile) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in &profile.departures {
        for reason in &one.reasons {
            reasons.entry(reason).or_default().push(&one.rule);
        }
    }
    if reasons.is_empty() {
        return String::new();
    }
    let mut out = format!("\n### {}\n\n", cell(&profile.target));
    for (reason, rules) in reasons {
        let rules: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
        out.push_str(&format!("- {}: {}\n", rules.join(", "), cell(reason)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn each_number_has_its_denominator() {
        let text = render(&[sample::run(), sample::run()]);
        for line in [
            "| embedded | mailspec 0.1.0 | 13 | 3 | 1 | 4 | 2 | 3 | 2024-02-29 |",
            "| imap/core | 1 of 6, 5 **open** | 1 of 6, 5 **open** |",
            "| imap/ext | – | – |",
            "| pop3/lock | 0 of 1, 1 known | 0 of 1, 1 known |",
            "- `rfc1939-6-i2`: two POP3 sessions share the maildrop",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
