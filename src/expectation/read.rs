//! An expectation file's text to checked entries, with all its mistakes at once.

use std::sync::Arc;

use globset::GlobBuilder;

use super::{ANYWHERE, Entry, Expectations, Found};
use crate::finding::requirement::catalogue;
use crate::finding::rule::Rule;
use crate::outcome::Outcome;
use crate::scenario::node::{self, Key, Node, Value};
use crate::scenario::{Diagnostic, Invalid, Place, Reader, Source};

/// The keys of an entry.
pub(super) const KEYS: [&str; 10] = [
    "scenario", "variant", "target", "outcome", "found", "because", "crash", "reason", "link",
    "until",
];

/// The outcomes that an entry may name.
const OUTCOMES: [(&str, Outcome); 4] = [
    ("pass", Outcome::Pass),
    ("fail", Outcome::Fail),
    ("error", Outcome::Error),
    ("not-applicable", Outcome::NotApplicable),
];

/// Reads an expectation file.
pub fn read(source: &Arc<Source>) -> Result<Expectations, Invalid> {
    let invalid = |mut diagnostics: Vec<Diagnostic>| {
        diagnostics.sort_by_key(|diagnostic| diagnostic.place.start);
        Invalid {
            source: Arc::clone(source),
            diagnostics,
        }
    };
    let root = node::parse(&source.text).map_err(|mistake| invalid(vec![mistake]))?;
    let mut reader = Reader::new(&source.text);
    let entries = file(&mut reader, &root);
    if reader.diagnostics.is_empty() {
        Ok(Expectations {
            source: Arc::clone(source),
            entries,
        })
    } else {
        Err(invalid(reader.diagnostics))
    }
}

fn file(reader: &mut Reader<'_>, root: &Node) -> Vec<Entry> {
    let keys = reader.map(root, "an expectation file", &["expectations".to_owned()]);
    let Some((_, list)) = keys.into_iter().find(|(key, _)| key.text == "expectations") else {
        if reader.diagnostics.is_empty() {
            let message = "an expectation file has the key `expectations`";
            reader.error(reader.visible(root), message, None);
        }
        return Vec::new();
    };
    let items = reader.list(list, "expectations");
    items
        .iter()
        .filter_map(|item| entry(reader, item))
        .collect()
}

fn entry(reader: &mut Reader<'_>, item: &Node) -> Option<Entry> {
    let known = reader.diagnostics.len();
    let keys = KEYS.map(str::to_owned);
    let values = reader.map(item, "an expectation", &keys);
    if reader.diagnostics.len() > known {
        return None;
    }
    let find = |name: &str| values.iter().find(|(key, _)| key.text == name).copied();
    for key in ["scenario", "reason"] {
        if find(key).is_none() {
            let message = format!("an expectation has the key `{key}`");
            reader.error(first(&values, reader, item), message, None);
        }
    }
    let (_, scenario) = find("scenario")?;
    let name = reader.text(scenario, "scenario")?.to_owned();
    let glob = glob(reader, scenario, &name);
    let outcomes = match find("outcome") {
        Some((_, node)) => outcomes(reader, node),
        None => vec![Outcome::Fail],
    };
    let found = find("found").map_or_else(Vec::new, |(_, node)| found(reader, node));
    let because = find("because").and_then(|(_, node)| filled(reader, node, "because"));
    let crash = find("crash").and_then(|(_, node)| filled(reader, node, "crash"));
    says_enough(reader, scenario, &outcomes, &found, because.as_ref());
    if outcomes == [Outcome::Pass] && crash.is_none() {
        let message = "what always passes needs no entry, unless the log tells of a `crash`";
        reader.error(scenario.place, message, None);
    }
    if name == ANYWHERE
        && let Some((key, _)) = find("variant").or_else(|| find("because"))
    {
        let message = format!(
            "`scenario: {ANYWHERE}` is about rules, and has no `{}`",
            key.text
        );
        reader.error(key.place, message, None);
    }
    Some(Entry {
        whole: Place {
            start: first(&values, reader, item).start,
            end: item.end(),
        },
        place: scenario.place,
        scenario: name,
        glob: glob?,
        variants: find("variant").map_or_else(Vec::new, |(_, node)| patterns(reader, node)),
        targets: find("target").map_or_else(Vec::new, |(_, node)| patterns(reader, node)),
        outcomes,
        found,
        because,
        crash,
        reason: find("reason").and_then(|(_, node)| filled(reader, node, "reason"))?,
        link: find("link").and_then(|(_, node)| filled(reader, node, "link")),
        until: find("until").and_then(|(_, node)| date(reader, node)),
    })
}

