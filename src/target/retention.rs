//! The retention profile that a target declares.

use std::fmt;
use std::str::FromStr;

/// What a server does with mail that POP3 clients have fetched or deleted, and with old mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// RFC 1939 and nothing else.
    #[default]
    Strict,
    /// What POP3 deletes is hidden from POP3 and stays in IMAP.
    HideOnDelete,
    /// What POP3 has retrieved once it does not show again; IMAP keeps it.
    PopOnce,
    /// What POP3 has retrieved or deleted goes from INBOX to Archive.
    ArchiveOnPop,
    /// Mail leaves INBOX after so many days (EXPIRE of RFC 2449 §6.7).
    Expire(u16),
    /// Mail leaves Trash and Junk after so many days.
    AutoExpunge(u16),
}

/// How profiles are written.
pub const RETENTIONS: &str =
    "strict, hide-on-delete, pop-once, archive-on-pop, expire-DAYS, auto-expunge-DAYS";

/// The most days of a profile.
const MOST_DAYS: u16 = 3650;

impl Retention {
    /// After how many days mail goes, if it goes with time.
    pub fn days(self) -> Option<u16> {
        match self {
            Self::Expire(days) | Self::AutoExpunge(days) => Some(days),
            Self::Strict | Self::HideOnDelete | Self::PopOnce | Self::ArchiveOnPop => None,
        }
    }
}

impl FromStr for Retention {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let days = |text: &str| {
            let days = text.parse().ok();
            days.filter(|days| (1..=MOST_DAYS).contains(days))
        };
        let timed = || {
            let expire = text.strip_prefix("expire-").and_then(days);
            let expunge = text.strip_prefix("auto-expunge-").and_then(days);
            let expire = expire.map(Self::Expire);
            expire.or_else(|| expunge.map(Self::AutoExpunge))
        };
        match text {
            "strict" => Ok(Self::Strict),
            "hide-on-delete" => Ok(Self::HideOnDelete),
            "pop-once" => Ok(Self::PopOnce),
            "archive-on-pop" => Ok(Self::ArchiveOnPop),
            _ => timed()
                .ok_or_else(|| format!("`{text}` is no retention profile; there are {RETENTIONS}")),
        }
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Strict => f.write_str("strict"),
            Self::HideOnDelete => f.write_str("hide-on-delete"),
            Self::PopOnce => f.write_str("pop-once"),
            Self::ArchiveOnPop => f.write_str("archive-on-pop"),
            Self::Expire(days) => write!(f, "expire-{days}"),
            Self::AutoExpunge(days) => write!(f, "auto-expunge-{days}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_written_as_it_is_read() {
        for text in [
            "strict",
            "hide-on-delete",
            "pop-once",
            "archive-on-pop",
            "expire-14",
            "auto-expunge-30",
        ] {
            let retention: Retention = text.parse().unwrap();
            assert_eq!(retention.to_string(), text);
        }
        for text in [
            "expire",
            "expire-0",
            "expire-x",
            "hide",
            "auto-expunge-9999",
        ] {
            assert!(text.parse::<Retention>().is_err(), "{text}");
        }
    }
}
