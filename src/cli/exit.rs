//! How a process ends: the exit codes, and which one a run deserves.
//!
//! If several would fit, the first of this list wins: 70, 2, 3, 1, 5, 6, 4, 0. A bug of ours spoils
//! everything; without valid input or a target there is no run; a violation that was seen stays one
//! even if the run then broke off, and so does an expectation that did not come true; and nothing
//! is green unless something was decided.

use std::error::Error;

use crate::outcome::{Exit, Outcome, RunResult};

/// All gates are met.
pub const OK: u8 = 0;
/// A scenario failed that should not have.
pub const FAILED: u8 = 1;
/// Wrong usage, or an input file that is not valid.
pub const USAGE: u8 = 2;
/// The target cannot be reached or used.
pub const TARGET: u8 = 3;
/// Nothing was selected, or nothing was decided.
pub const NOTHING: u8 = 4;
/// The expectation file is stale: an entry of it did not come true, fits nothing or has expired.
pub const STALE: u8 = 5;
/// The run is incomplete: interrupted, out of time, or scenarios that could not be decided.
pub const INCOMPLETE: u8 = 6;
/// A bug of mailspec's own.
pub const INTERNAL: u8 = 70;

/// A command that cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u8,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn usage(message: impl ToString) -> Self {
        Self {
            code: USAGE,
            message: message.to_string(),
        }
    }

    /// An error with all that caused it.
    pub(super) fn caused(code: u8, error: &dyn Error) -> Self {
        let causes = std::iter::successors(Some(error), |&error| error.source());
        let words: Vec<String> = causes.map(ToString::to_string).collect();
        Self {
            code,
            message: words.join(": "),
        }
    }

    pub(super) fn internal(message: impl ToString) -> Self {
        Self {
            code: INTERNAL,
            message: message.to_string(),
        }
    }
}

/// How a run that had a target ends.
pub fn decide(run: &RunResult) -> Exit {
    let (code, reason) = verdict(run);
    Exit { code, reason }
}

fn verdict(run: &RunResult) -> (u8, String) {
    let decided = run.count(Outcome::Pass) + run.count(Outcome::Fail);
    let gating = run
        .scenarios
        .iter()
        .filter(|result| result.gates(run.strict))
        .count();
    let undecided = undecided(run);
    let reached = run.scenarios.len();
    let harness = run.count(Outcome::Harness);
    if harness > 0 {
        let reason =
            format!("{harness} of {reached} variants hit a bug in mailspec; please report it");
        return (INTERNAL, reason);
    }
    if let Some(first) = run.unexpected_crashes().next() {
        let reason = format!("the server crashed, says its log: {first}");
        return (FAILED, reason);
    }
    if gating > 0 {
        let what = if run.strict {
            "a requirement (--strict)"
        } else {
            "a MUST or a promise"
        };
        return (
            FAILED,
            format!("{gating} of {decided} decided variants broke {what}"),
        );
    }
    if let Some(first) = run.unmet.first() {
        return (FAILED, first.clone());
    }
    if let Some(reason) = stale(run) {
        return (STALE, reason);
    }
    if reached < run.selected {
        let why = run
            .troubles
            .last()
            .map_or_else(String::new, |trouble| format!(": {trouble}"));
        let reason = format!(
            "only {reached} of {} selected variants were reached{why}",
            run.selected
        );
        return (INCOMPLETE, reason);
    }
    if undecided > 0 {
        let reason = format!("{undecided} of {reached} variants could not be decided");
        return (INCOMPLETE, reason);
    }
    if run.selected == 0 {
        return (NOTHING, "no scenario was selected".to_owned());
    }
    if decided == 0 {
        let reason = format!("nothing was decided: none of {reached} variants is applicable");
        return (NOTHING, reason);
    }
    (OK, met(run, decided))
}

/// What `--fail-on-not-applicable` says of a run.
pub(super) fn not_applicable(run: &RunResult) -> Option<String> {
    let results = run.scenarios.iter().filter(|result| !result.is_expected());
    let absent = results
        .filter(|result| result.outcome == Outcome::NotApplicable)
        .count();
    let all = run.scenarios.len();
    (absent > 0)
        .then(|| format!("{absent} of {all} variants are not applicable, and each was asked for"))
}

/// Why the expectation file is not true, if it is not.
fn stale(run: &RunResult) -> Option<String> {
    let expected = run.expectations.as_ref()?;
    let (all, wrong) = (expected.entries, expected.complaints.len());
    let ending = if wrong == 1 { "" } else { "s" };
    (wrong > 0).then(|| {
        format!(
            "{}: {wrong} complaint{ending} about {all} entries",
            expected.file
        )
    })
}

/// Scenarios that should have been decided and were not. Provisional and expected ones never gate.
fn undecided(run: &RunResult) -> usize {
    let results = run.scenarios.iter();
    results
        .filter(|result| !result.provisional && !result.is_expected())
        .filter(|result| {
            matches!(
                result.outcome,
                Outcome::Error | Outcome::Blocked | Outcome::Flaky | Outcome::Unknown
            )
        })
        .count()
}

