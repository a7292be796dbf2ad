//! Reads and runs a lab.

use std::io::Write as _;
use std::path::Path;

use packetwalk_lab::Lab;
use packetwalk_shell::{Shell, Sink, Stream};

use crate::Failure;

/// Both streams of a lab go to ours, in order.
pub struct Console;

impl Sink for Console {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        // A reader that went away ends the output, not the lab.
        let _ = match stream {
            Stream::Stdout => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }
            Stream::Stderr => std::io::stderr().lock().write_all(bytes),
        };
    }
}

/// Only what a lab complains of is printed: a walk through a lab that did not come up is no walk.
pub struct Complaints;

impl Sink for Complaints {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Stderr {
            Console.write(stream, bytes);
        }
    }
}

/// A lab's bytes.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|e| Failure(format!("{}: {e}", path.display())))
}

/// `packetwalk run`: the script's exit status.
pub fn run(path: &Path, seed: u64, pcap: Option<&Path>) -> Result<u8, Failure> {
    let script = read(path)?;
    let mut shell = Shell::new(Lab::new(seed));
    shell.lab.captures.on = pcap.is_some();
    let status = shell.run_script(&path.to_string_lossy(), &script, &mut Console);
    if let Some(file) = pcap {
        write_pcap(&shell.lab, file)?;
    }
    Ok(status)
}

/// Everything that was captured, as pcapng.
pub fn write_pcap(lab: &Lab, file: &Path) -> Result<(), Failure> {
    std::fs::write(file, lab.pcapng()).map_err(|e| Failure(format!("{}: {e}", file.display())))
}
