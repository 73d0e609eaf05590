//! The commands, one a file. A command that does not fit the state or the syntax gets `-ERR`.

mod apop;
mod auth;
mod capa;
mod dele;
mod lang;
mod list;
mod noop;
mod pass;
mod quit;
mod retr;
mod rset;
mod stat;
mod stls;
mod top;
mod uidl;
mod user;
mod utf8;

use std::io;

use super::maildrop::Maildrop;
use super::reply::Reply;
use super::session::{Session, State};
use super::update::update;
use crate::server::fault::Fault;

/// Runs a command line; gives the reply.
pub(super) async fn run(session: &mut Session, line: &[u8]) -> io::Result<Reply> {
    let ascii: Vec<u8> = line.iter().copied().filter(u8::is_ascii).collect();
    let line = match session.context.has(Fault::Pop3NonAsciiDropped) {
        true => &ascii[..],
        false => line,
    };
    let Some(line) = printable(line) else {
        return Ok(Reply::err("not a command"));
    };
    let (keyword, arguments) = match line.split_once(' ') {
        Some((keyword, arguments)) => (keyword, Some(arguments)),
        None => (line, None),
    };
    if session.context.has(Fault::Pop3KeywordsCaseSensitive)
        && keyword.bytes().any(|octet| octet.is_ascii_lowercase())
    {
        return Ok(unknown());
    }
    let keyword = keyword.to_ascii_uppercase();
    let arguments = match session.context.has(Fault::Pop3ExtraArgumentsIgnored) {
        true => without_extra(&keyword, arguments),
        false => arguments,
    };
    match (keyword.as_str(), arguments) {
        ("CAPA", None)
            if matches!(session.state, State::Transaction(_))
                && session.context.has(Fault::Pop3CapaBeforeLoginOnly) =>
        {
            return Ok(unknown());
        }
        ("CAPA", None) => return Ok(capa::run(session)),
        ("LANG", range) => return Ok(lang::run(&session.context, range)),
        ("QUIT", None) => return Ok(quit::run(session)),
        _ => {}
    }
    match &mut session.state {
        State::Authorization(_)
            if keyword == "STAT" && session.context.has(Fault::Pop3StatBeforeLogin) =>
        {
            Ok(Reply::ok("0 0"))
        }
        State::Authorization(_) => in_authorization(session, &keyword, arguments).await,
        State::Transaction(_)
            if matches!(keyword.as_str(), "APOP" | "AUTH" | "STLS" | "USER")
                && session.context.has(Fault::Pop3LoginCommandsAfterLogin) =>
        {
            Ok(Reply::ok("once more"))
        }
        State::Transaction(maildrop) => {
            if maildrop.has(Fault::Pop3MaildropGrows) {
                maildrop.grow();
            }
            let reply = in_transaction(maildrop, &keyword, arguments);
            if maildrop.has(Fault::Pop3DisconnectOnBadArg) && matches!(reply, Reply::Err(_)) {
                return Ok(Reply::Hangup);
            }
            Ok(reply)
        }
        State::Ended => Ok(Reply::Hangup),
    }
}

async fn in_authorization(
    session: &mut Session,
    keyword: &str,
    arguments: Option<&str>,
) -> io::Result<Reply> {
    Ok(match (keyword, arguments) {
        ("APOP" | "PASS" | "USER", None)
            if session.context.has(Fault::Pop3MissingArgumentAccepted) =>
        {
            Reply::ok("go on")
        }
        ("APOP", Some(arguments)) => apop::run(session, arguments),
        ("AUTH", Some(arguments)) => return auth::run(session, arguments).await,
        ("PASS", Some(password)) => pass::run(session, password),
        ("STLS", None) => return stls::run(session).await,
        ("USER", _) if session.context.has(Fault::Pop3UserRefused) => unknown(),
        ("USER", Some(name)) => user::run(session, name),
        ("UTF8", None) => utf8::run(session),
        _ => unknown(),
    })
}

fn in_transaction(maildrop: &mut Maildrop, keyword: &str, arguments: Option<&str>) -> Reply {
    match (keyword, arguments) {
        ("DELE", Some(number)) => dele::run(maildrop, number),
        ("LIST", number) => list::run(maildrop, number),
        ("NOOP", None) if maildrop.has(Fault::Pop3NoopRefused) => unknown(),
        ("NOOP", None) => noop::run(maildrop),
        ("RETR", Some(number)) => retr::run(maildrop, number),
        ("RSET", None) => rset::run(maildrop),
        ("STAT", None) => stat::run(maildrop),
        ("TOP" | "UIDL", _) if maildrop.has(Fault::Pop3OptionalCommandsMissing) => unknown(),
        ("TOP", None) if maildrop.has(Fault::Pop3TopNoargsCrash) => Reply::Hangup,
        ("TOP", Some(arguments)) => top::run(maildrop, arguments),
        ("UIDL", number) => uidl::run(maildrop, number),
        _ => unknown(),
    }
}

/// Fault: as many arguments as the command can have.
fn without_extra<'a>(keyword: &str, arguments: Option<&'a str>) -> Option<&'a str> {
    let first = |text: &'a str| text.split(' ').next();
    match keyword {
        "CAPA" | "NOOP" | "QUIT" | "RSET" | "STAT" => None,
        "DELE" | "LIST" | "RETR" | "UIDL" => arguments.and_then(first),
        _ => arguments,
    }
}

fn unknown() -> Reply {
    Reply::err("no such command here")
}

fn no_such_message() -> Reply {
    Reply::err("no such message")
}

/// The line, if it is text without control characters.
fn printable(line: &[u8]) -> Option<&str> {
    let text = str::from_utf8(line).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

/// The number of a message.
fn message_number(maildrop: &Maildrop, text: &str) -> Option<usize> {
    if maildrop.has(Fault::Pop3MsgnoOverflow) {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        return number(digits).map(|n| n % (1 << 32));
    }
    if maildrop.has(Fault::Pop3OctalNumbers) && text.starts_with('0') {
        return usize::from_str_radix(text, 8).ok();
    }
    if maildrop.has(Fault::Pop3NegativeIndex) {
        return number(text.trim_start_matches('-'));
    }
    number(text)
}

/// A number: digits and nothing else. Too great a one is greater than any message's number.
fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_alone() {
        for (text, expected) in [
            ("1", Some(1)),
            ("007", Some(7)),
            ("99999999999999999999999", Some(usize::MAX)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1x", None),
            ("1 ", None),
            (" 1", None),
        ] {
            assert_eq!(number(text), expected, "{text:?}");
        }
    }
}
