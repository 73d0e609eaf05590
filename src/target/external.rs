//! What the user says about a server that runs already.

use std::path::Path;

use super::profile::ReadFile;
use super::url::{parse_account, parse_endpoint};
use super::{External, MANAGED, Spec};

/// What a retention profile follows in the name of the embedded server.
const EMBEDDED_AS: &str = "embedded:";

/// The embedded server that numbers its maildrops from the newest message.
const NEWEST_FIRST: &str = "embedded:newest-first";

/// What was given for a target cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// A URL.
    #[error("{0}")]
    Endpoint(String),
    /// An account that is not `user:password`. It is not repeated.
    #[error("an account is given as user:password, neither of them empty")]
    Account,
    /// A target file: all its mistakes, one in each line.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    File(Vec<Mistake>),
    /// Things that do not go together, or something missing.
    #[error("{0}")]
    Arguments(String),
}

/// A mistake in a target file. Line and column count from 1, and are 0 where there is no place to
/// name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {why}")]
pub struct Mistake {
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
    /// What is wrong.
    pub why: String,
}

impl External {
    /// A server given by URLs and accounts (`user:password`).
    pub fn from_urls(urls: &[String], accounts: &[String]) -> Result<Self, SpecError> {
        Self::named(urls, accounts)?.checked()
    }

    /// The same, with fewer accounts than scenarios need, or none.
    pub fn named(urls: &[String], accounts: &[String]) -> Result<Self, SpecError> {
        let endpoints = urls
            .iter()
            .map(|url| parse_endpoint(url))
            .collect::<Result<Vec<_>, _>>()?;
        let accounts = accounts
            .iter()
            .map(|account| parse_account(account, &endpoints))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            name: urls.first().cloned().unwrap_or_default(),
            endpoints,
            accounts,
            ..Self::default()
        })
    }

    /// Refuses what no scenario could run with.
    fn checked(self) -> Result<Self, SpecError> {
        let wrong = |why: &str| Err(SpecError::Arguments(why.to_owned()));
        if self.endpoints.is_empty() {
            return wrong("no endpoint is given");
        }
        if self.accounts.is_empty() {
            return wrong("no account is given; write --account user:password");
        }
        let named_twice = self.accounts.iter().enumerate().find(|(index, account)| {
            self.accounts[..*index]
                .iter()
                .any(|earlier| earlier.user == account.user)
        });
        if let Some((_, account)) = named_twice {
            return wrong(&format!("account {} is given twice", account.user));
        }
        Ok(self)
    }
}

impl Spec {
    /// What `--target` (repeatable) and `--account` mean: nothing or `embedded`, the name of a
    /// managed server, URLs, or the path of a target file. `read` gives the octets of a file.
    pub fn from_arguments(
        targets: &[String],
        accounts: &[String],
        read: &ReadFile<'_>,
    ) -> Result<Self, SpecError> {
        let is_url = |target: &&String| target.contains("://");
        if !targets.is_empty() && targets.iter().all(|target| is_url(&target)) {
            return External::from_urls(targets, accounts).map(|one| Self::External(one.into()));
        }
        if !accounts.is_empty() {
            let why = "--account goes with URLs; a target file names its own accounts";
            return Err(SpecError::Arguments(why.to_owned()));
        }
        match targets {
            [] => Ok(Self::Embedded(Vec::new())),
            [name] if name == "embedded" => Ok(Self::Embedded(Vec::new())),
            [name] if name == NEWEST_FIRST => Ok(Self::EmbeddedNewestFirst(Vec::new())),
            [name] if name.starts_with(EMBEDDED_AS) => {
                let retention = name[EMBEDDED_AS.len()..].parse();
                let retention = retention.map_err(SpecError::Arguments)?;
                Ok(Self::EmbeddedAs(retention, Vec::new()))
            }
            [name] if MANAGED.contains(&name.as_str()) => Ok(Self::Managed(name.clone())),
            [path] => {
                let path = Path::new(path);
                let known = MANAGED.join(", ");
                let octets = read(path).map_err(|error| {
                    SpecError::Arguments(format!(
                        "`{}` is neither embedded, {known}, nor a file that can be read: {error}",
                        path.display()
                    ))
                })?;
                let text = String::from_utf8(octets).map_err(|_| {
                    SpecError::Arguments(format!("{} is not UTF-8", path.display()))
                })?;
                External::from_file(path, &text, read).map(|one| Self::External(one.into()))
            }
            _ => {
                let why = "several targets must all be URLs of one server";
                Err(SpecError::Arguments(why.to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Retention;

    fn spec(targets: &[&str], accounts: &[&str]) -> Result<Spec, SpecError> {
        let owned = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        let read = |path: &Path| match path.to_str() {
            Some("there.yaml") => {
                Ok(b"{endpoints: [imap://h], accounts: [{user: a, password: b}]}".to_vec())
            }
            _ => Err(std::io::ErrorKind::NotFound.into()),
        };
        Spec::from_arguments(&owned(targets), &owned(accounts), &read)
    }

    #[test]
    fn a_target_is_a_name_urls_or_a_file() {
        assert!(matches!(spec(&[], &[]), Ok(Spec::Embedded(_))));
        assert!(matches!(spec(&["embedded"], &[]), Ok(Spec::Embedded(_))));
        let retaining = spec(&["embedded:expire-7"], &[]);
        assert!(matches!(
            retaining,
            Ok(Spec::EmbeddedAs(Retention::Expire(7), _))
        ));
        let turned = spec(&["embedded:newest-first"], &[]);
        assert!(matches!(turned, Ok(Spec::EmbeddedNewestFirst(_))));
        let managed = spec(&["dovecot:lock"], &[]);
        assert!(matches!(managed, Ok(Spec::Managed(name)) if name == "dovecot:lock"));
        let external = |spec| match spec {
            Ok(Spec::External(external)) => external,
            other => panic!("{other:?}"),
        };
        let urls = external(spec(&["imap://h", "pop3://h"], &["a:b", "c:d"]));
        assert_eq!(urls.name, "imap://h");
        assert_eq!((urls.endpoints.len(), urls.accounts.len()), (2, 2));
        let file = external(spec(&["there.yaml"], &[]));
        assert_eq!(file.name, "there");
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let table: [(&[&str], &[&str], &str); 7] = [
            (&["embedded:hide"], &[], "no retention profile"),
            (&["missing.yaml"], &[], "neither embedded, dovecot"),
            (&["imap://h", "dovecot"], &[], "must all be URLs"),
            (&["imap://h"], &[], "no account"),
            (&["imap://h"], &["a:b", "a:c"], "account a is given twice"),
            (&["imap://h"], &["secret"], "user:password"),
            (&["dovecot"], &["a:b"], "goes with URLs"),
        ];
        for (targets, accounts, why) in table {
            let error = spec(targets, accounts).unwrap_err().to_string();
            assert!(error.contains(why), "{targets:?}: {error}");
        }
    }
}
