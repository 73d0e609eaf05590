//! What changed between two runs.
//!
//! ```text
//! broken (1)
//!   pop3/core/quit: pass → fail (rfc1939-6-1)
//! fixed (1)
//!   imap/core/noop: fail (imap-response-syntax) → pass
//! 2 of 83 variants are not as they were
//! ```

use super::Style;
use super::paint::Ink;
use super::text::{count, visible};
use crate::outcome::compare::{Change, Changed};

/// All changes, the worst first; `variants` is how many were compared.
pub fn render(changes: &[Changed], variants: usize, style: Style) -> String {
    let mut lines = Vec::new();
    let mut last = None;
    for one in changes {
        if last != Some(one.change) {
            let number = changes
                .iter()
                .filter(|other| other.change == one.change)
                .count();
            lines.push(style.paint(
                ink(one.change),
                &format!("{} ({number})", one.change.name()),
            ));
            last = Some(one.change);
        }
        lines.push(visible(&format!(
            "  {}: {} → {}",
            one.id, one.before, one.after
        )));
    }
    let all = count(variants, "variant");
    lines.push(format!("{} of {all} are not as they were", changes.len()));
    lines.join("\n") + "\n"
}

fn ink(change: Change) -> Ink {
    match change {
        Change::Broken | Change::Different => Ink::Bad,
        Change::Fixed => Ink::Good,
        _ => Ink::Odd,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::compare::compare;
    use crate::report::sample;

    #[test]
    fn changes_stand_under_their_heading() {
        let before = sample::run();
        let mut after = sample::run();
        after
            .scenarios
            .retain(|result| !result.id.starts_with("imap/ext"));
        let text = render(&compare(&before, &after), 13, Style::PLAIN);
        assert_eq!(
            text,
            "removed (2)\n  imap/ext/condstore: not-applicable → not there\n  imap/ext/qresync: \
             not-applicable → not there\n2 of 13 variants are not as they were\n"
        );
    }
}
