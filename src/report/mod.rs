//! Reports: pure functions from a finished result to text.
//!
//! Each format is a file of its own, and each opens with a sample of what it writes. Nothing here
//! opens a file, asks for the time or looks at the environment; `cli` does that and passes a
//! [`Style`]. Text that comes from a server or a file is made harmless first: no control character
//! reaches a terminal.

pub mod compact;
pub mod comparison;
pub mod coverage;
pub mod doctor;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod libtest;
pub mod log;
pub mod matrix;
pub mod mutants;
pub mod oneline;
pub mod pretty;
pub mod profile;
pub mod story;
pub mod tap;
pub mod transcript;

mod caret;
mod difference;
mod expectations;
mod failure;
mod once;
mod paint;
mod repetition;
mod summary;
mod text;
mod time_line;

#[cfg(test)]
pub(crate) mod sample;

pub use failure::render as failure;
pub use text::{timestamp, visible};

/// How text for people looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Use ANSI colours.
    pub color: bool,
    /// Columns that lines should fit into.
    pub width: usize,
    /// Leave nothing out.
    pub verbose: bool,
}

impl Style {
    /// No colours, 100 columns: for files.
    pub const PLAIN: Self = Self {
        color: false,
        width: 100,
        verbose: false,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use snapbox::{assert_data_eq, file};

    /// `SNAPSHOTS=overwrite cargo test` writes the samples anew.
    #[test]
    fn every_format_looks_like_its_committed_sample() {
        let run = sample::run();
        let narrow = Style {
            width: 80,
            ..Style::PLAIN
        };
        let verbose = Style {
            verbose: true,
            ..Style::PLAIN
        };
        assert_data_eq!(
            json::render(&run),
            file!["../../reports/schema/samples/report.json"].raw()
        );
        assert_data_eq!(
            json::schema(),
            file!["../../reports/schema/report.schema.json"].raw()
        );
        assert_data_eq!(
            html::render(&run),
            file!["../../reports/schema/samples/report.html"].raw()
        );
        assert_data_eq!(
            github::render(&run),
            file!["../../reports/schema/samples/github.txt"].raw()
        );
        assert_data_eq!(
            matrix::render(std::slice::from_ref(&run)),
            file!["../../reports/schema/samples/matrix.md"].raw()
        );
        assert_data_eq!(
            profile::list(&crate::outcome::Profile::of(&run), Style::PLAIN),
            file!["../../reports/schema/samples/profile.txt"].raw()
        );
        assert_data_eq!(
            junit::render(&run),
            file!["../../reports/schema/samples/junit.xml"].raw()
        );
        assert_data_eq!(
            libtest::render(&run),
            file!["../../reports/schema/samples/libtest.txt"].raw()
        );
        assert_data_eq!(
            oneline::render(&run),
            file!["../../reports/schema/samples/oneline.txt"].raw()
        );
        assert_data_eq!(
            pretty::render(&run, narrow),
            file!["../../reports/schema/samples/pretty.txt"].raw()
        );
        assert_data_eq!(
            pretty::render(&run, verbose),
            file!["../../reports/schema/samples/pretty-verbose.txt"].raw()
        );
        assert_data_eq!(
            tap::render(&run),
            file!["../../reports/schema/samples/tap.txt"].raw()
        );
        assert_data_eq!(
            transcript::render(&run),
            file!["../../reports/schema/samples/transcript.txt"].raw()
        );
        let mut told = run;
        told.scenarios.truncate(1);
        told.scenarios[0].story = Some(sample::story());
        assert_data_eq!(
            story::text::render(&told),
            file!["../../reports/schema/samples/timeline.txt"].raw()
        );
        assert_data_eq!(
            story::html::render(&told),
            file!["../../reports/schema/samples/timeline.html"].raw()
        );
    }
}
