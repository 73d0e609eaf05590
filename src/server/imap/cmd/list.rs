//! LIST (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154) and LSUB (RFC 3501 §6.3.9).

use std::collections::BTreeMap;

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::parse::{
    ListReturn, ListSelection, ParseError, ParseResult, Parser, StatusItem, encode_utf7,
};
use crate::server::imap::respond;
use crate::server::imap::session::Session;
use crate::server::store::{DELIMITER, Listed};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct List {
    /// `LSUB`
    lsub: bool,
    /// Any syntax of RFC 5258 was used.
    extended: bool,
    selection: ListSelection,
    reference: String,
    patterns: Vec<String>,
    returns: ListReturn,
}

impl List {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let mut extended = p.peek() == Some(b'(');
        let mut selection = ListSelection::default();
        if extended {
            selection = p.list_selection()?;
            p.sp()?;
        }
        let reference = p.astring_text()?;
        p.sp()?;
        let (patterns, many) = p.patterns()?;
        let mut returns = ListReturn::default();
        if p.take(b' ') {
            extended = true;
            if p.keyword()? != "RETURN" {
                return Err(ParseError::Syntax("expected RETURN"));
            }
            p.sp()?;
            returns = p.list_return()?;
        }
        Ok(Self {
            lsub: false,
            extended: extended || many,
            selection,
            reference,
            patterns,
            returns,
        })
    }

    pub(super) fn parse_lsub(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let reference = p.astring_text()?;
        p.sp()?;
        Ok(Self {
            lsub: true,
            extended: false,
            selection: ListSelection::default(),
            reference,
            patterns: vec![p.list_mailbox()?],
            returns: ListReturn::default(),
        })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        if !self.extended && self.patterns == [""] {
            let name = if self.lsub { "LSUB" } else { "LIST" };
            session.untagged(&format!("{name} (\\Noselect) \"{DELIMITER}\" \"\""));
            return Reply::ok("That is the hierarchy delimiter");
        }
        if session.rev2 && self.returns.status.contains(&StatusItem::Recent) {
            return Reply::bad("IMAP4rev2 has no RECENT");
        }
        let all = session.account().read(|mailboxes| mailboxes.list());
        if self.lsub {
            self.lsub(session, &all);
            return Reply::ok("LSUB completed");
        }
        for listed in with_superiors(&all) {
            self.tell(session, &listed, &all);
        }
        Reply::ok("LIST completed")
    }

    fn matches(&self, name: &str, rev2: bool) -> bool {
        let wire = if rev2 {
            name.to_owned()
        } else {
            encode_utf7(name)
        };
        let mut patterns = self.patterns.iter().filter(|pattern| !pattern.is_empty());
        patterns.any(|pattern| matches(&format!("{}{pattern}", self.reference), &wire))
    }

    /// Writes the LIST response of a name, if it is selected.
    fn tell(&self, session: &mut Session, listed: &Listed, all: &[Listed]) {
        let chosen = |listed: &Listed| {
            (!self.selection.subscribed || listed.subscribed)
                && (!self.selection.special_use || !listed.special_use.is_empty())
        };
        let restricted = self.selection.subscribed || self.selection.special_use;
        let inferior = format!("{}{DELIMITER}", listed.name);
        let child_info = self.selection.recursive_match
            && all
                .iter()
                .any(|other| other.name.starts_with(&inferior) && chosen(other));
        let there = listed.exists || listed.has_children;
        let selected = if restricted {
            chosen(listed) || child_info
        } else {
            there
        };
        if !selected || !self.matches(&listed.name, session.rev2) {
            return;
        }
        let attributes = self.attributes(session, listed);
        let mut list = format!("LIST ({attributes}) \"{DELIMITER}\" ").into_bytes();
        respond::mailbox(&mut list, &listed.name, session.rev2);
        if child_info {
            list.extend_from_slice(b" (\"CHILDINFO\" (\"SUBSCRIBED\"))");
        }
        let mut list = String::from_utf8_lossy(&list).into_owned();
        if session.has(Fault::Mutf7AmpersandBroken) {
            list = list.replace("&-", "&");
        }
        if session.has(Fault::ListEscapeCorruptsNames) {
            list = list.replace('^', "^5E");
        }
        session.untagged(&list);
        let left_out = listed.has_children && session.has(Fault::ListStatusMissingForParent)
            || session.has(Fault::ListStatusIgnored);
        if listed.exists && !self.returns.status.is_empty() && !left_out {
            session.tell_status(&listed.name, &self.returns.status);
        }
    }

    fn attributes(&self, session: &Session, listed: &Listed) -> String {
        let mut attributes = Vec::new();
        if !listed.exists {
            attributes.push(if self.extended {
                "\\NonExistent"
            } else {
                "\\Noselect"
            });
        }
        attributes.push(if listed.has_children {
            "\\HasChildren"
        } else {
            "\\HasNoChildren"
        });
        let asked = self.selection.subscribed || self.returns.subscribed;
        if listed.subscribed && asked && !session.has(Fault::ListReturnSubscribedIgnored) {
            attributes.push("\\Subscribed");
        }
        if !self.extended || self.selection.special_use || self.returns.special_use {
            attributes.extend(listed.special_use.iter().map(|u| u.attribute()));
        }
        if session.has(Fault::SpecialUseWrongAttribute) {
            for attribute in &mut attributes {
                if *attribute == "\\Drafts" {
                    *attribute = "\\Draft";
                }
            }
        }
        attributes.join(" ")
    }

    /// Subscribed names; a name above one of them stands for it where `%` stops (RFC 3501 §6.3.9).
    fn lsub(&self, session: &mut Session, all: &[Listed]) {
        let mut names: BTreeMap<&str, bool> = BTreeMap::new();
        for listed in all.iter().filter(|listed| listed.subscribed) {
            let name = listed.name.as_str();
            if self.matches(name, session.rev2) {
                names.insert(name, true);
                continue;
            }
            let superiors = name.match_indices(DELIMITER).map(|(end, _)| &name[..end]);
            for superior in superiors.filter(|superior| self.matches(superior, session.rev2)) {
                names.entry(superior).or_insert(false);
            }
        }
        for (name, subscribed) in names {
            let attributes = if subscribed { "" } else { "\\Noselect" };
            let mut lsub = format!("LSUB ({attributes}) \"{DELIMITER}\" ").into_bytes();
            respond::mailbox(&mut lsub, name, session.rev2);
            session.untagged(&String::from_utf8_lossy(&lsub));
        }
    }
}

