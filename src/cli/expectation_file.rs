//! Which expectation file a run is held against: `--expect`, or the one shipped for a managed
//! server.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use super::exit::{Refusal, USAGE};
use super::screen::{Screen, say};
use super::selection::Selection;
use crate::expectation::{self, Expectations};
use crate::report::timestamp;
use crate::run;
use crate::scenario::{self, Scenario, Source};
use crate::target::Spec;

/// What is known to fail.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ExpectationArguments {
    /// A file of what the server is known to do wrong; managed servers have one of their own
    #[arg(long = "expect", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Excuse nothing, not even what a managed server is known to do wrong
    #[arg(long, conflicts_with = "file")]
    no_expect: bool,
}

impl ExpectationArguments {
    /// The file, if there is one. All its mistakes are shown.
    pub(super) fn load(
        &self,
        spec: &Spec,
        screen: &Screen,
    ) -> Result<Option<Arc<Expectations>>, Refusal> {
        let source = match (&self.file, spec) {
            (Some(path), _) => Some(read(path)?),
            (None, Spec::Managed(name)) if !self.no_expect => expectation::shipped(name),
            _ => None,
        };
        source
            .map(|source| parse(source, screen).map(Arc::new))
            .transpose()
    }

    /// The options as a rerun needs them.
    pub(super) fn shown(&self) -> Vec<String> {
        match (&self.file, self.no_expect) {
            (Some(path), _) => vec!["--expect".to_owned(), path.display().to_string()],
            (None, true) => vec!["--no-expect".to_owned()],
            (None, false) => Vec::new(),
        }
    }
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<Source, Refusal> {
    let text = std::fs::read_to_string(path).map_err(|error| Refusal {
        code: USAGE,
        message: format!("cannot read {}: {error}", path.display()),
    })?;
    Ok(Source {
        path: path.display().to_string(),
        text,
    })
}

/// The entries of a file, or all its mistakes on standard error.
pub(super) fn parse(source: Source, screen: &Screen) -> Result<Expectations, Refusal> {
    expectation::read(&Arc::new(source)).map_err(|invalid| {
        say(&format!(
            "{}\n\n",
            scenario::render(&invalid, screen.err.color)
        ));
        Refusal::usage(format!("{} is not valid", invalid.source.path))
    })
}

/// The ids of all variants that there are: of the library, and of what was selected by path.
pub(super) fn universe(
    selection: &Selection,
    selected: &[Arc<Scenario>],
) -> Result<Vec<String>, Refusal> {
    let mut scenarios = selection.library()?.scenarios;
    scenarios.extend(selected.iter().cloned());
    let variants = run::plan(&scenarios).into_iter();
    let mut ids: Vec<String> = variants.map(|variant| variant.id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Today, as `YYYY-MM-DD` in UTC.
pub(super) fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut day = timestamp(since.map_or(0, |since| since.as_secs()));
    day.truncate("1970-01-01".len());
    day
}