/// Where an entry begins.
fn first(values: &[(&Key, &Node)], reader: &Reader<'_>, item: &Node) -> Place {
    let first = values.first().map(|(key, _)| key.place);
    first.unwrap_or_else(|| reader.visible(item))
}

fn glob(reader: &mut Reader<'_>, node: &Node, text: &str) -> Option<globset::GlobMatcher> {
    if text.contains('[') {
        let help = "the variant has a key of its own: `variant: \"order=1212\"`";
        let message = "a scenario's id without its variant stands here";
        reader.error(node.place, message, Some(help.to_owned()));
        return None;
    }
    let pattern = if text == ANYWHERE { "**" } else { text };
    match GlobBuilder::new(pattern).literal_separator(true).build() {
        Ok(glob) => Some(glob.compile_matcher()),
        Err(error) => {
            let message = format!("`{text}` is no glob: {}", error.kind());
            reader.error(node.place, message, None);
            None
        }
    }
}

/// An entry says what is seen in each of its outcomes, and says nothing that cannot be seen.
fn says_enough(
    reader: &mut Reader<'_>,
    scenario: &Node,
    outcomes: &[Outcome],
    found: &[Found],
    because: Option<&String>,
) {
    let fails = outcomes.contains(&Outcome::Fail);
    let undecided =
        outcomes.contains(&Outcome::Error) || outcomes.contains(&Outcome::NotApplicable);
    let table = [
        (
            fails && found.is_empty(),
            "`found` lists the rules that are broken",
        ),
        (
            !fails && !found.is_empty(),
            "`found` is for entries whose outcome is `fail`",
        ),
        (
            undecided && because.is_none(),
            "`because` is a pattern on the reason why it is not decided",
        ),
        (
            !undecided && because.is_some(),
            "`because` is for the outcomes `error` and `not-applicable`",
        ),
    ];
    for (wrong, message) in table {
        if wrong {
            reader.error(scenario.place, message, None);
        }
    }
}

fn outcomes(reader: &mut Reader<'_>, node: &Node) -> Vec<Outcome> {
    let items = reader.one_or_more(node, "outcome");
    let read = items.iter();
    read.filter_map(|item| reader.choice(item, "outcome", &OUTCOMES))
        .collect()
}

fn patterns(reader: &mut Reader<'_>, node: &Node) -> Vec<String> {
    let items = reader.one_or_more(node, "a pattern");
    let read = items.iter();
    read.filter_map(|item| filled(reader, item, "a pattern"))
        .collect()
}

/// `- rule` or `- rule: 'octets'`.
fn found(reader: &mut Reader<'_>, node: &Node) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for item in reader.one_or_more(node, "found") {
        let (place, rule, octets) = match &item.value {
            Value::Map(entries) if entries.len() == 1 => {
                let (key, octets) = &entries[0];
                let octets = filled(reader, octets, "what the server sent");
                (key.place, key.text.as_str(), octets)
            }
            Value::Map(_) => {
                let help = Some("`- rule: 'what the server sent'`".to_owned());
                reader.error(reader.visible(item), "one rule stands here", help);
                continue;
            }
            _ => match reader.text(item, "found") {
                Some(rule) => (item.place, rule, None),
                None => continue,
            },
        };
        known_rule(reader, place, rule);
        if all
            .iter()
            .any(|other| other.rule == rule && other.octets == octets)
        {
            reader.error(place, format!("`{rule}` stands here twice"), None);
        }
        all.push(Found {
            place,
            rule: rule.to_owned(),
            octets,
        });
    }
    all
}

fn known_rule(reader: &mut Reader<'_>, place: Place, rule: &str) {
    if Rule::find(rule).is_none() && !catalogue().contains_key(rule) {
        let rules = Rule::all().map(|rule| rule.entry().id);
        let all: Vec<&str> = rules.chain(catalogue().keys().copied()).collect();
        reader.unknown(place, "rule or requirement", rule, all);
    }
}

