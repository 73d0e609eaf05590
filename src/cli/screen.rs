//! Where text for people goes: colours, width, and pipes that close early.

use std::io::{self, IsTerminal, Write};

use super::exit::Refusal;
use crate::report::Style;

/// What is known of standard output and standard error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    /// For standard output.
    pub(super) out: Style,
    /// For standard error.
    pub(super) err: Style,
    /// Progress may be drawn over.
    pub(super) interactive: bool,
}

impl Screen {
    /// Looks at the environment: `NO_COLOR`, `TERM`, `COLUMNS`, and which stream is a terminal.
    pub(super) fn of_process(no_color: bool, verbose: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty());
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colorful = !no_color && !refused && !dumb;
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        let style = |terminal: bool| Style {
            color: colorful && terminal,
            width: columns
                .unwrap_or(if terminal { 80 } else { 100 })
                .clamp(40, 240),
            verbose,
        };
        let err_terminal = io::stderr().is_terminal();
        Self {
            out: style(io::stdout().is_terminal()),
            err: style(err_terminal),
            interactive: err_terminal && !dumb,
        }
    }
}

/// Writes to standard output. A reader that has gone away is no error.
pub(super) fn print(text: &str) -> Result<(), Refusal> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Refusal::usage(format!(
            "cannot write to standard output: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Writes to standard error; there is nowhere to complain if that fails.
pub(super) fn say(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// A complaint, each of its lines made harmless.
pub(super) fn complain(message: &str) {
    for line in message.lines() {
        say(&format!("mailspec: {}\n", crate::report::visible(line)));
    }
}
