//! Drop and scan listings show the snapshot, less the messages marked as deleted.
//!
//! Verified: the count of STAT; the numbers in LIST and UIDL; sizes against earlier scan listings and
//! what RETR gave; the octets of STAT against the sizes, except on a server with UTF8, where RFC 6856
//! lets both be inexact. Not verified: the order of the lines.

use std::collections::BTreeSet;

use super::retrieval;
use crate::finding::rule::pop3_state::{
    COUNT_CHANGED, MARKED_LISTED, MESSAGE_LISTED_TWICE, NUMBERS_NOT_CONSECUTIVE, RSET_KEEPS_MARKS,
    SIZE_CHANGED, STAT_COUNTS_MARKED, STAT_DIFFERS_FROM_LIST,
};
use crate::model::findings::Findings;
use crate::model::maildrop::{MESSAGES, Maildrop, number};
use crate::wire::pop3::Response;

/// Judges the drop listing of STAT.
pub(crate) fn check_stat(drop: &mut Maildrop, text: &[u8], found: &mut Findings<'_>) {
    let text = String::from_utf8_lossy(text);
    let mut words = text.split(' ');
    let count = words.next().and_then(number::<u32>);
    let octets = words.next().and_then(number::<u64>);
    let (Some(count), Some(octets)) = (count, octets) else {
        return;
    };
    if drop.marks_unsure {
        return;
    }
    let marked = u32::try_from(drop.marks.len()).unwrap_or(u32::MAX);
    match drop.total {
        None => drop.total = Some(count.saturating_add(marked)),
        Some(total) => {
            let expected = total.saturating_sub(marked);
            if count != expected {
                found.at(
                    stat_rule(drop, count, expected, total),
                    &count.to_string(),
                    format!(
                        "{total} messages less {marked} marked as deleted are {expected}, and \
                         STAT counts {count}"
                    ),
                );
                return;
            }
        }
    }
    drop.stat = Some((octets, drop.marks.clone()));
    compare_sum(drop, found);
}

/// Judges which messages a whole LIST or UIDL names.
pub(crate) fn check_all(drop: &mut Maildrop, response: &Response, found: &mut Findings<'_>) {
    let Some(lines) = &response.lines else { return };
    if lines.len() > MESSAGES || drop.marks_unsure {
        return;
    }
    let mut listed = BTreeSet::new();
    for message in lines.iter().filter_map(|line| pair(line).map(|(n, _)| n)) {
        if !listed.insert(message) {
            let explanation = format!("message {message} is listed twice");
            found.note(MESSAGE_LISTED_TWICE, explanation);
            return;
        }
    }
    if listed.len() != lines.len() {
        return;
    }
    if let Some(message) = listed.intersection(&drop.marks).next() {
        let explanation = format!("message {message} is marked as deleted, and is listed");
        found.note(MARKED_LISTED, explanation);
        return;
    }
    let count = u32::try_from(listed.len() + drop.marks.len()).unwrap_or(u32::MAX);
    let total = *drop.total.get_or_insert(count);
    let here = |message: &u32| listed.contains(message) || drop.marks.contains(message);
    if let Some(message) = listed
        .iter()
        .find(|&&message| message > total || message == 0)
    {
        let (rule, explanation) = if count == total {
            let explanation = format!("message {message} is listed, and there are {total}");
            (NUMBERS_NOT_CONSECUTIVE, explanation)
        } else {
            let explanation =
                format!("there were {total} messages, and now message {message} is listed");
            (COUNT_CHANGED, explanation)
        };
        found.at(rule, &message.to_string(), explanation);
    } else if let Some(message) = (1..=total).find(|message| !here(message)) {
        let rule = if drop.unmarked.contains(&message) {
            RSET_KEEPS_MARKS
        } else if (message..=total).any(|message| listed.contains(&message)) {
            NUMBERS_NOT_CONSECUTIVE
        } else {
            COUNT_CHANGED
        };
        let explanation = format!("message {message} of {total} is not listed");
        found.note(rule, explanation);
    }
}

/// Judges the sizes in scan listings, one or all.
pub(crate) fn check_sizes(drop: &mut Maildrop, response: &Response, found: &mut Findings<'_>) {
    let single = [response.text.clone()];
    let lines = response.lines.as_deref().unwrap_or(&single);
    for (message, rest) in lines.iter().take(MESSAGES).filter_map(|line| pair(line)) {
        let Some(size) = number::<u64>(&rest) else {
            continue;
        };
        match drop.sizes.get(&message) {
            Some(&before) if before != size => {
                found.at(
                    SIZE_CHANGED,
                    &format!("{message} {size}"),
                    format!("message {message} had {before} octets and now has {size}"),
                );
                return;
            }
            Some(_) => {}
            None => {
                if drop.sizes.len() < MESSAGES {
                    drop.sizes.insert(message, size);
                }
                retrieval::compare_size(drop, message, found);
            }
        }
    }
    compare_sum(drop, found);
}

/// A message-number and the word behind it.
pub(crate) fn pair(line: &[u8]) -> Option<(u32, String)> {
    let text = String::from_utf8_lossy(line);
    let mut words = text.split(' ');
    let message = words.next().and_then(number)?;
    Some((message, words.next()?.to_owned()))
}

