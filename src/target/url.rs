//! `imaps://host:993` and `user:password`, as people give them on the command line.

use super::{Account, SpecError};
use crate::transport::{Endpoint, Security};
use crate::wire::Protocol;

/// Each scheme with its protocol, security and port.
const SCHEMES: &[(&str, Protocol, Security, u16)] = &[
    ("imap", Protocol::Imap, Security::Plain, 143),
    ("imap+starttls", Protocol::Imap, Security::StartTls, 143),
    ("imaps", Protocol::Imap, Security::Implicit, 993),
    ("pop3", Protocol::Pop3, Security::Plain, 110),
    ("pop3+starttls", Protocol::Pop3, Security::StartTls, 110),
    ("pop3s", Protocol::Pop3, Security::Implicit, 995),
    ("smtp", Protocol::Smtp, Security::Plain, 25),
    ("smtp+starttls", Protocol::Smtp, Security::StartTls, 25),
    ("smtps", Protocol::Smtp, Security::Implicit, 465),
    ("lmtp", Protocol::Lmtp, Security::Plain, 24),
    ("lmtp+starttls", Protocol::Lmtp, Security::StartTls, 24),
];

/// Reads `scheme://host[:port]`. The error never repeats what could be a password.
pub(super) fn parse_endpoint(url: &str) -> Result<Endpoint, SpecError> {
    let wrong = |why: String| Err(SpecError::Endpoint(why));
    let Some((scheme, rest)) = url.split_once("://") else {
        return wrong(format!("`{url}` has no scheme; write imap://host:143"));
    };
    let scheme = scheme.to_ascii_lowercase();
    let Some(&(_, protocol, security, default_port)) =
        SCHEMES.iter().find(|(name, ..)| *name == scheme)
    else {
        let known: Vec<&str> = SCHEMES.iter().map(|(name, ..)| *name).collect();
        return wrong(format!(
            "unknown scheme `{scheme}`; there are {}",
            known.join(", ")
        ));
    };
    if rest.contains('@') {
        return wrong(format!(
            "an account does not belong into the {scheme} URL; give it with --account user:password"
        ));
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let Some((host, port)) = split_host(rest) else {
        return wrong(format!("`{url}` is not scheme://host:port"));
    };
    let port = match port {
        None => default_port,
        Some(digits) => match digits.parse() {
            Ok(port) if port > 0 => port,
            _ => return wrong(format!("`{digits}` in `{url}` is no port")),
        },
    };
    Ok(Endpoint {
        protocol,
        host: host.to_owned(),
        port,
        security,
    })
}

/// Splits `host:port`, `host`, `[v6]:port` or `[v6]`.
fn split_host(text: &str) -> Option<(&str, Option<&str>)> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        match behind {
            "" => (host, None),
            _ => (host, Some(behind.strip_prefix(':')?)),
        }
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
    (!host.is_empty() && host.chars().all(plain)).then_some((host, port))
}

/// Reads `user:password`; the password may hold colons.
///
/// The address is the user's name if that is one, else the name at the delivery endpoint's host.
pub(super) fn parse_account(text: &str, endpoints: &[Endpoint]) -> Result<Account, SpecError> {
    match text.split_once(':') {
        Some((user, password)) if !user.is_empty() && !password.is_empty() => Ok(Account {
            user: user.to_owned(),
            password: password.to_owned(),
            address: default_address(user, endpoints),
        }),
        _ => Err(SpecError::Account),
    }
}

/// The address of an account whose address nobody gave.
pub(super) fn default_address(user: &str, endpoints: &[Endpoint]) -> String {
    if user.contains('@') {
        return user.to_owned();
    }
    let delivers =
        |endpoint: &&Endpoint| matches!(endpoint.protocol, Protocol::Lmtp | Protocol::Smtp);
    let host = endpoints
        .iter()
        .find(delivers)
        .or_else(|| endpoints.first())
        .map(|endpoint| endpoint.host.as_str())
        .filter(|host| host.parse::<std::net::IpAddr>().is_err())
        .unwrap_or("localhost");
    format!("{user}@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_protocol_security_host_and_port() {
        use Protocol::{Imap, Lmtp, Pop3, Smtp};
        use Security::{Implicit, Plain, StartTls};
        let table = [
            (
                "imap://mail.example.org",
                Imap,
                Plain,
                "mail.example.org",
                143,
            ),
            ("imap://localhost:1143/", Imap, Plain, "localhost", 1143),
            ("IMAPS://h:9930", Imap, Implicit, "h", 9930),
            ("imap+starttls://h", Imap, StartTls, "h", 143),
            ("pop3://[::1]:1110", Pop3, Plain, "::1", 1110),
            ("pop3s://[::1]", Pop3, Implicit, "::1", 995),
            (
                "pop3+starttls://127.0.0.1",
                Pop3,
                StartTls,
                "127.0.0.1",
                110,
            ),
            ("smtp://h:587", Smtp, Plain, "h", 587),
            ("lmtp://h", Lmtp, Plain, "h", 24),
        ];
        for (url, protocol, security, host, port) in table {
            let endpoint = parse_endpoint(url).unwrap();
            let want = Endpoint {
                protocol,
                host: host.to_owned(),
                port,
                security,
            };
            assert_eq!(endpoint, want, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_with_the_reason() {
        let table = [
            ("mail.example.org", "has no scheme"),
            ("http://h", "unknown scheme `http`; there are imap,"),
            ("imap://", "is not scheme://host:port"),
            ("imap://:143", "is not scheme://host:port"),
            ("imap://h:0", "is no port"),
            ("imap://h:65536", "is no port"),
            ("imap://h:", "is no port"),
            ("imap://[::1", "is not scheme://host:port"),
            ("imap://[h]:1", "is not scheme://host:port"),
            ("imap://h/INBOX", "is not scheme://host:port"),
        ];
        for (url, why) in table {
            let error = parse_endpoint(url).unwrap_err().to_string();
            assert!(error.contains(why), "{url}: {error}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        let error = parse_endpoint("imap://alice:sesame@h").unwrap_err();
        assert!(!error.to_string().contains("sesame"), "{error}");
        assert!(error.to_string().contains("--account"), "{error}");
    }

    #[test]
    fn accounts_keep_colons_in_passwords_and_get_an_address() {
        let imap = parse_endpoint("imap://mail.example.org").unwrap();
        let lmtp = parse_endpoint("lmtp://mx.example.org").unwrap();
        let local = parse_endpoint("imap://127.0.0.1").unwrap();
        let table = [
            (
                "bob:a:b:",
                vec![imap.clone()],
                "bob",
                "a:b:",
                "bob@mail.example.org",
            ),
            (
                "bob:x",
                vec![imap.clone(), lmtp],
                "bob",
                "x",
                "bob@mx.example.org",
            ),
            ("b@c.de:x", vec![imap], "b@c.de", "x", "b@c.de"),
            ("bob:x", vec![local], "bob", "x", "bob@localhost"),
        ];
        for (text, endpoints, user, password, address) in table {
            let account = parse_account(text, &endpoints).unwrap();
            assert_eq!(
                (&*account.user, &*account.password, &*account.address),
                (user, password, address)
            );
        }
        for text in ["bob", ":x", "bob:", ""] {
            assert!(parse_account(text, &[]).is_err(), "{text}");
        }
    }
}
