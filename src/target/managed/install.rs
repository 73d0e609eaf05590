//! How servers are installed: one script for each, printed by `mailspec targets --install NAME`.

use super::identity::Identity;
use crate::target::TargetError;

const COMMON: &str = include_str!("../../../fixtures/servers/install.sh");

/// The steps of each server, which follow [`COMMON`].
const STEPS: &[(&str, &str)] = &[
    (
        "dovecot",
        include_str!("../../../fixtures/servers/dovecot/install.sh"),
    ),
    (
        "cyrus",
        include_str!("../../../fixtures/servers/cyrus/install.sh"),
    ),
    (
        "courier",
        include_str!("../../../fixtures/servers/courier/install.sh"),
    ),
    (
        "mailutils",
        include_str!("../../../fixtures/servers/mailutils/install.sh"),
    ),
    (
        "pymap",
        include_str!("../../../fixtures/servers/pymap/install.sh"),
    ),
    (
        "crymap",
        include_str!("../../../fixtures/servers/crymap/install.sh"),
    ),
    (
        "solid-pop3d",
        include_str!("../../../fixtures/servers/solid-pop3d/install.sh"),
    ),
];

/// The shell script that installs a server, given its name with or without a variant.
pub fn install_script(name: &str) -> Option<String> {
    let server = server_of(name);
    let (_, steps) = STEPS.iter().find(|(known, _)| *known == server)?;
    Some(format!("{COMMON}{steps}"))
}

/// The one command that installs a server.
pub(super) fn install_command(name: &str) -> String {
    let shell = if Identity::is_root() { "sh" } else { "sudo sh" };
    format!("mailspec targets --install {} | {shell}", server_of(name))
}

/// The error for a server that is not installed.
pub(super) fn not_installed(name: &str) -> TargetError {
    TargetError::Unavailable(format!(
        "{} is not installed: {}",
        server_of(name),
        install_command(name)
    ))
}

fn server_of(name: &str) -> &str {
    name.split_once(':').map_or(name, |(server, _)| server)
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::MANAGED;
    use super::*;

    #[test]
    fn every_managed_server_has_its_script_and_others_have_none() {
        for name in MANAGED {
            assert!(install_script(name).is_some(), "{name}");
        }
        assert_eq!(install_script("postfix"), None);
        assert!(install_command("dovecot:lock").contains("--install dovecot | "));
    }
}
