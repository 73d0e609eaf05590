//! The commands, but for what follows DATA.

use std::sync::Arc;

use super::address::{Path, path};
use super::data::LONGEST_MESSAGE;
use super::reply::Reply;
use super::session::{Client, Dialect, Next, Session, Transaction};
use crate::server::fault::Fault;
use crate::server::store::{Account, Store};

const MOST_RECIPIENTS: usize = 1000;

/// Runs a command line.
pub(super) fn run(session: &mut Session, line: &[u8]) -> Next {
    let text = str::from_utf8(line).ok();
    let Some(line) = text.filter(|t| t.is_ascii() && !t.chars().any(|c| c.is_ascii_control()))
    else {
        return Next::Reply(Reply::new(500, "5.5.2", "not a command"));
    };
    let line = line.trim_end_matches(' ');
    let (keyword, argument) = line.split_once(' ').unwrap_or((line, ""));
    let reply = match (session.dialect, keyword.to_ascii_uppercase().as_str()) {
        (Dialect::Smtp, "EHLO") | (Dialect::Lmtp, "LHLO") => hello(session, argument, false),
        (Dialect::Smtp, "HELO") => hello(session, argument, true),
        (Dialect::Smtp, "STARTTLS") => return starttls(session, argument),
        (_, "MAIL") => mail(session, argument),
        (_, "RCPT") => rcpt(session, argument),
        (_, "DATA") => return data(session, argument),
        (_, "RSET") => rset(session, argument),
        (_, "NOOP") if crashes_on_argument(session, argument) => {
            return Next::Hangup;
        }
        (_, "NOOP") => Reply::new(250, "2.0.0", "done"),
        (_, "VRFY") if argument.is_empty() => syntax_error("VRFY needs an argument"),
        (_, "VRFY") => Reply::new(252, "2.5.0", "cannot verify, send and see"),
        (_, "QUIT") if argument.is_empty() => {
            return Next::End(Reply::new(221, "2.0.0", "localhost bye"));
        }
        (_, "QUIT") => syntax_error("QUIT has no argument"),
        (_, "EXPN" | "HELP") => Reply::new(502, "5.5.1", "not implemented"),
        _ => Reply::new(500, "5.5.2", "no such command"),
    };
    Next::Reply(reply)
}

/// Fault: an argument ends the session.
fn crashes_on_argument(session: &Session, argument: &str) -> bool {
    session.context.has(Fault::LmtpNoopParamCrash) && !argument.is_empty()
}

fn syntax_error(text: &str) -> Reply {
    Reply::new(501, "5.5.4", text)
}

fn bad_sequence(text: &str) -> Reply {
    Reply::new(503, "5.5.1", text)
}

fn hello(session: &mut Session, name: &str, is_basic: bool) -> Reply {
    if name.is_empty() || name.contains(' ') {
        return syntax_error("say who you are");
    }
    session.transaction = None;
    session.client = Some(Client {
        name: name.to_owned(),
        is_basic,
    });
    let mut lines = vec!["localhost".to_owned()];
    if !is_basic {
        let size = format!("SIZE {LONGEST_MESSAGE}");
        lines.extend(["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", &size].map(str::to_owned));
        if session.dialect == Dialect::Smtp && !session.stream.is_tls() {
            lines.push("STARTTLS".to_owned());
        }
    }
    Reply::bare(250, lines)
}

fn starttls(session: &Session, argument: &str) -> Next {
    let reply = if !argument.is_empty() {
        syntax_error("STARTTLS has no argument")
    } else if session.stream.is_tls() {
        bad_sequence("TLS is in use")
    } else if session.client.is_none() {
        bad_sequence("EHLO comes first")
    } else {
        return Next::Tls(Reply::new(220, "2.0.0", "begin TLS"));
    };
    Next::Reply(reply)
}

fn mail(session: &mut Session, argument: &str) -> Reply {
    if session.client.is_none() {
        return bad_sequence("say who you are first");
    }
    if session.transaction.is_some() {
        return bad_sequence("a transaction is under way");
    }
    let Some((path, parameters)) = prefixed_path(argument, "FROM:") else {
        return syntax_error("MAIL needs FROM:<reverse-path>");
    };
    for parameter in parameters.split_ascii_whitespace() {
        if let Some(refused) = refused_mail_parameter(parameter) {
            return refused;
        }
    }
    session.transaction = Some(Transaction {
        reverse_path: path.mailbox,
        ..Transaction::default()
    });
    Reply::new(250, "2.1.0", "sender ok")
}

