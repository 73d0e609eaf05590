//! What a device shows, held against what it should show.

use std::collections::BTreeSet;

use super::Memory;
use super::local::Local;
use crate::scenario::{Mark, Sight};

/// A message as a device shows it: its name, and its flags in lower case.
pub(super) type Seen = (String, BTreeSet<String>);

/// What is wrong with a view, for people.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// What the device does: "still shows `a` in INBOX".
    pub(super) said: String,
    pub(super) expected: Vec<String>,
    pub(super) actual: Vec<String>,
}

impl Memory {
    /// What the device shows in a mailbox; one that does not exist has no messages.
    pub(super) fn shows(&self, pop3: bool, path: &str) -> Vec<Seen> {
        if pop3 {
            let listed = self.downloads.listed.iter();
            return listed.map(|name| (name.clone(), BTreeSet::new())).collect();
        }
        shown(&self.mail, path)
    }
}

/// What a copy has in a mailbox.
pub(super) fn shown(mail: &Local, path: &str) -> Vec<Seen> {
    let Some(mailbox) = mail.mailbox(path) else {
        return Vec::new();
    };
    let named = mailbox.messages.values().filter_map(|message| {
        let name = message.name.clone()?;
        Some((name, message.flags.clone()))
    });
    named.collect()
}

/// Holds views of mailboxes against sights.
pub(super) fn compare(sights: &[Sight], shows: impl Fn(&str) -> Vec<Seen>) -> Result<(), Wrong> {
    let mut said = Vec::new();
    let mut wrong = Wrong {
        said: String::new(),
        expected: Vec::new(),
        actual: Vec::new(),
    };
    for sight in sights {
        let seen = shows(&sight.mailbox);
        let complaints = complaints(sight, &seen);
        if !complaints.is_empty() {
            wrong.expected.push(sight.to_string());
            wrong.actual.push(as_sight(sight, &seen));
            said.extend(complaints);
        }
    }
    if said.is_empty() {
        return Ok(());
    }
    wrong.said = said.join(", and ");
    Err(wrong)
}

fn complaints(sight: &Sight, seen: &[Seen]) -> Vec<String> {
    let mailbox = &sight.mailbox;
    let count = |name: &str| seen.iter().filter(|(seen, _)| seen == name).count();
    let wanted = |name: &str| {
        let same = sight.shown.iter().filter(|shown| shown.message == name);
        same.count()
    };
    let mut complaints = Vec::new();
    let names: BTreeSet<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
    for name in names {
        match (count(name), wanted(name)) {
            (_, 0) => complaints.push(format!(
                "shows `{name}` in {mailbox}, where it should not be"
            )),
            (shown, wanted) if shown > wanted => {
                complaints.push(format!("shows `{name}` {shown} times in {mailbox}"));
            }
            _ => {}
        }
    }
    for shown in &sight.shown {
        let name = &shown.message;
        let mut found = seen.iter().filter(|(seen, _)| seen == name);
        let Some((_, flags)) = found.next() else {
            complaints.push(format!("does not show `{name}` in {mailbox}"));
            continue;
        };
        let missed = shown.marks.iter().filter(|mark| !bears(flags, **mark));
        complaints.extend(missed.map(|mark| {
            let (flag, is_wanted) = mark.flag();
            let with = if is_wanted { "without" } else { "with" };
            format!("shows `{name}` in {mailbox} {with} {flag}, so that it is not {mark}")
        }));
    }
    complaints
}

fn bears(flags: &BTreeSet<String>, mark: Mark) -> bool {
    let (flag, is_wanted) = mark.flag();
    flags.contains(&flag.to_lowercase()) == is_wanted
}

/// What is seen, in the notation of a sight; marks only where the sight speaks of them.
fn as_sight(sight: &Sight, seen: &[Seen]) -> String {
    let with_marks = sight.shown.iter().any(|shown| !shown.marks.is_empty());
    let items: Vec<String> = seen
        .iter()
        .map(|(name, flags)| {
            let is_read = if bears(flags, Mark::Read) {
                "read"
            } else {
                "unread"
            };
            let is_flagged = bears(flags, Mark::Flagged);
            match (with_marks, is_flagged) {
                (false, _) => name.clone(),
                (true, false) => format!("{name}: {is_read}"),
                (true, true) => format!("{name}: [{is_read}, flagged]"),
            }
        })
        .collect();
    format!("{}: [{}]", sight.mailbox, items.join(", "))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::scenario::Shown;

    fn sight(messages: &[(&str, &[Mark])]) -> Sight {
        Sight {
            mailbox: "INBOX".into(),
            shown: messages
                .iter()
                .map(|(name, marks)| Shown {
                    message: (*name).into(),
                    marks: marks.to_vec(),
                })
                .collect(),
        }
    }

    fn compare_to(sight: &Sight, seen: &[(&str, &[&str])]) -> Result<(), Wrong> {
        let seen: Vec<Seen> = seen
            .iter()
            .map(|(name, flags)| {
                let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
                ((*name).to_owned(), flags)
            })
            .collect();
        compare(std::slice::from_ref(sight), |_| seen.clone())
    }

    #[test]
    fn order_and_other_marks_do_not_matter() {
        let sight = sight(&[("a", &[Mark::Read]), ("b", &[])]);
        let seen: &[(&str, &[&str])] = &[("b", &["\\flagged"]), ("a", &["\\seen"])];
        assert_eq!(compare_to(&sight, seen), Ok(()));
    }

    #[test]
    fn what_is_missing_left_over_doubled_or_marked_wrong_is_said() {
        for (wanted, seen, said) in [
            (vec![("a", &[][..])], vec![], "does not show `a` in INBOX"),
            (
                vec![],
                vec![("a", &[][..])],
                "shows `a` in INBOX, where it should not be",
            ),
            (
                vec![("a", &[][..])],
                vec![("a", &[][..]), ("a", &[])],
                "shows `a` 2 times in INBOX",
            ),
            (
                vec![("a", &[Mark::Unread][..])],
                vec![("a", &["\\seen"][..])],
                "shows `a` in INBOX with \\Seen, so that it is not unread",
            ),
        ] {
            assert_eq!(compare_to(&sight(&wanted), &seen).unwrap_err().said, said);
        }
    }

    #[test]
    fn both_sides_are_written_alike() {
        let wrong = compare_to(&sight(&[("a", &[Mark::Read])]), &[("b", &["\\seen"])]);
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.expected, ["INBOX: [a: read]"]);
        assert_eq!(wrong.actual, ["INBOX: [b: read]"]);
    }
}
