//! Terms of a pattern against elements of a response.

use std::ops::Range;

use super::hole::Hole;
use super::kind::number;
use super::term::{Part, Sequence, Term};
use super::token::{self, Element, Form, Origin};
use super::{Captures, Lookup, set};

/// Longest value that a name can be bound to, in octets.
const LONGEST: usize = 1 << 20;

/// Longest lists that are compared without regard to order.
const MOST_ITEMS: usize = 256;

/// How two texts compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Atoms without case, strings octet by octet; NIL is no string.
    Value,
    /// Octet by octet, however it was written.
    Exact,
    /// Without case, however it was written.
    Folded,
    /// A mailbox name: INBOX has no case.
    Mailbox,
    /// A set of numbers.
    Set,
}

/// What is known while a pattern is held against a message.
pub(super) struct Env<'a> {
    /// Values from outside.
    pub(super) values: &'a dyn Lookup,
    /// Values bound so far.
    pub(super) captures: Captures,
    /// The message.
    pub(super) octets: &'a [u8],
    /// How many elements have matched.
    pub(super) matched: usize,
}

/// The first thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Miss {
    /// The octets of the message.
    pub(super) span: Range<usize>,
    /// What is wrong with them.
    pub(super) message: String,
}

/// A match, or where it ends.
pub(super) type Matched = Result<(), Miss>;

/// A miss at these octets.
pub(super) fn miss(span: Range<usize>, message: impl Into<String>) -> Miss {
    Miss {
        span,
        message: message.into(),
    }
}

impl Env<'_> {
    /// The value of a name: bound in this step, or known before.
    pub(super) fn value(&self, path: &str) -> Option<Vec<u8>> {
        self.captures
            .get(path)
            .cloned()
            .or_else(|| self.values.lookup(path))
    }

    /// The text that the parts make up.
    pub(super) fn text(&self, parts: &[Part]) -> Result<Vec<u8>, String> {
        let mut text = Vec::new();
        for part in parts {
            match part {
                Part::Text(constant) => text.extend(constant.as_bytes()),
                Part::Value(path) => {
                    text.extend(self.value(path).ok_or_else(|| unbound(path))?);
                }
            }
        }
        Ok(text)
    }

    /// Holds one term against one element.
    pub(super) fn term(&mut self, term: &Term, element: &Element, sort: Sort) -> Matched {
        match term {
            Term::Text { form, parts } => {
                let text = self
                    .text(parts)
                    .map_err(|message| miss(element.span.clone(), message))?;
                self.known(&text, Some(*form), element, sort)?;
            }
            Term::List(sequence) => {
                if element.form != Form::List {
                    return Err(miss(element.span.clone(), "a list was expected"));
                }
                return self.sequence(sequence, &element.items, last(element), sort);
            }
            Term::Hole(hole) => self.hole(hole, element, sort)?,
        }
        self.matched += 1;
        Ok(())
    }

    fn hole(&mut self, hole: &Hole, element: &Element, sort: Sort) -> Matched {
        let fail = |message: String| Err(miss(element.span.clone(), message));
        match hole {
            Hole::Any => Ok(()),
            Hole::Known(path) => match self.value(path) {
                Some(value) => self.known(&value, None, element, sort),
                None => fail(unbound(path)),
            },
            Hole::Bind { name, kind } => {
                if !kind.accepts(element) {
                    return fail(format!("this is no {}", kind.name()));
                }
                let value = self.captured(element);
                if value.len() > LONGEST {
                    return fail(format!("this is too long to be bound to `{name}`"));
                }
                self.captures.insert(name.clone(), value);
                Ok(())
            }
            Hole::Compare { name, order, right } => {
                let bound = self.value(right);
                let bound = bound.as_deref().unwrap_or(right.as_bytes());
                let Some(bound) = number(bound) else {
                    return fail(unbound(right));
                };
                match number(&element.octets) {
                    Some(left) if order.holds(left, bound) => {}
                    _ => {
                        let order = order.spelling();
                        return fail(format!("a number {order} {bound} was expected"));
                    }
                }
                if let Some(name) = name {
                    self.captures.insert(name.clone(), element.octets.clone());
                }
                Ok(())
            }
        }
    }

    /// What a name is bound to: a string's value, or a list as it came.
    fn captured(&self, element: &Element) -> Vec<u8> {
        match element.form {
            Form::List => self.octets[element.span.clone()].to_vec(),
            _ => element.octets.clone(),
        }
    }

    fn known(&self, text: &[u8], form: Option<Form>, element: &Element, sort: Sort) -> Matched {
        let same = match element.form {
            Form::List => {
                let known = token::elements(text, 0, Origin::Server);
                matches!(&known[..], [list] if alike(list, element))
            }
            _ => match sort {
                Sort::Value => {
                    let nil = |form: Option<Form>, text: &[u8]| {
                        form == Some(Form::Atom) && text.eq_ignore_ascii_case(b"NIL")
                    };
                    let atoms = form == Some(Form::Atom) && element.form == Form::Atom;
                    let nils = form.is_some()
                        && nil(form, text) != nil(Some(element.form), &element.octets);
                    !nils
                        && (text == element.octets
                            || (atoms && text.eq_ignore_ascii_case(&element.octets)))
                }
                Sort::Exact => text == element.octets,
                Sort::Folded => text.eq_ignore_ascii_case(&element.octets),
                Sort::Mailbox => {
                    text == element.octets
                        || (text.eq_ignore_ascii_case(b"INBOX")
                            && element.octets.eq_ignore_ascii_case(b"INBOX"))
                }
                Sort::Set => {
                    text == element.octets
                        || set::parse(text)
                            .is_some_and(|known| set::parse(&element.octets) == Some(known))
                }
            },
        };
        if same {
            return Ok(());
        }
        Err(miss(
            element.span.clone(),
            format!("{} was expected", super::explain::quoted(text)),
        ))
    }

    /// Holds terms against elements one by one. `end` is where a missing element would stand.
    pub(super) fn sequence(
        &mut self,
        sequence: &Sequence,
        elements: &[Element],
        end: usize,
        sort: Sort,
    ) -> Matched {
        let mut rest = elements.iter();
        for term in &sequence.terms {
            match rest.next() {
                Some(element) => self.term(term, element, sort)?,
                None => return Err(missing(end)),
            }
        }
        match rest.next() {
            Some(extra) if !sequence.rest => Err(surplus(extra)),
            _ => Ok(()),
        }
    }

    /// Holds terms against elements in any order; `open` lets further elements be. `end` is where a
    /// missing element would stand.
    pub(super) fn unordered(
        &mut self,
        terms: &[Term],
        open: bool,
        elements: &[&Element],
        end: usize,
        sort: Sort,
    ) -> Matched {
        let mut order: Vec<&Term> = terms.iter().collect();
        order.sort_by_key(|term| term.choosiness());
        let mut left: Vec<&Element> = elements.to_vec();
        for term in order {
            let found = left
                .iter()
                .position(|element| self.term(term, element, sort).is_ok());
            match found {
                Some(at) => {
                    left.remove(at);
                }
                None => {
                    let message = format!("{} is missing", self.shown(term));
                    let span = match left[..] {
                        [only] if elements.len() == terms.len() => only.span.clone(),
                        _ => end..end + 1,
                    };
                    return Err(miss(span, message));
                }
            }
        }
        match left.first() {
            Some(extra) if !open => Err(surplus(extra)),
            _ => Ok(()),
        }
    }

    fn shown(&self, term: &Term) -> String {
        super::explain::quoted(super::explain::term(term, self).as_bytes())
    }
}

