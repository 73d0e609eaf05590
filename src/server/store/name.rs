//! Mailbox names: hierarchy, INBOX, and the special uses of RFC 6154.

/// The hierarchy delimiter.
pub(crate) const DELIMITER: char = '/';

const LONGEST: usize = 1000;

/// A special use of a mailbox (RFC 6154 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpecialUse {
    /// `\Archive`
    Archive,
    /// `\Drafts`
    Drafts,
    /// `\Junk`
    Junk,
    /// `\Sent`
    Sent,
    /// `\Trash`
    Trash,
}

impl SpecialUse {
    /// Every special use that the server knows.
    pub(crate) const ALL: [Self; 5] = [
        Self::Archive,
        Self::Drafts,
        Self::Junk,
        Self::Sent,
        Self::Trash,
    ];

    /// The LIST attribute.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Archive => "\\Archive",
            Self::Drafts => "\\Drafts",
            Self::Junk => "\\Junk",
            Self::Sent => "\\Sent",
            Self::Trash => "\\Trash",
        }
    }
}

/// The name under which the store knows a mailbox: INBOX in capitals, also in front of a `/`.
pub(crate) fn normalize(name: &str) -> String {
    let (first, rest) = match name.split_once(DELIMITER) {
        Some((first, rest)) => (first, Some(rest)),
        None => (name, None),
    };
    let first = if first.eq_ignore_ascii_case("INBOX") {
        "INBOX"
    } else {
        first
    };
    match rest {
        Some(rest) => format!("{first}{DELIMITER}{rest}"),
        None => first.to_owned(),
    }
}

/// Whether a mailbox may have this name.
pub(super) fn is_valid(name: &str) -> bool {
    name.len() <= LONGEST
        && name.split(DELIMITER).all(|level| !level.is_empty())
        && !name.chars().any(char::is_control)
}

/// The superior names, top first: `a`, `a/b` for `a/b/c`.
pub(super) fn superiors(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices(DELIMITER).map(|(end, _)| &name[..end])
}

/// What follows `superior/`, if the name is inferior to it.
pub(super) fn below<'a>(name: &'a str, superior: &str) -> Option<&'a str> {
    name.strip_prefix(superior)?.strip_prefix(DELIMITER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inbox_is_case_insensitive_and_nothing_else_is() {
        for (given, known) in [
            ("inbox", "INBOX"),
            ("InBox/Work", "INBOX/Work"),
            ("work/inbox", "work/inbox"),
            ("inboxes", "inboxes"),
        ] {
            assert_eq!(normalize(given), known);
        }
    }

    #[test]
    fn validity_and_hierarchy() {
        for bad in ["", "/", "a/", "/a", "a//b", "a\r\nb", "a\0"] {
            assert!(!is_valid(bad), "{bad:?}");
        }
        assert!(is_valid("a/b ü %*"));
        assert_eq!(superiors("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(below("a/b/c", "a/b"), Some("c"));
        assert_eq!(below("ab/c", "a"), None);
    }
}
