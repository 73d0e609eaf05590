//! Why an expectation was not met: the nearest response, and both sides in pattern notation.

use super::element::{Env, Miss};
use super::hole::{self, Hole, Piece};
use super::term::{Part as TextPart, Term};
use super::token::{Element, Form, Response};
use super::unit::{Part, Unit};
use super::{Captures, Lookup, Nearest, Pattern};
use crate::transcript::Octets;

/// Longest text that is shown of a value or a line, in characters.
const WIDTH: usize = 400;

/// The responses that are shown when none comes near.
const SHOWN: usize = 20;

/// A value between backquotes.
pub(super) fn quoted(octets: &[u8]) -> String {
    format!("`{}`", visible(octets, 80))
}

/// Octets as text, shortened; a backslash is left alone, as in a flag.
fn visible(octets: &[u8], width: usize) -> String {
    let text = Octets(octets[..octets.len().min(width)].to_vec()).to_string();
    let text = text.replace("\\\\", "\\");
    if octets.len() > width {
        format!("{text}… ({} octets)", octets.len())
    } else {
        text
    }
}

/// A pattern with the values that are known.
pub(super) fn filled(pattern: &Pattern, values: &dyn Lookup, captures: &Captures) -> String {
    let Ok(pieces) = hole::pieces(&pattern.text) else {
        return pattern.text.clone();
    };
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Braced(braced, _) => captures
                .get(braced.trim())
                .cloned()
                .or_else(|| values.lookup(braced.trim()))
                .map_or_else(|| format!("${{{braced}}}"), |value| visible(&value, WIDTH)),
        })
        .collect()
}

/// A term with the values that are known.
pub(super) fn term(term: &Term, env: &Env<'_>) -> String {
    match term {
        Term::Text { parts, .. } => parts
            .iter()
            .map(|part| match part {
                TextPart::Text(text) => text.clone(),
                TextPart::Value(path) => known(path, env),
            })
            .collect(),
        Term::List(sequence) => {
            let inner: Vec<_> = sequence
                .terms
                .iter()
                .map(|item| self::term(item, env))
                .collect();
            format!("({})", inner.join(" "))
        }
        Term::Hole(Hole::Any) => "any value".into(),
        Term::Hole(Hole::Known(path)) => known(path, env),
        Term::Hole(Hole::Bind { kind, .. }) => kind.name().into(),
        Term::Hole(Hole::Compare { order, right, .. }) => {
            format!("{} {}", order.spelling(), known(right, env))
        }
    }
}

fn known(path: &str, env: &Env<'_>) -> String {
    env.value(path)
        .map_or_else(|| path.to_owned(), |value| visible(&value, WIDTH))
}

/// A unit in the notation of patterns: no tag, no line end, literals as quoted strings.
pub(super) fn line(unit: &Unit<'_>) -> String {
    let octets = &unit.message.octets;
    match &unit.part {
        Part::Imap(Response::Status {
            tagged: true, span, ..
        }) => visible(trimmed(&octets[span.start..]), WIDTH),
        Part::Imap(Response::Data {
            name, arguments, ..
        }) => {
            let mut shown = visible(trimmed(&octets[..name.span.end]), WIDTH);
            for argument in arguments {
                shown.push(' ');
                element(argument, &mut shown);
                if shown.len() > WIDTH * 4 {
                    shown.push('…');
                    break;
                }
            }
            shown
        }
        Part::Content(span) => format!("a message of {} octets", span.len()),
        _ => visible(trimmed(&octets[unit.span()]), WIDTH),
    }
}

fn element(element: &Element, shown: &mut String) {
    match element.form {
        Form::Atom => shown.push_str(&visible(&element.octets, WIDTH)),
        Form::Quoted | Form::Literal => {
            shown.push('"');
            shown.push_str(&visible(&element.octets, WIDTH));
            shown.push('"');
        }
        Form::List => {
            shown.push('(');
            for (at, item) in element.items.iter().enumerate() {
                if at > 0 {
                    shown.push(' ');
                }
                if shown.len() > WIDTH * 4 {
                    shown.push('…');
                    break;
                }
                self::element(item, shown);
            }
            shown.push(')');
        }
    }
}

fn trimmed(octets: &[u8]) -> &[u8] {
    octets
        .strip_suffix(b"\r\n")
        .or_else(|| octets.strip_suffix(b"\n"))
        .unwrap_or(octets)
}

/// Lines of what came, shortened if there are many.
pub(super) fn lines<'a>(units: impl Iterator<Item = &'a Unit<'a>>) -> Vec<String> {
    let mut units = units.filter(|unit| !matches!(unit.part, Part::Content(_)));
    let mut shown: Vec<String> = units.by_ref().take(SHOWN).map(line).collect();
    match units.count() {
        0 => {}
        more => shown.push(format!("… and {more} more")),
    }
    shown
}

/// A unit and its wrong octets.
pub(super) fn nearest(unit: &Unit<'_>, miss: &Miss) -> Nearest {
    let length = unit.message.octets.len();
    let start = miss.span.start.min(length.saturating_sub(1));
    Nearest {
        octets: unit.message.octets.clone(),
        offset: unit.message.offset,
        span: start..miss.span.end.clamp((start + 1).min(length), length),
    }
}
