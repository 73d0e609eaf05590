//! What a server does with mail that POP3 clients have fetched or deleted, and with old mail.

use super::fault::Fault;

/// A retention profile: a matter of configuration, no fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// RFC 1939 and nothing else: QUIT removes what was marked, time removes nothing.
    #[default]
    Strict,
    /// QUIT hides what was marked from POP3; IMAP keeps it, with the keyword `$POP3Deleted`.
    HideOnDelete,
    /// What was retrieved once is not shown over POP3 again; IMAP keeps it.
    PopOnce,
    /// QUIT moves what was retrieved or marked from INBOX to Archive.
    ArchiveOnPop,
    /// Mail that is in INBOX for more than this many days is removed (EXPIRE of RFC 2449 §6.7).
    Expire(u16),
    /// Mail that is in Trash or Junk for more than this many days is removed.
    AutoExpunge(u16),
}

impl Retention {
    /// The profile in which a fault shows, if it shows in one only.
    pub(super) fn of_fault(fault: Fault) -> Option<Self> {
        match fault {
            Fault::HiddenMessageShownAgain
            | Fault::HideOnDeleteExpunges
            | Fault::HideOnDeleteReachesImap => Some(Self::HideOnDelete),
            Fault::PopOnceHidesFromImap
            | Fault::PopOnceShownAgain
            | Fault::PopOnceTakesTopForRetr => Some(Self::PopOnce),
            Fault::ArchiveOnPopDrops | Fault::ArchiveOnPopLeavesInbox => Some(Self::ArchiveOnPop),
            Fault::ExpireADayEarly
            | Fault::ExpireNotAnnounced
            | Fault::ExpireReachesEveryMailbox => Some(Self::Expire(7)),
            Fault::AutoExpungeCountsFromArrival | Fault::AutoExpungeReachesInbox => {
                Some(Self::AutoExpunge(7))
            }
            _ => None,
        }
    }

    /// What EXPIRE of CAPA says: after how many days, `0` if a client cannot leave mail, or never.
    pub(super) fn announced(self) -> String {
        match self {
            Self::Strict | Self::HideOnDelete | Self::AutoExpunge(_) => "NEVER".to_owned(),
            Self::PopOnce | Self::ArchiveOnPop => "0".to_owned(),
            Self::Expire(days) => days.to_string(),
        }
    }
}
