//! TOP: the header, the empty line, and so many lines of the body.

use super::{Maildrop, Reply, message_number, no_such_message, number};
use crate::server::fault::Fault;

/// Octets after which a faulty server cuts.
const LONGEST_FAULTY_TOP: usize = 16 * 1024;

pub(super) fn run(maildrop: &mut Maildrop, arguments: &str) -> Reply {
    let numbers = arguments
        .split_once(' ')
        .and_then(|(message, lines)| Some((message_number(maildrop, message)?, number(lines)?)));
    let Some((message, lines)) = numbers else {
        return Reply::err("TOP needs a message number and a number of lines");
    };
    if maildrop.has(Fault::PopOnceTakesTopForRetr) {
        maildrop.retrieved(message);
    }
    match maildrop.entry(message) {
        Some(entry) => {
            if let Some(refusal) = maildrop.refusal_of(entry) {
                return refusal;
            }
            let mut text = maildrop.text_of(entry);
            let lines = match lines {
                lines if maildrop.has(Fault::Pop3TopLineCountOff) => lines.saturating_add(1),
                lines => lines,
            };
            let asked = top(&text, lines).len();
            if asked == text.len() && maildrop.has(Fault::Pop3TopPastEndRefused) {
                return Reply::err("the message has fewer lines");
            }
            text.truncate(asked);
            if maildrop.has(Fault::Pop3TopTruncated) {
                text.truncate(last_line_end(&text, LONGEST_FAULTY_TOP));
            }
            maildrop.lines("top of message follows".to_owned(), text)
        }
        None => no_such_message(),
    }
}

/// How many octets the lines have that end within `limit`.
fn last_line_end(text: &[u8], limit: usize) -> usize {
    let within = &text[..limit.min(text.len())];
    let last = within.iter().rposition(|octet| *octet == b'\n');
    last.map_or(0, |at| at + 1)
}

fn top(text: &[u8], lines: usize) -> &[u8] {
    let mut end = 0;
    let mut body_lines = None;
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        match &mut body_lines {
            None if line == b"\r\n" => body_lines = Some(0),
            None => {}
            Some(count) if *count == lines => break,
            Some(count) => *count += 1,
        }
        end += line.len();
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_empty_line_and_body_lines() {
        let text = b"A: b\r\n\r\n1\r\n\r\n3\r\n";
        for (lines, expected) in [
            (0, &b"A: b\r\n\r\n"[..]),
            (1, b"A: b\r\n\r\n1\r\n"),
            (2, b"A: b\r\n\r\n1\r\n\r\n"),
            (3, text),
            (usize::MAX, text),
        ] {
            assert_eq!(top(text, lines), expected);
        }
        assert_eq!(top(b"A: b\r\n", 5), b"A: b\r\n");
        assert_eq!(top(b"", 5), b"");
    }
}
