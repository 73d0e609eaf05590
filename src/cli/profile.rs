//! `mailspec profile`: what a server does where it may choose.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::exit::{INCOMPLETE, OK, Refusal, TARGET};
use super::expect::archive;
use super::run::{RunArguments, result_of};
use super::screen::{Screen, print};
use super::target_arguments::TargetArguments;
use crate::outcome::{Profile, RunResult};
use crate::report::profile;

/// Say what a server does where the RFCs leave a choice
#[derive(Args, Clone, Debug)]
pub(super) struct ProfileArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// Archived runs to look at instead of running every scenario on the target; several servers
    /// make a table
    #[arg(value_name = "RESULT")]
    results: Vec<PathBuf>,
    /// How it is told
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

/// Prints the facts.
pub(super) fn execute(arguments: &ProfileArguments, screen: &Screen) -> Result<u8, Refusal> {
    let runs: Vec<RunResult> = match arguments.results.is_empty() {
        false => arguments
            .results
            .iter()
            .map(|file| archive(file))
            .collect::<Result<_, _>>()?,
        true => match result_of(&RunArguments::of(arguments.target.clone()), screen)? {
            Some(run) if run.exit.code == TARGET => {
                return Err(Refusal {
                    code: TARGET,
                    message: run.exit.reason,
                });
            }
            Some(run) => vec![run],
            None => return Ok(INCOMPLETE),
        },
    };
    let profiles: Vec<Profile> = runs.iter().map(Profile::of).collect();
    print(&match (arguments.format, &profiles[..]) {
        (Form::Text, [one]) => profile::list(one, screen.out),
        (Form::Text, several) => profile::table(several),
        (Form::Json, several) => {
            serde_json::to_string_pretty(several).map_err(Refusal::internal)? + "\n"
        }
    })?;
    Ok(OK)
}
