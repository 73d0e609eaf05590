//! What `cargo test` prints, for tools that read that.
//!
//! ```text
//! running 3 tests
//! test imap/core/noop ... ok
//! test imap/core/idle ... FAILED
//! test imap/ext/condstore ... ignored, imap: no CONDSTORE
//!
//! failures:
//! …
//! test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; …
//! ```

use std::fmt::Write as _;

use super::text::visible;
use super::{Style, failure, oneline};
use crate::outcome::{Outcome, RunResult, ScenarioResult};

/// The whole run.
pub fn render(run: &RunResult) -> String {
    let mut out = format!("\nrunning {} tests\n", run.scenarios.len());
    for result in &run.scenarios {
        out.push_str(&line(result, run.strict));
    }
    out.push_str(&tail(run));
    out
}

/// What follows the lines of the results: failures, and the counts.
pub fn tail(run: &RunResult) -> String {
    let counted = |wanted: Verdict| {
        let results = run.scenarios.iter();
        results
            .filter(|result| verdict(result, run.strict) == wanted)
            .count()
    };
    let mut out = String::new();
    if counted(Verdict::Failed) > 0 {
        out.push_str(&failures(run));
    }
    for complaint in oneline::complaints(run) {
        let _ = write!(out, "\n{complaint}");
    }
    let _ = writeln!(
        out,
        "\ntest result: {}. {} passed; {} failed; {} ignored; 0 measured; {} filtered out; \
         finished in {}.{:02}s\n",
        if run.exit.code == 0 { "ok" } else { "FAILED" },
        counted(Verdict::Ok),
        counted(Verdict::Failed),
        counted(Verdict::Ignored),
        run.selected.saturating_sub(run.scenarios.len()),
        run.duration_us / 1_000_000,
        run.duration_us % 1_000_000 / 10_000,
    );
    out
}

/// The line of one result.
pub fn line(result: &ScenarioResult, strict: bool) -> String {
    let word = match verdict(result, strict) {
        Verdict::Ok => "ok".to_owned(),
        Verdict::Failed => "FAILED".to_owned(),
        Verdict::Ignored => format!("ignored, {}", why_ignored(result)),
    };
    format!("test {} ... {word}\n", visible(&result.id))
}

/// Why a result counts neither as passed nor as failed.
pub fn why_ignored(result: &ScenarioResult) -> String {
    if let Some(reasons) = expected(result) {
        return format!("expected: {reasons}");
    }
    match (&result.reason, result.findings.first()) {
        (_, Some(finding)) if result.provisional => {
            format!("provisional: {}", visible(&finding.message))
        }
        (_, Some(finding)) => format!("{}: {}", finding.grade, visible(&finding.message)),
        (Some(reason), None) => visible(reason),
        (None, None) => result.outcome.name().to_owned(),
    }
}

/// Why this result was expected, with links, if it was.
pub(super) fn expected(result: &ScenarioResult) -> Option<String> {
    let excuses = result.expected.iter();
    let mut reasons: Vec<String> = excuses
        .map(|excuse| match &excuse.link {
            Some(link) => visible(&format!("{} <{link}>", excuse.reason)),
            None => visible(&excuse.reason),
        })
        .collect();
    reasons.dedup();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// libtest's three verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passed.
    Ok,
    /// It fails the run, or was not decided.
    Failed,
    /// Not applicable, skipped, expected, or a failure that does not fail the run.
    Ignored,
}

/// A result in libtest's terms.
pub fn verdict(result: &ScenarioResult, strict: bool) -> Verdict {
    match result.outcome {
        Outcome::Pass => Verdict::Ok,
        _ if result.is_expected() => Verdict::Ignored,
        Outcome::NotApplicable | Outcome::Skipped => Verdict::Ignored,
        Outcome::Fail if !result.gates(strict) => Verdict::Ignored,
        Outcome::Error | Outcome::Blocked | Outcome::Flaky | Outcome::Unknown
            if result.provisional =>
        {
            Verdict::Ignored
        }
        _ => Verdict::Failed,
    }
}

fn failures(run: &RunResult) -> String {
    let failed = || {
        let results = run.scenarios.iter();
        results.filter(|result| verdict(result, run.strict) == Verdict::Failed)
    };
    let mut out = "\nfailures:\n\n".to_owned();
    for result in failed() {
        let _ = writeln!(out, "---- {} ----", visible(&result.id));
        let _ = writeln!(out, "{}", failure::render(result, Style::PLAIN));
    }
    out.push_str("\nfailures:\n");
    for result in failed() {
        let _ = writeln!(out, "    {}", visible(&result.id));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use pretty_assertions::assert_eq;

    #[test]
    fn results_are_told_in_libtests_words() {
        let text = render(&sample::run());
        for line in [
            "running 13 tests",
            "test imap/core/noop[command=NOOP] ... ok",
            "test imap/core/deviation ... ignored, deviation: the new message was not announced",
            "test imap/core/error ... FAILED",
            "test imap/ext/condstore ... ignored, imap: no CONDSTORE",
            "test result: FAILED. 3 passed; 4 failed; 6 ignored; 0 measured; 0 filtered out; \
             finished in 12.34s",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn strict_turns_a_deviation_into_a_failure() {
        let result = sample::scenario("deviation");
        assert_eq!(verdict(&result, false), Verdict::Ignored);
        assert_eq!(verdict(&result, true), Verdict::Failed);
    }
}
