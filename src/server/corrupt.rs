//! One corruption of what the server sends, between session and socket, decided by a seed.
//!
//! It proves the judge where no session misbehaves. Whether a client is told something else is
//! known from what is done to which response: nothing here reads a response as the judge does.
//! Left out is what means either.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many responses a session sends before the corrupted one, at most.
const LATEST: u64 = 36;
/// What becomes of a number, beside one more and one less.
const FAR: [u64; 2] = [10, 1000];
/// How long a delayed response is held back at most, in milliseconds.
const LONGEST_DELAY_MS: u64 = 30;

/// How many octets of a response come alone, at most: each costs its reader a turn.
const MOST_ALONE: usize = 64;

/// What is done to a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manipulation {
    /// It comes later.
    Delay,
    /// It comes twice.
    Double,
    /// It does not come.
    Drop,
    /// A number in it is another.
    Number,
    /// The response behind it comes before it.
    Reorder,
    /// Octets come one by one.
    Split,
}

impl Manipulation {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Delay,
        Self::Double,
        Self::Drop,
        Self::Number,
        Self::Reorder,
        Self::Split,
    ];
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corruption {
    /// The kind.
    pub manipulation: Manipulation,
    /// The response, as the session sent it.
    pub response: Vec<u8>,
    /// Whether the client was told something else.
    pub changes_meaning: bool,
}

/// How responses look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Lines with literals.
    Imap,
    /// Lines, of which a reply may have several.
    Pop3,
    /// Lines that begin with a code.
    Smtp,
}

/// Octets that go out together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The octets.
    pub(crate) octets: Vec<u8>,
    /// How long to wait before.
    pub(crate) pause: Duration,
}

/// Corrupts one response of all that a server sends; nothing until it is told to.
#[derive(Debug, Default)]
pub(crate) struct Corruptor(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    plan: Option<Plan>,
    done: Option<Corruption>,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    manipulation: Manipulation,
    /// Connections that are left alone.
    connections: usize,
    /// Responses that are left alone.
    responses: u64,
    /// Which number becomes which other one, or how long the delay is.
    dice: u64,
}

impl Corruptor {
    /// Plans the corruption of a seed, on a connection after the next `spared` ones.
    pub(crate) fn plan(&self, seed: u64, spared: usize) {
        let kinds = Manipulation::ALL.len() as u64;
        let mixed = mixed(seed);
        self.state().plan = Some(Plan {
            manipulation: Manipulation::ALL[(seed % kinds) as usize],
            connections: spared,
            responses: mixed % LATEST,
            dice: mixed / LATEST,
        });
    }

    /// What was done, once it is.
    pub(crate) fn done(&self) -> Option<Corruption> {
        self.state().done.clone()
    }

    /// Whether a connection that begins is to be corrupted.
    pub(crate) fn takes_connection(&self) -> bool {
        match &mut self.state().plan {
            None => false,
            Some(plan) if plan.connections > 0 => {
                plan.connections -= 1;
                false
            }
            Some(_) => true,
        }
    }

