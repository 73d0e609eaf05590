//! The matrix of faults and scenarios, for people.
//!
//! ```text
//! copy-loses-keywords           3 kills  imap/core/copy-keeps-flags: rfc3501-6.4.7-2
//! pop3-quit-no-reply           survived  158 variants undecided: connection closed
//!
//! 1 of 2 faults survived: pop3-quit-no-reply
//! ```

use std::fmt::Write as _;

use super::Style;
use super::paint::Ink;
use super::text::visible;
use crate::outcome::corrupt::Corruptions;
use crate::outcome::mutants::{Matrix, Mutant};

/// How many kills of a fault the table names.
const SHOWN: usize = 1;
/// How many wrong judgements are shown.
const SHOWN_WRONG: usize = 20;

/// The matrix as JSON.
pub fn json(matrix: &Matrix) -> String {
    let mut text = serde_json::to_string_pretty(matrix)
        .expect("plain data with string keys is always written");
    text.push('\n');
    text
}

/// The matrix as a table; with `unkilled`, or if nothing shall be left out, it ends with the
/// scenarios that killed nothing and the rules that nobody raised.
pub fn table(matrix: &Matrix, unkilled: bool, style: Style) -> String {
    let mut out = String::new();
    let ids = matrix.mutants.iter().map(|mutant| mutant.fault.len());
    let width = ids.max().unwrap_or(0);
    for mutant in &matrix.mutants {
        row(&mut out, mutant, width, style);
    }
    if unkilled || style.verbose {
        list(
            &mut out,
            "Scenarios that killed nothing",
            &matrix.unkilled_scenarios,
            style,
        );
        list(
            &mut out,
            "Scenarios whose own claim no fault broke",
            &matrix.unbroken_claims,
            style,
        );
        list(
            &mut out,
            "Scenarios whose claim a fault broke, though src/run/unbroken.tsv says why none can",
            &matrix.stale_excuses,
            style,
        );
        list(
            &mut out,
            "Rules that nobody raised",
            &matrix.silent_rules,
            style,
        );
    }
    let _ = writeln!(
        out,
        "\n{} faults, {} of {} variants each on average, in {:.1} s;\n{} scenarios killed nothing, {} claims were broken by \
         nothing ({} more with a reason), {} rules were raised by nothing",
        matrix.mutants.len(),
        matrix
            .mutants
            .iter()
            .map(|mutant| mutant.ran)
            .sum::<usize>()
            / matrix.mutants.len().max(1),
        matrix.variants,
        seconds(matrix.duration_us),
        matrix.unkilled_scenarios.len(),
        matrix.unbroken_claims.len(),
        matrix.excused_claims.len(),
        matrix.silent_rules.len(),
    );
    let survivors: Vec<&str> = matrix.survivors().map(|m| m.fault.as_str()).collect();
    let verdict = match survivors.len() {
        0 => style.paint(Ink::Good, "every fault was killed"),
        number => {
            let text = format!("{number} survived: {}", survivors.join(", "));
            style.paint(Ink::Bad, &text)
        }
    };
    let _ = writeln!(out, "{verdict}");
    out
}

