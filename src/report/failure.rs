//! One scenario that did not pass, in 25 lines at most.
//!
//! ```text
//! FAIL  mixed/deletion/pop3-quit-reaches-selected-imap
//!       A message deleted over POP3 leaves an IMAP session that has INBOX selected
//!
//!   violation: no response matched "* 2 EXPUNGE" within 5 s
//! requirement: MUST rfc1939-6-i2 (rfc1939#6): QUIT removes every message marked as deleted
//!          at: scenarios/mixed/deletion/pop3-quit-reaches-selected-imap.yaml:14:12
//!     14 |     until: "* 2 EXPUNGE"
//!        |            ^^^^^^^^^^^^^
//!      octet: 3 of the message that laptop got (offset 414 of the connection)
//!        | * 3 EXPUNGE\r\n
//!        |   ^
//!       diff: expected -, actual +
//!     - * 2 EXPUNGE
//!     + * 3 EXPUNGE
//!       time: in ms, all clients
//!      12.4  laptop → a3 NOOP
//! >    13.0  laptop ← * 3 EXPUNGE
//!      rerun: mailspec run mixed/deletion/pop3-quit-reaches-selected-imap
//! ```

use super::paint::Ink;
use super::text::{cut, visible, wrap};
use super::{Style, caret, difference, time_line};
use crate::finding::Grade;
use crate::outcome::{Finding, Kind, Outcome, ScenarioResult};

/// Lines of a block unless `verbose`.
const LINES: usize = 25;
/// Columns of a label and its colon.
const LABEL: usize = 12;

/// The block of one result: findings if it has any, else the reason why it was not decided.
pub fn render(result: &ScenarioResult, style: Style) -> String {
    let mut lines = heading(result, style);
    let Some((first, others)) = result.findings.split_first() else {
        lines.extend(reason(result, style));
        lines.extend(log(result, style));
        lines.push(rerun(result, style));
        return join(&lines);
    };
    let tail = tail(result, others, style);
    lines.push(String::new());
    lines.extend(finding(result, first, tail.len() + lines.len(), style));
    lines.extend(tail);
    join(&lines)
}

