//! `mailspec report`: renders an archived run.

use std::path::PathBuf;

use clap::Args;

use super::exit::{OK, Refusal};
use super::report_file::Format;
use super::screen::{Screen, print};
use crate::report::json;

/// Render an archived run in another format
#[derive(Args, Clone, Debug)]
pub(super) struct ReportArguments {
    /// The archive, as `run --report json:FILE` wrote it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value = "pretty")]
    format: Format,
}

/// Renders it.
pub(super) fn execute(arguments: &ReportArguments, screen: &Screen) -> Result<u8, Refusal> {
    let name = arguments.file.display();
    let text = std::fs::read_to_string(&arguments.file)
        .map_err(|error| Refusal::usage(format!("cannot read {name}: {error}")))?;
    let run = json::read(&text).map_err(|error| Refusal::usage(format!("{name}: {error}")))?;
    print(&arguments.format.render(&run, screen.out))?;
    Ok(OK)
}
