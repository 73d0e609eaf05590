//! Edits an expectation file in place: comments and the order of entries stay.

use super::{Entry, Expectations, InForce, write};
use crate::outcome::{Outcome, RunResult, ScenarioResult};

/// The file's text after these runs of its server: what did not come true is gone, and what is new
/// stands at the end. Entries for other targets, that have expired or that fit no scenario are left
/// to people.
///
/// `universe` has the ids of all variants that there are; `today` is `YYYY-MM-DD`.
pub fn update(
    expectations: &Expectations,
    runs: &[RunResult],
    universe: &[String],
    today: &str,
) -> String {
    let text = &expectations.source.text;
    let Some(first) = runs.first() else {
        return text.clone();
    };
    let shared = std::sync::Arc::new(expectations.clone());
    let in_force = InForce::new(shared, &first.target.name, today);
    let results: Vec<ScenarioResult> = runs.iter().flat_map(|run| run.scenarios.clone()).collect();
    let mut edits: Vec<Edit> = Vec::new();
    for entry in in_force.entries() {
        edits.extend(mend(text, entry, &in_force, &results, universe));
    }
    let mut edited = apply(text, edits);
    let new: Vec<ScenarioResult> = results
        .iter()
        .map(|result| in_force.without_known(result))
        .filter(is_new)
        .collect();
    let all: Vec<&ScenarioResult> = new.iter().collect();
    append(&mut edited, &write::entries(&all));
    edited
}

fn is_new(result: &ScenarioResult) -> bool {
    result.outcome == Outcome::Fail && !result.findings.is_empty()
}

/// Octets `start..end` become `text`.
#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// What has to change in an entry: nothing, its variants, its list, or that it is there.
fn mend(
    text: &str,
    entry: &Entry,
    in_force: &InForce,
    results: &[ScenarioResult],
    universe: &[String],
) -> Vec<Edit> {
    let ours = || results.iter().filter(|result| entry.fits(&result.id));
    let wrong = |result: &&ScenarioResult| {
        let decided = matches!(result.outcome, Outcome::Pass | Outcome::Fail);
        decided && !entry.came_true(result)
    };
    let gone = in_force.never_found(entry, results, universe);
    let right: Vec<&str> = ours()
        .filter(|result| entry.came_true(result))
        .map(|result| result.id.as_str())
        .collect();
    // A rule in any scenario speaks of none that does not break it.
    let anywhere = entry.is_about_any_scenario();
    let stale = !anywhere && ours().any(|result| wrong(&result));
    let nothing_left = anywhere && gone.len() == entry.found.len();
    if nothing_left || stale && right.is_empty() {
        return vec![remove_lines(text, entry.whole.start, entry.whole.end)];
    }
    let mut edits = Vec::new();
    if stale && !entry.scenario.contains(['*', '?', '{']) {
        edits.push(narrow(text, entry, &right));
    }
    for found in gone {
        let line = &text[..found.place.start];
        let dash = line.trim_end().ends_with('-');
        if dash {
            edits.push(remove_lines(text, found.place.start, found.place.end));
        }
    }
    edits
}

/// Says in `variant` which variants still fail.
fn narrow(text: &str, entry: &Entry, right: &[&str]) -> Edit {
    let mut names: Vec<&str> = right.iter().map(|id| super::split(id).1).collect();
    names.sort_unstable();
    names.dedup();
    let whole = &text[entry.whole.start..entry.whole.end];
    let line_with = |key: &str| {
        let mut at = entry.whole.start;
        for line in whole.split_inclusive('\n') {
            if line.trim_start().starts_with(key) {
                return Some((at, at + line.len()));
            }
            at += line.len();
        }
        None
    };
    let column = column(text, entry.whole.start);
    let line = format!("{}variant: {}\n", " ".repeat(column), write::list(&names));
    match (line_with("variant:"), line_with("scenario:")) {
        (Some((start, end)), _) => Edit {
            start,
            end,
            text: line,
        },
        (None, Some((_, end))) => Edit {
            start: end,
            end,
            text: line,
        },
        (None, None) => Edit {
            start: 0,
            end: 0,
            text: String::new(),
        },
    }
}

