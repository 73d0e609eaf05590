//! The `mailspec` binary: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    mailspec::cli::main()
}
