//! Maildirs: made for new accounts, and delivered into where a server has no protocol for it.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::identity::Identity;
use super::site::Site;
use super::template::fill;
use super::{Account, local_part};

/// How many messages this process has delivered: their files have different names.
static DELIVERED: AtomicU64 = AtomicU64::new(0);

/// The Maildir of an account's INBOX; see [`Recipe::maildir`](super::Recipe::maildir).
pub(super) fn maildir_of(site: &Site, maildir: &str, account: &Account) -> PathBuf {
    let local = ("LOCAL", local_part(account).to_owned());
    site.directory.join(fill(maildir, &[local]))
}

/// Makes a Maildir, and the directory that it lies in if need be, for this owner.
pub(super) fn make_maildir(maildir: &Path, owner: &Identity) -> io::Result<()> {
    let home = maildir.parent().ok_or(io::ErrorKind::InvalidInput)?;
    if !home.exists() {
        fs::create_dir(home)?;
        chown(home, Some(owner.uid), Some(owner.gid))?;
    }
    let parts = ["", "tmp", "new", "cur"].map(|part| maildir.join(part));
    for directory in parts {
        fs::create_dir(&directory)?;
        chown(&directory, Some(owner.uid), Some(owner.gid))?;
    }
    Ok(())
}

/// Delivers a message, as delivery agents do it: written to `tmp`, then moved to `new`. The octets
/// have CRLF line ends; in a Maildir lines end with LF.
pub(super) fn drop_in(maildir: &Path, octets: &[u8], owner: &Identity) -> io::Result<()> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(io::Error::other)?;
    let (seconds, microseconds) = (now.as_secs(), now.subsec_micros());
    let turn = DELIVERED.fetch_add(1, Ordering::Relaxed);
    let process = process::id();
    let name = format!("{seconds}.M{microseconds:06}P{process}Q{turn}.mailspec");
    let written = maildir.join("tmp").join(&name);
    fs::write(&written, with_bare_line_feeds(octets))?;
    chown(&written, Some(owner.uid), Some(owner.gid))?;
    fs::rename(written, maildir.join("new").join(name))
}

fn with_bare_line_feeds(octets: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(octets.len());
    for (at, &octet) in octets.iter().enumerate() {
        if !(octet == b'\r' && octets.get(at + 1) == Some(&b'\n')) {
            lines.push(octet);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivered_message_is_one_file_in_new() {
        let directory = tempfile::tempdir().unwrap();
        let maildir = directory.path().join("home/Maildir");
        let owner = Identity::current().unwrap();
        make_maildir(&maildir, &owner).unwrap();
        drop_in(&maildir, b"A: b\r\n\r\nc\rd\r\n", &owner).unwrap();
        drop_in(&maildir, b"\r\n", &owner).unwrap();
        let mut files: Vec<Vec<u8>> = fs::read_dir(maildir.join("new"))
            .unwrap()
            .map(|entry| fs::read(entry.unwrap().path()).unwrap())
            .collect();
        files.sort();
        assert_eq!(files, [b"\n".to_vec(), b"A: b\n\nc\rd\n".to_vec()]);
        assert_eq!(fs::read_dir(maildir.join("tmp")).unwrap().count(), 0);
    }
}
