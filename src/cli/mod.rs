//! The command line: one subcommand for each file.
//!
//! This is the only module that reads the environment (`NO_COLOR`, `TERM`, `COLUMNS`), and the one
//! that owns the process: signals, standard streams, exit codes ([`exit`]).

mod check;
mod completions;
mod coverage;
mod doctor;
pub mod exit;
mod expect;
mod expectation_file;
mod explain;
pub mod harness;
mod init;
mod judge;
mod list;
mod man;
mod mutants;
mod profile;
mod progress;
mod report;
mod report_file;
mod run;
mod schema;
mod screen;
mod selection;
mod serve;
mod signals;
mod target_arguments;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::Refusal;
use screen::{Screen, complain};

/// Proves what a mail server does with people's mail: replays scenarios over IMAP, POP3, SMTP and
/// LMTP, and says which requirements hold.
///
/// Exit codes: 0 all gates met; 1 a MUST or a promise is broken; 2 wrong usage or an invalid file;
/// 3 the target cannot be used; 4 nothing was selected or decided; 5 the expectation file is stale;
/// 6 the run is incomplete; 70 a bug in mailspec.
#[derive(Debug, Parser)]
#[command(name = "mailspec", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// No colours; NO_COLOR in the environment does the same
    #[arg(long, global = true)]
    no_color: bool,
    /// Leave nothing out
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::RunArguments>),
    List(list::ListArguments),
    Targets(targets::TargetsArguments),
    Doctor(doctor::DoctorArguments),
    Init(init::InitArguments),
    Explain(explain::ExplainArguments),
    Check(check::CheckArguments),
    Expect(expect::ExpectArguments),
    Profile(profile::ProfileArguments),
    Judge(judge::JudgeArguments),
    Report(report::ReportArguments),
    Mutants(mutants::MutantsArguments),
    Coverage(coverage::CoverageArguments),
    Serve(serve::ServeArguments),
    Schema(schema::SchemaArguments),
    Completions(completions::CompletionsArguments),
    Man(man::ManArguments),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help that nobody reads to its end is no error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() {
                exit::USAGE
            } else {
                exit::OK
            });
        }
    };
    match catch_unwind(AssertUnwindSafe(|| execute(&cli))) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(refusal)) => {
            complain(&refusal.message);
            ExitCode::from(refusal.code)
        }
        Err(_) => {
            complain("this is a bug in mailspec; please report it with the lines above");
            ExitCode::from(exit::INTERNAL)
        }
    }
}

fn execute(cli: &Cli) -> Result<u8, Refusal> {
    let screen = Screen::of_process(cli.no_color, cli.verbose);
    match &cli.command {
        Command::Run(arguments) => run::execute(arguments, &screen),
        Command::Doctor(arguments) => doctor::execute(arguments, &screen),
        Command::Init(arguments) => init::execute(arguments),
        Command::List(arguments) => list::execute(arguments, &screen),
        Command::Targets(arguments) => targets::execute(arguments),
        Command::Explain(arguments) => explain::execute(arguments),
        Command::Check(arguments) => check::execute(arguments, &screen),
        Command::Profile(arguments) => profile::execute(arguments, &screen),
        Command::Expect(arguments) => expect::execute(arguments, &screen),
        Command::Judge(arguments) => judge::execute(arguments, &screen),
        Command::Report(arguments) => report::execute(arguments, &screen),
        Command::Mutants(arguments) => mutants::execute(arguments, &screen),
        Command::Coverage(arguments) => coverage::execute(arguments, &screen),
        Command::Serve(arguments) => serve::execute(arguments),
        Command::Schema(arguments) => schema::execute(arguments),
        Command::Completions(arguments) => completions::execute(arguments),
        Command::Man(arguments) => man::execute(arguments),
    }
}

/// A word as a shell takes it.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(shell_word("imap/core/noop"), "imap/core/noop");
        assert_eq!(shell_word("a[b=c d]"), "'a[b=c d]'");
        assert_eq!(shell_word("it's"), "'it'\\''s'");
    }
}
