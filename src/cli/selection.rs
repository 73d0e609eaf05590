//! Which scenarios are meant: selectors, paths, `--scenarios`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::exit::{NOTHING, Refusal, USAGE};
use super::screen::{Screen, say};
use crate::scenario::{self, Invalid, Library, Messages, Scenario, SelectError, select};

/// The scenarios asked for.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Selection {
    /// A folder of scenarios to use instead of those that mailspec ships
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,
    /// Ids or globs of scenarios (`mixed/**`), `tag:NAME`, requirement ids; or paths: what ends in
    /// `.yaml` or `/`, or begins with `.` or `/`. Nothing means all
    #[arg(value_name = "SELECTOR")]
    pub(super) selectors: Vec<String>,
}

/// Scenarios that are valid and selected.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) scenarios: Vec<Arc<Scenario>>,
    pub(super) messages: Arc<Messages>,
}

impl Selection {
    /// Loads and selects. Invalid files are shown, and no scenario of the run begins.
    pub(super) fn load(&self, screen: &Screen) -> Result<Selected, Refusal> {
        let (paths, selectors): (Vec<&String>, Vec<&String>) = self
            .selectors
            .iter()
            .partition(|selector| is_path(selector));
        let mut scenarios = Vec::new();
        let mut messages = Messages::new();
        let mut invalid = Vec::new();
        if paths.is_empty() || !selectors.is_empty() {
            let library = self.library()?;
            let selectors: Vec<String> = selectors.into_iter().cloned().collect();
            scenarios = select(&library.scenarios, &selectors).map_err(nothing)?;
            messages.extend(library.messages);
            invalid.extend(library.invalid);
        }
        if !paths.is_empty() {
            let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
            let library = from_paths(&paths)?;
            scenarios.extend(library.scenarios);
            messages.extend(library.messages);
            invalid.extend(library.invalid);
        }
        refuse(&invalid, screen)?;
        scenarios.sort_by(|one, other| one.id.cmp(&other.id));
        scenarios.dedup_by(|one, other| one.id == other.id);
        Ok(Selected {
            scenarios,
            messages: Arc::new(messages),
        })
    }

    /// The scenarios that ids and globs choose from.
    pub(super) fn library(&self) -> Result<Library, Refusal> {
        match &self.scenarios {
            None => Ok(Library::shipped()),
            Some(folder) => from_paths(std::slice::from_ref(folder)),
        }
    }
}

/// True for a selector that is a path: told from its spelling, not from what the disk holds.
fn is_path(selector: &str) -> bool {
    let path = Path::new(selector);
    selector.ends_with('/')
        || selector.starts_with(['.', '/'])
        || path
            .extension()
            .is_some_and(|suffix| suffix == "yaml" || suffix == "yml")
}

fn nothing(error: SelectError) -> Refusal {
    let code = match error {
        SelectError::Nothing { .. } => NOTHING,
        SelectError::Unreadable { .. } => USAGE,
    };
    Refusal::caused(code, &error)
}

/// The scenarios of files and folders, which have to exist.
pub(super) fn from_paths(paths: &[PathBuf]) -> Result<Library, Refusal> {
    Library::from_paths(paths).map_err(|error| Refusal::caused(USAGE, &error))
}

/// Shows every mistake of every file; refuses if there is any.
pub(super) fn refuse(invalid: &[Invalid], screen: &Screen) -> Result<(), Refusal> {
    for file in invalid {
        say(&format!("{}\n\n", scenario::render(file, screen.err.color)));
    }
    match invalid.len() {
        0 => Ok(()),
        1 => Err(Refusal::usage("1 file is not valid")),
        number => Err(Refusal::usage(format!("{number} files are not valid"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_by_its_spelling() {
        for path in ["a/b.yaml", "./mixed", "/tmp/x", "scenarios/", "x.yml"] {
            assert!(is_path(path), "{path}");
        }
        for selector in ["mixed", "mixed/**", "tag:race", "rfc1939-6-1", "a/b"] {
            assert!(!is_path(selector), "{selector}");
        }
    }
}