/// Columns in front of an octet.
fn column(text: &str, at: usize) -> usize {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text[start..at].chars().count()
}

/// Removes the lines that these octets stand on.
fn remove_lines(text: &str, start: usize, end: usize) -> Edit {
    let start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[end..]
        .find('\n')
        .map_or(text.len(), |newline| end + newline + 1);
    Edit {
        start,
        end,
        text: String::new(),
    }
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        if edit.start < at {
            continue;
        }
        edited.push_str(&text[at..edit.start]);
        edited.push_str(&edit.text);
        at = edit.end;
    }
    edited.push_str(&text[at..]);
    edited
}

/// Entries at the end of the list.
fn append(text: &mut String, entries: &[String]) {
    let is_list = |line: &str| line.trim_start().starts_with('-');
    let none_left = !text.lines().any(is_list);
    if none_left {
        let key = text
            .lines()
            .find(|line| line.starts_with("expectations:"))
            .map(str::to_owned);
        if let Some(key) = key {
            let head = if entries.is_empty() {
                "expectations: []"
            } else {
                "expectations:"
            };
            *text = text.replacen(&key, head, 1);
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&entries.concat());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::expectation::read;
    use crate::report::sample;
    use crate::scenario::Source;

    const HEAD: &str = "# What is known.\nexpectations:\n";
    const KNOWN: &str =
        "  # Mine.\n  - scenario: anywhere\n    found:\n      - imap-response-syntax\n";
    const GONE: &str = "      - pop3-maildrop-shared: '+OK*'\n";
    const REST: &str = "    reason: r\n";
    const OTHER: &str =
        "  - scenario: imap/core/wrong-octet\n    found: [imap-exists-shrank]\n    reason: r\n";

    /// What becomes of the file if the sample's results of these names are the whole suite, or all
    /// of it but one scenario.
    fn updated(text: &str, names: &[&str], is_whole: bool) -> String {
        let mut run = sample::run();
        run.scenarios
            .retain(|result| names.iter().any(|name| result.id.ends_with(name)));
        let ids = run.scenarios.iter().map(|result| result.id.clone());
        let mut universe: Vec<String> = ids.collect();
        if !is_whole {
            universe.push("imap/core/not-run".into());
        }
        let source = Source {
            path: "e.yaml".into(),
            text: text.to_owned(),
        };
        let file = read(&Arc::new(source)).unwrap();
        update(&file, &[run], &universe, "2026-06-15")
    }

    #[test]
    fn a_rule_known_anywhere_stays_as_long_as_one_scenario_breaks_it() {
        let file = [HEAD, KNOWN, REST, OTHER].concat();
        assert_eq!(updated(&file, &["wrong-octet", "NOOP]"], true), file);
    }

    #[test]
    fn a_rule_known_anywhere_goes_when_the_whole_suite_has_not_broken_it() {
        let file = [HEAD, KNOWN, GONE, REST, OTHER].concat();
        let names = ["wrong-octet", "NOOP]"];
        let shorter = [HEAD, KNOWN, REST, OTHER].concat();
        assert_eq!(updated(&file, &names, true), shorter);
        assert_eq!(updated(&file, &names, false), file);
        let anywhere = OTHER.replace("imap/core/wrong-octet", "anywhere");
        let file = [HEAD, &anywhere].concat();
        let none = "# What is known.\nexpectations: []\n";
        assert_eq!(updated(&file, &["NOOP]", "condstore"], true), none);
        assert_eq!(updated(&file, &["NOOP]", "condstore"], false), file);
    }

    #[test]
    fn what_is_known_anywhere_is_not_told_again_of_a_scenario() {
        let file = [HEAD, KNOWN, REST].concat();
        let longer = updated(&file, &["wrong-octet"], true);
        let added = longer.strip_prefix(&file).unwrap();
        assert!(added.contains("- imap-exists-shrank"), "{added}");
        assert!(!added.contains("imap-response-syntax"), "{added}");
    }
}
