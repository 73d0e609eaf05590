//! Expected and actual, line by line.
//!
//! ```text
//!   expected -  actual +
//!     - * SEARCH 1 3
//!     + * SEARCH 1 2 3
//!       a4 OK
//! ```

use similar::{ChangeTag, TextDiff};

use super::Style;
use super::paint::Ink;
use super::text::{cut, visible};

/// The lines, without their heading, at most `limit` of them.
pub(super) fn lines(
    expected: &[String],
    actual: &[String],
    limit: usize,
    style: Style,
) -> Vec<String> {
    let expected: Vec<String> = expected.iter().map(|line| visible(line)).collect();
    let actual: Vec<String> = match actual {
        [] => vec!["(nothing)".to_owned()],
        _ => actual.iter().map(|line| visible(line)).collect(),
    };
    let mut lines = changes(&expected, &actual, style);
    if lines.len() > limit {
        let rest = lines.len() - limit.saturating_sub(1);
        lines.truncate(limit.saturating_sub(1));
        lines.push(style.paint(Ink::Faint, &format!("    … {rest} more (-v shows them)")));
    }
    lines
}

fn changes(expected: &[String], actual: &[String], style: Style) -> Vec<String> {
    let old: Vec<&str> = expected.iter().map(String::as_str).collect();
    let new: Vec<&str> = actual.iter().map(String::as_str).collect();
    let diff = TextDiff::from_slices(&old, &new);
    diff.ops()
        .iter()
        .flat_map(|op| diff.iter_inline_changes(op))
        .map(|change| {
            let (sign, plain, emphasis) = match change.tag() {
                ChangeTag::Delete => ("- ", Some(Ink::Expected), Ink::ExpectedHere),
                ChangeTag::Insert => ("+ ", Some(Ink::Actual), Ink::ActualHere),
                ChangeTag::Equal => ("  ", None, Ink::Faint),
            };
            let body = parts(change.values(), style, plain, emphasis);
            let sign = plain.map_or_else(|| sign.to_owned(), |ink| style.paint(ink, sign));
            format!("    {sign}{body}").trim_end().to_owned()
        })
        .collect()
}

/// The parts of one line, cut to the width before they are painted.
fn parts(values: &[(bool, &str)], style: Style, plain: Option<Ink>, emphasis: Ink) -> String {
    let mut room = style.width.saturating_sub(8).max(20);
    if style.verbose {
        room = usize::MAX;
    }
    let mut out = String::new();
    for (emphasized, value) in values {
        let value = cut(value, room);
        room -= value.chars().count();
        match (emphasized, plain) {
            (true, _) => out.push_str(&style.paint(emphasis, &value)),
            (false, Some(ink)) => out.push_str(&style.paint(ink, &value)),
            (false, None) => out.push_str(&value),
        }
        if room == 0 {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn lines_that_agree_stand_once() {
        let shown = lines(
            &owned(&["* SEARCH 1 3", "OK"]),
            &owned(&["* SEARCH 1 2 3", "OK"]),
            9,
            Style::PLAIN,
        );
        assert_eq!(
            shown,
            ["    - * SEARCH 1 3", "    + * SEARCH 1 2 3", "      OK"]
        );
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let shown = lines(&owned(&["* 2 EXPUNGE"]), &[], 9, Style::PLAIN);
        assert_eq!(shown, ["    - * 2 EXPUNGE", "    + (nothing)"]);
    }

    #[test]
    fn many_lines_are_counted_and_long_ones_cut() {
        let many: Vec<String> = (0..20).map(|n| format!("{n}{}", "x".repeat(200))).collect();
        let shown = lines(&many, &owned(&["a"]), 4, Style::PLAIN);
        assert_eq!(shown.len(), 4);
        assert_eq!(shown[3], "    … 18 more (-v shows them)");
        assert!(
            shown.iter().all(|line| line.chars().count() <= 100),
            "{shown:?}"
        );
    }

    #[test]
    fn what_differs_within_a_line_is_emphasized() {
        let style = Style {
            color: true,
            ..Style::PLAIN
        };
        let shown = lines(&owned(&["* 2 EXPUNGE"]), &owned(&["* 3 EXPUNGE"]), 9, style);
        let here = style.paint(Ink::ActualHere, "3");
        assert!(shown[1].contains(&here), "{:?}", shown[1]);
    }
}
