//! Which accounts of servers that run already are in use, on disk: what a killed run left can be
//! found and cleared.
//!
//! One line of JSON for each lease and each giving back. The file goes when nothing is left in use.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What was in an account before mailspec used it: each mailbox with the UIDs of its messages. With
/// POP3 alone the one key is empty, and the values are unique-ids.
pub type Baseline = BTreeMap<String, Vec<String>>;

/// An account that is in use, or was when a run was killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InUse {
    /// The target's name.
    pub target: String,
    /// The account's user.
    pub user: String,
    /// What mailspec may not remove.
    pub baseline: Baseline,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Leased(InUse),
    GivenBack { target: String, user: String },
}

/// The file.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// A journal at this path; the file need not exist.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where the journal is by default, from the values of `XDG_STATE_HOME` and `HOME`.
    pub fn default_path(state_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
        let absolute = |value: OsString| Some(PathBuf::from(value)).filter(|it| it.is_absolute());
        state_home
            .and_then(absolute)
            .or_else(|| home.and_then(absolute).map(|it| it.join(".local/state")))
            .map(|state| state.join("mailspec/accounts.jsonl"))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes down that an account is in use.
    pub fn lease(&self, account: InUse) -> io::Result<()> {
        self.append(&Line::Leased(account))
    }

    /// Writes down that an account is clean again.
    pub fn give_back(&self, target: &str, user: &str) -> io::Result<()> {
        self.append(&Line::GivenBack {
            target: target.to_owned(),
            user: user.to_owned(),
        })
    }

    /// The accounts that are in use.
    pub fn in_use(&self) -> io::Result<Vec<InUse>> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(read(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn append(&self, line: &Line) -> io::Result<()> {
        let mut file = self.open_locked()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let line = serde_json::to_string(line)?;
        // A run that was killed while it wrote leaves a line without an end.
        let start = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let addition = format!("{start}{line}\n");
        text.push_str(&addition);
        if read(&text).is_empty() {
            return fs::remove_file(&self.path);
        }
        file.seek(io::SeekFrom::End(0))?;
        file.write_all(addition.as_bytes())?;
        file.sync_data()
    }

    /// Opens the file and waits until no other process writes it.
    fn open_locked(&self) -> io::Result<File> {
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        loop {
            let file = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&self.path)?;
            file.lock()?;
            // Whoever held the lock may have removed the file.
            if self.path.exists() {
                return Ok(file);
            }
        }
    }
}

/// What is in use after these lines. A line that cannot be read counts as none.
fn read(text: &str) -> Vec<InUse> {
    let mut in_use: Vec<InUse> = Vec::new();
    for line in text.lines() {
        let (target, user) = match serde_json::from_str(line) {
            Ok(Line::Leased(account)) => {
                // The first baseline holds until the account was clean again.
                let known = |it: &InUse| it.target == account.target && it.user == account.user;
                if !in_use.iter().any(known) {
                    in_use.push(account);
                }
                continue;
            }
            Ok(Line::GivenBack { target, user }) => (target, user),
            Err(_) => continue,
        };
        in_use.retain(|it| it.target != target || it.user != user);
    }
    in_use
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn in_use(user: &str, uids: &[&str]) -> InUse {
        let uids = uids.iter().map(|&uid| uid.to_owned()).collect();
        InUse {
            target: "imap://h".to_owned(),
            user: user.to_owned(),
            baseline: BTreeMap::from([("INBOX".to_owned(), uids)]),
        }
    }

    #[test]
    fn what_is_leased_stays_until_it_is_given_back_and_then_the_file_goes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state/accounts.jsonl");
        let journal = Journal::new(path.clone());
        assert_eq!(journal.in_use().unwrap(), []);
        journal.lease(in_use("a", &["1"])).unwrap();
        journal.lease(in_use("b", &[])).unwrap();
        assert_eq!(
            Journal::new(path.clone()).in_use().unwrap(),
            [in_use("a", &["1"]), in_use("b", &[])]
        );
        journal.give_back("imap://h", "a").unwrap();
        journal.give_back("imap://other", "b").unwrap();
        assert_eq!(journal.in_use().unwrap(), [in_use("b", &[])]);
        journal.give_back("imap://h", "b").unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_line_that_was_cut_short_does_not_hide_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("accounts.jsonl");
        let journal = Journal::new(path.clone());
        journal.lease(in_use("a", &["1"])).unwrap();
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"{\"leased\":{\"tar").unwrap();
        journal.lease(in_use("b", &[])).unwrap();
        journal.lease(in_use("a", &["1", "2"])).unwrap();
        assert_eq!(
            journal.in_use().unwrap(),
            [in_use("a", &["1"]), in_use("b", &[])]
        );
    }

    #[test]
    fn the_state_directory_decides_where_it_is() {
        let path = |state: Option<&str>, home: Option<&str>| {
            Journal::default_path(state.map(Into::into), home.map(Into::into))
        };
        let wanted = |path: &str| Some(PathBuf::from(path));
        assert_eq!(
            path(Some("/s"), Some("/h")),
            wanted("/s/mailspec/accounts.jsonl")
        );
        assert_eq!(
            path(Some("relative"), Some("/h")),
            wanted("/h/.local/state/mailspec/accounts.jsonl")
        );
        assert_eq!(path(None, None), None);
    }
}
