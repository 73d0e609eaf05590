//! A target file that is still to be filled in, made of what a server shows.

use std::path::PathBuf;

use super::Account;
use super::doctor::Diagnosis;
use crate::transport::{Endpoint, Security};
use crate::wire::Protocol;

/// An endpoint that answers.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where.
    pub endpoint: Endpoint,
    /// What it advertises before login.
    pub capabilities: Vec<String>,
}

/// What is known for the file.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The target's name.
    pub name: String,
    /// What answers.
    pub found: Vec<Found>,
    /// What does not, and why.
    pub missing: Vec<Diagnosis>,
    /// Accounts; two are made up if there are none.
    pub accounts: Vec<Account>,
    /// Write their passwords.
    pub passwords: bool,
    /// The file of authorities that was used.
    pub authorities: Option<PathBuf>,
    /// Certificates were not checked.
    pub insecure: bool,
}

/// Protocols with their registered ports; 24 is what LMTP servers like to use.
const REGISTERED: &[(Protocol, Security, u16)] = &[
    (Protocol::Imap, Security::Plain, 143),
    (Protocol::Imap, Security::Implicit, 993),
    (Protocol::Pop3, Security::Plain, 110),
    (Protocol::Pop3, Security::Implicit, 995),
    (Protocol::Smtp, Security::Plain, 25),
    (Protocol::Lmtp, Security::Plain, 24),
];

/// What is worth asking: the endpoints named, then the registered ports of the same hosts.
pub fn candidates(named: &[Endpoint]) -> Vec<Endpoint> {
    let mut all = named.to_vec();
    for host in named.iter().map(|endpoint| &endpoint.host) {
        for &(protocol, security, port) in REGISTERED {
            let is_there = |it: &Endpoint| it.host == *host && it.port == port;
            if !all.iter().any(is_there) {
                all.push(Endpoint {
                    protocol,
                    host: host.clone(),
                    port,
                    security,
                });
            }
        }
    }
    all
}

/// The same endpoint with STARTTLS or STLS, if a clear one advertises that.
pub fn upgraded(endpoint: &Endpoint, capabilities: &[String]) -> Option<Endpoint> {
    let upgrade = |name: &String| name == "STARTTLS" || name == "STLS";
    let offers = endpoint.security == Security::Plain && capabilities.iter().any(upgrade);
    offers.then(|| Endpoint {
        security: Security::StartTls,
        ..endpoint.clone()
    })
}

impl Draft {
    /// The file.
    pub fn text(&self) -> String {
        let parts = [
            "# Written by `mailspec init`. docs/targets.md has every key; `mailspec schema target` \
             is for editors.\n\n"
                .to_owned(),
            format!("name: {}\n\n", quoted(&self.name)),
            self.endpoints(),
            self.tls(),
            self.accounts(),
            HINTS.to_owned(),
        ];
        parts.concat()
    }

    fn endpoints(&self) -> String {
        let mut text = "endpoints:\n".to_owned();
        for Found {
            endpoint,
            capabilities,
        } in &self.found
        {
            let url = quoted(&endpoint.to_string());
            let names = comment(&capabilities.join(" "));
            match names.is_empty() {
                true => text.push_str(&format!("  - {url}\n")),
                false => text.push_str(&format!("  - {url} # {names}\n")),
            }
        }
        for diagnosis in &self.missing {
            text.push_str(&format!("  # {}\n", comment(&diagnosis.to_string())));
        }
        text.push('\n');
        text
    }

    fn tls(&self) -> String {
        match (&self.authorities, self.insecure) {
            (Some(file), _) => {
                let file = quoted(&file.display().to_string());
                format!("tls:\n  authorities: {file} # beside this file\n\n")
            }
            (None, true) => "tls:\n  insecure: true # nobody checks certificates\n\n".to_owned(),
            (None, false) => {
                "# tls:\n#   authorities: authorities.pem # beside this file; without \
                              it: the operating system's\n\n"
                    .to_owned()
            }
        }
    }

