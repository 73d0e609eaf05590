//! The whole suite against the embedded server: every scenario passes, one test for each variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    mailspec::cli::harness::main(mailspec::target::Spec::Embedded(Vec::new()))
}
