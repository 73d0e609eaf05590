//! Why a TLS handshake failed, in words.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::{CertificateError, Error};

use super::clock::date;

/// What is wrong with TLS, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TlsTrouble {
    pub(super) finding: String,
    pub(super) cure: String,
}

/// Explains the error of a handshake with `host`; `None` if it is not about the certificate.
pub(super) fn explain(host: &str, error: &io::Error) -> Option<TlsTrouble> {
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    let Error::InvalidCertificate(error) = error else {
        return None;
    };
    let renew = "renew the server's certificate";
    let (finding, cure) = match error {
        CertificateError::Expired => ("the certificate has expired".to_owned(), renew.to_owned()),
        CertificateError::ExpiredContext { not_after, .. } => {
            let end = date(at(not_after.as_secs()));
            (
                format!("the certificate expired on {end}"),
                renew.to_owned(),
            )
        }
        CertificateError::NotValidYet => not_yet(String::new()),
        CertificateError::NotValidYetContext { not_before, .. } => {
            not_yet(format!(" before {}", date(at(not_before.as_secs()))))
        }
        CertificateError::NotValidForName => other_name(host, String::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<String> = presented.iter().map(|name| plain_name(name)).collect();
            let names = match names.is_empty() {
                true => "none".to_owned(),
                false => names.join(", "),
            };
            other_name(host, format!("; its names are: {names}"))
        }
        CertificateError::Revoked => ("the certificate is revoked".to_owned(), renew.to_owned()),
        CertificateError::UnknownIssuer => untrusted(),
        // A certificate of an authority that is its own server certificate is one of these.
        CertificateError::Other(_) => untrusted(),
        other => (
            format!("the certificate is not valid: {other}"),
            renew.to_owned(),
        ),
    };
    Some(TlsTrouble { finding, cure })
}

fn untrusted() -> (String, String) {
    (
        "nobody whom mailspec trusts has signed the certificate".to_owned(),
        "give the authority's certificate with --ca (in a target file tls: {authorities: FILE}), \
         or --insecure"
            .to_owned(),
    )
}

fn not_yet(when: String) -> (String, String) {
    (
        format!("the certificate is not valid{when}"),
        "set the clocks of the server and of this machine".to_owned(),
    )
}

fn other_name(host: &str, names: String) -> (String, String) {
    (
        format!("the certificate is not for {host}{names}"),
        "write one of the certificate's names in the URL, or give the server a certificate for \
         this one"
            .to_owned(),
    )
}

/// `DnsName("mail.example.org")` as `mail.example.org`.
fn plain_name(debug: &str) -> String {
    let inner = debug.split('"').nth(1).unwrap_or(debug);
    inner.to_owned()
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds.min(1 << 40))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_errors_are_not_about_the_certificate() {
        assert_eq!(explain("h", &io::Error::other("closed")), None);
        let plain = io::Error::other(Error::HandshakeNotComplete);
        assert_eq!(explain("h", &plain), None);
    }

    #[test]
    fn a_wrong_name_shows_those_there_are() {
        let error = io::Error::other(Error::InvalidCertificate(
            CertificateError::NotValidForNameContext {
                expected: rustls::pki_types::ServerName::try_from("h").unwrap(),
                presented: vec!["DnsName(\"mail.example.org\")".to_owned()],
            },
        ));
        let trouble = explain("h", &error).unwrap();
        assert_eq!(
            trouble.finding,
            "the certificate is not for h; its names are: mail.example.org"
        );
    }
}
