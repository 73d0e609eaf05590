//! Mailbox name, UIDVALIDITY and UID name one message for ever.
//!
//! Verified: RFC822.SIZE, INTERNALDATE, ENVELOPE, BODY, BODYSTRUCTURE and whole sections of a
//! message are the same whenever and wherever they are fetched; sizes of sections add up. Compared
//! is what they mean, not how they are written (quoted or literal, time zone, letter case of a
//! structure). Sessions that take UTF-8 are compared with each other only. A part of a section has
//! no octets behind the section's end. Not verified: the octets of partial sections, and the empty
//! answers that RFC 2180 allows for a message that is gone.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::finding::rule::imap_state::{
    PARTIAL_BEYOND_END, SECTIONS_DO_NOT_ADD_UP, SIZE_DIFFERS_FROM_BODY,
};
use crate::finding::rule::mailbox::{MESSAGE_CHANGED, UID_REUSED};
use crate::model::command::item_name;
use crate::model::findings::Findings;
use crate::model::imap_view::{Here, Picture};
use crate::wire::imap::FetchItem;

/// Texts remembered of one message, and octets of their names.
const TEXTS: usize = 32;
const NAME: usize = 256;

/// What never changes about a message.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    size: Option<u64>,
    date: Option<Date>,
    texts: BTreeMap<String, Print>,
}

/// A text, without keeping it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Print {
    /// Its octets.
    pub(crate) length: u64,
    hash: u64,
}

impl Print {
    /// The print of these octets.
    pub(crate) fn of(octets: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        octets.hash(&mut hasher);
        Self {
            length: octets.len() as u64,
            hash: hasher.finish(),
        }
    }
}

/// An internal date: minutes and seconds since a fixed day, or what came instead of a date.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Date {
    Seconds(i64),
    Odd(Print),
}

/// Judges the items of a FETCH response of the message with this UID.
pub(crate) fn check(
    picture: &Picture,
    uid: u32,
    items: &[FetchItem],
    form: usize,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let Some((mailbox, validity)) = picture.identity() else {
        return;
    };
    let since = picture.since;
    let Some(message) = here.account.message(&mailbox, validity, uid, here.now) else {
        return;
    };
    let rule = if message.gone.is_some_and(|gone| gone < since) {
        UID_REUSED
    } else {
        MESSAGE_CHANGED
    };
    let facts = &mut message.facts[form];
    let mut news = false;
    for item in items {
        facts.check_part(uid, item, found);
        match facts.take(item) {
            Taken::New => news = true,
            Taken::Known => {}
            Taken::Differs(name, before, now) => {
                let explanation =
                    format!("{name} of the message with UID {uid} was {before} and now is {now}");
                found.at(rule, &name, explanation);
            }
        }
    }
    if news {
        facts.add_up(uid, found);
    }
}

/// What came of taking over a fact.
enum Taken {
    New,
    Known,
    Differs(String, String, String),
}

impl Facts {
    fn take(&mut self, item: &FetchItem) -> Taken {
        match item {
            FetchItem::Size(size) if *size > 0 => match self.size {
                Some(before) if before != *size => {
                    Taken::Differs("RFC822.SIZE".into(), before.to_string(), size.to_string())
                }
                Some(_) => Taken::Known,
                None => {
                    self.size = Some(*size);
                    Taken::New
                }
            },
            FetchItem::InternalDate(octets) if !octets.starts_with(b"00") => self.take_date(octets),
            FetchItem::Section {
                name,
                octets: Some(octets),
            } if !octets.is_empty() && !name.contains('<') => {
                self.take_text(item_name(name), Print::of(octets))
            }
            FetchItem::Other { name, octets } => match name.as_str() {
                "ENVELOPE" => self.take_structure(name, octets, false),
                "BODY" | "BODYSTRUCTURE" => self.take_structure(name, octets, true),
                _ => Taken::Known,
            },
            _ => Taken::Known,
        }
    }

