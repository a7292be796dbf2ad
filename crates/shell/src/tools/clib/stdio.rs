//! Standard output behind a C library's buffer.

use crate::Cx;

/// Standard output as a C program has it when it is a pipe or a file: bytes wait for `fflush` or for
/// the program's end, and are lost when a signal kills it.
#[derive(Clone, Debug, Default)]
pub(in crate::tools) struct Stdout {
    waiting: Vec<u8>,
    /// Nobody reads any more: `SIGPIPE` ends the process after this poll.
    pub broken: bool,
}

impl Stdout {
    /// Adds formatted text; use it through `write!` and `writeln!`, which here cannot fail.
    pub fn write_fmt(&mut self, args: core::fmt::Arguments<'_>) {
        use std::io::Write;
        let _ = self.waiting.write_fmt(args);
    }

    /// Adds bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// `fflush`.
    pub fn flush(&mut self, cx: &mut Cx<'_>) {
        let bytes = core::mem::take(&mut self.waiting);
        self.broken |= cx.write_fd(1, &bytes).is_err();
    }

    /// `error`: what waits goes out, then the program's name and a message to standard error.
    pub fn error(&mut self, cx: &mut Cx<'_>, message: &str) {
        self.flush(cx);
        let name = cx.args.first().cloned().unwrap_or_default();
        complain(cx, &name, message);
    }
}

/// `NAME: MESSAGE` to standard error, at once.
fn complain(cx: &mut Cx<'_>, name: &[u8], message: &str) {
    let line = [name, b": ", message.as_bytes(), b"\n"].concat();
    let _ = cx.write_fd(2, &line);
}