fn stat_rule(drop: &Maildrop, count: u32, expected: u32, total: u32) -> crate::finding::Rule {
    let unmarked = u32::try_from(drop.unmarked.len()).unwrap_or(u32::MAX);
    if count < expected && expected - count <= unmarked {
        RSET_KEEPS_MARKS
    } else if count > expected && count <= total {
        STAT_COUNTS_MARKED
    } else {
        COUNT_CHANGED
    }
}

/// Judges the octets of STAT against the sizes of the messages that it counts.
fn compare_sum(drop: &mut Maildrop, found: &mut Findings<'_>) {
    let (Some((octets, marks)), Some(total)) = (&drop.stat, drop.total) else {
        return;
    };
    if drop.capabilities.contains("UTF8") || drop.sizes.len() as u64 != u64::from(total) {
        return;
    }
    let sum = |marked: bool| {
        drop.sizes
            .iter()
            .filter(|(message, _)| marks.contains(message) == marked)
            .fold(0u64, |sum, (_, size)| sum.saturating_add(*size))
    };
    let (kept, marked) = (sum(false), sum(true));
    if *octets == kept {
        return;
    }
    let rule = if marked > 0 && *octets == kept.saturating_add(marked) {
        STAT_COUNTS_MARKED
    } else {
        STAT_DIFFERS_FROM_LIST
    };
    let explanation = format!("STAT says {octets} octets, and the sizes in LIST sum up to {kept}");
    drop.stat = None;
    found.note(rule, explanation);
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    fn after_two(more: &str) -> Vec<&'static str> {
        rules(&format!(
            "p: opened
            p> LIST
            p< +OK|1 100|2 120|.
            {more}"
        ))
    }

    fn stat(stat: &str) -> String {
        format!("p> STAT\np< +OK {stat}")
    }

    const DELE: &str = "p> DELE 2\np< +OK\n";
    const RSET: &str = "p> DELE 2\np< +OK\np> RSET\np< +OK\n";

    #[test]
    fn stat_counts_the_snapshot() {
        assert_eq!(after_two(&stat("2 220")), NONE);
        assert_eq!(after_two(&stat("2 300")), ["pop3-stat-differs-from-list"]);
        assert_eq!(after_two(&stat("3 320")), ["pop3-count-changed"]);
        assert_eq!(after_two(&stat("1 100")), ["pop3-count-changed"]);
        let marked = ["pop3-stat-counts-marked"];
        assert_eq!(after_two(&format!("{DELE}{}", stat("1 100"))), NONE);
        assert_eq!(after_two(&format!("{DELE}{}", stat("2 220"))), marked);
        assert_eq!(after_two(&format!("{DELE}{}", stat("1 220"))), marked);
        assert_eq!(after_two(&format!("{RSET}{}", stat("2 220"))), NONE);
        let kept = ["pop3-rset-keeps-marks"];
        assert_eq!(after_two(&format!("{RSET}{}", stat("1 100"))), kept);
    }

    #[test]
    fn stat_may_come_first() {
        let history = |list: &str| {
            rules(&format!(
                "p: opened\n{}\np> LIST\np< +OK|{list}|.",
                stat("2 220")
            ))
        };
        assert_eq!(history("1 100|2 120"), NONE);
        assert_eq!(history("1 100|2 121"), ["pop3-stat-differs-from-list"]);
    }

    #[test]
    fn listings_have_every_message_once() {
        let again = |list: &str| after_two(&format!("p> LIST\np< +OK|{list}."));
        assert_eq!(again("2 120|1 100|"), NONE);
        assert_eq!(again("1 100|1 100|2 120|"), ["pop3-message-listed-twice"]);
        assert_eq!(again("1 100|2 120|3 50|"), ["pop3-count-changed"]);
        assert_eq!(again("1 100|"), ["pop3-count-changed"]);
        assert_eq!(again("2 120|"), ["pop3-numbers-not-consecutive"]);
        assert_eq!(again("1 100|3 120|"), ["pop3-numbers-not-consecutive"]);
        let uidl = |list: &str| after_two(&format!("p> UIDL\np< +OK|{list}."));
        assert_eq!(uidl("1 a|2 b|"), NONE);
        assert_eq!(uidl("2 b|"), ["pop3-numbers-not-consecutive"]);
    }

    #[test]
    fn marked_messages_are_not_listed() {
        let history =
            |before: &str, list: &str| after_two(&format!("{before}p> LIST\np< +OK|{list}."));
        assert_eq!(history(DELE, "1 100|"), NONE);
        assert_eq!(
            history(DELE, "1 100|2 120|"),
            ["pop3-marked-message-listed"]
        );
        assert_eq!(history(RSET, "1 100|2 120|"), NONE);
        assert_eq!(history(RSET, "1 100|"), ["pop3-rset-keeps-marks"]);
    }

    #[test]
    fn sizes_stay() {
        assert_eq!(after_two("p> LIST 2\np< +OK 2 120"), NONE);
        assert_eq!(after_two("p> LIST 2\np< +OK 2 121"), ["pop3-size-changed"]);
    }

    #[test]
    fn a_failed_rset_leaves_marks_unknown() {
        let history = format!("{DELE}p> RSET\np< -ERR trouble\n{}", stat("2 220"));
        assert_eq!(after_two(&history), NONE);
    }
}
