//! POP3 compares words, SMTP and LMTP compare codes.

use pretty_assertions::assert_eq;

use super::*;

#[test]
fn pop3_compares_words() {
    let retr = "+OK 120 octets\r\nSubject: x\r\n\r\n..dot\r\nend\r\n.\r\n";
    let open = "+OK\r\nSubject: x\r\n\r\nno end\r\n.\r\n";
    let uidl = "+OK list\r\n1 aB-9\r\n2 zz\r\n.\r\n";
    for (pattern, response, same) in [
        ("+OK", "+OK hi\r\n", true),
        ("+OK", "-ERR hi\r\n", false),
        ("-ERR", "-ERR [SYS/TEMP] x\r\n", true),
        ("-ERR [IN-USE]", "-ERR [in-use] locked\r\n", true),
        ("-ERR [IN-USE]", "-ERR locked\r\n", false),
        ("+OK 2 ${n:number}", "+OK 2 320\r\n", true),
        ("+OK 2 320", "+OK 2 321\r\n", false),
        ("+OK 2", "+OK 2 320 octets\r\n", true),
        ("1 ${plain.uidl}", uidl, true),
        ("1 AB-9", uidl, false),
        ("2 ${u:unique-id}", uidl, true),
        ("3 ${_}", uidl, false),
        ("uidl", "+OK\r\nTOP\r\nUIDL\r\n.\r\n", true),
        ("SASL ...", "+OK\r\nSASL PLAIN CRAM-MD5\r\n.\r\n", true),
        ("SASL PLAIN", "+OK\r\nSASL PLAIN CRAM-MD5\r\n.\r\n", false),
        ("${plain.body}", retr, true),
        ("${open.body}", open, true),
        ("${plain.body}", open, false),
        ("+", "+ c2FsdA==\r\n", true),
    ] {
        let matched = hold(Protocol::Pop3, pattern, response.as_bytes()).is_ok();
        assert_eq!(matched, same, "{pattern} against {response}");
    }
}

#[test]
fn smtp_compares_codes() {
    let ehlo = "250-mx.example greets\r\n250-SIZE 1000\r\n250 PIPELINING\r\n";
    for (pattern, response, same) in [
        ("250", "250 fine\r\n", true),
        ("2xx", "251 will forward\r\n", true),
        ("5xx", "450 later\r\n", false),
        ("550 5.1.1", "550 5.1.1 no such user\r\n", true),
        ("550 5.1.1", "550 5.7.1 no\r\n", false),
        ("5xx 5.x.x", "552 5.2.2 full\r\n", true),
        ("5xx 5.x.x", "552 full\r\n", false),
        ("250", ehlo, true),
        ("PIPELINING", ehlo, true),
        ("SIZE ${most:number64}", ehlo, true),
        ("8BITMIME", ehlo, false),
    ] {
        let matched = hold(Protocol::Smtp, pattern, response.as_bytes()).is_ok();
        assert_eq!(matched, same, "{pattern} against {response}");
    }
}
