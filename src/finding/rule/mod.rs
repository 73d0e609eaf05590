//! The catalogue of always-on rules: one table for each origin.

use std::fmt;

use super::Level;

pub mod exchange;
pub mod imap_state;
pub mod imap_wire;
pub mod mailbox;
pub mod pop3_state;
pub mod pop3_wire;
pub mod smtp_wire;

/// One entry of the catalogue.
#[derive(Debug)]
pub struct Entry {
    /// Stable kebab-case id, shown to users and used in expectation files.
    pub id: &'static str,
    /// How strongly the RFC binds the server.
    pub level: Level,
    /// Where the rule stands: `rfc9051#7.3.1`.
    pub citation: &'static str,
    /// The rule in one sentence, in our own words.
    pub sentence: &'static str,
    /// A short example of a breach, as seen on the wire.
    pub breach: &'static str,
}

/// A named and cited thing that must hold on every exchange, whatever a scenario expects.
#[derive(Clone, Copy)]
pub struct Rule(&'static Entry);

impl Rule {
    /// The catalogue entry behind this rule.
    pub fn entry(self) -> &'static Entry {
        self.0
    }

    /// The rule's stable id.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// Every rule of the catalogue, table by table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLES.iter().flat_map(|(_, table)| *table).copied()
    }

    /// The rule with this id.
    pub fn find(id: &str) -> Option<Self> {
        Self::all().find(|rule| rule.id() == id)
    }
}

/// The tables of the catalogue, each with what it is about.
pub const TABLES: [(&str, &[Rule]); 7] = [
    ("IMAP grammar", imap_wire::TABLE),
    ("IMAP sessions", imap_state::TABLE),
    ("POP3 grammar", pop3_wire::TABLE),
    ("POP3 sessions", pop3_state::TABLE),
    ("SMTP and LMTP grammar", smtp_wire::TABLE),
    ("Mailboxes and maildrops across sessions", mailbox::TABLE),
    ("Greeting, completion, STARTTLS, end", exchange::TABLE),
];

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Rule {}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}

/// Makes one table: a constant for each rule, and `TABLE` with all of them.
macro_rules! table {
    ($($name:ident: $id:literal, $level:ident, $citation:literal, $sentence:literal, breach $breach:literal;)*) => {
        $(
            #[doc = concat!($sentence, " (", $citation, ")")]
            pub const $name: $crate::finding::Rule = $crate::finding::rule::rule(
                &$crate::finding::rule::Entry {
                    id: $id,
                    level: $crate::finding::Level::$level,
                    citation: $citation,
                    sentence: $sentence,
                    breach: $breach,
                },
            );
        )*
        /// Every rule of this table.
        pub const TABLE: &[$crate::finding::Rule] = &[$($name),*];
    };
}
pub(crate) use table;

/// Wraps an entry; only the tables call it.
const fn rule(entry: &'static Entry) -> Rule {
    Rule(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_cited() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in Rule::all() {
            let entry = rule.entry();
            assert!(seen.insert(entry.id), "{} stands twice", entry.id);
            assert!(
                entry
                    .id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{} is not kebab-case",
                entry.id
            );
            assert!(
                entry.citation.contains('#'),
                "{} cites no section",
                entry.id
            );
        }
    }
}
