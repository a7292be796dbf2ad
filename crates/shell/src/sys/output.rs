//! Where the shell's own output goes, in order.

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

/// Output that no sink took yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output(Vec<(Stream, Vec<u8>)>);

impl Output {
    pub fn push(&mut self, stream: Stream, bytes: &[u8]) {
        match self.0.last_mut() {
            Some((last, text)) if *last == stream => text.extend_from_slice(bytes),
            _ => self.0.push((stream, bytes.to_vec())),
        }
    }

    pub fn drain(&mut self, sink: &mut dyn Sink) {
        for (stream, bytes) in self.0.drain(..) {
            sink.write(stream, &bytes);
        }
    }
}
