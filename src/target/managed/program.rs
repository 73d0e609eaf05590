//! Finding the executables of servers.

use std::path::PathBuf;
use std::process::Command;

/// Where servers are installed; most are not on the `PATH` of ordinary users.
const PLACES: &[&str] = &[
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/opt/homebrew/sbin",
    "/opt/homebrew/bin",
];

/// The executable of this name, if it is installed.
pub(super) fn find_program(name: &str) -> Option<PathBuf> {
    PLACES
        .iter()
        .map(|place| PathBuf::from(place).join(name))
        .find(|path| path.is_file())
}

/// What a program prints on its standard output, if it succeeds.
pub(super) fn output(path: &PathBuf, arguments: &[&str]) -> Option<String> {
    let output = Command::new(path).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_program_is_found_and_answers() {
        let path = find_program("env").unwrap();
        assert!(output(&path, &["--version"]).is_some());
        assert_eq!(output(&path, &["--no-such-option"]), None);
        assert_eq!(find_program("mailspec-no-such-server"), None);
    }
}
