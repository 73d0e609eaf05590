//! IMAP patterns against IMAP responses: what each response lets vary.

use super::element::{Env, Matched, Miss, Sort, is_recent, last, miss, missing, surplus};
use super::pattern::Tree;
use super::term::{Sequence, Term};
use super::token::{Element, Form, Response};

/// Holds a pattern against a response whose line end stands at `end`.
pub(super) fn matches(tree: &Tree, response: &Response, end: usize, env: &mut Env<'_>) -> Matched {
    match (tree, response) {
        (Tree::Continuation, Response::Continuation) => Ok(()),
        (
            Tree::Status { tagged, kind, code },
            Response::Status {
                tagged: got_tagged,
                kind: got,
                span,
                code: got_code,
                ..
            },
        ) => {
            // `BAD` without a tag answers a command whose tag could not be read.
            if tagged != got_tagged && (kind != "BAD" || !tagged) {
                return Err(miss(span.clone(), "the other kind of status response"));
            }
            env.matched += usize::from(*tagged);
            if kind != got {
                return Err(miss(span.clone(), format!("{kind} was expected")));
            }
            env.matched += 1;
            match (code, got_code) {
                (None, _) => Ok(()),
                (Some(_), None) => Err(miss(span.clone(), "a response code was expected")),
                (Some(code), Some((elements, span))) => {
                    response_code(code, elements, span.end.saturating_sub(1), env)
                }
            }
        }
        (
            Tree::Data {
                number,
                name,
                arguments,
            },
            Response::Data {
                number: got_number,
                name: got_name,
                arguments: got,
            },
        ) => {
            if !got_name.octets.eq_ignore_ascii_case(name.as_bytes()) {
                return Err(miss(got_name.span.clone(), format!("{name} was expected")));
            }
            env.matched += 1;
            match (number, got_number) {
                (Some(term), Some(element)) => env.term(term, element, Sort::Set)?,
                (None, None) => {}
                (_, Some(element)) => return Err(surplus(element)),
                (Some(_), None) => {
                    return Err(miss(got_name.span.clone(), "a number was expected before"));
                }
            }
            data(name, arguments, got, end, env)
        }
        _ => Err(miss(0..0, "another response")),
    }
}

fn data(name: &str, pattern: &Sequence, got: &[Element], end: usize, env: &mut Env<'_>) -> Matched {
    match name {
        "CAPABILITY" => unordered(&pattern.terms, true, got, end, Sort::Folded, env),
        "ENABLED" => unordered(&pattern.terms, pattern.rest, got, end, Sort::Folded, env),
        "ESEARCH" => esearch(pattern, got, end, env),
        "FETCH" | "UIDFETCH" => fetch(pattern, got, end, env),
        "FLAGS" => match (&pattern.terms[..], got) {
            ([term], [element]) => flags(term, element, env),
            _ => env.sequence(pattern, got, end, Sort::Folded),
        },
        "LIST" | "LSUB" | "XLIST" => list(pattern, got, end, env),
        "SEARCH" => unordered(&pattern.terms, pattern.rest, got, end, Sort::Value, env),
        "STATUS" => status_data(pattern, got, end, env),
        "VANISHED" => env.sequence(pattern, got, end, Sort::Set),
        "ACL" | "LISTRIGHTS" | "METADATA" | "MYRIGHTS" | "QUOTAROOT" => {
            mailbox_first(pattern, got, end, env)
        }
        _ => env.sequence(pattern, got, end, Sort::Value),
    }
}

fn unordered(
    terms: &[Term],
    open: bool,
    got: &[Element],
    end: usize,
    sort: Sort,
    env: &mut Env<'_>,
) -> Matched {
    let got: Vec<&Element> = got.iter().collect();
    env.unordered(terms, open, &got, end, sort)
}

fn response_code(pattern: &Sequence, got: &[Element], end: usize, env: &mut Env<'_>) -> Matched {
    let (Some((name, terms)), Some((got_name, got))) =
        (pattern.terms.split_first(), got.split_first())
    else {
        return Err(missing(end));
    };
    env.term(name, got_name, Sort::Folded)?;
    let rest = Sequence {
        terms: terms.to_vec(),
        rest: pattern.rest,
    };
    match &*String::from_utf8_lossy(&got_name.octets).to_ascii_uppercase() {
        "CAPABILITY" => unordered(terms, true, got, end, Sort::Folded, env),
        "PERMANENTFLAGS" => match (terms, got) {
            ([term], [element]) => flags(term, element, env),
            _ => env.sequence(&rest, got, end, Sort::Folded),
        },
        "APPENDUID" | "COPYUID" | "MODIFIED" => env.sequence(&rest, got, end, Sort::Set),
        "BADCHARSET" => env.sequence(&rest, got, end, Sort::Folded),
        _ => env.sequence(&rest, got, end, Sort::Value),
    }
}

