//! POP3 and SMTP patterns against lines, word by word.

use std::ops::Range;

use super::element::{Env, Matched, Sort, miss, missing, surplus};
use super::pattern::Tree;
use super::term::Sequence;
use super::token::{self, Element, Origin};

/// Holds the pattern of a POP3 status line against the line at `span`.
pub(super) fn indicator(tree: &Tree, span: &Range<usize>, env: &mut Env<'_>) -> Matched {
    let words = token::words(env.octets, span.clone(), Origin::Server);
    let Some(first) = words.first() else {
        return Err(missing(span.end));
    };
    let is = |word: &[u8]| first.octets.eq_ignore_ascii_case(word);
    let expected = |what: &str| Err(miss(first.span.clone(), format!("{what} was expected")));
    match tree {
        Tree::Continuation if is(b"+") => Ok(()),
        Tree::Continuation => expected("+"),
        Tree::Indicator { ok, .. } if !is(if *ok { b"+OK" } else { b"-ERR" }) => {
            expected(if *ok { "+OK" } else { "-ERR" })
        }
        Tree::Indicator { code, words, .. } => {
            env.matched += 1;
            let text = (first.span.end + 1).min(span.end)..span.end;
            behind_indicator(code.as_ref(), words, &text, env)
        }
        _ => Err(miss(span.clone(), "this is a status line")),
    }
}

fn behind_indicator(
    code: Option<&Sequence>,
    words: &Sequence,
    text: &Range<usize>,
    env: &mut Env<'_>,
) -> Matched {
    let octets = &env.octets[text.clone()];
    let bracketed = (octets.first() == Some(&b'['))
        .then(|| octets.iter().position(|&octet| octet == b']'))
        .flatten();
    let mut rest = text.clone();
    match (code, bracketed) {
        (None, _) => {}
        (Some(_), None) => return Err(miss(text.clone(), "a response code was expected")),
        (Some(code), Some(length)) => {
            let inner = text.start + 1..text.start + length;
            let got = token::words(env.octets, inner.clone(), Origin::Server);
            env.sequence(code, &got, inner.end, Sort::Folded)?;
            rest.start = inner.end + 1;
        }
    }
    let got = token::words(env.octets, rest, Origin::Server);
    leading(words, &got, text.end, env)
}

/// The words of the pattern must come first; what follows is for humans.
fn leading(words: &Sequence, got: &[Element], end: usize, env: &mut Env<'_>) -> Matched {
    for (at, term) in words.terms.iter().enumerate() {
        match got.get(at) {
            Some(element) => env.term(term, element, Sort::Exact)?,
            None => return Err(missing(end)),
        }
    }
    Ok(())
}

/// Holds words against the line at `span`; only the first word, a keyword, has no case.
pub(super) fn line(words: &Sequence, span: &Range<usize>, env: &mut Env<'_>) -> Matched {
    let got = token::words(env.octets, span.clone(), Origin::Server);
    for (at, term) in words.terms.iter().enumerate() {
        let sort = if at == 0 { Sort::Folded } else { Sort::Exact };
        match got.get(at) {
            Some(element) => env.term(term, element, sort)?,
            None => return Err(missing(span.end)),
        }
    }
    match got.get(words.terms.len()) {
        Some(extra) if !words.rest => Err(surplus(extra)),
        _ => Ok(()),
    }
}

/// Holds the value of `path` against the whole multi-line part.
///
/// A message whose last line has no end gets one on the wire (RFC 1939 section 3).
pub(super) fn content(path: &str, part: &Range<usize>, env: &mut Env<'_>) -> Matched {
    let Some(mut value) = env.value(path) else {
        return Err(miss(0..0, format!("`{path}` has no value")));
    };
    if !value.is_empty() && !value.ends_with(b"\r\n") {
        value.extend(b"\r\n");
    }
    let mut known = value
        .split_inclusive(|&octet| octet == b'\n')
        .map(|line| line.strip_suffix(b"\r\n").unwrap_or(line));
    let mut count = 0;
    for span in token::lines(&env.octets[..part.end], part.start) {
        count += 1;
        let got = unstuffed(&env.octets[span.clone()]);
        let Some(line) = known.next() else {
            return Err(miss(span.clone(), format!("line {count} is too much")));
        };
        if line != got {
            let same = line.iter().zip(got).take_while(|(a, b)| a == b).count();
            let stuffed = span.len() - got.len();
            let start = (span.start + stuffed + same).min(span.end);
            let message = format!("line {count} of the message differs");
            return Err(miss(start..span.end.max(start), message));
        }
        env.matched += 1;
    }
    match known.next() {
        Some(_) => Err(miss(
            part.end..part.end + 1,
            format!("line {} of the message is missing", count + 1),
        )),
        None => Ok(()),
    }
}

/// A line without the dot that byte-stuffing put in front.
pub(super) fn unstuffed(line: &[u8]) -> &[u8] {
    match line {
        [b'.', rest @ ..] if !rest.is_empty() => rest,
        _ => line,
    }
}

/// Holds a reply code against the first line of a reply.
pub(super) fn reply(tree: &Tree, span: &Range<usize>, env: &mut Env<'_>) -> Matched {
    let Tree::Reply { code, enhanced } = tree else {
        return Err(miss(span.clone(), "this is a reply"));
    };
    let line = &env.octets[span.clone()];
    let got = &line[..line.len().min(3)];
    let fits = |pattern: &[u8], got: &[u8]| {
        pattern.len() == got.len()
            && pattern
                .iter()
                .zip(got)
                .all(|(p, g)| p == g || (*p == b'x' && g.is_ascii_digit()))
    };
    if !fits(code.as_bytes(), got) {
        let span = span.start..span.start + got.len();
        return Err(miss(span, format!("{code} was expected")));
    }
    env.matched += 1;
    let Some(enhanced) = enhanced else {
        return Ok(());
    };
    let text = (span.start + 4).min(span.end)..span.end;
    let words = token::words(env.octets, text.clone(), Origin::Server);
    let expected = format!("{enhanced} was expected");
    let Some(first) = words.first() else {
        return Err(miss(text, expected));
    };
    let parts: Vec<_> = first.octets.split(|&octet| octet == b'.').collect();
    let wanted: Vec<_> = enhanced.split('.').collect();
    let same = parts.len() == wanted.len()
        && wanted.iter().zip(&parts).all(|(wanted, part)| {
            *wanted == "x" && !part.is_empty() && part.iter().all(u8::is_ascii_digit)
                || wanted.as_bytes() == *part
        });
    match same {
        true => Ok(()),
        false => Err(miss(first.span.clone(), expected)),
    }
}