    fn accounts(&self) -> String {
        let mut text =
            "# Made for testing, each with an empty INBOX: whatever comes into one while \
                        mailspec uses it is removed.\naccounts:\n"
                .to_owned();
        if self.accounts.is_empty() {
            for number in [1, 2] {
                text.push_str(&format!(
                    "  - user: FILL-IN-{number}\n    password: FILL IN\n    # address: FILL IN \
                     if it is not the user's name at the host of the lmtp or smtp endpoint\n"
                ));
            }
        }
        for account in &self.accounts {
            let password = match self.passwords {
                true => quoted(&account.password),
                false => "FILL IN".to_owned(),
            };
            text.push_str(&format!(
                "  - user: {}\n    password: {password}\n    address: {}\n",
                quoted(&account.user),
                quoted(&account.address)
            ));
        }
        text.push('\n');
        text
    }
}

const HINTS: &str = "\
# Instead of accounts: commands that make, empty and remove them. The others stop and start it.
# hooks:
#   create: ./account create
#   reset: ./account reset
#   delete: ./account delete
#   restart: systemctl restart my-server

# What the server can and does not advertise.
# capabilities: {imap: [UIDPLUS]}

propagation_limit: 5s # how long a change may take to reach other sessions
allow_non_empty: false # true: work beside existing mail, and leave it alone
";

/// A double-quoted scalar; JSON's strings are YAML's too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Words of a server that end with the line, and with no control character in them.
fn comment(text: &str) -> String {
    const MOST: usize = 300;
    let printable = text.chars().filter(|c| !c.is_control());
    printable.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::doctor::Check;

    fn endpoint(protocol: Protocol, host: &str, port: u16) -> Endpoint {
        Endpoint {
            protocol,
            host: host.to_owned(),
            port,
            security: Security::Plain,
        }
    }

    fn draft(accounts: Vec<Account>, passwords: bool) -> Draft {
        Draft {
            name: "::1".to_owned(),
            found: vec![Found {
                endpoint: endpoint(Protocol::Imap, "::1", 1143),
                capabilities: vec!["IMAP4REV1".to_owned(), "X\nevil: yes".to_owned()],
            }],
            missing: vec![Diagnosis::fail(
                Check::Port,
                "pop3://h:110",
                "nothing listens",
            )],
            accounts,
            passwords,
            authorities: None,
            insecure: true,
        }
    }

    #[test]
    fn what_is_written_can_be_read_and_holds_no_password_unasked() {
        let account = Account {
            user: "an\"na".to_owned(),
            password: "se: #same".to_owned(),
            address: "anna@h".to_owned(),
        };
        let read = |_: &std::path::Path| Err(std::io::ErrorKind::NotFound.into());
        for (accounts, passwords, expected) in [
            (vec![], false, "FILL IN"),
            (vec![account.clone()], false, "FILL IN"),
            (vec![account], true, "se: #same"),
        ] {
            let text = draft(accounts, passwords).text();
            let path = std::path::Path::new("x.yaml");
            let external = crate::target::External::from_file(path, &text, &read)
                .unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(external.endpoints[0].to_string(), "imap://[::1]:1143");
            assert_eq!(external.accounts[0].password, expected);
            assert_eq!(text.contains("#same"), passwords, "{text}");
            assert!(text.contains("# pop3://h:110: nothing listens"), "{text}");
        }
    }

    #[test]
    fn registered_ports_of_the_same_hosts_are_asked_once() {
        let named = [
            endpoint(Protocol::Imap, "h", 143),
            endpoint(Protocol::Pop3, "h", 1110),
        ];
        let ports: Vec<u16> = candidates(&named).iter().map(|it| it.port).collect();
        assert_eq!(ports, [143, 1110, 993, 110, 995, 25, 24]);
    }
}