/// Flags in any order. `\Recent` comes and goes: it counts only if the pattern names it.
fn flags(term: &Term, element: &Element, env: &mut Env<'_>) -> Matched {
    let Term::List(pattern) = term else {
        return env.term(term, element, Sort::Folded);
    };
    if element.form != Form::List {
        return Err(miss(element.span.clone(), "a list of flags was expected"));
    }
    let named = pattern.terms.iter().any(|term| {
        term.constant()
            .is_some_and(|text| is_recent(text.as_bytes()))
    });
    let got: Vec<&Element> = element
        .items
        .iter()
        .filter(|item| named || !is_recent(&item.octets))
        .collect();
    env.unordered(
        &pattern.terms,
        pattern.rest,
        &got,
        last(element),
        Sort::Folded,
    )?;
    env.matched += 1;
    Ok(())
}

/// The names in a list of names and values by turns, without case.
fn pairs(items: &[Element]) -> impl Iterator<Item = (&Element, Option<&Element>)> {
    items.chunks(2).map(|pair| (&pair[0], pair.get(1)))
}

fn fetch(pattern: &Sequence, got: &[Element], end: usize, env: &mut Env<'_>) -> Matched {
    let (Some(term), Some(element)) = (pattern.terms.first(), got.first()) else {
        return Err(missing(end));
    };
    let Term::List(wanted) = term else {
        return env.term(term, element, Sort::Value);
    };
    if element.form != Form::List {
        return Err(miss(element.span.clone(), "a list of items was expected"));
    }
    named_pairs(&wanted.terms, &element.items, element, env, fetch_value)?;
    match got.get(1) {
        Some(extra) => Err(surplus(extra)),
        None => Ok(()),
    }
}

fn fetch_value(name: &str, term: &Term, value: &Element, env: &mut Env<'_>) -> Matched {
    match name {
        "FLAGS" => flags(term, value, env),
        "BODY" | "BODYSTRUCTURE" | "INTERNALDATE" => env.term(term, value, Sort::Folded),
        _ => env.term(term, value, Sort::Value),
    }
}

