//! `mailspec completions`: completions for a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::exit::{OK, Refusal};
use super::screen::print;

/// Print completions for a shell
#[derive(Args, Clone, Debug)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints them.
pub(super) fn execute(arguments: &CompletionsArguments) -> Result<u8, Refusal> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut super::Cli::command(),
        "mailspec",
        &mut script,
    );
    print(&String::from_utf8_lossy(&script))?;
    Ok(OK)
}
