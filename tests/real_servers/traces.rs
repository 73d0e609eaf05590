//! What a server that was started leaves behind: processes, a directory, a port.

use super::*;

/// What a running server leaves if it is not wiped.
pub(super) struct Traces {
    port: u16,
    directory: PathBuf,
}

impl Traces {
    pub(super) fn of(target: &Target) -> Result<Self, Failed> {
        Self::on_port(target.endpoints()[0].port)
    }

    /// Finds the directory by the port that a file in it names, or a process that names it too.
    pub(super) fn on_port(port: u16) -> Result<Self, Failed> {
        let word = port.to_string();
        let has_word = |octets: &[u8]| {
            let mut words = octets.split(|octet| !octet.is_ascii_alphanumeric());
            words.any(|one| one == word.as_bytes())
        };
        let names_port = |directory: &PathBuf| {
            let mut files = fs::read_dir(directory).into_iter().flatten().flatten();
            let traces = Self {
                port,
                directory: directory.clone(),
            };
            files.any(|file| fs::read(file.path()).is_ok_and(|octets| has_word(&octets)))
                || traces.processes().iter().any(|id| {
                    fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|octets| has_word(&octets))
                })
        };
        let directory = fs::read_dir("/tmp")?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.starts_with("/tmp") && file_name(path).starts_with("mailspec-"))
            .find(names_port)
            .ok_or("the server's directory is not to be found")?;
        Ok(Self { port, directory })
    }

    pub(super) fn anyone_listens(&self) -> bool {
        std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    /// Processes that name the directory in their arguments, or work in it.
    pub(super) fn processes(&self) -> Vec<u32> {
        let named = self.directory.to_string_lossy();
        fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let id = file_name(&entry.path()).parse().ok()?;
                let arguments = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let inside = fs::read_link(entry.path().join("cwd"))
                    .is_ok_and(|cwd| cwd.starts_with(&self.directory));
                (inside || String::from_utf8_lossy(&arguments).contains(&*named)).then_some(id)
            })
            .collect()
    }

    /// Processes of this name in a process group of the server.
    pub(super) fn in_groups(&self, name: &str) -> Vec<u32> {
        let groups: Vec<String> = self.processes().into_iter().filter_map(group_of).collect();
        let every = fs::read_dir("/proc").into_iter().flatten().flatten();
        every
            .filter_map(|entry| file_name(&entry.path()).parse().ok())
            .filter(|&id: &u32| {
                let comm = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
                comm.trim() == name && group_of(id).is_some_and(|group| groups.contains(&group))
            })
            .collect()
    }

    /// The process that leads the server's group.
    pub(super) fn leader(&self) -> Result<u32, Failed> {
        self.processes()
            .into_iter()
            .find(|id| {
                let arguments = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
                !String::from_utf8_lossy(&arguments).contains("mailspec-guard")
            })
            .ok_or_else(|| "the server's process is not to be found".into())
    }

    /// Everything must be gone before a time limit.
    pub(super) fn check_gone(&self, limit: Duration) -> Result<(), Failed> {
        let deadline = Instant::now() + limit;
        loop {
            let left = self.processes();
            let listens = self.anyone_listens();
            let exists = self.directory.exists();
            if !exists && left.is_empty() && !listens {
                return Ok(());
            }
            check(Instant::now() < deadline, || {
                format!("left: directory {exists}, processes {left:?}, listens {listens}")
            })?;
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn group_of(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(2).map(str::to_owned)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
