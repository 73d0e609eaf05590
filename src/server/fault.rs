//! Deliberate bugs of the embedded server, each with a stable kebab-case id.

/// One deliberate bug. Its code is one visible branch at the point of misbehaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// `pop3-dele-commits-without-quit`: a closed connection counts as QUIT.
    Pop3DeleCommitsWithoutQuit,
}

impl Fault {
    /// Every fault.
    pub const ALL: &[Self] = &[Self::Pop3DeleCommitsWithoutQuit];

    /// The stable id.
    pub fn id(self) -> &'static str {
        "pop3-dele-commits-without-quit"
    }

    /// The misbehaviour, one line.
    pub fn summary(self) -> &'static str {
        "a POP3 connection that closes without QUIT removes what was marked"
    }

    /// The real bug that it stands for.
    pub fn origin(self) -> &'static str {
        "Dovecot before 2.3.4"
    }

    /// The fault with this id.
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.id() == id)
    }
}
