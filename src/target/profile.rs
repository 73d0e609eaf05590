//! Target files: YAML that describes a server that runs already.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_yaml::Location;

use super::external::Mistake;
use super::hook::{AccountHooks, ControlHooks, Hook};
use super::url::{default_address, parse_endpoint};
use super::yaml::{Key, Node, Value, Wrong, parse};
use super::{Account, External, Retention, SpecError};
use crate::transport::{Endpoint, Trust};
use crate::wire::Protocol;

/// Gives the octets of a file.
pub type ReadFile<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

/// How long a hook may take where the file does not say.
const HOOK_LIMIT: Duration = Duration::from_secs(30);

/// The keys of each map, in the order of the documentation.
pub(super) const KEYS: &[&str] = &[
    "name",
    "endpoints",
    "tls",
    "accounts",
    "hooks",
    "capabilities",
    "propagation_limit",
    "retention",
    "allow_non_empty",
];
pub(super) const TLS_KEYS: &[&str] = &["authorities", "insecure"];
pub(super) const ACCOUNT_KEYS: &[&str] = &["user", "password", "address"];
pub(super) const HOOK_KEYS: &[&str] = &[
    "create", "reset", "delete", "restart", "kill", "stop", "start", "backup", "restore", "clock",
    "limit",
];
pub(super) const PROTOCOLS: &[&str] = &["imap", "pop3", "smtp", "lmtp"];

impl External {
    /// Reads a target file. `read` gives the octets of a file that it names.
    ///
    /// The error holds every mistake, each with its place; none shows a line of the file, because
    /// it holds passwords.
    pub fn from_file(path: &Path, text: &str, read: &ReadFile<'_>) -> Result<Self, SpecError> {
        let mut reader = Reader {
            path,
            read,
            wrong: Vec::new(),
        };
        let external = match parse(text) {
            Ok(root) => reader.target(&root),
            Err(wrong) => {
                reader.wrong.push(wrong);
                Self::default()
            }
        };
        if reader.wrong.is_empty() {
            return Ok(external);
        }
        reader
            .wrong
            .sort_by_key(|it| it.place.map(|place| (place.line(), place.column())));
        let mistake = |wrong: Wrong| Mistake {
            path: path.display().to_string(),
            line: wrong.place.map_or(0, |place| place.line()),
            column: wrong.place.map_or(0, |place| place.column()),
            why: wrong.why,
        };
        Err(SpecError::File(
            reader.wrong.into_iter().map(mistake).collect(),
        ))
    }
}

