//! `LANG` (RFC 6856 §3): English is the only language.

use super::Reply;
use crate::server::context::Context;
use crate::server::fault::Fault;

pub(super) fn run(context: &Context, range: Option<&str>) -> Reply {
    let Some(range) = range else {
        let separator = match context.has(Fault::Pop3LanguageListingWithTab) {
            true => '\t',
            false => ' ',
        };
        let lines = format!("en{separator}English\r\n");
        return Reply::Lines("languages follow".to_owned(), lines.into_bytes());
    };
    let known = range == "*" || range.eq_ignore_ascii_case("en");
    if !known && !context.has(Fault::Pop3UnknownLanguageAccepted) {
        return Reply::err("no such language");
    }
    match context.has(Fault::Pop3LanguageTagMissing) {
        true => Reply::ok("language changed"),
        false => Reply::ok("en language changed"),
    }
}
