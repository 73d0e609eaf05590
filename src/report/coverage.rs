//! Requirement × scenario × rule × fault, for people.
//!
//! ```text
//! rfc1939#3
//!   rfc1939-3-3    MUST    killed   +OK and -ERR are sent in capitals.
//!     rules      pop3-status-indicator-case
//!     faults     pop3-status-in-lower-case
//!   rfc1939-3-7    MAY     partly   A server may log an idle client out.
//!     why        A permission.
//!
//!             can be tested    covered          killed by a fault
//! rfc1939     MUST       60    60  100 %        60  100 %
//! ```

use std::fmt::Write as _;

use super::Style;
use super::paint::Ink;
use crate::finding::Level;
use crate::finding::requirement::Testable;
use crate::outcome::coverage::{Coverage, Row, Shown};

/// The coverage as JSON.
pub fn json(coverage: &Coverage) -> String {
    let mut text = serde_json::to_string_pretty(coverage)
        .expect("plain data with string keys is always written");
    text.push('\n');
    text
}

/// Every requirement by RFC and section, then the percentages.
pub fn table(coverage: &Coverage, style: Style) -> String {
    let mut out = String::new();
    let ids = coverage.requirements.iter().map(|row| row.id.len());
    let width = ids.max().unwrap_or(0);
    let mut citation = "";
    for row in &coverage.requirements {
        if row.citation != citation {
            let break_line = if citation.is_empty() { "" } else { "\n" };
            citation = &row.citation;
            let _ = writeln!(out, "{break_line}{}", style.paint(Ink::Strong, citation));
        }
        requirement(&mut out, row, width, style);
    }
    out.push('\n');
    out.push_str(&percentages(coverage, style));
    out
}

fn requirement(out: &mut String, row: &Row, width: usize, style: Style) {
    let (word, ink) = match (row.shown, row.test) {
        (Shown::Killed, _) => ("killed", Ink::Good),
        (Shown::Covered, _) => ("covered", Ink::Odd),
        (Shown::Missing, Testable::Yes) => ("missing", Ink::Bad),
        (Shown::Missing, Testable::Partly) => ("partly", Ink::Faint),
        (Shown::Missing, Testable::No) => ("no test", Ink::Faint),
    };
    let word = style.paint(ink, &format!("{word:8}"));
    let level = row.level.to_string();
    let _ = writeln!(out, "  {:width$}  {level:7} {word} {}", row.id, row.text);
    let same: Vec<String> = row.same_as.iter().map(|id| format!("as {id}")).collect();
    let lists = [
        ("scenarios", &row.scenarios),
        ("rules", &row.rules),
        ("covered", &same),
        ("faults", &row.faults),
    ];
    for (label, ids) in lists {
        if !ids.is_empty() {
            let label = style.paint(Ink::Faint, &format!("{label:10}"));
            let _ = writeln!(out, "    {label} {}", ids.join(", "));
        }
    }
    if !row.why.is_empty() {
        let label = style.paint(Ink::Faint, "why       ");
        let _ = writeln!(out, "    {label} {}", row.why);
    }
}

/// One line for each RFC and level that can be tested, and one for all.
fn percentages(coverage: &Coverage, style: Style) -> String {
    let mut sources: Vec<&str> = coverage.requirements.iter().map(Row::source).collect();
    sources.dedup();
    let mut out = String::new();
    let head = format!(
        "{:9} {:8} {:>8} {:>13} {:>18} {:>8} {:>8}",
        "", "", "testable", "covered", "killed by a fault", "partly", "not"
    );
    let _ = writeln!(out, "{}", style.paint(Ink::Faint, &head));
    let levels = [Level::Promise, Level::Must, Level::Should, Level::May];
    for source in sources {
        for level in levels {
            let of = |row: &&Row| row.source() == source && row.level == level;
            line(&mut out, source, &level.to_string(), coverage, of);
        }
    }
    for level in levels {
        let of = |row: &&Row| row.level == level;
        line(&mut out, "all", &level.to_string(), coverage, of);
    }
    let unproved = coverage.unproved().count();
    let verdict = match unproved {
        0 => style.paint(
            Ink::Good,
            "every requirement that can be tested is covered, and a fault proves it",
        ),
        number => style.paint(Ink::Bad, &format!("{number} requirements lack a proof")),
    };
    let _ = writeln!(out, "\n{verdict}");
    out
}

fn line(
    out: &mut String,
    source: &str,
    level: &str,
    coverage: &Coverage,
    of: impl Fn(&&Row) -> bool,
) {
    let rows: Vec<&Row> = coverage.requirements.iter().filter(of).collect();
    if rows.is_empty() {
        return;
    }
    let count = |test: Testable| rows.iter().filter(|row| row.test == test).count();
    let all = count(Testable::Yes);
    let shown = |enough: fn(Shown) -> bool| {
        let enough = |row: &&&Row| row.test == Testable::Yes && enough(row.shown);
        let number = rows.iter().filter(enough).count();
        match (number * 100).checked_div(all) {
            Some(percent) => format!("{number} {percent:>3} %"),
            None => "-".to_owned(),
        }
    };
    let _ = writeln!(
        out,
        "{source:9} {level:8} {all:>8} {:>13} {:>18} {:>8} {:>8}",
        shown(|shown| shown != Shown::Missing),
        shown(|shown| shown == Shown::Killed),
        count(Testable::Partly),
        count(Testable::No),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::requirement::Party;

    fn row(id: &str, level: Level, test: Testable, shown: Shown) -> Row {
        Row {
            id: id.to_owned(),
            citation: "rfc1939#3".to_owned(),
            level,
            party: Party::Server,
            test,
            text: "Something.".to_owned(),
            why: String::new(),
            scenarios: Vec::new(),
            rules: Vec::new(),
            same_as: Vec::new(),
            faults: Vec::new(),
            shown,
        }
    }

    #[test]
    fn what_is_owed_counts_and_what_is_not_does_not() {
        let mut coverage = Coverage {
            requirements: vec![
                row("rfc1939-3-1", Level::Must, Testable::Yes, Shown::Killed),
                row("rfc1939-3-2", Level::May, Testable::Yes, Shown::Missing),
                row("rfc1939-3-3", Level::Must, Testable::No, Shown::Missing),
            ],
        };
        let text = table(&coverage, Style::PLAIN);
        assert!(text.contains("all       MUST            1       1 100 %"));
        assert!(text.ends_with("a fault proves it\n"), "{text}");
        let more = row("rfc1939-3-4", Level::Must, Testable::Yes, Shown::Covered);
        coverage.requirements.push(more);
        let text = table(&coverage, Style::PLAIN);
        assert!(text.contains("2 100 %            1  50 %"), "{text}");
        assert!(text.ends_with("1 requirements lack a proof\n"), "{text}");
    }
}