/// What the suite made of corrupted responses.
///
/// ```text
/// double   410 of 410 changes of meaning reported; 120 of 120 others not
/// nothing  350 of 350 others not
/// seed 64: number of * 2 RECENT in imap/core/a-whole-session: pass, found nothing
/// ```
pub fn corruptions(all: &Corruptions, style: Style) -> String {
    let mut out = String::new();
    for (kind, count) in &all.counts {
        let mut parts = Vec::new();
        if count.changed > 0 {
            let (reported, changed) = (count.reported, count.changed);
            parts.push(format!(
                "{reported} of {changed} changes of meaning reported"
            ));
        }
        if count.kept > 0 {
            parts.push(format!("{} of {} others not", count.silent, count.kept));
        }
        let _ = writeln!(out, "{kind:8} {}", parts.join("; "));
    }
    for case in all.wrong.values().take(SHOWN_WRONG) {
        let kind = case.manipulation.as_deref().unwrap_or("nothing");
        let found = match case.found.as_slice() {
            [] => "nothing".to_owned(),
            found => found.join(", "),
        };
        let _ = writeln!(
            out,
            "seed {}: {kind} of {} in {}: {}, found {found}",
            case.seed,
            visible(case.response.trim_end()),
            case.scenario,
            case.outcome.name(),
        );
    }
    let verdict = match all.wrong.len() {
        0 => style.paint(
            Ink::Good,
            "every change of meaning was reported, and nothing else",
        ),
        number => style.paint(Ink::Bad, &format!("{number} were judged wrong")),
    };
    let _ = writeln!(out, "{} sessions: {verdict}", all.total());
    out
}

fn row(out: &mut String, mutant: &Mutant, width: usize, style: Style) {
    let (count, ink) = match mutant.kills.len() {
        0 => ("survived".to_owned(), Ink::Bad),
        1 => ("1 kill".to_owned(), Ink::Good),
        number => (format!("{number} kills"), Ink::Good),
    };
    let count = style.paint(ink, &format!("{count:>9}"));
    let shown = if style.verbose { usize::MAX } else { SHOWN };
    let kills = mutant.kills.iter().take(shown);
    let mut notes: Vec<String> = kills
        .map(|kill| format!("{}: {}", kill.scenario, kill.rules.join(", ")))
        .collect();
    if let Some(first) = mutant.undecided.first() {
        let number = mutant.undecided.len();
        let plural = if number == 1 { "" } else { "s" };
        notes.push(format!(
            "{number} variant{plural} undecided: {}",
            first.reason
        ));
    }
    let mut notes = notes.iter().map(|note| visible(note));
    let first = notes.next().unwrap_or_default();
    let _ = writeln!(out, "{:width$} {count}  {first}", mutant.fault);
    for note in notes {
        let _ = writeln!(out, "{:width$} {:9}  {note}", "", "");
    }
}

fn list(out: &mut String, title: &str, lines: &[String], style: Style) {
    if !lines.is_empty() {
        let title = style.paint(Ink::Strong, title);
        let _ = writeln!(out, "\n{title}\n  {}", lines.join("\n  "));
    }
}

fn seconds(microseconds: u64) -> f64 {
    std::time::Duration::from_micros(microseconds).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;
    use crate::outcome::mutants::{Kill, Undecided};

    fn matrix() -> Matrix {
        let killed = Mutant {
            fault: "one".to_owned(),
            kills: vec![Kill {
                scenario: "a/b".to_owned(),
                rules: vec!["r1".to_owned(), "r2".to_owned()],
            }],
            ran: 2,
            undecided: Vec::new(),
            duration_us: 1,
        };
        let survivor = Mutant {
            fault: "second".to_owned(),
            kills: Vec::new(),
            ran: 2,
            undecided: vec![Undecided {
                scenario: "a/c".to_owned(),
                outcome: Outcome::Error,
                reason: "closed".to_owned(),
            }],
            duration_us: 1,
        };
        Matrix {
            mutants: vec![killed, survivor],
            variants: 2,
            unkilled_scenarios: vec!["a/c".to_owned()],
            duration_us: 1_500_000,
            ..Matrix::default()
        }
    }

    #[test]
    fn the_table_names_killers_survivors_and_what_killed_nothing() {
        assert_eq!(
            table(&matrix(), true, Style::PLAIN),
            "one       1 kill  a/b: r1, r2\n\
             second  survived  1 variant undecided: closed\n\
             \nScenarios that killed nothing\n  a/c\n\
             \n2 faults, 2 of 2 variants each on average, in 1.5 s;\n\
             1 scenarios killed nothing, 0 claims were broken by nothing (0 more with a reason), \
             0 rules were raised by nothing\n\
             1 survived: second\n"
        );
    }
}
