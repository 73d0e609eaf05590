//! `mailspec man`: the manual page.

use std::io;

use clap::{Args, Command, CommandFactory};

use super::exit::{OK, Refusal};
use super::screen::print;

/// Print the manual page, in roff
#[derive(Args, Clone, Debug)]
pub(super) struct ManArguments {
    /// Of this subcommand
    #[arg(value_name = "SUBCOMMAND")]
    subcommand: Option<String>,
}

/// Prints it.
pub(super) fn execute(arguments: &ManArguments) -> Result<u8, Refusal> {
    let mut command = super::Cli::command();
    // Gives the subcommands their names in full: `mailspec-run`.
    command.build();
    let page = match &arguments.subcommand {
        None => page(command),
        Some(name) => {
            let Some(found) = command.find_subcommand(name) else {
                return Err(Refusal::usage(format!("there is no subcommand {name:?}")));
            };
            page(found.clone())
        }
    };
    print(&page.map_err(Refusal::internal)?)?;
    Ok(OK)
}

fn page(command: Command) -> io::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