/// The names, and those above them that stand for nothing.
fn with_superiors(all: &[Listed]) -> Vec<Listed> {
    let mut names: BTreeMap<String, Listed> = BTreeMap::new();
    for listed in all {
        for (end, _) in listed.name.match_indices(DELIMITER) {
            let superior = &listed.name[..end];
            names.entry(superior.to_owned()).or_insert_with(|| Listed {
                name: superior.to_owned(),
                exists: false,
                has_children: false,
                subscribed: false,
                special_use: Vec::new(),
            });
        }
        names.insert(listed.name.clone(), listed.clone());
    }
    names.into_values().collect()
}

/// Whether a pattern with `*` and `%` matches a name; INBOX matches in any case.
fn matches(pattern: &str, name: &str) -> bool {
    let first_level = name.split(DELIMITER).next().unwrap_or_default();
    let folded = if first_level == "INBOX" {
        first_level.len()
    } else {
        0
    };
    let pattern: Vec<char> = pattern.chars().collect();
    // reached[i]: the first i characters of the pattern match the name so far.
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    let skip_wildcards = |reached: &mut Vec<bool>| {
        for (index, c) in pattern.iter().enumerate() {
            if reached[index] && matches!(c, '*' | '%') {
                reached[index + 1] = true;
            }
        }
    };
    skip_wildcards(&mut reached);
    for (at, c) in name.chars().enumerate() {
        let mut next = vec![false; pattern.len() + 1];
        for (index, p) in pattern
            .iter()
            .enumerate()
            .filter(|(index, _)| reached[*index])
        {
            match p {
                '*' => next[index] = true,
                '%' => next[index] |= c != DELIMITER,
                p if *p == c || (at < folded && p.eq_ignore_ascii_case(&c)) => {
                    next[index + 1] = true;
                }
                _ => {}
            }
        }
        skip_wildcards(&mut next);
        reached = next;
    }
    reached[pattern.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, matched) in [
            ("*", "a/b", true),
            ("%", "a/b", false),
            ("%", "a", true),
            ("%/%", "a/b", true),
            ("a*b", "a/x/b", true),
            ("a%b", "a/x/b", false),
            ("inbox", "INBOX", true),
            ("inbox/%", "INBOX/x", true),
            ("sent", "Sent", false),
            (
                "*%*%*%*%*%*%*%*x",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                false,
            ),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, name), matched, "{pattern} {name}");
        }
    }
}
