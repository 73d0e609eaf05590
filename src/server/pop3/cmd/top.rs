//! TOP: the header, the empty line, and so many lines of the body.

use super::{Maildrop, Reply, no_such_message, number};

pub(super) fn run(maildrop: &Maildrop, arguments: &str) -> Reply {
    let numbers = arguments
        .split_once(' ')
        .and_then(|(message, lines)| Some((number(message)?, number(lines)?)));
    let Some((message, lines)) = numbers else {
        return Reply::err("TOP needs a message number and a number of lines");
    };
    match maildrop.entry(message) {
        Some(entry) => {
            let text = top(&entry.text(), lines).to_vec();
            maildrop.lines("top of message follows".to_owned(), text)
        }
        None => no_such_message(),
    }
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