/// SIZE (RFC 1870) and BODY (RFC 6152) are known.
fn refused_mail_parameter(parameter: &str) -> Option<Reply> {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    match (
        name.to_ascii_uppercase().as_str(),
        value.to_ascii_uppercase().as_str(),
    ) {
        ("BODY", "7BIT" | "8BITMIME") => None,
        ("SIZE", digits) => match digits.parse::<u64>() {
            Ok(size) if size > LONGEST_MESSAGE as u64 => {
                Some(Reply::new(552, "5.3.4", "message too big"))
            }
            Ok(_) => None,
            Err(_) => Some(syntax_error("SIZE needs a number")),
        },
        ("BODY", _) => Some(syntax_error("no such body type")),
        _ => Some(Reply::new(555, "5.5.4", "no such parameter")),
    }
}

fn rcpt(session: &mut Session, argument: &str) -> Reply {
    let Some(transaction) = &mut session.transaction else {
        return bad_sequence("MAIL comes first");
    };
    let parsed = prefixed_path(argument, "TO:");
    let Some((path, parameters)) = parsed.filter(|(path, _)| !path.mailbox.is_empty()) else {
        return syntax_error("RCPT needs TO:<forward-path>");
    };
    if !parameters.is_empty() {
        return Reply::new(555, "5.5.4", "no such parameter");
    }
    if transaction.recipients.len() >= MOST_RECIPIENTS {
        return Reply::new(452, "4.5.3", "too many recipients");
    }
    let fails_all = session.context.has(Fault::LmtpOneRcptFailsAll);
    let refuses_full = !session.context.has(Fault::DeliveryLostWhenFull);
    match recipient(&session.context.store, &path) {
        Some(_) if fails_all && transaction.has_refused => {
            Reply::new(550, "5.1.1", "no such user here")
        }
        Some(account) if refuses_full && account.read(|mailboxes| mailboxes.is_full()) => {
            transaction.has_refused = true;
            Reply::new(452, "4.2.2", "mailbox full")
        }
        Some(account) => {
            transaction.recipients.push(account);
            Reply::new(250, "2.1.5", "recipient ok")
        }
        None => {
            transaction.has_refused = true;
            Reply::new(550, "5.1.1", "no such user here")
        }
    }
}

/// The account that a path names: all of it or its local part; postmaster is always there
/// (RFC 5321 §4.5.1).
fn recipient(store: &Store, path: &Path) -> Option<Arc<Account>> {
    if path.local_part.eq_ignore_ascii_case("postmaster") {
        return Some(store.postmaster());
    }
    let account = store.account(&path.mailbox);
    account.or_else(|| store.account(&path.local_part))
}

/// The path behind `FROM:` or `TO:`, and the parameters.
fn prefixed_path<'a>(argument: &'a str, prefix: &str) -> Option<(Path, &'a str)> {
    let (word, rest) = argument.split_at_checked(prefix.len())?;
    let (path, parameters) = path(rest)?;
    let separated = parameters.is_empty() || parameters.starts_with(' ');
    (word.eq_ignore_ascii_case(prefix) && separated).then_some((path, parameters.trim_start()))
}

fn data(session: &Session, argument: &str) -> Next {
    let refused = match &session.transaction {
        _ if !argument.is_empty() => syntax_error("DATA has no argument"),
        None => bad_sequence("MAIL comes first"),
        Some(transaction) if transaction.recipients.is_empty() => {
            bad_sequence("no valid recipients")
        }
        Some(_) => return Next::Data,
    };
    Next::Reply(refused)
}

fn rset(session: &mut Session, argument: &str) -> Reply {
    if !argument.is_empty() {
        return syntax_error("RSET has no argument");
    }
    if !session.context.has(Fault::RsetKeepsRecipients) {
        session.transaction = None;
    }
    Reply::new(250, "2.0.0", "forgotten")
}
