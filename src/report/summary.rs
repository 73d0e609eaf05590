//! The end of the report for people: tables with denominators, and how the run ended.
//!
//! ```text
//! embedded (mailspec 0.1.0): 12 of 12 variants selected in 12.34 s, seed 7, 4 jobs
//!
//!              pass  fail  error   n/a   passed
//!   imap          1     3      1     2   1 of 5 applicable
//!   imap+pop3     1     1      -     -   1 of 2 applicable
//!
//!   MUST          1     4      1     2   1 of 6 applicable
//!   promise       1     -      -     -   1 of 1 applicable
//!
//!   all           2     4      1     2   2 of 7 applicable
//!
//!   not applicable: 2 × imap: no CONDSTORE
//!   observed: 1 legal alternative in 1 scenario
//!   propagation: at most 1.20 s of 5.00 s (mixed/race/expunge-races-quit, line 14)
//!
//! exit 1: 2 of 9 decided scenarios broke a MUST or a promise
//! ```

use std::collections::BTreeMap;

use super::failure::brief;
use super::paint::Ink;
use super::text::{count, cut, duration, visible};
use super::{Style, expectations};
use crate::finding::{Grade, Level};
use crate::outcome::{Outcome, RunResult, ScenarioResult};

/// The summary, without the failures themselves.
pub(super) fn render(run: &RunResult, style: Style) -> String {
    let mut lines = vec![style.paint(Ink::Strong, &headline(run))];
    if !run.target.faults.is_empty() {
        lines.push(format!(
            "faults switched on: {}",
            visible(&run.target.faults.join(", "))
        ));
    }
    lines.push(String::new());
    if !run.scenarios.is_empty() {
        lines.extend(table(run, style));
        lines.push(String::new());
    }
    lines.extend(facts(run, style));
    lines.push(exit(run, style));
    lines.push(String::new());
    lines.join("\n")
}

fn headline(run: &RunResult) -> String {
    let version = run
        .target
        .version
        .as_ref()
        .map_or_else(String::new, |version| format!(" ({version})"));
    let shard = run
        .shard
        .as_ref()
        .map_or_else(String::new, |shard| format!(", shard {shard}"));
    visible(&format!(
        "{}{version}: {} of {} selected{shard} in {}, seed {}, {}",
        run.target.name,
        run.scenarios.len(),
        count(run.selected, "variant"),
        duration(run.duration_us),
        run.seed,
        count(run.jobs, "job"),
    ))
}

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// This outcome, and not expected.
    Outcome(Outcome),
    /// As the expectation file says.
    Expected,
}

impl Column {
    /// The columns that are needed: only what occurs has one, and passes and failures always.
    fn of(run: &RunResult) -> Vec<Self> {
        let outcomes = Outcome::ALL.into_iter().map(Self::Outcome);
        let (pass_and_fail, others) = ([Outcome::Pass, Outcome::Fail], [Self::Expected]);
        let mut columns: Vec<Self> = outcomes.collect();
        columns.splice(2..2, others);
        columns.retain(|column| {
            matches!(column, Self::Outcome(one) if pass_and_fail.contains(one))
                || run.scenarios.iter().any(|result| column.counts(result))
        });
        columns
    }

