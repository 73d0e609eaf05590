//! What APOP (RFC 1939 §7) and CRAM-MD5 (RFC 2195 §2) prove a password with.

use md5::{Digest as _, Md5};

/// Octets of a block of MD5.
const BLOCK: usize = 64;

/// The digest of APOP: MD5 of the timestamp of the greeting and the password.
pub(super) fn apop(timestamp: &str, password: &str) -> String {
    hex(&md5(&[timestamp.as_bytes(), password.as_bytes()]))
}

/// The digest of CRAM-MD5: HMAC-MD5 of the challenge, keyed with the password (RFC 2104 §2).
pub(super) fn cram(challenge: &str, password: &str) -> String {
    let mut key = [0; BLOCK];
    match password.as_bytes() {
        long if long.len() > BLOCK => key[..16].copy_from_slice(&md5(&[long])),
        short => key[..short.len()].copy_from_slice(short),
    }
    let inner = md5(&[&key.map(|octet| octet ^ 0x36), challenge.as_bytes()]);
    hex(&md5(&[&key.map(|octet| octet ^ 0x5c), &inner]))
}

fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Md5::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_the_rfcs() {
        let timestamp = "<1896.697170952@dbc.mtview.ca.us>";
        assert_eq!(
            apop(timestamp, "tanstaaf"),
            "c4c9334bac560ecc979e58001b3e22fb"
        );
        let challenge = "<1896.697170952@postoffice.reston.mci.net>";
        assert_eq!(
            cram(challenge, "tanstaaftanstaaf"),
            "b913a602c7eda7a495b4e6e7334d3890"
        );
        let long = "x".repeat(80);
        assert_ne!(cram(challenge, &long), cram(challenge, &long[..64]));
    }
}
