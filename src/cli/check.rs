//! `mailspec check`: are scenario and target files valid? No server is needed.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{OK, Refusal};
use super::screen::{Screen, complain, print};
use super::selection::{from_paths, refuse};
use crate::target::External;

/// Check scenario and target files
#[derive(Args, Clone, Debug)]
pub(super) struct CheckArguments {
    /// Scenario files, target files, or folders of scenarios
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Checks all files and shows every mistake of every one.
pub(super) fn execute(arguments: &CheckArguments, screen: &Screen) -> Result<u8, Refusal> {
    let (targets, scenarios): (Vec<PathBuf>, Vec<PathBuf>) = arguments
        .files
        .iter()
        .cloned()
        .partition(|path| is_target(path));
    let mut bad = 0;
    for path in &targets {
        let read = |path: &Path| fs::read(path);
        let checked = fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))
            .and_then(|text| {
                External::from_file(path, &text, &read).map_err(|error| error.to_string())
            });
        if let Err(message) = checked {
            complain(&message);
            bad += 1;
        }
    }
    let mut good = targets.len() - bad;
    if !scenarios.is_empty() {
        let library = from_paths(&scenarios)?;
        good += library.scenarios.len();
        refuse(&library.invalid, screen)?;
    }
    if bad > 0 {
        return Err(Refusal::usage(format!("{bad} target files are not valid")));
    }
    print(&format!("{good} valid\n"))?;
    Ok(OK)
}

/// True if the file has the shape of a target: it says where endpoints or accounts are, which no
/// scenario does.
fn is_target(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| {
        text.lines()
            .any(|line| line.starts_with("endpoints:") || line.starts_with("accounts:"))
    })
}
