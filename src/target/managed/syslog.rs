//! The log of servers that know only syslog: what they send to `dev/log` of their directory, which
//! they see as `/dev/log`, goes to their log.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tokio::net::UnixDatagram;
use tokio::task::JoinHandle;

/// The longest message kept whole.
const LONGEST: usize = 8192;

/// Takes messages until it is dropped.
#[derive(Debug)]
pub(super) struct Syslog(JoinHandle<()>);

impl Syslog {
    /// Listens in a site's directory and writes to its log. Needs a Tokio runtime.
    pub(super) fn start(directory: &Path, log: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory.join("dev"))?;
        let path = directory.join("dev/log");
        let socket = UnixDatagram::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o666))?;
        let mut log = File::options().create(true).append(true).open(log)?;
        Ok(Self(tokio::spawn(async move {
            let mut buffer = vec![0; LONGEST];
            while let Ok(length) = socket.recv(&mut buffer).await {
                let message = without_priority(&buffer[..length]);
                let _ = log.write_all(&[message, b"\n"].concat());
            }
        })))
    }
}

impl Drop for Syslog {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The message without `<22>` before it and line ends and NULs behind it.
fn without_priority(message: &[u8]) -> &[u8] {
    let start = match message.iter().position(|&octet| octet == b'>') {
        Some(at) if message.starts_with(b"<") && at < 5 => at + 1,
        _ => 0,
    };
    let end = message
        .iter()
        .rposition(|&octet| octet != b'\n' && octet != 0)
        .map_or(start, |at| at + 1);
    &message[start..end.max(start)]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_message_loses_its_priority_and_its_end() {
        let table: [(&[u8], &[u8]); 4] = [
            (
                b"<22>Nov 24 cyrus/imap[1]: login\n\0",
                b"Nov 24 cyrus/imap[1]: login",
            ),
            (b"no priority", b"no priority"),
            (b"<22>", b""),
            (b"", b""),
        ];
        for (message, wanted) in table {
            assert_eq!(without_priority(message), wanted);
        }
    }

    #[tokio::test]
    async fn what_is_sent_is_in_the_log() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("server.log");
        let _syslog = Syslog::start(directory.path(), &log).unwrap();
        let sender = UnixDatagram::unbound().unwrap();
        let path = directory.path().join("dev/log");
        sender.send_to(b"<1>a", path).await.unwrap();
        let written = async {
            while fs::read(&log).unwrap() != b"a\n" {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let written = tokio::time::timeout(Duration::from_secs(10), written).await;
        assert!(written.is_ok());
    }
}