/// Green, in words that hide nothing.
fn met(run: &RunResult, decided: usize) -> String {
    let (passed, expected) = (run.count(Outcome::Pass), run.expected());
    let tolerated = run.count(Outcome::Fail) - expected_to_fail(run);
    let mut rest = Vec::new();
    if expected > 0 {
        rest.push(format!("{expected} are as the expectation file says"));
    }
    if tolerated > 0 {
        rest.push(format!(
            "{tolerated} failed without breaking a MUST or a promise, or are provisional"
        ));
    }
    match rest.len() {
        0 => format!("all {decided} decided variants passed"),
        _ => format!(
            "{passed} of {decided} decided variants passed; {}",
            rest.join("; ")
        ),
    }
}

fn expected_to_fail(run: &RunResult) -> usize {
    let failed = run
        .scenarios
        .iter()
        .filter(|result| result.outcome == Outcome::Fail);
    failed.filter(|result| result.is_expected()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Expected;
    use crate::report::sample;

    /// The sample run with these results and no others.
    fn run(names: &[&str]) -> RunResult {
        let mut run = sample::run();
        run.scenarios
            .retain(|result| names.iter().any(|name| result.id.ends_with(name)));
        assert_eq!(run.scenarios.len(), names.len());
        run.selected = names.len();
        run.expectations = None;
        run.unmet.clear();
        run
    }

    #[test]
    fn each_code_has_its_case_and_the_graver_one_wins() {
        let table: &[(&[&str], u8)] = &[
            (&["NOOP]"], OK),
            (&["NOOP]", "condstore", "skipped"], OK),
            (&["NOOP]", "deviation", "provisional"], OK),
            (&["wrong-octet", "NOOP]"], FAILED),
            (&["wrong-octet", "core/error"], FAILED),
            (&["NOOP]", "core/error"], INCOMPLETE),
            (&["core/blocked"], INCOMPLETE),
            (&["core/error", "condstore"], INCOMPLETE),
            (&["condstore", "skipped"], NOTHING),
            (&[], NOTHING),
        ];
        for (names, code) in table {
            let exit = decide(&run(names));
            assert_eq!(exit.code, *code, "{names:?}: {}", exit.reason);
        }
    }

    #[test]
    fn a_stale_expectation_file_is_red_but_a_violation_weighs_more() {
        let stale = |names: &[&str]| RunResult {
            expectations: sample::run().expectations,
            ..run(names)
        };
        let exit = decide(&stale(&["NOOP]"]));
        assert_eq!(exit.code, STALE);
        assert_eq!(
            exit.reason,
            "expectations.yaml: 1 complaint about 3 entries"
        );
        assert_eq!(decide(&stale(&["NOOP]", "core/error"])).code, STALE);
        assert_eq!(decide(&stale(&["wrong-octet"])).code, FAILED);
    }

    #[test]
    fn what_was_demanded_and_is_not_there_fails_the_run() {
        let mut demanding = run(&["NOOP]", "condstore"]);
        let reason = "1 of 2 variants are not applicable, and each was asked for";
        assert_eq!(not_applicable(&demanding).as_deref(), Some(reason));
        demanding.unmet = vec![reason.into()];
        assert_eq!(
            (decide(&demanding).code, &*decide(&demanding).reason),
            (FAILED, reason)
        );
        assert_eq!(not_applicable(&run(&["NOOP]"])), None);
    }

    #[test]
    fn what_is_expected_does_not_gate() {
        let exit = decide(&run(&["NOOP]", "lock/expected"]));
        assert_eq!(exit.code, OK);
        let words = "1 of 2 decided variants passed; 1 are as the expectation file says";
        assert_eq!(exit.reason, words);
    }

    #[test]
    fn a_bug_of_ours_outweighs_a_violation() {
        let mut run = run(&["wrong-octet", "NOOP]"]);
        run.scenarios[0].outcome = Outcome::Harness;
        assert_eq!(decide(&run).code, INTERNAL);
    }

    #[test]
    fn a_run_that_broke_off_is_incomplete_unless_it_had_failed() {
        let mut passing = run(&["NOOP]"]);
        passing.selected = 3;
        passing.crashes = vec!["child 7 killed with signal 11".into()];
        let exit = decide(&passing);
        assert_eq!(exit.code, FAILED);
        assert!(exit.reason.contains("signal 11"), "{}", exit.reason);
        passing.expectations = Some(Expected {
            crashes: passing.crashes.clone(),
            ..Expected::default()
        });
        assert_ne!(decide(&passing).code, FAILED);
        passing.expectations = None;
        passing.crashes.clear();
        passing.troubles = vec!["interrupted".into()];
        assert_eq!(
            decide(&passing).reason,
            "only 1 of 3 selected variants were reached: interrupted"
        );
        assert_eq!(decide(&passing).code, INCOMPLETE);
        let mut failing = run(&["wrong-octet"]);
        failing.selected = 3;
        assert_eq!(decide(&failing).code, FAILED);
    }

    #[test]
    fn strict_makes_deviations_count_but_not_provisional_scenarios() {
        let strict = |names| RunResult {
            strict: true,
            ..run(names)
        };
        assert_eq!(decide(&strict(&["deviation"])).code, FAILED);
        assert_eq!(decide(&strict(&["provisional"])).code, OK);
    }

    #[test]
    fn an_undecided_provisional_scenario_does_not_gate() {
        let mut run = run(&["NOOP]", "core/error"]);
        for result in &mut run.scenarios {
            result.provisional = result.outcome == Outcome::Error;
        }
        assert_eq!(decide(&run).code, OK);
    }
}
