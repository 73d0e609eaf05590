//! A first login to a new account, for servers that make its INBOX only then.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use super::Account;

/// How long each line may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Logs in over IMAP on this port of 127.0.0.1, and out. Blocks.
pub(super) fn log_in_once(port: u16, account: &Account) -> io::Result<()> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let mut lines = BufReader::new(&stream);
    let Account { user, password, .. } = account;
    answer(&mut lines, "* ")?;
    (&stream).write_all(format!("a LOGIN {user} {password}\r\n").as_bytes())?;
    let said = answer(&mut lines, "a ")?;
    if !said.starts_with("a OK") {
        return Err(io::Error::other(format!(
            "the first login of {user}: {said}"
        )));
    }
    (&stream).write_all(b"b LOGOUT\r\n")?;
    answer(&mut lines, "b ").map(drop)
}

/// Reads up to the line that begins so.
fn answer(lines: &mut impl BufRead, begins: &str) -> io::Result<String> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.starts_with(begins) {
            return Ok(line);
        }
    }
}