    fn counts(self, result: &ScenarioResult) -> bool {
        match self {
            Self::Outcome(outcome) => result.outcome == outcome && !result.is_expected(),
            Self::Expected => result.is_expected(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Outcome(Outcome::NotApplicable) => "n/a",
            Self::Outcome(outcome) => outcome.name(),
            Self::Expected => "expected",
        }
    }

    /// How many characters its cells take.
    fn width(self) -> usize {
        self.name().len().max(4) + 2
    }

    fn cell(self, number: usize, style: Style) -> String {
        let width = self.width();
        if number == 0 {
            return style.paint(Ink::Faint, &format!("{:>width$}", "-"));
        }
        let text = format!("{number:>width$}");
        let ink = match self {
            Self::Outcome(Outcome::Pass) => Ink::Good,
            Self::Outcome(Outcome::Fail | Outcome::Harness) => Ink::Bad,
            Self::Outcome(Outcome::NotApplicable | Outcome::Skipped) => return text,
            _ => Ink::Odd,
        };
        style.paint(ink, &text)
    }
}

/// Results by protocol, by level, and all.
fn groups(run: &RunResult) -> [Vec<(String, Vec<&ScenarioResult>)>; 3] {
    let mut by_protocol: BTreeMap<String, Vec<&ScenarioResult>> = BTreeMap::new();
    let mut by_level: BTreeMap<Level, Vec<&ScenarioResult>> = BTreeMap::new();
    for result in &run.scenarios {
        let protocols = visible(&result.protocols.join("+"));
        by_protocol.entry(protocols).or_default().push(result);
        by_level.entry(result.level()).or_default().push(result);
    }
    let levels: Vec<(String, Vec<&ScenarioResult>)> = by_level
        .into_iter()
        .map(|(level, results)| (level.to_string(), results))
        .collect();
    let all = vec![("all".to_owned(), run.scenarios.iter().collect())];
    [by_protocol.into_iter().collect(), levels, all]
}

/// A row of the table for a report that draws it itself.
pub(super) struct Row {
    pub(super) kind: RowKind,
    pub(super) cells: Vec<String>,
}

/// What a row is.
pub(super) enum RowKind {
    Head,
    /// The first of a group.
    First,
    Next,
}

/// The table, with its head.
pub(super) fn rows(run: &RunResult) -> Vec<Row> {
    let columns = Column::of(run);
    let names = columns.iter().map(|column| column.name().to_owned());
    let mut rows = vec![Row {
        kind: RowKind::Head,
        cells: [String::new()]
            .into_iter()
            .chain(names)
            .chain(["passed".to_owned()])
            .collect(),
    }];
    for group in groups(run) {
        for (at, (name, results)) in group.into_iter().enumerate() {
            let numbers = columns
                .iter()
                .map(|&column| number(&results, column).to_string());
            let kind = if at == 0 {
                RowKind::First
            } else {
                RowKind::Next
            };
            let cells = [name]
                .into_iter()
                .chain(numbers)
                .chain([passed(&results)])
                .collect();
            rows.push(Row { kind, cells });
        }
    }
    rows
}

fn number(results: &[&ScenarioResult], column: Column) -> usize {
    results
        .iter()
        .filter(|result| column.counts(result))
        .count()
}

/// How many of those that are applicable.
fn passed(results: &[&ScenarioResult]) -> String {
    let outside = [Outcome::NotApplicable, Outcome::Skipped];
    let applicable = results
        .iter()
        .filter(|result| !outside.contains(&result.outcome))
        .count();
    let passed = number(results, Column::Outcome(Outcome::Pass));
    format!("{passed} of {applicable} applicable")
}

/// Outcomes by protocol and by level.
fn table(run: &RunResult, style: Style) -> Vec<String> {
    let columns = Column::of(run);
    let groups = groups(run);
    let name_width = groups.iter().flatten().map(|(name, _)| name.len()).max();
    let name_width = name_width.unwrap_or(0).min(24);

    let heads: String = columns
        .iter()
        .map(|column| format!("{:>1$}", column.name(), column.width()))
        .collect();
    let heads = format!("  {:name_width$}{heads}   passed", "");
    let mut lines = vec![style.paint(Ink::Faint, &heads)];
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        for (name, results) in group {
            let name = format!("{:name_width$}", cut(name, name_width));
            lines.push(row(&name, results, &columns, style));
        }
    }
    lines
}

fn row(name: &str, results: &[&ScenarioResult], columns: &[Column], style: Style) -> String {
    let cells: String = columns
        .iter()
        .map(|&column| column.cell(number(results, column), style))
        .collect();
    format!("  {name}{cells}   {}", passed(results))
}

/// What there is to know beside the table, one fact in a line.
pub(super) fn facts(run: &RunResult, style: Style) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(grades(run));
    facts.extend(expectations::in_short(run));
    facts.extend(not_applicable(run, style));
    facts.extend(
        run.unmet
            .iter()
            .map(|what| format!("unmet: {}", visible(what))),
    );
    facts.extend(observed(run, style));
    facts.extend(propagation(run));
    facts.extend(
        run.troubles
            .iter()
            .map(|trouble| format!("trouble: {}", visible(trouble))),
    );
    facts.extend(
        run.crashes
            .iter()
            .map(|line| format!("crash, says the server's log: {}", visible(line))),
    );
    let mut lines: Vec<String> = facts.into_iter().map(|fact| format!("  {fact}")).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// How the failures count, where not all of them are plain violations.
