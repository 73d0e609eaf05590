//! The report for people: every failure in 25 lines, findings by rule, the summary.
//!
//! ```text
//! FAIL  imap/core/noop
//!       …
//!
//! Findings by rule
//!      2 × imap-response-syntax             imap/core/noop, imap/core/idle
//!
//! embedded (mailspec 0.1.0): 83 of 83 selected variants in 3.20 s, seed 0, 2 jobs
//! …
//! exit 1: 2 of 83 decided scenarios broke a MUST or a promise
//! ```
//!
//! Failures that do not fail the run (expected ones, deviations, notes, provisional scenarios) take
//! two or three lines unless `verbose`, and so do scenarios that were not decided.

use std::fmt::Write as _;

use super::failure::{brief, render as failure, wrapped};
use super::libtest::expected;
use super::paint::Ink;
use super::text::visible;
use super::{Style, expectations, summary};
use crate::outcome::{Outcome, RunResult, ScenarioResult};

/// The whole report.
pub fn render(run: &RunResult, style: Style) -> String {
    let mut out = String::new();
    let full = |result: &&ScenarioResult| {
        result.gates(run.strict) || result.outcome == Outcome::Harness || style.verbose
    };
    let told = run.scenarios.iter().filter(|result| is_told(result));
    let (full, short): (Vec<_>, Vec<_>) = told.partition(full);
    // One dead server blocks many: the first says why.
    let is_blocked = |result: &&&ScenarioResult| result.outcome == Outcome::Blocked;
    let (blocked, others): (Vec<&&ScenarioResult>, Vec<&&ScenarioResult>) =
        short.iter().partition(is_blocked);
    for result in blocked.iter().take(1).chain(&others) {
        out.push_str(&in_short(result, style));
    }
    if blocked.len() > 1 {
        let word = style.paint(Ink::Odd, "BLOCKED");
        let _ = writeln!(out, "{word}  {} others likewise", blocked.len() - 1);
    }
    if !short.is_empty() {
        out.push('\n');
    }
    for result in full {
        out.push_str(&failure(result, style));
        out.push('\n');
    }
    out.push_str(&summary::by_rule(run, style));
    out.push_str(&expectations::render(run, style));
    out.push_str(&summary::render(run, style));
    out
}

/// True for what a person has to know.
fn is_told(result: &ScenarioResult) -> bool {
    !matches!(
        result.outcome,
        Outcome::Pass | Outcome::NotApplicable | Outcome::Skipped
    )
}

/// Two or three lines: what, and why.
pub(super) fn in_short(result: &ScenarioResult, style: Style) -> String {
    let why = match result.findings.first() {
        _ if result.is_expected() => expected(result).unwrap_or_default(),
        Some(finding) if result.outcome == Outcome::Fail => brief(finding),
        _ => visible(result.reason.as_deref().unwrap_or("no reason was recorded")),
    };
    let word = match (result.outcome, result.grade) {
        _ if result.is_expected() => "expected".to_owned(),
        (Outcome::Fail, _) if result.provisional => "provisional".to_owned(),
        (Outcome::Fail, Some(grade)) => grade.to_string(),
        (outcome, _) => outcome.name().to_owned(),
    };
    let mut out = format!(
        "{}  {}\n",
        style.paint(Ink::Odd, &word.to_uppercase()),
        visible(&result.id)
    );
    for line in wrapped(&why, 6, 2, style) {
        let _ = writeln!(out, "      {line}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn nothing_decided_is_not_green() {
        let mut run = sample::run();
        run.scenarios
            .retain(|result| result.outcome == Outcome::NotApplicable);
        run.exit.code = 4;
        run.exit.reason = "nothing was decided: all 2 variants are not applicable".into();
        let text = render(&run, Style::PLAIN);
        assert!(text.contains("0 of 0 applicable"), "{text}");
        assert!(text.ends_with("exit 4: nothing was decided: all 2 variants are not applicable\n"));
    }

    #[test]
    fn what_a_dead_server_blocks_is_told_once() {
        let mut run = sample::run();
        run.troubles.clear();
        let blocked = sample::scenario("core/blocked");
        run.scenarios.retain(|it| it.outcome == Outcome::Pass);
        run.scenarios
            .extend([blocked.clone(), blocked.clone(), blocked]);
        let text = render(&run, Style::PLAIN);
        assert_eq!(
            text.matches("the server died: signal 11").count(),
            1,
            "{text}"
        );
        assert!(text.contains("BLOCKED  2 others likewise"), "{text}");
    }

    #[test]
    fn only_what_fails_the_run_is_told_in_full() {
        let text = render(&sample::run(), Style::PLAIN);
        assert_eq!(text.matches("rerun:").count(), 2);
        let strict = RunResult {
            strict: true,
            ..sample::run()
        };
        assert_eq!(render(&strict, Style::PLAIN).matches("rerun:").count(), 3);
    }
}
