//! One line for each finding, in the form that editors jump to.
//!
//! ```text
//! scenarios/imap/core/noop.yaml:9:5: error: expected SP or CRLF [imap-response-syntax]
//! scenarios/imap/core/idle.yaml:1:1: error: not decided: connection refused [error]
//! expectations.yaml:7:15: error: imap/core/noop passes [stale]
//! ```

use super::text::visible;
use crate::finding::Grade;
use crate::outcome::{Finding, Outcome, RunResult, ScenarioResult};

/// All findings, every scenario that was not decided, and what is wrong with expectations.
pub fn render(run: &RunResult) -> String {
    let findings = run.scenarios.iter().flat_map(lines);
    findings.chain(complaints(run)).collect()
}

/// What is wrong with the expectation file.
pub(super) fn complaints(run: &RunResult) -> Vec<String> {
    let Some(expected) = &run.expectations else {
        return Vec::new();
    };
    let complaints = expected.complaints.iter();
    complaints
        .map(|one| {
            format!(
                "{}:{}:{}: error: {} [{}]\n",
                visible(&expected.file),
                one.line,
                one.column,
                visible(&one.message),
                one.flaw.name()
            )
        })
        .collect()
}

fn lines(result: &ScenarioResult) -> Vec<String> {
    let mut lines: Vec<String> = result
        .findings
        .iter()
        .map(|finding| line(result, finding))
        .collect();
    let undecided = !matches!(
        result.outcome,
        Outcome::Pass | Outcome::Fail | Outcome::NotApplicable | Outcome::Skipped
    );
    if undecided {
        let reason = result.reason.as_deref().unwrap_or("no reason was recorded");
        lines.push(format!(
            "{}:1:1: {}: not decided: {} [{}]\n",
            visible(&result.file),
            match result.provisional || result.is_expected() {
                true => "warning",
                false => "error",
            },
            visible(reason),
            result.outcome.name()
        ));
    }
    lines
}

fn line(result: &ScenarioResult, finding: &Finding) -> String {
    let (file, line, column) = match &finding.source {
        Some(mark) => (&mark.file, mark.line, mark.column),
        None => (&result.file, 1, 1),
    };
    let level = match finding.grade {
        _ if result.is_expected() => "note",
        Grade::Violation if !result.provisional => "error",
        Grade::Note => "note",
        _ => "warning",
    };
    format!(
        "{}:{line}:{column}: {level}: {} [{}]\n",
        visible(file),
        visible(&finding.message),
        visible(&finding.rule)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use pretty_assertions::assert_eq;

    #[test]
    fn every_finding_has_one_line() {
        let text = render(&sample::run());
        assert_eq!(
            text.lines().take(4).collect::<Vec<_>>(),
            [
                "scenarios/imap/core/blocked.yaml:1:1: error: not decided: the server died: \
                 signal 11 [blocked]",
                "scenarios/imap/core/wrong-octet.yaml:9:5: warning: the new message was not \
                 announced [rfc3501-7-3]",
                "scenarios/imap/core/error.yaml:1:1: error: not decided: connection refused \
                 [error]",
                "scenarios/imap/core/wrong-octet.yaml:9:5: warning: expected SP or CRLF in an \
                 untagged EXPUNGE response [imap-response-syntax]",
            ]
        );
        assert_eq!(text.lines().count(), 9);
    }
}
