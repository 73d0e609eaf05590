//! Test Anything Protocol, version 14.
//!
//! ```text
//! TAP version 14
//! 1..3
//! ok 1 - imap/core/noop
//! not ok 2 - imap/core/idle
//!   ---
//!   outcome: fail
//!   message: "expected SP or CRLF"
//!   ...
//! ok 3 - imap/ext/condstore # SKIP imap: no CONDSTORE
//! ```
//!
//! A failure that does not fail the run (expected, a deviation, a note, a provisional scenario) is
//! a TODO.

use std::fmt::Write as _;

use super::libtest::{Verdict, expected, verdict};
use super::text::visible;
use crate::outcome::{Complaint, Outcome, RunResult, ScenarioResult};

/// The whole run.
pub fn render(run: &RunResult) -> String {
    let results = run.scenarios.len();
    let expected = run.expectations.iter();
    let complaints: Vec<String> = expected
        .flat_map(|expected| {
            expected
                .complaints
                .iter()
                .map(|one| complaint(&expected.file, one))
        })
        .collect();
    let mut out = format!("TAP version 14\n1..{}\n", results + complaints.len());
    for (at, result) in run.scenarios.iter().enumerate() {
        point(&mut out, at + 1, result, run.strict);
    }
    for (at, text) in complaints.iter().enumerate() {
        let _ = writeln!(out, "not ok {} - {text}", results + at + 1);
    }
    for trouble in &run.troubles {
        let _ = writeln!(out, "Bail out! {}", escaped(trouble));
    }
    out
}

fn point(out: &mut String, number: usize, result: &ScenarioResult, strict: bool) {
    let reason = escaped(result.reason.as_deref().unwrap_or_default());
    let (ok, directive) = match (result.outcome, verdict(result, strict)) {
        (_, Verdict::Ok) => ("ok", String::new()),
        (_, Verdict::Failed) => ("not ok", String::new()),
        (Outcome::NotApplicable | Outcome::Skipped, _) if !result.is_expected() => {
            ("ok", format!(" # SKIP {reason}"))
        }
        (_, Verdict::Ignored) => ("not ok", format!(" # TODO {}", kind(result))),
    };
    let _ = writeln!(out, "{ok} {number} - {}{directive}", escaped(&result.id));
    if ok == "not ok" {
        diagnostic(out, result);
    }
}

/// An entry of the expectation file that fails the run.
fn complaint(file: &str, one: &Complaint) -> String {
    let (flaw, message) = (one.flaw.name(), &one.message);
    escaped(&format!(
        "{file}:{}:{}: {flaw}: {message}",
        one.line, one.column
    ))
}

fn kind(result: &ScenarioResult) -> String {
    if let Some(reasons) = expected(result) {
        return format!("expected: {}", escaped(&reasons));
    }
    match (result.provisional, result.grade) {
        (true, _) => "provisional".to_owned(),
        (false, Some(grade)) => grade.to_string(),
        (false, None) => "fail".to_owned(),
    }
}

/// The YAML block behind a test point.
fn diagnostic(out: &mut String, result: &ScenarioResult) {
    let _ = writeln!(out, "  ---\n  outcome: {}", result.outcome.name());
    let mut pair = |name: &str, value: &str| {
        let value = visible(value).replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(out, "  {name}: \"{value}\"");
    };
    if let Some(reason) = &result.reason {
        pair("reason", reason);
    }
    if let Some(finding) = result.findings.first() {
        pair("message", &finding.message);
        pair("rule", &finding.rule);
        pair("citation", &finding.citation);
    }
    pair("rerun", &format!("mailspec {}", result.rerun));
    out.push_str("  ...\n");
}

/// `#` begins a directive, `\` an escape.
fn escaped(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('#', "\\#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use pretty_assertions::assert_eq;

    #[test]
    fn every_result_is_a_test_point() {
        let mut run = sample::run();
        run.scenarios
            .retain(|result| !result.id.starts_with("mixed"));
        run.scenarios[3].id = "a#b".into();
        let text = render(&run);
        let points: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("ok") || line.starts_with("not"))
            .collect();
        assert_eq!(
            points,
            [
                "not ok 1 - imap/core/blocked",
                "not ok 2 - imap/core/deviation # TODO deviation",
                "not ok 3 - imap/core/error",
                "ok 4 - a\\#b",
                "not ok 5 - imap/core/provisional # TODO provisional",
                "ok 6 - imap/core/skipped # SKIP shard 2 of 2",
                "not ok 7 - imap/core/wrong-octet",
                "ok 8 - imap/ext/condstore # SKIP imap: no CONDSTORE",
                "ok 9 - imap/ext/qresync # SKIP imap: no CONDSTORE",
                "ok 10 - pop3/core/quit",
                "not ok 11 - pop3/lock/expected # TODO expected: two POP3 sessions share the \
                 maildrop <https://bugs.example.org/17>",
                "not ok 12 - expectations.yaml:9:15: stale: pop3/core/quit passes",
            ]
        );
        assert!(text.contains("1..12\n"));
    }
}
