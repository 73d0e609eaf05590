//! What runs tell about servers beside their verdicts: for one server a list, for several a table.
//!
//! ```text
//! dovecot (Dovecot 2.3.19): 3 facts named by scenarios, 79 more observed
//!
//!   QUIT behind an EXPUNGE of the same message
//!       already-gone (not removed), in 2 variants
//!   an IMAP session learns of a POP3 deletion
//!       when first asked, after 3.1 ms, in 4 variants
//!
//! departs from
//!   rfc1939-4-3 (rfc1939#4) in 2 variants: A second session does not get the maildrop.
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::Style;
use super::paint::Ink;
use super::text::{count, duration, visible};
use crate::outcome::{Profile, Seen};

/// One server: named facts, with `verbose` all of them; departures.
pub fn list(profile: &Profile, style: Style) -> String {
    let version = profile
        .version
        .as_ref()
        .map_or_else(String::new, |one| format!(" ({one})"));
    let named = profile.facts.iter().filter(|fact| fact.named).count();
    let head = format!(
        "{}{version}: {} named by scenarios, {} more observed",
        profile.target,
        count(named, "fact"),
        profile.facts.len() - named
    );
    let mut lines = vec![style.paint(Ink::Strong, &visible(&head)), String::new()];
    for fact in profile
        .facts
        .iter()
        .filter(|fact| fact.named || style.verbose)
    {
        lines.push(format!("  {}", visible(&fact.about)));
        lines.extend(
            fact.seen
                .iter()
                .map(|seen| format!("      {}", in_words(seen))),
        );
    }
    if named < profile.facts.len() && !style.verbose {
        lines.push("  (-v shows what scenarios observe without naming it)".to_owned());
    }
    lines.extend([String::new(), style.paint(Ink::Strong, "advertises")]);
    for (place, offered) in &profile.capabilities {
        lines.push(visible(&format!("  {place}: {}", offered.join(", "))));
    }
    lines.extend([String::new(), style.paint(Ink::Strong, "departs from")]);
    for one in &profile.departures {
        lines.push(visible(&format!(
            "  {} ({}) in {}: {}",
            one.rule,
            one.citation,
            count(one.variants, "variant"),
            one.sentence
        )));
        lines.extend(
            one.reasons
                .iter()
                .map(|reason| format!("      {}", visible(reason))),
        );
    }
    if profile.departures.is_empty() {
        lines.push("  nothing that was tested".to_owned());
    }
    lines.join("\n") + "\n"
}

fn in_words(seen: &Seen) -> String {
    let others = match seen.instead_of.is_empty() {
        true => String::new(),
        false => format!(" (not {})", seen.instead_of.join(", ")),
    };
    let took = seen
        .took_us
        .map_or_else(String::new, |us| format!(", after {}", duration(us)));
    visible(&format!(
        "{}{others}{took}, in {}",
        seen.what,
        count(seen.variants, "variant")
    ))
}

/// Several servers side by side, in Markdown: what scenarios name first, then all else in which
/// they differ.
pub fn table(profiles: &[Profile]) -> String {
    let mut rows: BTreeMap<(bool, &str), Vec<String>> = BTreeMap::new();
    for (at, profile) in profiles.iter().enumerate() {
        for fact in &profile.facts {
            let row = rows.entry((!fact.named, fact.about.as_str())).or_default();
            row.resize(profiles.len(), String::new());
            let seen: Vec<&str> = fact.seen.iter().map(|one| one.what.as_str()).collect();
            row[at] = seen.join(" or ");
        }
    }
    rows.retain(|(unnamed, _), cells| {
        let told: BTreeSet<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
        !unnamed || told.len() > 1
    });
    let heads: Vec<String> = profiles.iter().map(|one| cell(&one.target)).collect();
    let mut out = format!("| observed | {} |\n", heads.join(" | "));
    out.push_str(&format!("| --- |{}\n", " --- |".repeat(profiles.len())));
    for ((_, about), cells) in rows {
        let cells: Vec<String> = cells.iter().map(|one| cell(one)).collect();
        out.push_str(&format!("| {} | {} |\n", cell(about), cells.join(" | ")));
    }
    out
}

/// Text in a cell of a Markdown table.
pub(super) fn cell(text: &str) -> String {
    let text = visible(text).replace('\\', "\\\\").replace('|', "\\|");
    text.replace('<', "&lt;").replace('*', "\\*")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_server_is_told_in_words() {
        let text = list(&Profile::of(&sample::run()), Style::PLAIN);
        let start: Vec<&str> = text.lines().take(9).collect();
        assert_eq!(
            start,
            [
                "embedded (mailspec 0.1.0): 2 facts named by scenarios, 0 more observed",
                "",
                "  QUIT behind an EXPUNGE of the same message",
                "      already-gone (not removed), in 1 variant",
                "  an IMAP session learns of a POP3 deletion",
                "      when asked again, after 1.20 s, in 1 variant",
                "",
                "advertises",
                "  imap before login: IMAP4REV1",
            ]
        );
        assert!(
            text.contains("      two POP3 sessions share the maildrop\n"),
            "{text}"
        );
    }

    #[test]
    fn servers_stand_side_by_side() {
        let one = Profile::of(&sample::run());
        let mut other = one.clone();
        other.target = "a|b".into();
        other.facts[0].seen[0].what = "removed".into();
        other.facts.pop();
        assert_eq!(
            table(&[one, other]),
            "| observed | embedded | a\\|b |\n| --- | --- | --- |\n\
             | QUIT behind an EXPUNGE of the same message | already-gone | removed |\n\
             | an IMAP session learns of a POP3 deletion | when asked again |  |\n"
        );
    }
}
