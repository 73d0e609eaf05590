//! Colours by meaning, so that no other file names a colour.

use anstyle::{AnsiColor, Style as Ansi};

use super::Style;

/// What a piece of text means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ink {
    /// Something good.
    Good,
    /// Something wrong that fails the run.
    Bad,
    /// Something wrong that does not.
    Odd,
    /// Headings and names.
    Strong,
    /// Labels, gutters, line numbers.
    Faint,
    /// What was expected.
    Expected,
    /// The part of what was expected that is missing.
    ExpectedHere,
    /// What came.
    Actual,
    /// The part of what came that is wrong.
    ActualHere,
}

impl Ink {
    fn ansi(self) -> Ansi {
        let fg = |color: AnsiColor| color.on_default();
        match self {
            Self::Good => fg(AnsiColor::Green).bold(),
            Self::Bad => fg(AnsiColor::Red).bold(),
            Self::Odd => fg(AnsiColor::Yellow).bold(),
            Self::Strong => Ansi::new().bold(),
            Self::Faint => Ansi::new().dimmed(),
            Self::Expected => fg(AnsiColor::Green),
            Self::ExpectedHere => fg(AnsiColor::Green).bold().underline(),
            Self::Actual => fg(AnsiColor::Red),
            Self::ActualHere => fg(AnsiColor::Red).bold().underline(),
        }
    }
}

impl Style {
    /// The text in the colour of its meaning, or as it is.
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let ansi = ink.ansi();
        format!("{ansi}{text}{ansi:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_closed_again_and_only_there_if_asked_for() {
        let colored = Style {
            color: true,
            ..Style::PLAIN
        };
        assert_eq!(colored.paint(Ink::Strong, "x"), "\u{1b}[1mx\u{1b}[0m");
        assert_eq!(Style::PLAIN.paint(Ink::Strong, "x"), "x");
    }
}
