//! Finding the executables of servers.

use std::path::{Path, PathBuf};
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

/// Where the scripts of `fixtures/servers` unpack what cannot be installed beside other servers.
const UNPACKED: &str = "/usr/local/lib/mailspec/servers";

/// A file of a server that was unpacked, whether it is there or not.
pub(super) fn unpacked(server: &str, file: &str) -> PathBuf {
    Path::new(UNPACKED).join(server).join(file)
}

/// The executable of this name, if it is installed.
pub(super) fn find_program(name: &str) -> Option<PathBuf> {
    PLACES
        .iter()
        .map(|place| PathBuf::from(place).join(name))
        .find(|path| path.is_file())
}

/// What a program prints on its standard output, if it succeeds.
pub(super) fn output(path: &Path, arguments: &[&str]) -> Option<String> {
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
