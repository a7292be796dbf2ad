//! Reads and runs a lab.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

use clap::ValueEnum;
use packetwalk_lab::Lab;
use packetwalk_shell::{Failure as Failed, Shell, Sink, Stream, is_note};
use packetwalk_trace::NsId;

use crate::Failure;

/// Whether a program's failure is followed by its line in the lab.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Lines {
    /// Unless standard output and standard error are one file or pipe
    #[default]
    Auto,
    /// Yes
    Always,
    /// No: standard error is as bash's
    Never,
}

impl Lines {
    /// Output that goes to one file is kept to be compared with bash's, as that of `bash lab.sh 2>&1`.
    fn wanted(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => std::io::stderr().is_terminal() || !is_same_file(),
        }
    }
}

/// Whether standard output and standard error are one.
#[cfg(unix)]
fn is_same_file() -> bool {
    use std::fs::File;
    use std::os::fd::{AsFd as _, BorrowedFd};
    use std::os::unix::fs::MetadataExt as _;

    let place = |fd: BorrowedFd<'_>| {
        let about = File::from(fd.try_clone_to_owned().ok()?).metadata().ok()?;
        Some((about.dev(), about.ino()))
    };
    let out = place(std::io::stdout().as_fd());
    out.is_some() && out == place(std::io::stderr().as_fd())
}

/// Whether standard output and standard error are one: not to be told here.
#[cfg(not(unix))]
const fn is_same_file() -> bool {
    false
}

/// What of a lab goes to our own streams, in order.
pub struct Console<'a> {
    /// The lab's name, where the lines of its failures are told.
    lines: Option<&'a str>,
    /// Whether its standard output is printed.
    output: bool,
    /// The first output that could not be written.
    lost: Option<Failure>,
}

impl<'a> Console<'a> {
    /// Everything that a lab of this name prints.
    pub fn all(name: &'a str, lines: Lines) -> Self {
        Self { lines: lines.wanted().then_some(name), output: true, lost: None }
    }

    /// Only what a lab complains of: a walk through a lab that did not come up is no walk.
    pub const fn complaints(name: &'a str) -> Self {
        Self { lines: Some(name), output: false, lost: None }
    }

    /// What is typed has no lines.
    pub const fn typed() -> Self {
        Self { lines: None, output: true, lost: None }
    }
}

impl Console<'_> {
    /// Everything was written.
    ///
    /// # Errors
    /// Standard output's first one.
    pub fn done(&mut self) -> Result<(), Failure> {
        self.lost.take().map_or(Ok(()), Err)
    }
}

impl Sink for Console<'_> {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        // What cannot be written ends neither the lab nor what it does.
        match stream {
            Stream::Stdout if self.output => {
                if let Err(failure) = print(bytes) {
                    self.lost.get_or_insert(failure);
                }
            }
            Stream::Stdout => {}
            Stream::Stderr if self.output => {
                let _ = std::io::stderr().lock().write_all(bytes);
            }
            Stream::Stderr => {
                let lines = bytes.split_inclusive(|&b| b == b'\n');
                for line in lines.filter(|line| !is_note(&String::from_utf8_lossy(line))) {
                    let _ = std::io::stderr().lock().write_all(line);
                }
            }
        }
    }

    fn failed(&mut self, failed: &Failed) {
        if let Some(lab) = self.lines {
            let Failed { pos, name, status, .. } = failed;
            let text = format!("{lab}: line {}: {name} exited with status {status}\n", pos.line);
            self.write(Stream::Stderr, text.as_bytes());
        }
    }
}

/// Writes to standard output at once.
pub fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let done = written(out.write_all(bytes).and_then(|()| out.flush()));
    done.map_err(|Failure(why)| Failure(format!("standard output: {why}")))
}

/// A reader that went away ends the output, and is no failure.
pub fn written(done: std::io::Result<()>) -> Result<(), Failure> {
    match done {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The namespace of a name. What has no name is called "host".
pub fn namespace(lab: &Lab, name: &str) -> Result<NsId, Failure> {
    let host = if name == "host" { lab.ns("") } else { None };
    lab.ns(name).or(host).ok_or_else(|| {
        let names: Vec<&str> = lab.spaces().map(|(id, _)| lab.ns_name(id)).collect();
        Failure(format!("the lab has no network namespace \"{name}\"; it has: host{}", names.join(" ")))
    })
}

/// A lab's bytes.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|e| Failure(format!("{}: {e}", path.display())))
}

/// `packetwalk run`, in a lab that is still empty: the script's exit status.
pub fn run(path: &Path, lab: Lab, pcap: Option<&Path>, lines: Lines) -> Result<u8, Failure> {
    let script = read(path)?;
    let mut shell = Shell::new(lab);
    shell.lab.captures.on = pcap.is_some();
    let name = path.to_string_lossy();
    let mut console = Console::all(&name, lines);
    let status = shell.run_script(&name, &script, &mut console);
    if let Some(file) = pcap {
        write_pcap(&shell.lab, file)?;
    }
    console.done().map(|()| status)
}

/// Everything that was captured, as pcapng.
pub fn write_pcap(lab: &Lab, file: &Path) -> Result<(), Failure> {
    std::fs::write(file, lab.pcapng()).map_err(|e| Failure(format!("{}: {e}", file.display())))
}
