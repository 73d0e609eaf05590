//! Accounts for servers that look for them among the users of the system: their private view of
//! `/etc/passwd` is the file `passwd` of the run.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::Account;
use super::crypt::crypt;
use super::site::Site;

/// Adds an account that owns its mail as the others do.
///
/// The line is appended in place, as servers see this very file, and in one write, so that whoever
/// reads meanwhile sees the whole of it or nothing.
pub(super) fn add_user(site: &Site, account: &Account, home: &Path) -> io::Result<()> {
    let (user, hash) = (&account.user, crypt(&account.password)?);
    let (uid, gid) = (site.mail_owner.uid, site.mail_owner.gid);
    let home = home.display();
    let line = format!("{user}:{hash}:{uid}:{gid}::{home}:/bin/false\n");
    File::options()
        .append(true)
        .open(site.directory.join("passwd"))?
        .write_all(line.as_bytes())
}
