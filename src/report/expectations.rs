//! What is wrong with the expectation file, and what to paste into it.
//!
//! ```text
//! dovecot/expectations.yaml: 1 complaint about 12 entries
//!   dovecot/expectations.yaml:14:15: stale: pop3/lock/refusal-says-in-use passes
//!
//! To be pasted into dovecot/expectations.yaml, each with its reason, if the server is right to be
//! excused:
//!   - scenario: imap/core/noop
//!     found:
//!       - imap-response-syntax: '* * EXPUNGE*'
//!     reason: "TODO: why, and what the RFC says"
//! ```

use super::Style;
use super::paint::Ink;
use super::text::{count, visible};
use crate::outcome::{Expected, RunResult};

/// Empty if there is nothing to be done.
pub(super) fn render(run: &RunResult, style: Style) -> String {
    let Some(expected) = &run.expectations else {
        return String::new();
    };
    let mut lines = Vec::new();
    lines.extend(complaints(expected, style));
    if !expected.missing.is_empty() {
        let file = visible(&expected.file);
        lines.push(format!(
            "To be pasted into {file} if there is a reason to excuse the server:"
        ));
        let entries = expected.missing.iter().flat_map(|entry| entry.lines());
        lines.extend(entries.map(visible));
        lines.push(String::new());
    }
    match lines.is_empty() {
        true => String::new(),
        false => lines.join("\n") + "\n",
    }
}

fn complaints(expected: &Expected, style: Style) -> Vec<String> {
    if expected.complaints.is_empty() {
        return Vec::new();
    }
    let file = visible(&expected.file);
    let head = format!(
        "{file}: {} about {}",
        count(expected.complaints.len(), "complaint"),
        entries(expected.entries)
    );
    let mut lines = vec![style.paint(Ink::Bad, &head)];
    for one in &expected.complaints {
        lines.push(format!(
            "  {file}:{}:{}: {}: {}: {}",
            one.line,
            one.column,
            one.flaw.name(),
            visible(&one.scenario),
            visible(&one.message)
        ));
    }
    lines.push(String::new());
    lines
}

/// One line for the summary: what became of the entries, with denominators.
pub(super) fn in_short(run: &RunResult) -> Option<String> {
    let expected = run.expectations.as_ref()?;
    let mut text = format!(
        "expectations: {} of {} came true in {} of {}",
        expected.came_true,
        entries(expected.entries),
        run.expected(),
        count(run.scenarios.len(), "variant")
    );
    let rest = [
        (expected.complaints.len(), "to be looked at"),
        (expected.not_run, "not run"),
        (expected.may, "for what shows in some runs only"),
        (expected.without_reason, "without a reason yet"),
    ];
    for (number, what) in rest.into_iter().filter(|(number, _)| *number > 0) {
        text.push_str(&format!(", {number} {what}"));
    }
    text.push_str(&format!(" ({})", visible(&expected.file)));
    Some(text)
}

fn entries(number: usize) -> String {
    match number {
        1 => "1 entry".to_owned(),
        _ => format!("{number} entries"),
    }
}