/// Reads the tree, and notes what is wrong with it.
struct Reader<'a> {
    path: &'a Path,
    read: &'a ReadFile<'a>,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn target(&mut self, root: &Node) -> External {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let mut external = External {
            name: stem.into_owned(),
            ..External::default()
        };
        let entries = self.map(root, "a target file", KEYS);
        // Addresses of accounts depend on the endpoints.
        if let Some((_, node)) = entries.iter().find(|(key, _)| key.text == "endpoints") {
            external.endpoints = self.endpoints(node);
        } else {
            self.error(root.place, "endpoints: are missing");
        }
        let mut accounts = None;
        for (key, node) in entries {
            match key.text.as_str() {
                "name" => external.name = self.text(node, "a name").unwrap_or_default(),
                "tls" => external.trust = self.tls(node),
                "accounts" => {
                    accounts = Some(node.place);
                    external.accounts = self.accounts(node, &external.endpoints);
                }
                "hooks" => self.hooks(node, &mut external),
                "capabilities" => external.capabilities = self.capabilities(node),
                "propagation_limit" => external.propagation_limit = self.duration(node),
                "retention" => external.retention = self.retention(node),
                "allow_non_empty" => external.allow_non_empty = self.truth(node),
                _ => {}
            }
        }
        let makes = external.account_hooks.create.is_some();
        match accounts {
            None if !makes => {
                self.error(
                    root.place,
                    "accounts: are missing, or hooks: with a create command",
                );
            }
            Some(place) if makes => {
                let why = "accounts: and a create command do not go together";
                self.error(place, why);
            }
            _ => {}
        }
        external
    }

    fn endpoints(&mut self, node: &Node) -> Vec<Endpoint> {
        let mut endpoints: Vec<Endpoint> = Vec::new();
        let items = self.list(node, "a list of URLs");
        if items.is_empty() {
            self.error(node.place, "no endpoint is given");
        }
        for item in items {
            let Some(url) = self.text(item, "a URL") else {
                continue;
            };
            match parse_endpoint(&url) {
                Ok(endpoint) if endpoints.contains(&endpoint) => {
                    self.error(item.place, format!("{endpoint} is given twice"));
                }
                Ok(endpoint) => endpoints.push(endpoint),
                Err(error) => self.error(item.place, error.to_string()),
            }
        }
        endpoints
    }

    fn tls(&mut self, node: &Node) -> Trust {
        let mut trust = Trust::System;
        let mut insecure = false;
        for (key, node) in self.map(node, "tls", TLS_KEYS) {
            match key.text.as_str() {
                "insecure" => insecure = self.truth(node),
                "authorities" => {
                    let Some(file) = self.text(node, "the name of a PEM file") else {
                        continue;
                    };
                    let file = self.path.with_file_name(file);
                    match (self.read)(&file) {
                        Ok(pem) => trust = Trust::Authorities(pem),
                        Err(error) => {
                            let why = format!("cannot read {}: {error}", file.display());
                            self.error(node.place, why);
                        }
                    }
                }
                _ => {}
            }
        }
        if insecure { Trust::Insecure } else { trust }
    }

    fn accounts(&mut self, node: &Node, endpoints: &[Endpoint]) -> Vec<Account> {
        let mut accounts: Vec<Account> = Vec::new();
        let items = self.list(node, "a list of accounts");
        if items.is_empty() {
            self.error(node.place, "no account is given");
        }
        for item in items {
            let Some(account) = self.account(item, endpoints) else {
                continue;
            };
            if accounts.iter().any(|known| known.user == account.user) {
                let why = format!("account {} is given twice", account.user);
                self.error(item.place, why);
            } else {
                accounts.push(account);
            }
        }
        accounts
    }

    fn account(&mut self, node: &Node, endpoints: &[Endpoint]) -> Option<Account> {
        let (mut user, mut password, mut address) = (None, None, None);
        let entries = self.map(node, "an account", ACCOUNT_KEYS);
        let keys: Vec<&str> = entries.iter().map(|(key, _)| key.text.as_str()).collect();
        for needed in ["user", "password"] {
            if matches!(node.value, Value::Map(_)) && !keys.contains(&needed) {
                self.error(node.place, format!("{needed}: is missing"));
            }
        }
        for (key, node) in entries {
            match key.text.as_str() {
                "user" => user = self.text(node, "a login name"),
                "password" => password = self.text(node, "a password"),
                "address" => address = self.text(node, "an address"),
                _ => {}
            }
        }
        let (user, password) = (user?, password?);
        Some(Account {
            address: address.unwrap_or_else(|| default_address(&user, endpoints)),
            user,
            password,
        })
    }

    fn hooks(&mut self, node: &Node, external: &mut External) {
        let entries = self.map(node, "hooks", HOOK_KEYS);
        let limit = entries.iter().find(|(key, _)| key.text == "limit");
        let limit = limit.and_then(|(_, node)| self.duration(node));
        let directory = match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let hook = |name, command| Hook {
            name,
            command,
            directory: directory.clone(),
            limit: limit.unwrap_or(HOOK_LIMIT),
        };
        let AccountHooks {
            create,
            reset,
            delete,
        } = &mut external.account_hooks;
        let ControlHooks {
            restart,
            kill,
            stop,
            start,
            backup,
            restore,
            clock,
        } = &mut external.control_hooks;
        let mut deletes = None;
        for (key, node) in entries {
            let (place, name) = match key.text.as_str() {
                "create" => (&mut *create, "create"),
                "reset" => (&mut *reset, "reset"),
                "delete" => {
                    deletes = Some(node.place);
                    (&mut *delete, "delete")
                }
                "restart" => (&mut *restart, "restart"),
                "kill" => (&mut *kill, "kill"),
                "stop" => (&mut *stop, "stop"),
                "start" => (&mut *start, "start"),
                "backup" => (&mut *backup, "backup"),
                "restore" => (&mut *restore, "restore"),
                "clock" => (&mut *clock, "clock"),
                _ => continue,
            };
            let command = self.text(node, "a command for /bin/sh");
            *place = command.map(|command| hook(name, command));
        }
        if let Some(place) = deletes.filter(|_| create.is_none()) {
            self.error(place, "delete is for accounts that a create command makes");
        }
    }

    fn capabilities(&mut self, node: &Node) -> Vec<(Protocol, String)> {
        let mut capabilities = Vec::new();
        for (key, node) in self.map(node, "capabilities", PROTOCOLS) {
            let protocol = match key.text.as_str() {
                "imap" => Protocol::Imap,
                "pop3" => Protocol::Pop3,
                "smtp" => Protocol::Smtp,
                "lmtp" => Protocol::Lmtp,
                _ => continue,
            };
            for item in self.list(node, "a list of capabilities") {
                if let Some(name) = self.text(item, "a capability") {
                    capabilities.push((protocol, name.to_ascii_uppercase()));
                }
            }
        }
        capabilities
    }

    fn retention(&mut self, node: &Node) -> Option<Retention> {
        let parsed = self.text(node, "a retention profile")?.parse();
        parsed.map_err(|why| self.error(node.place, why)).ok()
    }

    fn duration(&mut self, node: &Node) -> Option<Duration> {
        let text = match &node.value {
            // Without a unit.
            Value::Number => "this number".to_owned(),
            _ => self.text(node, "a duration")?,
        };
        let duration = parse_duration(&text);
        if duration.is_none() {
            let why = format!("`{text}` is no duration; write 500ms, 5s or 2m");
            self.error(node.place, why);
        }
        duration
    }

    /// A map with these keys; unknown and repeated ones are noted and left out.
    fn map<'n>(&mut self, node: &'n Node, what: &str, keys: &[&str]) -> Vec<(&'n Key, &'n Node)> {
        let Value::Map(entries) = &node.value else {
            self.wrong_kind(node, &format!("{what} is a map"));
            return Vec::new();
        };
        let mut known: Vec<(&Key, &Node)> = Vec::new();
        for (key, value) in entries {
            if !keys.contains(&key.text.as_str()) {
                let near = keys.iter().max_by(|a, b| {
                    let likeness = |name: &str| strsim::jaro_winkler(name, &key.text);
                    likeness(a).total_cmp(&likeness(b))
                });
                let near = near.filter(|near| strsim::jaro_winkler(near, &key.text) > 0.8);
                let help = near.map_or_else(
                    || format!("there are {}", keys.join(", ")),
                    |near| format!("did you mean {near}?"),
                );
                let why = format!("{what} has no key `{}`; {help}", key.text);
                self.error(key.place, why);
            } else if known.iter().any(|(other, _)| other.text == key.text) {
                self.error(key.place, format!("`{}` stands here twice", key.text));
            } else {
                known.push((key, value));
            }
        }
        known
    }

    fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            _ => {
                self.wrong_kind(node, &format!("this is to be {what}"));
                &[]
            }
        }
    }

    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            Value::Text(text) if !text.is_empty() => Some(text.clone()),
            Value::Number | Value::Bool(_) => {
                self.error(node.place, format!("{what} that looks so stands in quotes"));
                None
            }
            Value::Text(_) | Value::Null => {
                self.error(node.place, format!("{what} is missing here"));
                None
            }
            Value::List(_) | Value::Map(_) => {
                self.wrong_kind(node, &format!("this is to be {what}"));
                None
            }
        }
    }

    fn truth(&mut self, node: &Node) -> bool {
        match node.value {
            Value::Bool(value) => value,
            _ => {
                self.wrong_kind(node, "this is true or false");
                false
            }
        }
    }

    /// Notes a value of another kind; the value itself may be a secret.
    fn wrong_kind(&mut self, node: &Node, wanted: &str) {
        let kind = match &node.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        };
        self.error(node.place, format!("{wanted}, not {kind}"));
    }

    fn error(&mut self, place: Location, why: impl Into<String>) {
        self.wrong.push(Wrong {
            place: Some(place),
            why: why.into(),
        });
    }
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
    const HOOKS: &str = include_str!("../../fixtures/targets/hooks.yaml");

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
        assert_eq!(external.retention, Some(Retention::Strict));
        assert!(!external.allow_non_empty);
        let claimed = [(Protocol::Imap, "UIDPLUS".to_owned())];
        assert_eq!(external.capabilities, claimed);
    }

    #[test]
    fn hooks_run_beside_the_file_and_within_a_limit() {
        let external = parse(HOOKS).unwrap();
        assert!(external.accounts.is_empty());
        let create = external.account_hooks.create.unwrap();
        assert_eq!(create.command, "./account create");
        assert_eq!(create.directory, Path::new("some"));
        assert_eq!(create.limit, Duration::from_secs(20));
        assert!(external.control_hooks.restart.is_some());
        assert!(external.control_hooks.clock.is_none());
    }

    #[test]
    fn errors_name_the_place_and_no_password() {
        let good = "endpoints: [imap://h]\naccounts: [{user: a, password: sesame}]\n";
        assert!(parse(good).is_ok());
        let table = [
            (
                format!("{good}propagation_limit: soon\n"),
                (3, 20),
                "no duration",
            ),
            (
                format!("{good}propagation_limit: 5\n"),
                (3, 20),
                "no duration",
            ),
            (
                format!("{good}tls: {{authorities: x.pem}}\n"),
                (3, 20),
                "cannot read some/x.pem",
            ),
            (format!("{good}colour: red\n"), (3, 1), "no key `colour`"),
            (
                good.replace("imap:", "imaq:"),
                (1, 13),
                "unknown scheme `imaq`",
            ),
            (good.replace("user", "usr"), (2, 12), "user: is missing"),
            (good.replace("[imap://h]", "[]"), (1, 12), "no endpoint"),
            (good.replace("sesame", "01234"), (2, 32), "in quotes"),
            (good.replace("sesame", "[sesame]"), (2, 32), "not a list"),
            (format!("{good}hooks: {{delete: x}}\n"), (3, 17), "create"),
            (
                format!("{good}hooks: {{create: x}}\n"),
                (2, 11),
                "do not go together",
            ),
            (
                format!("{good}capabilities: {{imap: IDLE}}\n"),
                (3, 22),
                "a list of capabilities",
            ),
            (
                good.replace("}]", "}, {user: a, password: sesame}]"),
                (2, 41),
                "account a is given twice",
            ),
        ];
        for (text, place, why) in table {
            let error = parse(&text).unwrap_err();
            let words = error.to_string();
            assert!(!words.contains("sesame"), "{words}");
            let SpecError::File(mistakes) = error else {
                panic!("{error:?}")
            };
            let mistake = &mistakes[0];
            assert!(mistake.why.contains(why), "{text}: {words}");
            assert_eq!((mistake.line, mistake.column), place, "{text}: {words}");
        }
        assert!(parse("accounts: [").is_err());
    }

    #[test]
    fn all_mistakes_are_found_at_once() {
        let text = "endpoint: [imap://h]\naccounts:\n  - {user: a}\n  - {user: b, passwort: x}\n\
                    allow_non_empty: perhaps\n";
        let words = parse(text).unwrap_err().to_string();
        let expected = [
            "some/example.yaml:1:1: endpoints: are missing",
            "some/example.yaml:1:1: a target file has no key `endpoint`; did you mean endpoints?",
            "some/example.yaml:3:5: password: is missing",
            "some/example.yaml:4:5: password: is missing",
            "some/example.yaml:4:15: an account has no key `passwort`; did you mean password?",
            "some/example.yaml:5:18: this is true or false, not text",
        ];
        let mut lines: Vec<&str> = words.lines().collect();
        lines.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(lines, expected);
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
}
