//! What a client proves its password with: APOP (RFC 1939 §7), CRAM-MD5 (RFC 2195 §2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

/// Octets of a block of MD5 (RFC 2104 §2).
const BLOCK: usize = 64;

/// The digest of APOP, in hexadecimal.
pub(super) fn apop(timestamp: &[u8], password: &str) -> Vec<u8> {
    hexadecimal(&Md5::digest([timestamp, password.as_bytes()].concat()))
}

/// The response of CRAM-MD5 to a challenge, both in base64; nothing if the challenge is none.
pub(super) fn cram_md5(challenge: &[u8], user: &str, password: &str) -> Option<Vec<u8>> {
    let challenge = STANDARD.decode(challenge).ok()?;
    let digest = hexadecimal(&hmac(password.as_bytes(), &challenge));
    let response = [user.as_bytes(), b" ", &digest].concat();
    Some(STANDARD.encode(response).into_bytes())
}

/// HMAC-MD5 (RFC 2104 §2).
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = match key.len() > BLOCK {
        true => Md5::digest(key).to_vec(),
        false => key.to_vec(),
    };
    block.resize(BLOCK, 0);
    let padded = |pad: u8| block.iter().map(|octet| octet ^ pad).collect::<Vec<u8>>();
    let inner = Md5::digest([&padded(0x36), text].concat());
    Md5::digest([&padded(0x5c)[..], &inner].concat()).to_vec()
}

fn hexadecimal(octets: &[u8]) -> Vec<u8> {
    let digits = octets.iter().map(|octet| format!("{octet:02x}"));
    digits.collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfcs() {
        let digest = apop(b"<1896.697170952@dbc.mtview.ca.us>", "tanstaaf");
        assert_eq!(digest, b"c4c9334bac560ecc979e58001b3e22fb");
        let challenge = b"PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+";
        assert_eq!(
            cram_md5(challenge, "tim", "tanstaaftanstaaf").unwrap(),
            b"dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"
        );
        assert_eq!(cram_md5(b"%", "tim", "x"), None);
    }

    #[test]
    fn a_long_key_is_hashed_first() {
        assert_eq!(
            hexadecimal(&hmac(
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            )),
            b"6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"
        );
    }
}
