//! `mailspec report`: renders, merges and compares archived runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::exit::{self, FAILED, OK, Refusal};
use super::expect::archive;
use super::report_file::Format;
use super::screen::{Screen, print};
use crate::outcome::RunResult;
use crate::outcome::compare::compare;
use crate::outcome::merge::merge;
use crate::report::{compact, comparison, matrix};

/// Render an archived run in another format, merge shards, compare runs
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct ReportArguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The archive, as `run --report json:FILE` wrote it
    #[arg(value_name = "FILE", required = true)]
    file: Option<PathBuf>,
    /// The format
    #[arg(long, value_enum, default_value = "pretty")]
    format: Format,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Put the shards of one run together; prints the archive of the whole
    Merge {
        /// The archives of all shards
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// The format
        #[arg(long, value_enum, default_value = "json")]
        format: Format,
    },
    /// Say what was fixed, what broke, and what fails differently; exit code 1 if anything is worse
    Compare {
        /// The earlier run
        #[arg(value_name = "BEFORE")]
        before: PathBuf,
        /// The later run
        #[arg(value_name = "AFTER")]
        after: PathBuf,
    },
    /// Put several servers into one page of Markdown
    Matrix {
        /// One archive for each server
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Print a small archive to be kept beside the code: without times, and without the octets of
    /// what passed
    Compact {
        /// The archive
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Does what is asked.
pub(super) fn execute(arguments: &ReportArguments, screen: &Screen) -> Result<u8, Refusal> {
    match (&arguments.command, &arguments.file) {
        (Some(command), _) => perform(command, screen),
        (None, Some(file)) => {
            print(&arguments.format.render(&archive(file)?, screen.out))?;
            Ok(OK)
        }
        (None, None) => Err(Refusal::usage("which archive?")),
    }
}

fn perform(command: &Command, screen: &Screen) -> Result<u8, Refusal> {
    match command {
        Command::Merge { files, format } => {
            let mut whole = merge(archives(files)?).map_err(Refusal::usage)?;
            whole.exit = exit::decide(&whole);
            print(&format.render(&whole, screen.out))?;
            return Ok(whole.exit.code);
        }
        Command::Compare { before, after } => {
            let (before, after) = (archive(before)?, archive(after)?);
            let changes = compare(&before, &after);
            let variants = before.scenarios.len().max(after.scenarios.len());
            print(&comparison::render(&changes, variants, screen.out))?;
            if changes.iter().any(|one| one.change.is_worse()) {
                return Ok(FAILED);
            }
        }
        Command::Matrix { files } => print(&matrix::render(&archives(files)?))?,
        Command::Compact { file } => print(&compact::render(&archive(file)?))?,
    }
    Ok(OK)
}

fn archives(files: &[PathBuf]) -> Result<Vec<RunResult>, Refusal> {
    files.iter().map(|file| archive(file)).collect()
}
