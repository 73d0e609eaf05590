//! A server's own clock, put forward by libfaketime while the server runs.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use super::process::Program;
use super::site::Site;

/// The variables that libfaketime reads.
const VARIABLES: [&str; 5] = [
    "LD_PRELOAD",
    "FAKETIME_TIMESTAMP_FILE",
    "FAKETIME_NO_CACHE",
    "DONT_FAKE_MONOTONIC",
    "NO_FAKE_STAT",
];

/// The library, if Debian's package `faketime` is installed.
pub(super) fn library() -> Option<PathBuf> {
    fs::read_dir("/usr/lib")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.is_file())
}

/// The program with a clock that [`set`] puts forward; at first it shows real time.
pub(super) fn with_clock(site: &Site, program: Program) -> io::Result<Program> {
    let library = library().ok_or(io::ErrorKind::NotFound)?;
    set(site, Duration::ZERO)?;
    let values = [
        library.display().to_string(),
        file(site).display().to_string(),
        // Each look at the clock reads the file. Timers go by real time, and so do files: what is
        // old already stays as old as it is.
        "1".to_owned(),
        "1".to_owned(),
        "1".to_owned(),
    ];
    let shared = site.directory.join("dev/shm");
    fs::create_dir_all(&shared)?;
    fs::set_permissions(&shared, Permissions::from_mode(0o1777))?;
    let pairs = VARIABLES.iter().zip(values);
    let mut arguments: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    arguments.push(program.path.display().to_string());
    arguments.extend(program.arguments);
    Ok(Program::new("/usr/bin/env", arguments))
}

/// Puts the clock this far before real time, for every process at once.
pub(super) fn set(site: &Site, ahead: Duration) -> io::Result<()> {
    let next = site.directory.join("next-clock");
    fs::write(&next, format!("+{}s\n", ahead.as_secs()))?;
    fs::rename(next, file(site))
}

fn file(site: &Site) -> PathBuf {
    site.directory.join("clock")
}