    /// Judges a part of a section whose whole is known.
    fn check_part(&self, uid: u32, item: &FetchItem, found: &mut Findings<'_>) {
        let FetchItem::Section {
            name,
            octets: Some(octets),
        } = item
        else {
            return;
        };
        let origin = name
            .split_once("]<")
            .and_then(|(_, origin)| origin.trim_end_matches('>').parse().ok());
        let whole = self.texts.get(&item_name(name));
        let (Some(origin), Some(whole)): (Option<u64>, _) = (origin, whole) else {
            return;
        };
        if origin.saturating_add(octets.len() as u64) > whole.length && !octets.is_empty() {
            let explanation = format!(
                "{name} of the message with UID {uid} has {} octets, and the whole has {}",
                octets.len(),
                whole.length
            );
            found.at(PARTIAL_BEYOND_END, name, explanation);
        }
    }

    fn take_date(&mut self, octets: &[u8]) -> Taken {
        let date = seconds(octets).map_or_else(|| Date::Odd(Print::of(octets)), Date::Seconds);
        match &self.date {
            Some(before) if *before != date => Taken::Differs(
                "INTERNALDATE".into(),
                "another".into(),
                String::from_utf8_lossy(octets).into_owned(),
            ),
            Some(_) => Taken::Known,
            None => {
                self.date = Some(date);
                Taken::New
            }
        }
    }

    fn take_structure(&mut self, name: &str, octets: &[u8], any_order: bool) -> Taken {
        let mut words = words(octets);
        if words.iter().all(|word| word.is_empty() || word == b"0") {
            return Taken::Known;
        }
        if any_order {
            for word in &mut words {
                word.make_ascii_lowercase();
            }
            words.sort();
        }
        let is_empty_answer = any_order && words == NOTHING;
        if is_empty_answer {
            return Taken::Known;
        }
        self.take_text(name.to_owned(), Print::of(&words.join(&0)))
    }

    fn take_text(&mut self, name: String, print: Print) -> Taken {
        match self.texts.get(&name) {
            Some(before) if *before == print => Taken::Known,
            Some(before) if before.length == print.length => {
                Taken::Differs(name, "another text".into(), "this one".into())
            }
            Some(before) => {
                let shown = |print: Print| format!("{} octets long", print.length);
                let (before, now) = (shown(*before), shown(print));
                Taken::Differs(name, before, now)
            }
            None => {
                if self.texts.len() < TEXTS && name.len() <= NAME {
                    self.texts.insert(name, print);
                }
                Taken::New
            }
        }
    }

    fn add_up(&self, uid: u32, found: &mut Findings<'_>) {
        let length = |name: &str| self.texts.get(name).map(|print| print.length);
        let Some(body) = length("BODY[]") else { return };
        if let Some(size) = self.size.filter(|&size| size != body) {
            let explanation =
                format!("RFC822.SIZE of the message with UID {uid} is {size}, BODY[] has {body}");
            found.at(SIZE_DIFFERS_FROM_BODY, "RFC822.SIZE", explanation);
        }
        if let (Some(header), Some(text)) = (length("BODY[HEADER]"), length("BODY[TEXT]"))
            && header + text != body
        {
            let explanation = format!(
                "of the message with UID {uid} BODY[HEADER] has {header} octets, BODY[TEXT] has \
                 {text}, and BODY[] has {body}"
            );
            found.note(SECTIONS_DO_NOT_ADD_UP, explanation);
        }
    }
}

/// The words of the structure that stands for no message, in order.
const NOTHING: [&[u8]; 8] = [b"", b"", b"", b"0", b"0", b"7bit", b"plain", b"text"];

/// The strings and atoms of a parenthesized value; NIL and the empty string are the same.
fn words(octets: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut rest = octets;
    while let Some((&first, tail)) = rest.split_first() {
        let (word, behind) = match first {
            b'(' | b')' | b' ' => {
                rest = tail;
                continue;
            }
            b'"' => quoted(tail),
            b'{' => literal(tail),
            _ => {
                let end = rest
                    .iter()
                    .position(|octet| b"() ".contains(octet))
                    .unwrap_or(rest.len());
                (rest[..end].to_vec(), &rest[end..])
            }
        };
        let nil = first != b'"' && word.eq_ignore_ascii_case(b"NIL");
        words.push(if nil { Vec::new() } else { word });
        rest = behind;
    }
    words
}

