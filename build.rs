//! Rebuilds when a file that travels inside the binary is added or removed.

fn main() {
    println!("cargo::rerun-if-changed=scenarios");
    println!("cargo::rerun-if-changed=fixtures/messages");
    println!("cargo::rerun-if-changed=fixtures/servers");
}
