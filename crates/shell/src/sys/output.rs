//! Where the shell's own output goes, in order.

use super::{Errno, Failure, Terminal};

/// Which of the shell's streams.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Takes output as it comes.
pub trait Sink {
    /// More bytes of one stream, in the order in which they were written.
    fn write(&mut self, stream: Stream, bytes: &[u8]);

    /// The same, of a terminal.
    fn write_at(&mut self, _terminal: Terminal, stream: Stream, bytes: &[u8]) {
        self.write(stream, bytes);
    }

    /// A program of a lab failed; what it said has been written.
    fn failed(&mut self, _failure: &Failure) {}

    /// Whether whoever reads wants what runs to end, as by Ctrl-C; asked now and then, `true` once.
    fn interrupted(&mut self) -> bool {
        false
    }
}

impl<F: FnMut(Stream, &[u8])> Sink for F {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        self(stream, bytes);
    }
}

/// Keeps both streams as one text, as `2>&1` would.
#[derive(Clone, Debug, Default)]
pub struct Collect {
    /// Everything so far.
    pub bytes: Vec<u8>,
}

impl Collect {
    /// The text, with U+FFFD for what is not UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Sink for Collect {
    fn write(&mut self, _: Stream, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// Keeps standard output and standard error apart.
#[derive(Clone, Debug, Default)]
pub struct Apart {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Apart {
    /// Both as text, with U+FFFD for what is not UTF-8.
    pub fn texts(&self) -> (String, String) {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (text(&self.stdout), text(&self.stderr))
    }
}

impl Sink for Apart {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let to = if stream == Stream::Stderr { &mut self.stderr } else { &mut self.stdout };
        to.extend_from_slice(bytes);
    }
}

/// Most bytes that one script or line prints.
const MOST: usize = 64 << 20;

/// Something for the sink.
#[derive(Clone, Debug)]
enum Item {
    Bytes(Terminal, Stream, Vec<u8>),
    Failed(Failure),
}

/// Output that no sink took yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output {
    waiting: Vec<Item>,
    printed: usize,
}

impl Output {
    /// Adds text; too much of it is an error.
    pub fn push(&mut self, at: Terminal, stream: Stream, bytes: &[u8]) -> Result<(), Errno> {
        self.printed = self.printed.saturating_add(bytes.len());
        if self.printed > MOST {
            return Err(Errno::NoSpace);
        }
        match self.waiting.last_mut() {
            Some(Item::Bytes(there, last, text)) if *last == stream && *there == at => {
                text.extend_from_slice(bytes);
            }
            _ => self.waiting.push(Item::Bytes(at, stream, bytes.to_vec())),
        }
        Ok(())
    }

    /// A program of the lab failed.
    pub fn failed(&mut self, failure: Failure) {
        self.waiting.push(Item::Failed(failure));
    }

    /// Another script or line begins.
    pub fn begin(&mut self) {
        self.printed = 0;
    }

    pub fn drain(&mut self, sink: &mut dyn Sink) {
        for item in self.waiting.drain(..) {
            match item {
                Item::Bytes(at, stream, bytes) => sink.write_at(at, stream, &bytes),
                Item::Failed(failure) => sink.failed(&failure),
            }
        }
    }
}
