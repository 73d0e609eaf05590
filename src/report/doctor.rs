//! The doctor's list, line by line as it is made.
//!
//! ```text
//! account anna
//!   ok    login         imap://127.0.0.1:143, pop3://127.0.0.1:110
//!   FAIL  delivery      lmtp://127.0.0.1:24 does not take mail to anna@localhost
//!         observed      550 5.1.1 no such user
//!         cure          it takes anna: write address: anna in the target file
//!
//! 2 checks: 1 ok, 0 to look at, 1 wrong
//! ```

use super::Style;
use super::paint::Ink;
use super::text::{visible, wrap};

/// How a line is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Ok,
    /// To look at.
    Warn,
    /// Wrong.
    Fail,
}

/// One line of the list.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The name of the check.
    pub check: &'a str,
    /// What was looked at.
    pub subject: &'a str,
    /// How it is.
    pub mark: Mark,
    /// What was found.
    pub finding: &'a str,
    /// What showed it.
    pub observed: Option<&'a str>,
    /// What to do.
    pub cure: Option<&'a str>,
}

/// The list so far.
#[derive(Debug)]
pub struct Sheet {
    style: Style,
    subject: String,
    counts: [usize; 3],
}

impl Sheet {
    /// An empty list.
    pub fn new(style: Style) -> Self {
        Self {
            style,
            subject: String::new(),
            counts: [0; 3],
        }
    }

    /// The lines of one more entry.
    pub fn add(&mut self, entry: &Entry<'_>) -> String {
        let style = self.style;
        let mut out = String::new();
        if self.subject != entry.subject {
            entry.subject.clone_into(&mut self.subject);
            out.push_str(&style.paint(Ink::Strong, &visible(entry.subject)));
            out.push('\n');
        }
        self.counts[entry.mark as usize] += 1;
        let (word, ink) = match entry.mark {
            Mark::Ok => ("ok  ", Ink::Good),
            Mark::Warn => ("warn", Ink::Odd),
            Mark::Fail => ("FAIL", Ink::Bad),
        };
        let word = style.paint(ink, word);
        self.put(&mut out, &word, entry.check, entry.finding);
        for (label, text) in [("observed", entry.observed), ("cure", entry.cure)] {
            if let Some(text) = text {
                let label = format!("{label:<12}");
                let label = style.paint(Ink::Faint, &label);
                self.put(&mut out, "    ", &label, text);
            }
        }
        out
    }

    /// The last line.
    pub fn summary(&self) -> String {
        let [ok, warn, fail] = self.counts;
        let all = ok + warn + fail;
        format!("\n{all} checks: {ok} ok, {warn} to look at, {fail} wrong\n")
    }

    /// A word, a label, and text that goes on below itself.
    fn put(&self, out: &mut String, word: &str, label: &str, text: &str) {
        const INDENT: usize = 22;
        let text = visible(text);
        let width = self.style.width.saturating_sub(INDENT).max(20);
        let lines = match self.style.verbose {
            true => vec![text],
            false => wrap(&text, width),
        };
        for (index, line) in lines.iter().enumerate() {
            match index {
                0 => out.push_str(&format!("  {word}  {label:<12}  {line}\n")),
                _ => out.push_str(&format!("{:INDENT$}{line}\n", "")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn entries_stand_below_what_they_are_about() {
        let mut sheet = Sheet::new(Style {
            width: 60,
            ..Style::PLAIN
        });
        let entry = Entry {
            check: "login",
            subject: "account anna",
            mark: Mark::Ok,
            finding: "imap://h:143",
            observed: None,
            cure: None,
        };
        let first = sheet.add(&entry);
        let second = sheet.add(&Entry {
            check: "delivery",
            mark: Mark::Fail,
            finding: "lmtp://h:24 does not take mail to anna@localhost",
            observed: Some("550 no\u{1b}"),
            cure: Some("write address: anna"),
            ..entry
        });
        assert_eq!(
            first + &second + &sheet.summary(),
            "account anna\n  \
             ok    login         imap://h:143\n  \
             FAIL  delivery      lmtp://h:24 does not take mail to\n                      \
             anna@localhost\n        \
             observed      550 no\\x1b\n        \
             cure          write address: anna\n\
             \n2 checks: 1 ok, 0 to look at, 1 wrong\n"
        );
    }
}