fn quoted(octets: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut word = Vec::new();
    let mut rest = octets;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'"' => break,
            b'\\' => {
                if let Some((&escaped, tail)) = rest.split_first() {
                    word.push(escaped);
                    rest = tail;
                }
            }
            other => word.push(other),
        }
    }
    (word, rest)
}

fn literal(octets: &[u8]) -> (Vec<u8>, &[u8]) {
    let digits = octets
        .iter()
        .take_while(|octet| octet.is_ascii_digit())
        .count();
    let length = std::str::from_utf8(&octets[..digits])
        .ok()
        .and_then(|digits| digits.parse::<usize>().ok());
    let start = octets.iter().position(|&octet| octet == b'\n');
    match (length, start) {
        (Some(length), Some(start)) => {
            let rest = &octets[start + 1..];
            let end = length.min(rest.len());
            (rest[..end].to_vec(), &rest[end..])
        }
        _ => (octets.to_vec(), &[]),
    }
}

/// Seconds of a date-time (`17-Jul-1996 02:44:25 -0700`) since a fixed day, in UTC.
fn seconds(octets: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(octets).ok()?.trim();
    let mut parts = text.split(' ');
    let (date, time, zone) = (parts.next()?, parts.next()?, parts.next()?);
    let mut date = date.split('-');
    let number = |text: &str| text.parse::<i64>().ok().filter(|n| (0..=9999).contains(n));
    let day = number(date.next()?)?;
    let name = date.next()?.to_ascii_lowercase();
    let year = number(date.next()?)?;
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let month = i64::try_from(months.iter().position(|&month| month == name)?).ok()? + 1;
    let mut time = time.split(':').map(number);
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let zone = number(zone.trim_start_matches(['+', '-']))?;
    let offset = sign * (zone / 100 * 60 + zone % 100) * 60;
    Some(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

/// Days since a fixed day, in the Gregorian calendar with the year beginning in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::rules;

    #[test]
    fn dates_are_instants() {
        let same = |one: &str, other: &str| seconds(one.as_bytes()) == seconds(other.as_bytes());
        assert!(same(
            "17-Jul-1996 02:44:25 -0700",
            "17-Jul-1996 09:44:25 +0000"
        ));
        assert!(same(
            " 1-Mar-2024 00:30:00 +0100",
            "29-Feb-2024 23:30:00 +0000"
        ));
        assert!(!same(
            "17-Jul-1996 02:44:25 -0700",
            "17-Jul-1996 02:44:26 -0700"
        ));
        assert_eq!(seconds(b"yesterday"), None);
        assert_eq!(seconds(b"1-Foo-2024 00:00:00 +0000"), None);
    }

    #[test]
    fn words_mean_the_same_however_written() {
        let one = words(b"(\"a\" NIL {3}\r\nb\"c (\"\" x))");
        let other = words(b"(\"a\" \"\" \"b\\\"c\" (NIL x))");
        assert_eq!(one, other);
        assert_eq!(one.len(), 5);
        assert_ne!(words(b"(\"NIL\")"), words(b"(NIL)"));
        words(b"({99999999999999999999}\r\nx \"open");
    }

    #[test]
    fn the_empty_answer_for_an_expunged_message_is_no_change() {
        let mut facts = Facts::default();
        let structure = |octets: &[u8]| FetchItem::Other {
            name: "BODYSTRUCTURE".to_owned(),
            octets: octets.to_vec(),
        };
        facts.take(&structure(b"(\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 10 2)"));
        let nothing = facts.take(&structure(b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0)"));
        assert!(matches!(nothing, Taken::Known));
        let other = facts.take(&structure(b"(\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 11 2)"));
        assert!(matches!(other, Taken::Differs(..)));
    }

    fn fetched(first: &str, second: &str) -> Vec<&'static str> {
        rules(&format!(
            "a: selected 3 9
            a> A1 UID FETCH 4 FULL
            a< * 2 FETCH (UID 4 {first})
            a< A1 NO done
            b: selected 3 9
            b> B1 UID FETCH 4 FULL
            b< * 2 FETCH (UID 4 {second})
            b< B1 NO done"
        ))
    }

    #[test]
    fn a_message_never_changes() {
        for (first, second, same) in [
            ("RFC822.SIZE 20", "RFC822.SIZE 20", true),
            ("RFC822.SIZE 20", "RFC822.SIZE 21", false),
            ("RFC822.SIZE 20", "RFC822.SIZE 0", true),
            ("BODY[] \"abc\"", "RFC822 {3}|abc", true),
            ("BODY[] \"abc\"", "BODY[] \"abd\"", false),
            ("BODY[] \"abc\"", "BODY[] \"\"", true),
            ("BODY[]<0> \"abc\"", "BODY[]<0> \"ab\"", true),
            ("BODY[1] \"abc\"", "BODY[1] \"abcd\"", false),
            ("FLAGS (\\Seen)", "FLAGS ()", true),
            (
                "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"",
                "INTERNALDATE \"17-Jul-1996 09:44:25 +0000\"",
                true,
            ),
            (
                "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"",
                "INTERNALDATE \"17-Jul-1996 02:44:26 -0700\"",
                false,
            ),
            (
                "ENVELOPE (\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL \"<i>\")",
                "ENVELOPE (\"d\" {1}|s NIL NIL NIL NIL NIL NIL \"\" \"<i>\")",
                true,
            ),
            (
                "ENVELOPE (\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL \"<i>\")",
                "ENVELOPE (\"d\" \"t\" NIL NIL NIL NIL NIL NIL NIL \"<i>\")",
                false,
            ),
            (
                "BODY (\"TEXT\" \"PLAIN\" (\"A\" \"1\" \"B\" \"2\") NIL NIL \"7BIT\" 9 1)",
                "BODY (\"text\" \"plain\" (\"B\" \"2\" \"A\" \"1\") NIL NIL \"7bit\" 9 1)",
                true,
            ),
        ] {
            let expected: &[&str] = if same { &[] } else { &["message-changed"] };
            assert_eq!(fetched(first, second), expected, "{first} {second}");
        }
    }

    #[test]
    fn a_reused_uid_is_told_apart() {
        let history = "a: selected 3 9
            a> A1 UID FETCH 4 RFC822.SIZE
            a< * 2 FETCH (UID 4 RFC822.SIZE 20)
            a< A1 OK done
            a> A2 EXPUNGE
            a< * 2 EXPUNGE
            a< A2 OK done
            b: selected 3 9
            b> B1 UID FETCH 4 RFC822.SIZE
            b< * 2 FETCH (UID 4 RFC822.SIZE 30)
            b< B1 OK done";
        assert_eq!(rules(history), ["expunged-message-returns", "uid-reused"]);
    }

    #[test]
    fn a_part_has_nothing_from_behind_the_end() {
        let found = |part: &str| fetched("BODY[] \"abcd\"", part);
        assert_eq!(found("BODY[]<2> \"cd\""), [""; 0]);
        assert_eq!(found("BODY[]<9> \"\""), [""; 0]);
        let beyond = PARTIAL_BEYOND_END.id();
        assert_eq!(found("BODY[]<2> \"cde\""), [beyond]);
    }

    #[test]
    fn sizes_add_up() {
        for (items, expected) in [
            ("RFC822.SIZE 4 BODY[] \"abcd\"", &[][..]),
            (
                "RFC822.SIZE 5 BODY[] \"abcd\"",
                &["imap-size-differs-from-body"],
            ),
            ("BODY[HEADER] \"a\" BODY[TEXT] \"bcd\" BODY[] \"abcd\"", &[]),
            (
                "BODY[HEADER] \"a\" BODY[TEXT] \"bc\" BODY[] \"abcd\"",
                &["imap-sections-do-not-add-up"],
            ),
        ] {
            assert_eq!(fetched(items, items), expected, "{items}");
        }
    }
}