/// Looks up each item of the pattern by name; further items may stand between.
fn named_pairs(
    wanted: &[Term],
    items: &[Element],
    list: &Element,
    env: &mut Env<'_>,
    value: impl Fn(&str, &Term, &Element, &mut Env<'_>) -> Matched,
) -> Matched {
    for pair in wanted.chunks(2) {
        let [name, term] = pair else {
            return Err(missing(last(list)));
        };
        let name = match name {
            Term::Text { parts, .. } => env
                .text(parts)
                .map_err(|message| miss(list.span.clone(), message))?,
            _ => {
                return Err(miss(
                    list.span.clone(),
                    "an item's name cannot be a variable",
                ));
            }
        };
        let mut first_miss: Option<Miss> = None;
        let mut found = false;
        for (got_name, got_value) in pairs(items) {
            if !got_name.octets.eq_ignore_ascii_case(&name) {
                continue;
            }
            let Some(got_value) = got_value else {
                return Err(missing(last(list)));
            };
            env.matched += usize::from(first_miss.is_none());
            let upper = String::from_utf8_lossy(&name).to_ascii_uppercase();
            match value(&upper, term, got_value, env) {
                Ok(()) => {
                    found = true;
                    break;
                }
                Err(miss) => first_miss = first_miss.or(Some(miss)),
            }
        }
        if !found {
            return Err(first_miss.unwrap_or_else(|| {
                let name = String::from_utf8_lossy(&name);
                let end = last(list);
                miss(end..end + 1, format!("{name} is missing"))
            }));
        }
    }
    Ok(())
}

fn status_data(pattern: &Sequence, got: &[Element], end: usize, env: &mut Env<'_>) -> Matched {
    let ([mailbox, items], [got_mailbox, got_items]) = (&pattern.terms[..], got) else {
        return env.sequence(pattern, got, end, Sort::Mailbox);
    };
    env.term(mailbox, got_mailbox, Sort::Mailbox)?;
    let (Term::List(wanted), Form::List) = (items, got_items.form) else {
        return env.term(items, got_items, Sort::Value);
    };
    named_pairs(
        &wanted.terms,
        &got_items.items,
        got_items,
        env,
        |_, term, value, env| env.term(term, value, Sort::Value),
    )?;
    if wanted.rest || wanted.terms.len() >= got_items.items.len() {
        return Ok(());
    }
    let known = |element: &Element| {
        wanted.terms.iter().step_by(2).any(|term| {
            term.constant()
                .is_some_and(|name| element.octets.eq_ignore_ascii_case(name.as_bytes()))
        })
    };
    match pairs(&got_items.items).find(|(name, _)| !known(name)) {
        Some((extra, _)) => Err(surplus(extra)),
        None => Ok(()),
    }
}

/// Attributes of the pattern must be there and others may; so may extended data behind the name.
fn list(pattern: &Sequence, got: &[Element], end: usize, env: &mut Env<'_>) -> Matched {
    let ([attributes, delimiter, mailbox, more @ ..], [got_attributes, rest @ ..]) =
        (&pattern.terms[..], got)
    else {
        return env.sequence(pattern, got, end, Sort::Value);
    };
    let [got_delimiter, got_mailbox, got_more @ ..] = rest else {
        return Err(missing(end));
    };
    env.term(mailbox, got_mailbox, Sort::Mailbox)?;
    env.term(delimiter, got_delimiter, Sort::Value)?;
    match attributes {
        Term::List(wanted) => unordered(
            &wanted.terms,
            true,
            &got_attributes.items,
            last(got_attributes),
            Sort::Folded,
            env,
        )?,
        term => env.term(term, got_attributes, Sort::Folded)?,
    }
    for (term, element) in more.iter().zip(got_more) {
        env.term(term, element, Sort::Value)?;
    }
    if more.len() > got_more.len() {
        return Err(missing(end));
    }
    Ok(())
}

/// The tag is the runner's own; UID stands or does not; the rest are names and values.
fn esearch(pattern: &Sequence, got: &[Element], end: usize, env: &mut Env<'_>) -> Matched {
    let is_uid = |element: &Element| element.octets.eq_ignore_ascii_case(b"UID");
    let got = match got {
        [first, rest @ ..] if first.form == Form::List => rest,
        all => all,
    };
    let wanted = match &pattern.terms[..] {
        [Term::List(_), rest @ ..] => rest,
        all => all,
    };
    let wants_uid = wanted
        .first()
        .and_then(Term::constant)
        .is_some_and(|text| text.eq_ignore_ascii_case("UID"));
    let has_uid = got.first().is_some_and(is_uid);
    if wants_uid != has_uid {
        return Err(match got.first() {
            Some(first) if has_uid => surplus(first),
            Some(first) => miss(first.span.clone(), "UID was expected"),
            None => missing(end),
        });
    }
    env.matched += 1;
    let wanted = &wanted[usize::from(wants_uid)..];
    let got = &got[usize::from(has_uid)..];
    let whole = Element {
        form: Form::List,
        octets: Vec::new(),
        items: Vec::new(),
        span: got.first().map_or(end, |first| first.span.start)..end + 1,
    };
    named_pairs(wanted, got, &whole, env, |_, term, value, env| {
        env.term(term, value, Sort::Set)
    })?;
    if got.len() > wanted.len() && !pattern.rest {
        let extra = pairs(got).find(|(name, _)| {
            !wanted.iter().step_by(2).any(|term| {
                term.constant()
                    .is_some_and(|text| name.octets.eq_ignore_ascii_case(text.as_bytes()))
            })
        });
        return extra.map_or(Ok(()), |(extra, _)| Err(surplus(extra)));
    }
    Ok(())
}

fn mailbox_first(pattern: &Sequence, got: &[Element], end: usize, env: &mut Env<'_>) -> Matched {
    let (Some((mailbox, terms)), Some((got_mailbox, got))) =
        (pattern.terms.split_first(), got.split_first())
    else {
        return env.sequence(pattern, got, end, Sort::Value);
    };
    env.term(mailbox, got_mailbox, Sort::Mailbox)?;
    let rest = Sequence {
        terms: terms.to_vec(),
        rest: pattern.rest,
    };
    env.sequence(&rest, got, end, Sort::Exact)
}
