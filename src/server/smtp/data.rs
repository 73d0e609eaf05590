//! The mail data: reading it to its end, trace lines, delivery, and the replies after it.

use std::io;
use std::sync::Arc;

use super::reply::Reply;
use super::session::{Dialect, Session, Transaction, closing};
use crate::server::fault::Fault;
use crate::server::store::{Civil, Mailboxes, NewMessage};
use crate::server::stream::Input;

/// Octets of a message (SIZE).
pub(super) const LONGEST_MESSAGE: usize = 32 * 1024 * 1024;

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// How the mail data ended.
enum Ended {
    /// With the line `.`; the octets are unstuffed.
    Whole(Vec<u8>),
    /// With the line `.`, after more octets than allowed.
    TooBig,
    /// The connection closed; this is what had come.
    Cut(Vec<u8>),
    /// The server stops.
    Stopping,
}

/// Receives the mail data after DATA and delivers it. Whether the session goes on.
pub(super) async fn receive(session: &mut Session) -> io::Result<bool> {
    let go_ahead = vec!["end with <CRLF>.<CRLF>".to_owned()];
    session.send(&Reply::bare(354, go_ahead)).await?;
    let ended = read(session).await;
    let transaction = session.transaction.take().unwrap_or_default();
    let (reply, goes_on) = match ended {
        Ended::Whole(mut data) => {
            if session.context.has(Fault::SmtpStripsHighBit) {
                data.iter_mut().for_each(|octet| *octet &= 0x7f);
            }
            deliver(session, &transaction, &data);
            (Reply::new(250, "2.0.0", "delivered"), true)
        }
        Ended::TooBig => (Reply::new(552, "5.3.4", "message too big"), true),
        Ended::Cut(data) => {
            if session.context.has(Fault::LmtpEofDeliversTruncated) {
                deliver(session, &transaction, &data);
            }
            return Ok(false);
        }
        Ended::Stopping => (closing("server is shutting down"), false),
    };
    let replies = match session.dialect {
        _ if session.context.has(Fault::LmtpPipelineReplyCount) => 1,
        Dialect::Lmtp if goes_on => transaction.recipients.len(),
        _ => 1,
    };
    for _ in 0..replies {
        session.send(&reply).await?;
    }
    Ok(goes_on)
}

/// Reads to the line that is a dot alone. A bare LF is an octet like others: it neither ends a line
/// nor begins the end of the data (RFC 5321 §2.3.8, §4.1.1.4).
async fn read(session: &mut Session) -> Ended {
    let mut data = Vec::new();
    let mut too_big = false;
    let mut at_line_start = true;
    loop {
        match session.stream.read_line(LONGEST_MESSAGE).await {
            Input::Octets(line) if at_line_start && line == b"." => {
                return if too_big {
                    Ended::TooBig
                } else {
                    Ended::Whole(data)
                };
            }
            Input::Octets(line)
                if !at_line_start
                    && line == b".\n"
                    && session.context.has(Fault::BareLfDotEndsData) =>
            {
                return Ended::Whole(data);
            }
            Input::Octets(line) => {
                let unstuffs = at_line_start && !session.context.has(Fault::SmtpKeepsStuffing);
                let unstuffed = line.strip_prefix(b".").filter(|_| unstuffs);
                let octets = unstuffed.unwrap_or(&line);
                at_line_start = !line.ends_with(b"\n");
                too_big |= data.len() + octets.len() > LONGEST_MESSAGE;
                if !too_big {
                    data.extend_from_slice(octets);
                    if at_line_start {
                        data.extend_from_slice(b"\r\n");
                    }
                }
            }
            Input::TooLong => (too_big, at_line_start) = (true, true),
            Input::Closed | Input::Idle => return Ended::Cut(data),
            Input::Stopping => return Ended::Stopping,
        }
    }
}

/// Puts the message into INBOX of each recipient.
fn deliver(session: &Session, transaction: &Transaction, data: &[u8]) {
    let mut content = trace(session, transaction).into_bytes();
    content.extend_from_slice(data);
    let message = NewMessage::received(Arc::<[u8]>::from(content));
    let loses = session.context.has(Fault::DeliveryLostWhileLocked);
    for account in &transaction.recipients {
        if loses && account.lock_maildrop().is_none() {
            continue;
        }
        let append = |m: &mut Mailboxes| m.deliver(message.clone());
        let is_full = account.read(|mailboxes| mailboxes.is_full());
        if is_full && session.context.has(Fault::DeliveryLostWhenFull) {
            continue;
        }
        let appended = if session.context.has(Fault::IdleMissesOtherProtocolChanges) {
            account.write_unheard(append)
        } else {
            account.write(append)
        };
        debug_assert!(
            appended.is_ok(),
            "INBOX is always there, and RCPT looked for room"
        );
    }
}

/// The lines that final delivery puts in front (RFC 5321 §4.4).
fn trace(session: &Session, transaction: &Transaction) -> String {
    let client = session.client.as_ref();
    let name = client.map_or("unknown", |client| &client.name);
    let is_basic = client.is_some_and(|client| client.is_basic);
    let with = match session.dialect {
        Dialect::Lmtp => "LMTP",
        Dialect::Smtp if is_basic => "SMTP",
        Dialect::Smtp if session.stream.is_tls() => "ESMTPS",
        Dialect::Smtp => "ESMTP",
    };
    format!(
        "Return-Path: <{}>\r\n\
         Received: from {name} ([127.0.0.1])\r\n\
         \tby localhost (mailspec) with {with};\r\n\
         \t{}\r\n",
        transaction.reverse_path,
        date_time(session.context.store.clock().now().civil()),
    )
}

/// The date-time of RFC 5322 §3.3, in UTC.
fn date_time(date: Civil) -> String {
    let weekday = DAYS[date.weekday as usize % 7];
    let month = MONTHS[(date.month as usize + 11) % 12];
    format!(
        "{weekday}, {} {month} {:04} {:02}:{:02}:{:02} +0000",
        date.day, date.year, date.hour, date.minute, date.second
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::InternalDate;

    #[test]
    fn dates_as_in_mail() {
        let date = InternalDate {
            unix_s: 951_782_405,
            zone_min: 0,
        };
        assert_eq!(date_time(date.civil()), "Tue, 29 Feb 2000 00:00:05 +0000");
    }
}
