//! Target files: YAML that describes a server that runs already.

use std::io;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::{Location, Spanned};

use super::url::{default_address, parse_endpoint};
use super::{Account, External, SpecError};
use crate::transport::{Endpoint, Trust};

/// Gives the octets of a file.
pub type ReadFile<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

/// A place, and what is wrong there.
type Wrong = (Location, String);

/// A server that runs already, and what mailspec may do there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Profile {
    /// The name in reports; by default the file's name.
    name: Option<String>,
    /// Where it answers: `imap://host:143`, `imaps://`, `imap+starttls://`, and so for pop3, smtp
    /// and lmtp. The port may be left out.
    #[schemars(with = "Vec<String>")]
    endpoints: Vec<Spanned<String>>,
    /// Whom to trust; by default the certificates of the operating system.
    #[serde(default)]
    tls: Tls,
    /// Accounts made for testing, each with an empty INBOX.
    accounts: Vec<ProfileAccount>,
    /// How long a change may take to reach other sessions: `500ms`, `5s`, `2m`.
    #[schemars(with = "Option<String>")]
    propagation_limit: Option<Spanned<String>>,
    /// Work in mailboxes that are not empty, and leave what was there alone.
    #[serde(default)]
    allow_non_empty: bool,
}

/// How certificates are checked.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tls {
    /// A PEM file of authorities to trust, relative to the target file.
    #[schemars(with = "Option<String>")]
    authorities: Option<Spanned<String>>,
    /// True: certificates are not checked.
    #[serde(default)]
    insecure: bool,
}

/// One account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProfileAccount {
    /// Login name.
    user: String,
    /// Password.
    password: String,
    /// Address for delivery; by default the login name, at the delivery endpoint's host if need be.
    address: Option<String>,
}

/// The JSON Schema of target files.
pub fn target_file_schema() -> schemars::Schema {
    schemars::schema_for!(Profile)
}

