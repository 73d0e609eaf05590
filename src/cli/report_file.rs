//! Reports asked for with `--report FORMAT:PATH`: opened before the run, written at its end.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use tempfile::NamedTempFile;

use super::exit::Refusal;
use super::screen;
use crate::outcome::RunResult;
use crate::report::{
    Style, github, html, json, junit, libtest, oneline, pretty, story, tap, transcript,
};

/// A format that a report can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Text for people.
    Pretty,
    /// One line for each finding, for editors.
    Oneline,
    /// What `cargo test` prints.
    Libtest,
    /// The archive, from which every other report can be made.
    Json,
    /// JUnit XML.
    Junit,
    /// One self-contained page.
    Html,
    /// Annotations of GitHub Actions.
    Github,
    /// Test Anything Protocol 14.
    Tap,
    /// Every octet of every client.
    Transcript,
    /// What each device showed, day by day, as text.
    Timeline,
    /// The same as an HTML page.
    TimelineHtml,
}

impl Format {
    /// The report in this format.
    pub(super) fn render(self, run: &RunResult, style: Style) -> String {
        match self {
            Self::Pretty => pretty::render(run, style),
            Self::Oneline => oneline::render(run),
            Self::Libtest => libtest::render(run),
            Self::Json => json::render(run),
            Self::Junit => junit::render(run),
            Self::Html => html::render(run),
            Self::Github => github::render(run),
            Self::Tap => tap::render(run),
            Self::Transcript => transcript::render(run),
            Self::Timeline => story::text::render(run),
            Self::TimelineHtml => story::html::render(run),
        }
    }
}

/// `FORMAT:PATH`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) format: Format,
    /// `None` is standard output.
    pub(super) path: Option<PathBuf>,
}

impl FromStr for Request {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text
            .split_once(':')
            .ok_or("expected FORMAT:PATH, for instance junit:report.xml")?;
        let format = Format::from_str(format, false).map_err(|_| {
            let names: Vec<String> = Format::value_variants()
                .iter()
                .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
                .collect();
            format!(
                "no format is called {format:?}; there are {}",
                names.join(", ")
            )
        })?;
        match path {
            "" => Err("the path is empty; - is standard output".to_owned()),
            "-" => Ok(Self { format, path: None }),
            _ => Ok(Self {
                format,
                path: Some(path.into()),
            }),
        }
    }
}

/// A report that can be written: its place is known to be writable.
#[derive(Debug)]
pub(super) struct ReportFile {
    format: Format,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Output,
    /// Something that cannot be renamed onto: a device, a pipe.
    Direct(File, PathBuf),
    /// Renamed when complete.
    Renamed(NamedTempFile, PathBuf),
}

impl ReportFile {
    /// Finds out whether the report can be written. Nothing is there until `write`.
    pub(super) fn open(request: Request) -> Result<Self, Refusal> {
        let place = match request.path {
            None => Place::Output,
            Some(path) => place(&path).map_err(|error| refusal(&path, &error))?,
        };
        Ok(Self {
            format: request.format,
            place,
        })
    }

    /// True if the report goes to standard output.
    pub(super) fn is_output(&self) -> bool {
        matches!(self.place, Place::Output)
    }

    /// Writes the report: the whole of it, or nothing.
    pub(super) fn write(self, run: &RunResult) -> Result<(), Refusal> {
        let text = self.format.render(run, Style::PLAIN);
        match self.place {
            Place::Output => screen::print(&text),
            Place::Direct(mut file, path) => file
                .write_all(text.as_bytes())
                .map_err(|error| refusal(&path, &error)),
            Place::Renamed(mut file, path) => file
                .write_all(text.as_bytes())
                .and_then(|()| file.persist(&path).map_err(|error| error.error))
                .map(drop)
                .map_err(|error| refusal(&path, &error)),
        }
    }
}

fn place(path: &Path) -> io::Result<Place> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => {
            let file = File::options().write(true).open(path)?;
            Ok(Place::Direct(file, path.to_owned()))
        }
        _ => {
            let folder = match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let file = tempfile::Builder::new()
                .prefix(".mailspec-")
                .permissions(readable())
                .tempfile_in(folder)?;
            Ok(Place::Renamed(file, path.to_owned()))
        }
    }
}

/// What a new file usually gets; the umask takes its part away.
fn readable() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o666)
}

fn refusal(path: &Path, error: &io::Error) -> Refusal {
    Refusal::usage(format!(
        "cannot write the report {}: {error}",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn request(path: &Path) -> Request {
        format!("tap:{}", path.display()).parse().unwrap()
    }

    #[test]
    fn a_request_names_a_format_and_a_path() {
        let request: Request = "junit:a:b.xml".parse().unwrap();
        assert_eq!(request.format, Format::Junit);
        assert_eq!(request.path, Some("a:b.xml".into()));
        assert_eq!("json:-".parse::<Request>().unwrap().path, None);
        let error = "yaml:x".parse::<Request>().unwrap_err();
        assert!(
            error.contains("\"yaml\"") && error.contains("junit"),
            "{error}"
        );
        assert!("json".parse::<Request>().is_err() && "json:".parse::<Request>().is_err());
    }

    #[test]
    fn a_report_appears_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.tap");
        let report = ReportFile::open(request(&path)).unwrap();
        assert!(!path.exists());
        report.write(&sample::run()).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            tap::render(&sample::run())
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_report_that_is_not_wanted_any_more_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(ReportFile::open(request(&folder.path().join("a"))).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_found_at_once() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            folder.path().to_owned(),
            folder.path().join("no/such/folder/x"),
        ] {
            assert_eq!(ReportFile::open(request(&path)).unwrap_err().code, 2);
        }
    }

    #[test]
    fn a_device_is_written_and_not_replaced() {
        let report = ReportFile::open(request(Path::new("/dev/null"))).unwrap();
        report.write(&sample::run()).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
