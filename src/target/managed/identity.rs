//! As whom servers and their mail stores run.

use std::io;

use nix::unistd::{Gid, Group, Uid, User};

/// A user and a group with their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The user's name.
    pub user: String,
    /// The user's id.
    pub uid: u32,
    /// The group's name.
    pub group: String,
    /// The group's id.
    pub gid: u32,
}

impl Identity {
    /// Whoever runs mailspec.
    pub(super) fn current() -> io::Result<Self> {
        let user = User::from_uid(Uid::effective())?
            .ok_or_else(|| io::Error::other("the user who runs mailspec has no name"))?;
        Self::new(user.name, user.uid, Gid::effective())
    }

    /// The owner of mail when mailspec runs as root, because servers refuse to open mail as root.
    pub(super) fn nobody() -> io::Result<Self> {
        let user = User::from_name("nobody")?
            .ok_or_else(|| io::Error::other("there is no user called nobody"))?;
        Self::new(user.name, user.uid, user.gid)
    }

    fn new(user: String, uid: Uid, gid: Gid) -> io::Result<Self> {
        let group = Group::from_gid(gid)?
            .ok_or_else(|| io::Error::other(format!("group {gid} has no name")))?;
        Ok(Self {
            user,
            uid: uid.as_raw(),
            group: group.name,
            gid: gid.as_raw(),
        })
    }

    /// True if mailspec runs as root.
    pub(super) fn is_root() -> bool {
        Uid::effective().is_root()
    }
}
