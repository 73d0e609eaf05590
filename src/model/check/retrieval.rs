//! RETR and TOP give the message that the scan listing announced.
//!
//! Verified: the same octets each time in a session; as many octets as the scan listing says; TOP is
//! the beginning of RETR. A message without a final CRLF gets one on the wire, so two octets more
//! than announced are no breach. Not verified: sizes on a server with UTF8 (RFC 6856), and TOP of a
//! message without an empty line behind its header.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::identity::Print;
use super::unique_id;
use crate::finding::rule::pop3_state::{CONTENT_CHANGED, SIZE_INEXACT, TOP_DIFFERS_FROM_RETR};
use crate::model::findings::Findings;
use crate::model::imap_view::Here;
use crate::model::maildrop::{MESSAGES, Maildrop};
use crate::wire::pop3::Response;

/// Lines of one message that TOP is compared with, and messages for which they are kept.
const LINES: usize = 4_096;
const KEPT: usize = 256;

/// The beginning of a message.
#[derive(Debug)]
pub(crate) struct Lines {
    /// For each line the print of it and all before it.
    prints: Vec<u64>,
    /// Which line is the empty one behind the header, from 0.
    blank: usize,
}

/// Judges a message that RETR gave.
pub(crate) fn check_retr(
    drop: &mut Maildrop,
    message: u32,
    response: &Response,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let (Some(lines), Some(content)) = (&response.lines, response.content()) else {
        return;
    };
    let print = Print::of(&content);
    match drop.contents.get(&message) {
        Some(&before) if before != print => {
            found.note(
                CONTENT_CHANGED,
                format!(
                    "message {message} had {} octets, and now has other ones, {} in number",
                    before.length, print.length
                ),
            );
            return;
        }
        Some(_) => return,
        None => {}
    }
    if drop.contents.len() < MESSAGES {
        drop.contents.insert(message, print);
    }
    let blank = lines.iter().position(Vec::is_empty);
    if let Some(blank) = blank {
        if drop.lines.len() < KEPT && lines.len() <= LINES {
            let prints = prints(lines);
            drop.lines.insert(message, Lines { prints, blank });
        }
        let body = lines[blank..].join(&b"\r\n"[..]);
        unique_id::retrieved(drop, message, Print::of(&body), here, found);
    }
    compare_size(drop, message, found);
}

/// Judges what TOP gave.
pub(crate) fn check_top(
    drop: &Maildrop,
    message: u32,
    count: u32,
    response: &Response,
    found: &mut Findings<'_>,
) {
    let (Some(lines), Some(known)) = (&response.lines, drop.lines.get(&message)) else {
        return;
    };
    let wanted = usize::try_from(count)
        .unwrap_or(usize::MAX)
        .saturating_add(known.blank + 1)
        .min(known.prints.len());
    if lines.len() != wanted {
        found.note(
            TOP_DIFFERS_FROM_RETR,
            format!(
                "TOP of message {message} with {count} lines of the body has {} lines, not {wanted}",
                lines.len()
            ),
        );
    } else if prints(lines).last() != known.prints.get(wanted - 1) {
        found.note(
            TOP_DIFFERS_FROM_RETR,
            format!("TOP of message {message} is not the beginning of what RETR gave"),
        );
    }
}

/// Judges the size of a message against what RETR gave, if both are known.
pub(crate) fn compare_size(drop: &Maildrop, message: u32, found: &mut Findings<'_>) {
    let (Some(&size), Some(content)) = (drop.sizes.get(&message), drop.contents.get(&message))
    else {
        return;
    };
    let length = content.length;
    if length != size && length != size.saturating_add(2) && !drop.capabilities.contains("UTF8") {
        found.note(
            SIZE_INEXACT,
            format!("message {message} has {length} octets, and its scan listing says {size}"),
        );
    }
}

fn prints(lines: &[Vec<u8>]) -> Vec<u64> {
    let mut hasher = DefaultHasher::new();
    lines
        .iter()
        .map(|line| {
            line.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    const MESSAGE: &str = "Subject: a||one|two|";

    fn after_retr(more: &str) -> Vec<&'static str> {
        rules(&format!(
            "p: opened
            p> RETR 1
            p< +OK|{MESSAGE}.
            {more}"
        ))
    }

    #[test]
    fn the_message_stays() {
        assert_eq!(after_retr(&format!("p> RETR 1\np< +OK|{MESSAGE}.")), NONE);
        let other = "p> RETR 1\np< +OK|Subject: b||one|two|.";
        assert_eq!(after_retr(other), ["pop3-content-changed"]);
    }

    #[test]
    fn the_size_is_exact() {
        for (size, expected) in [(24, &[][..]), (22, &[]), (23, &["pop3-size-inexact"])] {
            let list = format!("p> LIST 1\np< +OK 1 {size}");
            assert_eq!(after_retr(&list), expected, "{size}");
        }
        let utf8 = "p> CAPA\np< +OK|UTF8|.\np> LIST 1\np< +OK 1 23";
        assert_eq!(after_retr(utf8), NONE);
    }

    #[test]
    fn top_is_the_beginning() {
        for (top, expected) in [
            ("1 0\np< +OK|Subject: a||.", &[][..]),
            ("1 1\np< +OK|Subject: a||one|.", &[]),
            ("1 99\np< +OK|Subject: a||one|two|.", &[]),
            ("1 1\np< +OK|Subject: a||.", &["pop3-top-differs-from-retr"]),
            ("1 0\np< +OK|Subject: b||.", &["pop3-top-differs-from-retr"]),
            (
                "1 0\np< +OK|Subject: a||one|two|.",
                &["pop3-top-differs-from-retr"],
            ),
        ] {
            assert_eq!(after_retr(&format!("p> TOP {top}")), expected, "{top}");
        }
    }
}
