//! POP3 devices: what they download, when they delete, and what they remember of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::stage::{Flow, Stop};
use super::session::{At, Session};
use crate::engine::Command;
use crate::outcome::Outcome;
use crate::scenario::Leave;

/// What a POP3 device has in itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Downloads {
    /// By unique-id, what it has downloaded and the server still listed at the last look.
    known: BTreeMap<String, Download>,
    /// The names of its own copies.
    pub(super) copies: Vec<String>,
    /// The names of what the maildrop had at the last look.
    pub(super) listed: Vec<String>,
}

/// A message that was downloaded.
#[derive(Clone, Debug)]
struct Download {
    name: String,
    at: Duration,
    /// Its user deleted the device's own copy.
    is_deleted: bool,
}

impl Downloads {
    /// Deletes the device's own copy; false if there is none.
    pub(super) fn delete(&mut self, name: &str) -> bool {
        let Some(at) = self.copies.iter().position(|copy| copy == name) else {
            return false;
        };
        self.copies.remove(at);
        for download in self.known.values_mut() {
            download.is_deleted |= download.name == name;
        }
        true
    }
}

/// True if a device with this policy deletes on the server what it downloaded at `at`.
fn deletes(leave: Leave, download: &Download, now: Duration) -> bool {
    let age = now.saturating_sub(download.at);
    !leave.at_all
        || leave.longest.is_some_and(|longest| age > longest)
        || leave.until_deleted && download.is_deleted
}

/// Downloads what is new, deletes what the policy says, and leaves.
pub(super) async fn check_mail(at: At<'_>, leave: Leave, downloads: &mut Downloads) -> Flow {
    let mut session = Session::open(at).await?;
    let now = at.now();
    let mut listed = Vec::new();
    for (number, unique_id) in unique_ids(&mut session, leave).await? {
        if !downloads.known.contains_key(&unique_id) {
            let mail = session.say(&format!("RETR {number}")).await?.content();
            let name = super::name_of_mail(&mail).unwrap_or_default();
            super::compare(at, &name, &mail)?;
            downloads.copies.push(name.clone());
            let download = Download {
                name,
                at: now,
                is_deleted: false,
            };
            downloads.known.insert(unique_id.clone(), download);
        }
        let download = &downloads.known[&unique_id];
        match deletes(leave, download, now) {
            true => drop(session.say(&format!("DELE {number}")).await?),
            false => listed.push(unique_id),
        }
    }
    session.end().await?;
    let still: BTreeSet<&String> = listed.iter().collect();
    downloads.known.retain(|id, _| still.contains(id));
    let names = listed.iter().filter_map(|id| downloads.known.get(id));
    downloads.listed = names.map(|download| download.name.clone()).collect();
    Flow::Continue(())
}

/// Looks what the maildrop has, and downloads and deletes nothing.
pub(super) async fn look(at: At<'_>, leave: Leave, downloads: &mut Downloads) -> Flow {
    let mut session = Session::open(at).await?;
    let mut names = Vec::new();
    for (number, unique_id) in unique_ids(&mut session, leave).await? {
        if let Some(download) = downloads.known.get(&unique_id) {
            names.push(download.name.clone());
            continue;
        }
        let header = session.say(&format!("TOP {number} 0")).await?.content();
        names.push(super::name_of_mail(&header).unwrap_or_default());
    }
    session.end().await?;
    downloads.listed = names;
    Flow::Continue(())
}

/// Each message-number with its unique-id. A device that leaves nothing can do without them.
async fn unique_ids(session: &mut Session<'_>, leave: Leave) -> Flow<Vec<(u32, String)>> {
    let answer = session.ask(Command::text("UIDL")).await?;
    let (lines, has_ids) = match answer.is_ok() {
        true => (answer.lines(), true),
        false if leave.at_all => {
            let name = session.at.name();
            let why = format!("{name} leaves mail on the server, which needs UIDL");
            return Flow::Break(Stop::Undecided(Outcome::NotApplicable, why));
        }
        false => (session.say("LIST").await?.lines(), false),
    };
    let read = |line: &String| {
        let (number, id) = line.trim_end().split_once(' ')?;
        let id = match has_ids {
            true => id.to_owned(),
            false => format!("message {number}"),
        };
        Some((number.parse().ok()?, id))
    };
    Flow::Continue(lines.iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn a_policy_says_when_a_download_is_deleted() {
        let download = |is_deleted| Download {
            name: "a".into(),
            at: DAY * 2,
            is_deleted,
        };
        let leave = |longest: Option<u32>, until_deleted| Leave {
            at_all: true,
            longest: longest.map(|days| DAY * days),
            until_deleted,
        };
        let says = |leave, is_deleted, day| deletes(leave, &download(is_deleted), DAY * day);
        assert!(says(Leave::default(), false, 2));
        assert!(!says(leave(None, false), true, 400));
        assert!(!says(leave(Some(14), false), false, 16), "14 days old");
        assert!(says(leave(Some(14), false), false, 17));
        assert!(says(leave(Some(14), true), true, 3));
        assert!(!says(leave(None, true), false, 400));
    }

    #[test]
    fn only_the_devices_own_copy_is_deleted() {
        let mut downloads = Downloads {
            copies: vec!["a".into(), "b".into()],
            ..Downloads::default()
        };
        assert!(downloads.delete("a"));
        assert!(!downloads.delete("a"));
        assert_eq!(downloads.copies, ["b"]);
    }
}
