//! Flags and keywords of a message. `\Recent` is none of them: it belongs to a session.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

/// A system flag (`\Seen`) or a keyword (`$Forwarded`). Spelling is kept, case does not count.
#[derive(Clone, Debug)]
pub(crate) struct Flag(String);

/// A set of flags.
pub(crate) type Flags = BTreeSet<Flag>;

/// What a STORE does with the flags that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlagChange {
    /// `FLAGS`
    Replace,
    /// `+FLAGS`
    Add,
    /// `-FLAGS`
    Remove,
}

impl Flag {
    /// The system flags that a message can have, as RFC 9051 §2.3.2 spells them.
    pub(crate) const SYSTEM: [&str; 5] =
        ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];

    /// A flag; a system flag gets the RFC's spelling.
    pub(crate) fn new(name: &str) -> Self {
        let known = Self::SYSTEM.iter().find(|s| s.eq_ignore_ascii_case(name));
        Self((*known.unwrap_or(&name)).to_owned())
    }

    /// `\Deleted`
    pub(crate) fn deleted() -> Self {
        Self::new("\\Deleted")
    }

    /// `\Seen`
    pub(crate) fn seen() -> Self {
        Self::new("\\Seen")
    }

    /// Whether it is a keyword, not a system flag.
    pub(crate) fn is_keyword(&self) -> bool {
        !self.0.starts_with('\\')
    }

    /// As it was spelt first.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FlagChange {
    /// The flags after the change.
    pub(crate) fn apply(self, old: &Flags, named: &Flags) -> Flags {
        match self {
            Self::Replace => named.clone(),
            Self::Add => old.union(named).cloned().collect(),
            Self::Remove => old.difference(named).cloned().collect(),
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for Flag {
    fn cmp(&self, other: &Self) -> Ordering {
        let folded = |flag: &Self| flag.0.to_ascii_lowercase();
        folded(self).cmp(&folded(other))
    }
}

impl PartialOrd for Flag {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Flag {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Flag {}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(names: &str) -> Flags {
        names.split_whitespace().map(Flag::new).collect()
    }

    #[test]
    fn case_does_not_count_and_system_flags_are_spelt_as_in_the_rfc() {
        assert_eq!(Flag::new("\\SEEN").as_str(), "\\Seen");
        assert_eq!(Flag::new("$forwarded"), Flag::new("$Forwarded"));
        assert_eq!(flags("a A \\seen \\Seen").len(), 2);
        assert!(Flag::new("$x").is_keyword() && !Flag::seen().is_keyword());
    }

    #[test]
    fn changes() {
        let old = flags("\\Seen a");
        for (change, named, new) in [
            (FlagChange::Replace, "b", "b"),
            (FlagChange::Add, "A b", "\\Seen a b"),
            (FlagChange::Remove, "\\SEEN c", "a"),
        ] {
            assert_eq!(change.apply(&old, &flags(named)), flags(new));
        }
    }
}
