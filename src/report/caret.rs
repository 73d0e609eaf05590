//! A line with carets under the part that is meant: of a scenario file, or of a server's octets.
//!
//! ```text
//!    14 |     until: "* 2 EXPUNGE"
//!       |            ^^^^^^^^^^^^^
//!       | …BODY[TEXT] {3}\r\nab\xff FLAGS (\\Seen)…
//!       |                      ^^^^
//! ```

use super::Style;
use super::paint::Ink;
use super::text::visible;
use crate::outcome::{OctetMark, SourceMark};
use crate::transcript::Octets;

/// Columns before the text: the line number, right-aligned, and the bar.
const GUTTER: usize = 9;

/// The line of a scenario file and its carets.
pub(super) fn source(mark: &SourceMark, style: Style) -> [String; 2] {
    let cells: Vec<String> = mark.text.chars().map(cell_of_character).collect();
    let start = mark.column.saturating_sub(1);
    let end = start.saturating_add(mark.length.max(1));
    draw(&mark.line.to_string(), &cells, start, end, style)
}

/// The line of the server's message that holds the first wrong octet, and its carets.
pub(super) fn octets(mark: &OctetMark, style: Style) -> [String; 2] {
    let all = &mark.octets.0;
    let (from, to) = line_of(mark);
    let start = mark.start.min(all.len());
    let cells = Octets(all[from..to].to_vec()).cells();
    let end = mark.end.clamp(start, to).max(start + 1);
    draw("", &cells, start - from, end - from, style)
}

/// Where the line with the first wrong octet begins and ends, its line end included.
pub(super) fn line_of(mark: &OctetMark) -> (usize, usize) {
    let all = &mark.octets.0;
    // Behind a message's last line end, the last line is meant.
    let start = mark.start.min(all.len().saturating_sub(1));
    let (before, behind) = all.split_at(start);
    let is_end = |&octet: &u8| octet == b'\n';
    let from = before.iter().rposition(is_end).map_or(0, |at| at + 1);
    let to = behind.iter().position(is_end);
    (from, to.map_or(all.len(), |at| before.len() + at + 1))
}

fn cell_of_character(character: char) -> String {
    match character {
        '\t' => "    ".to_owned(),
        _ => visible(character.encode_utf8(&mut [0; 4])),
    }
}

/// Draws cells `start..end` with carets; `start` may be just behind the last cell.
fn draw(label: &str, cells: &[String], start: usize, end: usize, style: Style) -> [String; 2] {
    let widths: Vec<usize> = cells.iter().map(|cell| cell.chars().count()).collect();
    let room = style.width.saturating_sub(GUTTER + 2).max(20);
    let (from, to) = window(&widths, start, room);
    let before = usize::from(from > 0) + widths[from..start.clamp(from, to)].iter().sum::<usize>();
    let marked = widths[start.clamp(from, to)..end.clamp(from, to)]
        .iter()
        .sum::<usize>();
    let text = format!(
        "{}{}{}",
        if from > 0 { "…" } else { "" },
        cells[from..to].concat(),
        if to < cells.len() { "…" } else { "" }
    );
    let bar = |label: &str| style.paint(Ink::Faint, &format!("{label:>6} |"));
    [
        format!("{} {}", bar(label), text.trim_end()),
        format!(
            "{} {}{}",
            bar(""),
            " ".repeat(before),
            style.paint(Ink::Bad, &"^".repeat(marked.max(1)))
        ),
    ]
}

/// Which cells to show so that the one at `start` is seen with a third of the room before it.
fn window(widths: &[usize], start: usize, room: usize) -> (usize, usize) {
    if widths.iter().sum::<usize>() <= room {
        return (0, widths.len());
    }
    let room = room - 2;
    let mut from = start.min(widths.len());
    let mut used = 0;
    while from > 0 && used + widths[from - 1] <= room / 3 {
        from -= 1;
        used += widths[from];
    }
    let mut to = start.min(widths.len());
    while to < widths.len() && used + widths[to] <= room {
        used += widths[to];
        to += 1;
    }
    while from > 0 && used + widths[from - 1] <= room {
        from -= 1;
        used += widths[from];
    }
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(octets: &[u8], start: usize, end: usize) -> OctetMark {
        OctetMark {
            skipped: 0,
            octets: Octets(octets.to_vec()),
            start,
            end,
            offset: 0,
        }
    }

    const NARROW: Style = Style {
        width: 40,
        ..Style::PLAIN
    };

    #[test]
    fn a_caret_stands_under_its_octet_whatever_escapes_come_before() {
        assert_eq!(
            octets(&mark(b"* \xff \"a\\b\" x\r\n", 11, 12), Style::PLAIN),
            [
                "       | * \\xff \"a\\b\" x\\r\\n",
                "       |               ^^",
            ]
        );
    }

    #[test]
    fn only_the_line_of_the_first_wrong_octet_is_shown() {
        assert_eq!(
            octets(&mark(b"+OK\r\n1 a\r\n.\r\n", 7, 100), Style::PLAIN),
            ["       | 1 a\\r\\n", "       |   ^^^^^"]
        );
    }

    #[test]
    fn what_is_missing_at_the_end_is_marked_behind_the_last_octet() {
        assert_eq!(
            octets(&mark(b"* 3", 3, 3), Style::PLAIN),
            ["       | * 3", "       |    ^"]
        );
        assert_eq!(
            octets(&mark(b"* 3\r\n", 5, 5), Style::PLAIN),
            ["       | * 3\\r\\n", "       |        ^"]
        );
        assert_eq!(
            octets(&mark(b"", 9, 9), Style::PLAIN),
            ["       | ", "       | ^"]
        );
    }

    #[test]
    fn a_long_line_is_shown_around_the_caret() {
        let long = [b"a".repeat(300), b"!".to_vec(), b"z".repeat(300)].concat();
        let [line, carets] = octets(&mark(&long, 300, 301), NARROW);
        assert_eq!(line.chars().position(|c| c == '!'), carets.find('^'));
        assert!(line.chars().count() <= NARROW.width, "{line}");
        assert!(line.contains("…aaaa") && line.ends_with('…'), "{line}");
    }

    #[test]
    fn the_end_of_a_long_line_fills_the_window() {
        let long = b"a".repeat(300);
        let [line, carets] = octets(&mark(&long, 300, 300), NARROW);
        assert!(line.chars().count() >= NARROW.width - 4, "{line}");
        assert_eq!(carets.find('^'), Some(line.chars().count()));
    }

    #[test]
    fn a_line_of_a_file_has_its_number() {
        let mark = SourceMark {
            file: "a.yaml".into(),
            line: 14,
            column: 3,
            length: 5,
            text: "\t\u{1b}until: x".into(),
        };
        assert_eq!(
            source(&mark, Style::PLAIN),
            ["    14 |     \\x1buntil: x", "       |         ^^^^^"]
        );
    }
}