impl External {
    /// Reads a target file. `read` gives the octets of a file that it names.
    ///
    /// Errors name the place; they never show a line of the file, because it holds passwords.
    pub fn from_file(path: &Path, text: &str, read: &ReadFile<'_>) -> Result<Self, SpecError> {
        let at = |location: Option<Location>, why: String| SpecError::File {
            path: path.display().to_string(),
            line: location.map_or(0, |location| location.line()),
            column: location.map_or(0, |location| location.column()),
            why,
        };
        let options = serde_yaml::options! { with_snippet: false };
        let profile: Profile = serde_yaml::from_str_with_options(text, options)
            .map_err(|error| at(error.location(), first_line(&error)))?;
        let located = |(location, why)| at(Some(location), why);
        let endpoints = profile
            .endpoints
            .iter()
            .map(|url| {
                parse_endpoint(&url.value).map_err(|error| (url.referenced, error.to_string()))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(located)?;
        let accounts = profile.accounts.into_iter();
        let accounts = accounts
            .map(|account| account.complete(&endpoints))
            .collect();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let external = Self {
            name: profile.name.unwrap_or_else(|| stem.into_owned()),
            accounts,
            trust: profile.tls.trust(path, read).map_err(located)?,
            propagation_limit: profile
                .propagation_limit
                .map(duration)
                .transpose()
                .map_err(located)?,
            allow_non_empty: profile.allow_non_empty,
            journal: None,
            endpoints,
        };
        external
            .checked()
            .map_err(|error| at(None, error.to_string()))
    }
}

impl Tls {
    /// Reads the authorities, if there are any.
    fn trust(self, path: &Path, read: &ReadFile<'_>) -> Result<Trust, Wrong> {
        if self.insecure {
            return Ok(Trust::Insecure);
        }
        let Some(file) = self.authorities else {
            return Ok(Trust::System);
        };
        let file_path = path.with_file_name(&file.value);
        match read(&file_path) {
            Ok(pem) => Ok(Trust::Authorities(pem)),
            Err(error) => {
                let why = format!("cannot read {}: {error}", file_path.display());
                Err((file.referenced, why))
            }
        }
    }
}

impl ProfileAccount {
    fn complete(self, endpoints: &[Endpoint]) -> Account {
        Account {
            address: self
                .address
                .unwrap_or_else(|| default_address(&self.user, endpoints)),
            user: self.user,
            password: self.password,
        }
    }
}

fn duration(text: Spanned<String>) -> Result<Duration, Wrong> {
    parse_duration(&text.value).ok_or_else(|| {
        let why = format!("`{}` is no duration; write 500ms, 5s or 2m", text.value);
        (text.referenced, why)
    })
}

/// The error in words, without where it is.
fn first_line(error: &serde_yaml::Error) -> String {
    let text = error.without_snippet().to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

/// Reads `500ms`, `5s` or `2m`.
fn parse_duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let number: u32 = number.parse().ok()?;
    let unit = match unit {
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "m" => Duration::from_secs(60),
        _ => return None,
    };
    Some(unit * number)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const EXAMPLE: &str = include_str!("../../fixtures/targets/example.yaml");

    fn parse(text: &str) -> Result<External, SpecError> {
        let read = |path: &Path| {
            if path == Path::new("some/authorities.pem") {
                Ok(b"PEM".to_vec())
            } else {
                Err(io::ErrorKind::NotFound.into())
            }
        };
        External::from_file(Path::new("some/example.yaml"), text, &read)
    }

    #[test]
    fn the_example_has_everything_and_means_what_it_says() {
        let external = parse(EXAMPLE).unwrap();
        assert_eq!(external.name, "example");
        assert_eq!(external.endpoints.len(), 4);
        assert_eq!(external.endpoints[0].port, 143);
        assert_eq!(external.accounts[0].address, "test1@example.org");
        assert_eq!(external.accounts[1].address, "test2@mx.example.org");
        assert!(matches!(&external.trust, Trust::Authorities(pem) if pem == b"PEM"));
        assert_eq!(external.propagation_limit, Some(Duration::from_secs(5)));
        assert!(!external.allow_non_empty);
    }

    #[test]
    fn errors_name_the_place_and_no_password() {
        let good = "endpoints: [imap://h]\naccounts: [{user: a, password: sesame}]\n";
        assert!(parse(good).is_ok());
        let table = [
            (format!("{good}propagation_limit: soon\n"), 3, "no duration"),
            (
                format!("{good}tls: {{authorities: x.pem}}\n"),
                3,
                "cannot read some/x.pem",
            ),
            (format!("{good}colour: red\n"), 3, "colour"),
            (good.replace("imap:", "imaq:"), 1, "unknown scheme `imaq`"),
            (good.replace("user", "usr"), 2, "usr"),
            (good.replace("[imap://h]", "[]"), 0, "no endpoint"),
            ("accounts: [".to_owned(), 1, ""),
        ];
        for (text, line, why) in table {
            let error = parse(&text).unwrap_err();
            let SpecError::File { line: at, .. } = error else {
                panic!("{error:?}")
            };
            let words = error.to_string();
            assert!(words.contains(why), "{text}: {words}");
            assert!(!words.contains("sesame"), "{words}");
            assert_eq!(at, line, "{text}: {words}");
        }
    }

    #[test]
    fn durations_have_a_unit() {
        let table = [
            ("500ms", Some(Duration::from_millis(500))),
            ("5s", Some(Duration::from_secs(5))),
            ("2m", Some(Duration::from_secs(120))),
            ("5", None),
            ("s", None),
            ("-5s", None),
            ("5 s", None),
            ("99999999999s", None),
        ];
        for (text, duration) in table {
            assert_eq!(parse_duration(text), duration, "{text}");
        }
    }

    #[test]
    fn the_schema_accepts_the_example_and_refuses_an_unknown_key() {
        let schema = serde_json::to_value(target_file_schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let example: serde_json::Value = serde_yaml::from_str(EXAMPLE).unwrap();
        assert!(validator.is_valid(&example));
        let mut other = example;
        other["colour"] = "red".into();
        assert!(!validator.is_valid(&other));
    }
}
