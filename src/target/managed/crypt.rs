//! Hashes of passwords, for servers that keep them so. Few rounds: the accounts live for minutes.

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// A password's hash as crypt(3) has it. Perl is part of every Debian.
pub(super) fn crypt(password: &str) -> io::Result<String> {
    let script = "chomp(my $p = <STDIN>); print crypt($p, q($5$rounds=1000$mailspec$))";
    hash("perl", &["-e", script], password, "$5$")
}

/// A password's hash by PBKDF2, as Python's passlib writes it.
pub(super) fn pbkdf2(password: &str) -> io::Result<String> {
    let script = "\
import base64, hashlib, sys
salt = b'mailspec'
made = hashlib.pbkdf2_hmac('sha256', sys.stdin.buffer.read(), salt, 1)
show = lambda octets: base64.b64encode(octets, b'./').decode().rstrip('=')
print('$pbkdf2-sha256$1$' + show(salt) + '$' + show(made), end='')";
    hash("python3", &["-ISc", script], password, "$pbkdf2-sha256$")
}

fn hash(program: &str, arguments: &[&str], password: &str, begins: &str) -> io::Result<String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(password.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let hash = String::from_utf8_lossy(&output.stdout).into_owned();
    if hash.starts_with(begins) {
        Ok(hash)
    } else {
        Err(io::Error::other(format!(
            "{program} makes no {begins} hash"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_as_the_servers_read_them() {
        let known = "$pbkdf2-sha256$1$bWFpbHNwZWM$";
        assert!(pbkdf2("sesame").unwrap().starts_with(known));
        assert!(
            crypt("sesame")
                .unwrap()
                .starts_with("$5$rounds=1000$mailspec$")
        );
        assert_ne!(crypt("sesame").unwrap(), crypt("open").unwrap());
    }
}
