//! `mailspec schema`: the JSON Schema of the files that mailspec reads and writes.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::exit::{OK, Refusal};
use super::screen::print;
use crate::expectation;
use crate::report::json;
use crate::scenario;
use crate::target::target_file_schema;

/// Print the JSON Schema (draft-07) of a kind of file
#[derive(Args, Clone, Debug)]
pub(super) struct SchemaArguments {
    /// The kind of file
    #[arg(value_enum)]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Scenario files
    Scenario,
    /// Target files
    Target,
    /// Expectation files
    Expectations,
    /// Archived runs, as `--report json:PATH` writes them
    Report,
}

/// Prints it.
pub(super) fn execute(arguments: &SchemaArguments) -> Result<u8, Refusal> {
    let schema = match arguments.kind {
        Kind::Scenario => pretty(&scenario::json_schema())?,
        Kind::Target => pretty(&target_file_schema())?,
        Kind::Expectations => pretty(&expectation::json_schema())?,
        Kind::Report => json::schema(),
    };
    print(&schema)?;
    Ok(OK)
}

fn pretty(schema: &impl Serialize) -> Result<String, Refusal> {
    let text = serde_json::to_string_pretty(schema).map_err(Refusal::internal)?;
    Ok(text + "\n")
}
