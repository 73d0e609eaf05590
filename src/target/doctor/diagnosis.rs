//! What the doctor says: one diagnosis for each thing that was looked at.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The host's name has an address.
    Dns,
    /// The port takes connections.
    Port,
    /// TLS begins, and the certificate is trusted, in date, and of that name.
    Tls,
    /// The server greets, in the protocol of the URL.
    Greeting,
    /// What the server advertises, and whether it is there.
    Capabilities,
    /// Every account can log in.
    Login,
    /// No account holds mail.
    Empty,
    /// Nothing is left of a run that was killed.
    Leftovers,
    /// Messages and mailboxes can be made and removed.
    Write,
    /// The server's clock agrees with this machine's.
    Clock,
    /// IMAP and POP3 show the same messages.
    SameMail,
    /// Accounts do not share mail.
    Distinct,
    /// Mail that is delivered arrives in INBOX.
    Delivery,
    /// An account can have several sessions at a time.
    Sessions,
    /// Hook commands of the target file work.
    Hooks,
}

impl Check {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Port => "port",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Capabilities => "capabilities",
            Self::Login => "login",
            Self::Empty => "empty",
            Self::Leftovers => "leftovers",
            Self::Write => "write",
            Self::Clock => "clock",
            Self::SameMail => "same-mail",
            Self::Distinct => "distinct",
            Self::Delivery => "delivery",
            Self::Sessions => "sessions",
            Self::Hooks => "hooks",
        }
    }
}

/// How grave a diagnosis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As it should be.
    Ok,
    /// Scenarios run, but something is odd or cannot be tested.
    Warn,
    /// Scenarios cannot be run, or would accuse the server of what is only set up wrongly.
    Fail,
}

impl Health {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// What was looked at.
    pub check: Check,
    /// Of what: an endpoint's URL, or `account anna`.
    pub subject: String,
    /// How it is.
    pub health: Health,
    /// What is found, and if something is wrong, why.
    pub finding: String,
    /// The line of the server, or the words of the operating system, that show it.
    pub observed: Option<String>,
    /// What to do about it.
    pub cure: Option<String>,
}

impl Diagnosis {
    /// All is well.
    pub(in crate::target) fn ok(
        check: Check,
        subject: impl ToString,
        finding: impl Into<String>,
    ) -> Self {
        Self {
            check,
            subject: subject.to_string(),
            health: Health::Ok,
            finding: finding.into(),
            observed: None,
            cure: None,
        }
    }

    /// Something is odd.
    pub(in crate::target) fn warn(
        check: Check,
        subject: impl ToString,
        finding: impl Into<String>,
    ) -> Self {
        Self {
            health: Health::Warn,
            ..Self::ok(check, subject, finding)
        }
    }

    /// Something is wrong.
    pub(in crate::target) fn fail(
        check: Check,
        subject: impl ToString,
        finding: impl Into<String>,
    ) -> Self {
        Self {
            health: Health::Fail,
            ..Self::ok(check, subject, finding)
        }
    }

    /// The same with what showed it.
    pub(in crate::target) fn observed(mut self, observed: impl Into<String>) -> Self {
        self.observed = Some(observed.into());
        self
    }

    /// The same with what to do.
    pub(in crate::target) fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }

    /// What a killed run left in an account has been removed.
    pub fn cleared(user: &str) -> Self {
        let finding = "what a run that was killed left is removed";
        Self::ok(Check::Leftovers, format!("account {user}"), finding)
    }

    /// True if there is just nothing.
    pub fn is_absence(&self) -> bool {
        matches!(self.check, Check::Dns | Check::Port)
    }

    /// True if no scenario should run.
    pub fn is_fail(&self) -> bool {
        self.health == Health::Fail
    }
}

impl fmt::Display for Diagnosis {
    /// All of it in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.finding)?;
        if let Some(observed) = &self.observed {
            write!(f, " ({observed})")?;
        }
        match &self.cure {
            Some(cure) => write!(f, "; {cure}"),
            None => Ok(()),
        }
    }
}