/// True if two elements say the same, whatever the order in lists of flags and the like.
fn alike(left: &Element, right: &Element) -> bool {
    if left.form == Form::List || right.form == Form::List {
        let lasting = |list: &Element| {
            let items = list.items.iter().filter(|item| !is_recent(&item.octets));
            items.cloned().collect::<Vec<_>>()
        };
        let (left_items, right_items) = (lasting(left), lasting(right));
        let length = left_items.len();
        if left.form != right.form || length != right_items.len() {
            return false;
        }
        let mut pairs = left_items.iter().zip(&right_items);
        let ordered = pairs.all(|(left, right)| alike(left, right));
        let holds = |item: &Element| right_items.iter().any(|other| alike(item, other));
        let flat = |item: &Element| item.items.is_empty() && holds(item);
        return ordered || (length <= MOST_ITEMS && left_items.iter().all(flat));
    }
    let atoms = left.form == Form::Atom && right.form == Form::Atom;
    left.octets == right.octets || (atoms && left.octets.eq_ignore_ascii_case(&right.octets))
}

/// True for `\Recent`, which one session sees and another does not.
pub(super) fn is_recent(flag: &[u8]) -> bool {
    flag.eq_ignore_ascii_case(b"\\Recent")
}

/// Where a list closes.
pub(super) fn last(list: &Element) -> usize {
    list.span.end.saturating_sub(1)
}

/// A response that ends too soon; more should stand at `end`.
pub(super) fn missing(end: usize) -> Miss {
    miss(end..end + 1, "more was expected here")
}

/// A response that goes on too long.
pub(super) fn surplus(extra: &Element) -> Miss {
    miss(extra.span.clone(), "nothing more was expected here")
}

fn unbound(path: &str) -> String {
    format!("`{path}` has no value at this point")
}
