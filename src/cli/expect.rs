//! `mailspec expect`: writes expectation files from archived runs, and keeps them true.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::exit::{OK, Refusal};
use super::expectation_file::{parse, read, today, universe};
use super::screen::{Screen, print, say};
use super::selection::Selection;
use crate::expectation;
use crate::outcome::RunResult;
use crate::report::json;

/// Write an expectation file, or bring one up to date
#[derive(Args, Clone, Debug)]
pub(super) struct ExpectArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Print a new file with an entry for each failure of archived runs of one server
    ///
    /// What failed in some of the runs only may pass too. Each entry wants a reason.
    Init {
        /// Archives, as `run --report json:FILE` wrote them
        #[arg(value_name = "RESULT", required = true)]
        results: Vec<PathBuf>,
    },
    /// Take out of a file what did not come true, and add what is new
    ///
    /// Comments and the order of entries stay. Entries that have expired or fit no scenario stay
    /// too: those are for people.
    Update {
        /// The expectation file, edited in place
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Archives, as `run --report json:FILE` wrote them
        #[arg(value_name = "RESULT", required = true)]
        results: Vec<PathBuf>,
        /// A folder of scenarios to use instead of those that mailspec ships
        #[arg(long, value_name = "DIR")]
        scenarios: Option<PathBuf>,
    },
}

/// Does what is asked.
pub(super) fn execute(arguments: &ExpectArguments, screen: &Screen) -> Result<u8, Refusal> {
    match &arguments.command {
        Command::Init { results } => print(&expectation::init(&archives(results)?))?,
        Command::Update {
            file,
            results,
            scenarios,
        } => {
            let selection = Selection {
                scenarios: scenarios.clone(),
                ..Selection::default()
            };
            let known = universe(&selection, &[])?;
            let expectations = parse(read(file)?, screen)?;
            let runs = archives(results)?;
            let text = expectation::update(&expectations, &runs, &known, &today());
            replace(file, &expectations.source.text, &text)?;
        }
    }
    Ok(OK)
}

/// The archives, which have to be of one target.
fn archives(paths: &[PathBuf]) -> Result<Vec<RunResult>, Refusal> {
    let runs: Vec<RunResult> = paths
        .iter()
        .map(|path| archive(path))
        .collect::<Result<_, _>>()?;
    let first = &runs[0].target.name;
    match runs.iter().find(|run| run.target.name != *first) {
        Some(other) => Err(Refusal::usage(format!(
            "the archives are of two targets: {first} and {}",
            other.target.name
        ))),
        None => Ok(runs),
    }
}

/// Reads an archive.
pub(super) fn archive(path: &Path) -> Result<RunResult, Refusal> {
    let source = read(path)?;
    json::read(&source.text).map_err(|error| Refusal::usage(format!("{}: {error}", source.path)))
}

fn replace(path: &Path, before: &str, after: &str) -> Result<(), Refusal> {
    if before == after {
        say(&format!("{} is up to date\n", path.display()));
        return Ok(());
    }
    std::fs::write(path, after)
        .map_err(|error| Refusal::usage(format!("cannot write {}: {error}", path.display())))
}