    /// What goes out instead of these octets.
    pub(crate) fn pieces(&self, octets: &[u8], form: Form) -> Vec<Piece> {
        let mut state = self.state();
        let units = units(octets, form);
        let Some(plan) = &mut state.plan else {
            return vec![piece(octets)];
        };
        let at = (0..units.len()).find(|at| {
            let next = units.get(at + 1).copied();
            let fits = plan.changes(units[*at], next, form).is_some();
            if plan.responses > 0 || !fits {
                plan.responses = plan.responses.saturating_sub(1);
                return false;
            }
            true
        });
        let Some(at) = at else {
            return vec![piece(octets)];
        };
        let plan = *plan;
        let (unit, next) = (units[at], units.get(at + 1).copied());
        state.plan = None;
        state.done = Some(Corruption {
            manipulation: plan.manipulation,
            response: unit.to_vec(),
            changes_meaning: plan.changes(unit, next, form) == Some(true),
        });
        let mut pieces = vec![piece(&units[..at].concat())];
        pieces.extend(plan.manipulated(unit, next, form));
        let used = 1 + usize::from(plan.manipulation == Manipulation::Reorder);
        pieces.push(piece(&units[at + used..].concat()));
        pieces
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn piece(octets: &[u8]) -> Piece {
    Piece {
        octets: octets.to_vec(),
        pause: Duration::ZERO,
    }
}

impl Plan {
    /// What goes out instead of a response and, if they change places, the next one.
    fn manipulated(self, unit: &[u8], next: Option<&[u8]>, form: Form) -> Vec<Piece> {
        match self.manipulation {
            Manipulation::Delay => vec![Piece {
                octets: unit.to_vec(),
                pause: Duration::from_millis(1 + self.dice % LONGEST_DELAY_MS),
            }],
            Manipulation::Double => vec![piece(&[unit, unit].concat())],
            Manipulation::Drop => Vec::new(),
            Manipulation::Number => vec![piece(&self.renumbered(unit, form).unwrap_or_default())],
            Manipulation::Reorder => vec![piece(&[next.unwrap_or_default(), unit].concat())],
            Manipulation::Split => {
                let most = unit.len().saturating_sub(MOST_ALONE) + 1;
                let from = usize::try_from(self.dice).unwrap_or_default() % most;
                let (before, rest) = unit.split_at(from);
                let (alone, behind) = rest.split_at(rest.len().min(MOST_ALONE));
                let alone = alone.chunks(1).map(piece);
                std::iter::once(piece(before))
                    .chain(alone)
                    .chain([piece(behind)])
                    .collect()
            }
        }
    }

    /// Whether this tells the client something else; `None` if it cannot be done, or means either.
    fn changes(self, unit: &[u8], next: Option<&[u8]>, form: Form) -> Option<bool> {
        let is_data = |unit: &[u8]| form == Form::Imap && unit.starts_with(b"* ");
        let moves_numbers = |unit: &[u8]| is_data(unit) && names(unit, "EXPUNGE");
        match self.manipulation {
            Manipulation::Delay | Manipulation::Split => Some(false),
            _ if says_nothing_sure(unit, form) => None,
            Manipulation::Drop => Some(true),
            // The numbers behind SEARCH may come in several responses.
            Manipulation::Double if is_data(unit) && names(unit, "SEARCH") => None,
            Manipulation::Double => Some(!is_data(unit) || moves_numbers(unit)),
            Manipulation::Number => self.renumbered(unit, form).map(|_| true),
            Manipulation::Reorder => match (form, next?) {
                (_, next) if next == unit || says_nothing_sure(next, form) => None,
                // Behind its tagged response, other data may still come in time.
                (Form::Imap, next) if is_data(unit) && !is_data(next) => {
                    let in_time = ["SEARCH", "EXPUNGE", "BYE"];
                    in_time.iter().any(|word| names(unit, word)).then_some(true)
                }
                (Form::Imap, next) if !is_data(unit) || !is_data(next) => None,
                (Form::Imap, next) if moves_numbers(unit) || moves_numbers(next) => None,
                (Form::Imap, _) => Some(false),
                // Listings need no order.
                (_, next) if unit[0].is_ascii_digit() && next[0].is_ascii_digit() => None,
                (_, _) => Some(true),
            },
        }
    }

    /// The response with another number in one place where numbers mean something.
    fn renumbered(self, unit: &[u8], form: Form) -> Option<Vec<u8>> {
        let places = numbers(unit, form);
        let count = u64::try_from(places.len()).unwrap_or_default();
        let place = self.dice.checked_rem(count)?;
        let (from, to) = places[usize::try_from(place).unwrap_or_default()];
        let number: u64 = std::str::from_utf8(&unit[from..to]).ok()?.parse().ok()?;
        let how = self.dice / count % 4;
        let other = match how {
            0 => number.checked_sub(1).unwrap_or(number + 1),
            1 => number + 1,
            _ => number + FAR[(how % 2) as usize],
        };
        Some([&unit[..from], other.to_string().as_bytes(), &unit[to..]].concat())
    }
}

/// A seed whose bits depend on all bits of it.
fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    for (shift, factor) in [(30, 0xbf58_476d_1ce4_e5b9), (27, 0x94d0_49bb_1331_11eb)] {
        mixed = (mixed ^ (mixed >> shift)).wrapping_mul(factor);
    }
    mixed ^ (mixed >> 31)
}

/// Whether a word is among the first three of a response.
fn names(unit: &[u8], word: &str) -> bool {
    let mut words = unit.split(|octet| matches!(octet, b' ' | b'\r'));
    words.by_ref().take(3).any(|other| other == word.as_bytes())
}

/// Whether a server may as well leave this out, or say it in other words.
fn says_nothing_sure(unit: &[u8], form: Form) -> bool {
    match form {
        // RFC 9051 has neither any more. RFC 3501 §6.3.1 lets UNSEEN be missing, and nobody else
        // has to see how many are recent.
        Form::Imap => names(unit, "RECENT") || names(unit, "[UNSEEN"),
        // What EHLO lists.
        Form::Smtp => unit.get(3) == Some(&b'-'),
        Form::Pop3 => false,
    }
}

/// Where the numbers are that mean something.
fn numbers(unit: &[u8], form: Form) -> Vec<(usize, usize)> {
    let end = match form {
        Form::Imap if names(unit, "[CAPABILITY") || names(unit, "FLAGS") => 0,
        Form::Imap if unit.starts_with(b"+") => 0,
        // Behind the code is a text for people.
        Form::Imap if is_status(unit) => {
            let code = unit.iter().position(|octet| *octet == b']');
            code.unwrap_or_else(|| unit.iter().position(|octet| *octet == b' ').unwrap_or(0))
        }
        Form::Smtp => 3,
        Form::Pop3 if unit.starts_with(b"-ERR") => 0,
        Form::Pop3 if unit.starts_with(b"+OK") && !unit[3..].iter().all(is_of_numbers) => 0,
        Form::Imap | Form::Pop3 => unit.len(),
    };
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(from) = unit[at..end].iter().position(u8::is_ascii_digit) {
        let from = at + from;
        let length = unit[from..end].iter().take_while(|o| o.is_ascii_digit());
        at = from + length.count();
        places.push((from, at));
    }
    places
}

/// Whether it is a status response of IMAP, untagged or tagged.
fn is_status(unit: &[u8]) -> bool {
    let mut words = unit.split(|octet| *octet == b' ').skip(1);
    let status = words.next().unwrap_or_default();
    matches!(status, b"OK" | b"NO" | b"BAD" | b"BYE")
}

fn is_of_numbers(octet: &u8) -> bool {
    octet.is_ascii_digit() || b" \r\n".contains(octet)
}

/// The responses, or the lines of a response of several.
fn units(octets: &[u8], form: Form) -> Vec<&[u8]> {
    let mut units = Vec::new();
    let mut rest = octets;
    while !rest.is_empty() {
        let mut end = line_end(rest, 0);
        while form == Form::Imap
            && let Some(literal) = literal(&rest[..end])
        {
            end = line_end(rest, (end + literal).min(rest.len()));
        }
        let (unit, after) = rest.split_at(end);
        units.push(unit);
        rest = after;
    }
    units
}

/// Behind the line feed that follows `from`.
fn line_end(octets: &[u8], from: usize) -> usize {
    let found = octets[from..].iter().position(|octet| *octet == b'\n');
    found.map_or(octets.len(), |at| from + at + 1)
}

/// How long the literal is that follows these octets.
fn literal(octets: &[u8]) -> Option<usize> {
    let open = octets.iter().rposition(|octet| *octet == b'{')?;
    let digits = octets[open + 1..].strip_suffix(b"}\r\n")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_a_line_with_its_literals() {
        let octets = b"* 1 FETCH (BODY[] {4}\r\na\r\nb)\r\n* 2 EXISTS\r\n";
        let found = units(octets, Form::Imap);
        assert_eq!(found, [&octets[..30], &octets[30..]]);
        assert_eq!(units(octets, Form::Pop3).len(), 4);
    }

    fn plan(manipulation: Manipulation, dice: u64) -> Plan {
        Plan {
            manipulation,
            connections: 0,
            responses: 0,
            dice,
        }
    }

    #[test]
    fn what_changes_meaning_is_known_from_the_response() {
        use Form::{Imap, Pop3, Smtp};
        use Manipulation::{Delay, Double, Drop, Number, Reorder, Split};
        for (manipulation, unit, next, form, expected) in [
            (Split, "* 1 EXISTS", "", Imap, Some(false)),
            (Delay, "+OK", "", Pop3, Some(false)),
            (Drop, "* 1 EXISTS", "", Imap, Some(true)),
            (Drop, "* 1 RECENT", "", Imap, None),
            (Drop, "250-SIZE 9", "", Smtp, None),
            (Double, "* 1 EXISTS", "", Imap, Some(false)),
            (Double, "* 1 EXPUNGE", "", Imap, Some(true)),
            (Double, "* SEARCH 1", "", Imap, None),
            (Double, "a1 OK", "", Imap, Some(true)),
            (Double, "1 120", "", Pop3, Some(true)),
            (Number, "* FLAGS (a1)", "", Imap, None),
            (Number, "a1 OK", "", Imap, Some(true)),
            (Number, "+OK 2 messages", "", Pop3, None),
            (Number, "+OK 2 120", "", Pop3, Some(true)),
            (Reorder, "* 1 EXISTS", "* OK hi", Imap, Some(false)),
            (Reorder, "* 1 EXISTS", "a1 OK", Imap, None),
            (Reorder, "* SEARCH 1", "a1 OK", Imap, Some(true)),
            (Reorder, "1 120", "2 120", Pop3, None),
            (Reorder, "text", ".", Pop3, Some(true)),
        ] {
            let [unit, next] = [unit, next].map(|line| format!("{line}\r\n").into_bytes());
            let next = (next != b"\r\n").then_some(&next[..]);
            let found = plan(manipulation, 0).changes(&unit, next, form);
            assert_eq!(found, expected, "{manipulation:?} {unit:?}");
        }
    }

    #[test]
    fn another_number_is_less_or_more() {
        for (dice, expected) in [
            (0, "* 0 FETCH (UID 5)"),
            (1, "* 1 FETCH (UID 4)"),
            (2, "* 2 FETCH (UID 5)"),
            (4, "* 11 FETCH (UID 5)"),
            (7, "* 1 FETCH (UID 1005)"),
        ] {
            let other =
                plan(Manipulation::Number, dice).renumbered(b"* 1 FETCH (UID 5)", Form::Imap);
            assert_eq!(other.as_deref(), Some(expected.as_bytes()), "{dice}");
        }
        let ok = b"a2 OK [UIDNEXT 5] 3 to come";
        assert_eq!(numbers(ok, Form::Imap), [(1, 2), (15, 16)]);
        assert_eq!(numbers(b"250 2.1.0 fine", Form::Smtp), [(0, 3)]);
    }

    #[test]
    fn a_seed_does_the_same_again_and_only_once() {
        let sent = b"* 1 EXISTS\r\n* OK [UIDNEXT 2] next\r\n".repeat(40);
        let sent_with = |seed| {
            let corruptor = Corruptor::default();
            corruptor.plan(seed, 1);
            assert!(!corruptor.takes_connection());
            assert!(corruptor.takes_connection());
            let pieces = corruptor.pieces(&sent, Form::Imap);
            assert!(corruptor.done().is_some(), "{seed}");
            assert_eq!(corruptor.pieces(&sent, Form::Imap), [piece(&sent)]);
            pieces
                .into_iter()
                .flat_map(|piece| piece.octets)
                .collect::<Vec<u8>>()
        };
        for (seed, manipulation) in (0..).zip(Manipulation::ALL) {
            let octets = sent_with(seed);
            assert_eq!(octets, sent_with(seed));
            let same = matches!(manipulation, Manipulation::Delay | Manipulation::Split);
            assert_eq!(octets == sent, same, "{manipulation:?}");
        }
    }
}
