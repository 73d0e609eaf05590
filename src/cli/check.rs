//! `mailspec check`: are scenario, target and expectation files valid? No server is needed.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{OK, Refusal};
use super::expectation_file::{parse, read};
use super::screen::{Screen, complain, print};
use super::selection::{from_paths, refuse};
use crate::target::External;

/// Check scenario, target and expectation files
#[derive(Args, Clone, Debug)]
pub(super) struct CheckArguments {
    /// Scenario, target and expectation files, or folders of scenarios
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Checks all files and shows every mistake of every one.
pub(super) fn execute(arguments: &CheckArguments, screen: &Screen) -> Result<u8, Refusal> {
    let mut scenarios = Vec::new();
    let (mut good, mut bad) = (0, 0);
    for path in &arguments.files {
        let valid = match kind(path) {
            Kind::Scenario => {
                scenarios.push(path.clone());
                continue;
            }
            Kind::Target => target(path),
            Kind::Expectations => read(path)
                .and_then(|source| parse(source, screen))
                .map(drop),
        };
        match valid {
            Ok(()) => good += 1,
            Err(refusal) => {
                complain(&refusal.message);
                bad += 1;
            }
        }
    }
    if !scenarios.is_empty() {
        let library = from_paths(&scenarios)?;
        good += library.scenarios.len();
        refuse(&library.invalid, screen)?;
    }
    match bad {
        0 => {
            print(&format!("{good} valid\n"))?;
            Ok(OK)
        }
        1 => Err(Refusal::usage("1 file is not valid")),
        _ => Err(Refusal::usage(format!("{bad} files are not valid"))),
    }
}

fn target(path: &Path) -> Result<(), Refusal> {
    let source = read(path)?;
    let read = |path: &Path| fs::read(path);
    External::from_file(path, &source.text, &read)
        .map(drop)
        .map_err(Refusal::usage)
}

enum Kind {
    Scenario,
    Target,
    Expectations,
}

/// What a file is, told from a key that only one kind has.
fn kind(path: &Path) -> Kind {
    let text = fs::read_to_string(path).unwrap_or_default();
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    if has("expectations:") {
        Kind::Expectations
    } else if has("endpoints:") || has("accounts:") {
        Kind::Target
    } else {
        Kind::Scenario
    }
}