fn join(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn heading(result: &ScenarioResult, style: Style) -> Vec<String> {
    let word = word(result);
    let indent = word.len() + 2;
    let mut lines = vec![format!(
        "{}  {}",
        style.paint(ink(result), &word),
        style.paint(Ink::Strong, &visible(&result.id))
    )];
    lines.extend(labelled_lines(&visible(&result.title), indent, 2, style));
    lines
}

/// How a result is called at the head of its block.
fn word(result: &ScenarioResult) -> String {
    match (result.outcome, result.grade) {
        _ if result.is_expected() => "EXPECTED".to_owned(),
        (Outcome::Fail, _) if result.provisional => "PROVISIONAL".to_owned(),
        (Outcome::Fail, Some(grade @ (Grade::Deviation | Grade::Note))) => {
            grade.to_string().to_uppercase()
        }
        (outcome, _) => outcome.name().to_uppercase(),
    }
}

fn ink(result: &ScenarioResult) -> Ink {
    match result.outcome {
        Outcome::Fail if result.gates(false) => Ink::Bad,
        Outcome::Harness => Ink::Bad,
        _ => Ink::Odd,
    }
}

fn reason(result: &ScenarioResult, style: Style) -> Vec<String> {
    let reason = result.reason.as_deref().unwrap_or("no reason was recorded");
    labelled("reason", &visible(reason), 3, style)
}

fn rerun(result: &ScenarioResult, style: Style) -> String {
    let label = style.paint(Ink::Faint, &format!("{:>LABEL$}", "rerun:"));
    format!("{label} mailspec {}", visible(&result.rerun))
}

/// What the server's log said meanwhile; all of it unless the block shall be short.
fn log(result: &ScenarioResult, style: Style) -> Vec<String> {
    const SHORT: usize = 2;
    let most = if style.verbose { usize::MAX } else { SHORT };
    let lines = &result.log[result.log.len().saturating_sub(most)..];
    lines
        .iter()
        .flat_map(|line| labelled("log", &visible(line), 2, style))
        .collect()
}

/// What follows the first finding: the others, what broke off, the rerun command.
fn tail(result: &ScenarioResult, others: &[Finding], style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    if style.verbose {
        for other in others {
            lines.push(String::new());
            lines.extend(finding(result, other, 0, style));
        }
    } else {
        let shown = others.len().min(if others.len() > 4 { 3 } else { 4 });
        for other in &others[..shown] {
            lines.extend(labelled("also", &brief(other), 2, style));
        }
        if others.len() > shown {
            let rest = format!("{} more findings (-v shows them)", others.len() - shown);
            lines.extend(labelled("also", &rest, 1, style));
        }
    }
    if let Some(reason) = &result.reason {
        let text = format!("then it broke off: {}", visible(reason));
        lines.extend(labelled("note", &text, 2, style));
    }
    lines.extend(log(result, style));
    lines.push(rerun(result, style));
    lines
}

/// A finding in one line.
pub(super) fn brief(finding: &Finding) -> String {
    let place = match (&finding.octets, &finding.source) {
        (Some(mark), _) => format!(", offset {}", mark.offset + mark.start as u64),
        (None, Some(mark)) => format!(", line {}", mark.line),
        (None, None) => String::new(),
    };
    format!(
        "{} {} ({}{place}): {}",
        finding.grade,
        visible(&finding.rule),
        visible(&finding.citation),
        visible(&finding.message)
    )
}

/// One finding in full; `used` lines of the block are taken by other things.
fn finding(result: &ScenarioResult, finding: &Finding, used: usize, style: Style) -> Vec<String> {
    let mut lines = statement(finding, style);
    lines.extend(places(finding, style));
    if !finding.expected.is_empty() || !finding.actual.is_empty() {
        lines.extend(labelled("diff", "expected -, actual +", 1, style));
        let limit = if style.verbose { usize::MAX } else { 4 };
        let difference = difference::lines(&finding.expected, &finding.actual, limit, style);
        lines.extend(difference);
    }
    let room = LINES.saturating_sub(used + lines.len() + 1).clamp(2, 8);
    let limit = if style.verbose { 40 } else { room };
    let around = time_line::around(&result.transcript, finding, limit, style);
    if !around.is_empty() {
        lines.extend(labelled("time", "in ms, all clients", 1, style));
        lines.extend(around);
    }
    lines
}

fn statement(finding: &Finding, style: Style) -> Vec<String> {
    let ink = match finding.grade {
        Grade::Violation => Ink::Bad,
        Grade::Deviation | Grade::Note => Ink::Odd,
    };
    let text = visible(&finding.message);
    let mut lines = vec![];
    for (at, part) in wrapped(&text, LABEL + 1, 3, style).into_iter().enumerate() {
        let label = match at {
            0 => format!("{:>LABEL$}", format!("{}:", finding.grade)),
            _ => " ".repeat(LABEL),
        };
        let part = style.paint(Ink::Strong, &part);
        lines.push(format!("{} {part}", style.paint(ink, &label)));
    }
    let rule = format!(
        "{} {} ({}): {}",
        finding.level,
        visible(&finding.rule),
        visible(&finding.citation),
        visible(&finding.sentence)
    );
    let label = match finding.kind {
        Kind::Mismatch => "requirement",
        Kind::Violation | Kind::Inconsistency => "rule",
    };
    lines.extend(labelled(label, &rule, 2, style));
    lines
}

/// Where it shows: in the scenario, and in what the server sent.
fn places(finding: &Finding, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(mark) = &finding.source {
        let place = format!("{}:{}:{}", visible(&mark.file), mark.line, mark.column);
        lines.extend(labelled("at", &place, 1, style));
        if !mark.text.is_empty() {
            lines.extend(caret::source(mark, style));
        }
    }
    if let Some(mark) = &finding.octets {
        let place = format!(
            "{} of the message{} (offset {} of the connection)",
            mark.skipped + mark.start + 1,
            finding
                .actor
                .as_deref()
                .map_or_else(String::new, |actor| format!(" that {} got", visible(actor))),
            mark.offset + mark.start as u64
        );
        lines.extend(labelled("octet", &place, 1, style));
        lines.extend(caret::octets(mark, style));
    }
    lines
}

/// A label, and text wrapped beside it in at most `most` lines.
fn labelled(label: &str, text: &str, most: usize, style: Style) -> Vec<String> {
    let mut lines = labelled_lines(text, LABEL + 1, most, style);
    let label = style.paint(Ink::Faint, &format!("{:>LABEL$}", format!("{label}:")));
    match lines.first_mut() {
        Some(first) => *first = format!("{label} {}", first.trim_start()),
        None => lines.push(label),
    }
    lines
}

fn labelled_lines(text: &str, indent: usize, most: usize, style: Style) -> Vec<String> {
    wrapped(text, indent, most, style)
        .into_iter()
        .map(|line| format!("{:indent$}{line}", ""))
        .collect()
}

/// Text wrapped to what the indent leaves; what does not fit into `most` lines is cut.
pub(super) fn wrapped(text: &str, indent: usize, most: usize, style: Style) -> Vec<String> {
    let width = style.width.saturating_sub(indent).max(20);
    let mut lines = wrap(text, width);
    if !style.verbose {
        if lines.len() > most {
            let rest = lines.split_off(most.saturating_sub(1)).join(" ");
            lines.push(rest);
        }
        lines = lines.iter().map(|line| cut(line, width)).collect();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_failure_fits_into_25_lines_and_its_width() {
        for width in [80, 100, 120] {
            let style = Style {
                width,
                ..Style::PLAIN
            };
            for result in sample::run().scenarios {
                let text = render(&result, style);
                assert!(text.lines().count() <= LINES, "{text}");
                for line in text.lines().filter(|line| !line.contains("rerun:")) {
                    assert!(line.chars().count() <= width, "{line}");
                }
            }
        }
    }

    #[test]
    fn verbose_shows_every_finding_in_full() {
        let result = sample::scenario("wrong-octet");
        assert_eq!(result.findings.len(), 2);
        let style = Style {
            verbose: true,
            ..Style::PLAIN
        };
        assert_eq!(render(&result, style).matches("rule:").count(), 2);
        let brief = render(&result, Style::PLAIN);
        assert_eq!(
            (
                brief.matches("rule:").count(),
                brief.matches("also:").count()
            ),
            (1, 1)
        );
    }

    #[test]
    fn nothing_from_a_server_steers_the_terminal() {
        let mut result = sample::scenario("wrong-octet");
        let canary = "\u{1b}]0;canary\u{7}\u{9b}31m\u{202e}";
        result.id.push_str(canary);
        result.title.push_str(canary);
        result.reason = Some(canary.into());
        for finding in &mut result.findings {
            for text in [
                &mut finding.rule,
                &mut finding.message,
                &mut finding.sentence,
            ] {
                text.push_str(canary);
            }
            finding.citation.push_str(canary);
            finding.actor = Some(canary.into());
            finding.actual.push(canary.into());
            finding.expected.push(canary.into());
            finding
                .octets
                .as_mut()
                .unwrap()
                .octets
                .0
                .extend(canary.bytes());
        }
        for entry in &mut result.transcript.0 {
            entry.actor = canary.into();
            entry.octets.0.extend(canary.bytes());
        }
        for verbose in [false, true] {
            let text = render(
                &result,
                Style {
                    verbose,
                    ..Style::PLAIN
                },
            );
            assert!(text.contains("canary"));
            let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(bad), "{text:?}");
        }
    }
}
