//! Servers in namespaces of their own (Linux): what they mount nobody else sees, and none of their
//! processes outlives the first one.

use std::process::Command;

use super::identity::Identity;
use super::process::Program;

const UNSHARE: &str = "/usr/bin/unshare";
const FIRST: &str = include_str!("../../../fixtures/servers/namespace.sh");

/// The program, started in a new mount and process namespace; an ordinary user needs a user
/// namespace for that, in which only his own user and group exist.
pub(super) fn in_namespace(program: Program) -> Program {
    let mut arguments: Vec<String> = options()
        .iter()
        .chain(&["--propagation", "private", "/bin/sh", "-c", FIRST])
        .chain(&["mailspec-namespace"])
        .map(|&word| word.to_owned())
        .collect();
    arguments.push(program.path.display().to_string());
    arguments.extend(program.arguments);
    Program::new(UNSHARE, arguments)
}

/// True if whoever runs mailspec may make namespaces on this machine.
pub(super) fn available() -> bool {
    let tried = Command::new(UNSHARE).args(options()).arg("true").output();
    tried.is_ok_and(|output| output.status.success())
}

fn options() -> &'static [&'static str] {
    if Identity::is_root() {
        &["--mount", "--pid"]
    } else {
        &[
            "--mount",
            "--pid",
            "--user",
            "--map-current-user",
            "--keep-caps",
        ]
    }
}
