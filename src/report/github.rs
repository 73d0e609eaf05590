//! Annotations of GitHub Actions: what fails the run, at its line of the scenario.
//!
//! ```text
//! ::error file=scenarios/imap/core/noop.yaml,line=9,col=5,title=imap-response-syntax::expected SP
//! ::notice title=mailspec::3 more failures are in the report
//! ```
//!
//! GitHub shows ten errors of a step; the last line says how many more there are.

use super::libtest::{Verdict, verdict};
use super::text::visible;
use crate::outcome::{RunResult, ScenarioResult};

/// Errors that GitHub shows.
const MOST: usize = 10;

/// One line for each result that fails the run, for what is wrong with expectations, and for how
/// the run ended.
pub fn render(run: &RunResult) -> String {
    let failed = run.scenarios.iter();
    let failed = failed.filter(|result| verdict(result, run.strict) == Verdict::Failed);
    let mut errors: Vec<String> = failed.map(error).collect();
    if let Some(expected) = &run.expectations {
        errors.extend(expected.complaints.iter().map(|one| {
            let title = format!("{} expectation", one.flaw.name());
            annotation(&expected.file, one.line, one.column, &title, &one.message)
        }));
    }
    let more = errors.len().saturating_sub(MOST);
    errors.truncate(MOST);
    let mut out = errors.concat();
    if more > 0 {
        out.push_str(&format!(
            "::notice title=mailspec::{more} more failures are in the report\n"
        ));
    }
    let kind = if run.exit.code == 0 {
        "notice"
    } else {
        "error"
    };
    out.push_str(&format!(
        "::{kind} title=mailspec::{}\n",
        data(&run.exit.reason)
    ));
    out
}

fn error(result: &ScenarioResult) -> String {
    let reason = result.reason.as_deref().unwrap_or("no reason was recorded");
    match result.findings.first() {
        Some(finding) => {
            let (file, line, column) = match &finding.source {
                Some(mark) => (&mark.file, mark.line, mark.column),
                None => (&result.file, 1, 1),
            };
            let message = format!("{}: {} ({})", result.id, finding.message, finding.citation);
            annotation(file, line, column, &finding.rule, &message)
        }
        None => {
            let message = format!("{} was not decided: {reason}", result.id);
            annotation(&result.file, 1, 1, result.outcome.name(), &message)
        }
    }
}

fn annotation(file: &str, line: usize, column: usize, title: &str, message: &str) -> String {
    let (file, title, message) = (property(file), property(title), data(message));
    format!("::error file={file},line={line},col={column},title={title}::{message}\n")
}

/// Text behind `::`.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn what_fails_the_run_is_annotated_and_nothing_else() {
        let text = render(&sample::run());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 6, "{text}");
        assert_eq!(
            lines[0],
            "::error file=scenarios/imap/core/blocked.yaml,line=1,col=1,title=blocked::\
             imap/core/blocked was not decided: the server died: signal 11"
        );
        assert!(lines[4].contains("file=expectations.yaml,line=9,col=15,title=stale expectation"));
        assert!(!text.contains("pop3/lock/expected"));
    }

    #[test]
    fn no_more_errors_than_are_shown() {
        let mut run = sample::run();
        let failed = sample::scenario("wrong-octet");
        run.scenarios = vec![failed; 30];
        let text = render(&run);
        assert_eq!(text.matches("::error file=").count(), MOST);
        assert!(text.contains("::21 more failures"), "{text}");
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
    }
}