fn grades(run: &RunResult) -> Option<String> {
    let failed = || {
        run.scenarios
            .iter()
            .filter(|result| result.outcome == Outcome::Fail && !result.is_expected())
    };
    let graded = |grade| {
        let results = failed().filter(|result| !result.provisional);
        results.filter(|result| result.grade == Some(grade)).count()
    };
    let counts = [
        (graded(Grade::Violation), "violation"),
        (graded(Grade::Deviation), "deviation"),
        (graded(Grade::Note), "note"),
    ];
    let provisional = failed().filter(|result| result.provisional).count();
    let mut parts: Vec<String> = counts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    if provisional > 0 {
        parts.push(format!("{provisional} provisional"));
    }
    (!parts.is_empty()).then(|| format!("failures: {}", parts.join(", ")))
}

/// What was missing, the most frequent first.
fn not_applicable(run: &RunResult, style: Style) -> Option<String> {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for result in &run.scenarios {
        if result.outcome == Outcome::NotApplicable {
            let reason = result.reason.as_deref().unwrap_or("no reason was recorded");
            *reasons.entry(visible(reason)).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, usize)> = reasons.into_iter().collect();
    counts.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let limit = if style.verbose { usize::MAX } else { 6 };
    let more = counts.len().saturating_sub(limit);
    let mut parts: Vec<String> = counts
        .into_iter()
        .take(limit)
        .map(|(reason, number)| format!("{number} × {reason}"))
        .collect();
    if more > 0 {
        parts.push(count(more, "more reason"));
    }
    (!parts.is_empty()).then(|| format!("not applicable: {}", parts.join("; ")))
}

/// Which legal alternatives were taken: a count, or each one if `verbose`.
fn observed(run: &RunResult, style: Style) -> Vec<String> {
    let results = || {
        run.scenarios
            .iter()
            .filter(|result| !result.observed.is_empty())
    };
    let number: usize = results().map(|result| result.observed.len()).sum();
    if number == 0 {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "observed: {} in {}",
        count(number, "legal alternative"),
        count(results().count(), "scenario")
    )];
    if style.verbose {
        for result in results() {
            for observed in &result.observed {
                lines.push(visible(&format!(
                    "  {}:{}: {} (of {})",
                    result.id,
                    observed.line,
                    observed.seen,
                    observed.alternatives.join(", ")
                )));
            }
        }
    }
    lines
}

fn propagation(run: &RunResult) -> Option<String> {
    let all = run.scenarios.iter().flat_map(|result| {
        let waits = result.propagation.iter();
        waits.map(move |wait| (wait.took_us, &result.id, wait.line))
    });
    let (took_us, id, line) = all.max_by_key(|(took_us, ..)| *took_us)?;
    Some(format!(
        "propagation: at most {} of {} ({}, line {line})",
        duration(took_us),
        duration(run.target.propagation_limit_ms.saturating_mul(1000)),
        visible(id)
    ))
}

fn exit(run: &RunResult, style: Style) -> String {
    let ink = if run.exit.code == 0 {
        Ink::Good
    } else {
        Ink::Bad
    };
    let text = format!("exit {}: {}", run.exit.code, visible(&run.exit.reason));
    style.paint(ink, &text)
}

/// Rules that were broken in several places, the most frequent first.
pub(super) fn by_rule(run: &RunResult, style: Style) -> String {
    let mut rules: BTreeMap<&str, Vec<(&ScenarioResult, String)>> = BTreeMap::new();
    for result in &run.scenarios {
        for finding in &result.findings {
            rules
                .entry(&finding.rule)
                .or_default()
                .push((result, brief(finding)));
        }
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    if rules.len() < 2 {
        return String::new();
    }
    rules.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    let mut out = style.paint(Ink::Strong, "Findings by rule");
    out.push('\n');
    for (rule, places) in rules {
        let mut ids: Vec<String> = places
            .iter()
            .map(|(result, _)| visible(&result.id))
            .collect();
        ids.dedup();
        let head = format!("  {:>4} × {:32}", places.len(), visible(rule));
        let line = format!("{head} {}", ids.join(", "));
        let line = if style.verbose {
            line
        } else {
            cut(&line, style.width)
        };
        out.push_str(&line);
        out.push('\n');
    }
    out.push('\n');
    out
}