fn filled(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<String> {
    let text = reader.text(node, what)?.trim();
    if text.is_empty() {
        reader.error(reader.visible(node), format!("{what} is empty"), None);
        return None;
    }
    Some(text.to_owned())
}

/// `YYYY-MM-DD`; kept as text, because dates of that form are ordered as text.
fn date(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let text = reader.text(node, "until")?;
    if is_date(text) {
        return Some(text.to_owned());
    }
    let message = format!("`{text}` is no day");
    let help = Some("a day is written 2027-06-30".to_owned());
    reader.error(node.place, message, help);
    None
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let number = |part: &str, digits: usize, range: std::ops::RangeInclusive<u32>| {
        let plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        plain && part.parse().is_ok_and(|number| range.contains(&number))
    };
    number(year, 4, 1..=9999) && number(month, 2, 1..=12) && number(day, 2, 1..=31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::one_line;
    use pretty_assertions::assert_eq;

    fn source(text: &str) -> Arc<Source> {
        Arc::new(Source {
            path: "e.yaml".into(),
            text: text.into(),
        })
    }

    #[test]
    fn an_entry_has_what_the_file_says() {
        let text = "\
expectations:
  - scenario: pop3/lock/*
    variant: [\"order=1*\"]
    target: dovecot
    outcome: [pass, fail]
    found:
      - pop3-maildrop-shared
      - rfc1939-4-3: '+OK *'
    reason: shared
    link: https://x.test/1
    until: 2027-06-30
  - {scenario: imap/a, outcome: error, because: 'no *', reason: r}
";
        let read = read(&source(text)).unwrap();
        let [one, other] = &read.entries[..] else {
            panic!("{read:?}")
        };
        assert!(one.fits("pop3/lock/x[order=12]") && !one.fits("pop3/lock/x[order=21]"));
        assert!(!one.fits("pop3/lock/x/y[order=1]") && one.is_for("dovecot"));
        assert!(!one.is_for("dovecot:lock"));
        assert_eq!(one.outcomes, [Outcome::Pass, Outcome::Fail]);
        let found: Vec<_> = one
            .found
            .iter()
            .map(|f| (&*f.rule, f.octets.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("pop3-maildrop-shared", None),
                ("rfc1939-4-3", Some("+OK *"))
            ]
        );
        assert_eq!(one.until.as_deref(), Some("2027-06-30"));
        assert_eq!(&text[one.whole.start..][..9], "scenario:");
        assert!(text[..one.whole.end].ends_with("2027-06-30"));
        assert_eq!(other.because.as_deref(), Some("no *"));
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn every_mistake_is_told_at_once_and_where() {
        let text = "\
expectations:
  - scenario: a[b=c]
    found: [rfc1939-4-33]
    reason: r
  - scenario: a
    found: [pop3-maildrop-shared, pop3-maildrop-shared]
    reason: ''
  - scenario: a
    foud: [x]
  - scenario: a
    outcome: fial
    reason: r
  - scenario: a
    outcome: error
    until: 2027-13-01
    reason: r
  - reason: r
  - scenario: anywhere
    variant: a=b
    found: pop3-maildrop-shared
    reason: r
";
        let invalid = read(&source(text)).unwrap_err();
        let lines = one_line(&invalid);
        assert_eq!(
            lines.lines().collect::<Vec<_>>(),
            [
                "e.yaml:2:15: a scenario's id without its variant stands here (the variant has a \
                 key of its own: `variant: \"order=1212\"`)",
                "e.yaml:3:13: unknown rule or requirement `rfc1939-4-33` (did you mean \
                 `rfc1939-4-3`?)",
                "e.yaml:6:35: `pop3-maildrop-shared` stands here twice",
                "e.yaml:7:13: reason is empty",
                "e.yaml:9:5: unknown key of an expectation `foud` (did you mean `found`?)",
                "e.yaml:11:14: `fial` is no value of outcome (did you mean `fail`?)",
                "e.yaml:13:15: `because` is a pattern on the reason why it is not decided",
                "e.yaml:15:12: `2027-13-01` is no day (a day is written 2027-06-30)",
                "e.yaml:17:5: an expectation has the key `scenario`",
                "e.yaml:19:5: `scenario: anywhere` is about rules, and has no `variant`",
            ]
        );
    }

    #[test]
    fn a_file_without_entries_is_valid_and_another_file_is_not() {
        assert!(read(&source("expectations: []\n")).unwrap().is_empty());
        for text in [
            "",
            "a: b\n",
            "expectations: x\n",
            "expectations: [\n",
            "[]\n",
        ] {
            assert!(read(&source(text)).is_err(), "{text}");
        }
    }
}
