//! What is shown while a run goes on, on standard error.
//!
//! ```text
//! [#########-----------] 37/83  2 failed  1 undecided  12 s left  imap/core/noop, mixed/race/…
//! ```
//!
//! That is one line, drawn over, where standard error is a terminal. Elsewhere there is a line for
//! each scenario that failed or could not be decided, and with `-v` for every one.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::screen::{Screen, print, say};
use crate::outcome::{Outcome, ScenarioResult};
use crate::report::libtest::{self, Verdict, verdict};
use crate::report::visible;
use crate::run;

/// The bar is drawn no more often than this.
const REDRAW: Duration = Duration::from_millis(100);
/// Columns between the brackets.
const BAR: usize = 20;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One line, drawn over.
    Bar,
    /// A line for each scenario that matters.
    Lines,
    /// libtest's lines, on standard output.
    Libtest,
}

/// Shows progress.
#[derive(Debug)]
pub(super) struct Progress {
    form: Form,
    screen: Screen,
    strict: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    began: Instant,
    drawn: Option<Instant>,
    selected: usize,
    finished: usize,
    failed: usize,
    undecided: usize,
    running: BTreeSet<String>,
}

impl Progress {
    pub(super) fn new(form: Form, screen: Screen, strict: bool) -> Self {
        Self {
            form,
            screen,
            strict,
            state: Mutex::new(State {
                began: Instant::now(),
                drawn: None,
                selected: 0,
                finished: 0,
                failed: 0,
                undecided: 0,
                running: BTreeSet::new(),
            }),
        }
    }

    /// Takes the bar away, so that other text can be written.
    pub(super) fn clear(&self) {
        let mut state = self.lock();
        if state.drawn.take().is_some() {
            say("\r\u{1b}[2K");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws the bar anew if it is time.
    fn redraw(&self, state: &mut State) {
        let due = state.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW);
        if self.form == Form::Bar && due {
            let line = state.line(
                state.began.elapsed(),
                self.screen.err.width.saturating_sub(1),
            );
            say(&format!("\r\u{1b}[2K{line}"));
            state.drawn = Some(Instant::now());
        }
    }

    /// A line of its own, above the bar.
    fn tell(&self, state: &mut State, line: &str) {
        let clear = if state.drawn.take().is_some() {
            "\r\u{1b}[2K"
        } else {
            ""
        };
        say(&format!("{clear}{line}\n"));
    }
}

impl State {
    fn line(&self, elapsed: Duration, width: usize) -> String {
        let full = (self.finished * BAR)
            .checked_div(self.selected)
            .unwrap_or(0)
            .min(BAR);
        let mut line = format!(
            "[{}{}] {}/{}",
            "#".repeat(full),
            "-".repeat(BAR - full),
            self.finished,
            self.selected
        );
        for (number, noun) in [(self.failed, "failed"), (self.undecided, "undecided")] {
            if number > 0 {
                line.push_str(&format!("  {number} {noun}"));
            }
        }
        if self.finished > 0 {
            let rest = self.selected.saturating_sub(self.finished) as f64;
            let left = elapsed.as_secs_f64() / self.finished as f64 * rest;
            line.push_str(&format!("  {left:.0} s left"));
        }
        for (at, id) in self.running.iter().enumerate() {
            line.push_str(if at == 0 { "  " } else { ", " });
            line.push_str(&visible(id));
        }
        if line.chars().count() > width {
            line = line.chars().take(width.saturating_sub(1)).collect();
            line.push('…');
        }
        line
    }
}

impl run::Progress for Progress {
    fn selected(&self, count: usize) {
        let mut state = self.lock();
        state.selected = count;
        if self.form == Form::Libtest {
            let _ = print(&format!("\nrunning {count} tests\n"));
        }
        self.redraw(&mut state);
    }

    fn started(&self, id: &str) {
        let mut state = self.lock();
        state.running.insert(id.to_owned());
        self.redraw(&mut state);
    }

    fn finished(&self, result: &ScenarioResult) {
        let mut state = self.lock();
        state.running.remove(&result.id);
        state.finished += 1;
        let bad = verdict(result, self.strict) == Verdict::Failed;
        match result.outcome {
            Outcome::Fail if bad => state.failed += 1,
            _ if bad => state.undecided += 1,
            _ => {}
        }
        if self.form == Form::Libtest {
            let _ = print(&libtest::line(result, self.strict));
        } else if bad && result.outcome != Outcome::Blocked || self.screen.err.verbose {
            // One trouble blocks many.
            self.tell(&mut state, &line(result));
        }
        self.redraw(&mut state);
    }
}

/// A decided scenario in one line.
fn line(result: &ScenarioResult) -> String {
    let why = match (result.findings.first(), &result.reason) {
        (Some(finding), _) if result.outcome == Outcome::Fail => {
            format!(": {}", visible(&finding.message))
        }
        (_, Some(reason)) => format!(": {}", visible(reason)),
        (_, None) => String::new(),
    };
    format!("{:<14} {}{why}", result.outcome.name(), visible(&result.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_bar_fits_its_width_and_counts() {
        let state = State {
            began: Instant::now(),
            drawn: None,
            selected: 83,
            finished: 37,
            failed: 2,
            undecided: 1,
            running: BTreeSet::from(["imap/core/noop".into(), "mixed/race/a\u{1b}b".into()]),
        };
        let elapsed = Duration::from_secs(10);
        assert_eq!(
            state.line(elapsed, 200),
            "[########------------] 37/83  2 failed  1 undecided  12 s left  imap/core/noop, \
             mixed/race/a\\x1bb"
        );
        let short = state.line(elapsed, 79);
        assert_eq!(short.chars().count(), 79);
        assert!(short.ends_with('…'));
    }

    #[test]
    fn a_line_says_what_became_of_it() {
        assert_eq!(
            line(&sample::scenario("NOOP]")),
            "pass           imap/core/noop[command=NOOP]"
        );
        assert_eq!(
            line(&sample::scenario("core/error")),
            "error          imap/core/error: connection refused"
        );
    }
}
