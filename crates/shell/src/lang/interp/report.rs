//! Messages of the shell itself, as bash prints them for a script.

use super::{Interp, Reading};
use crate::Cx;
use crate::lang::parse::{ParseError, Parser};
use crate::lang::state::Source;
use crate::process::{Pid, Signal};
use crate::sys::Failure;

impl Interp {
    /// `lab.sh: line 7: TEXT` on standard error.
    pub(crate) fn error(&self, cx: &mut Cx<'_>, text: &str) {
        self.error_bytes(cx, &[text.as_bytes()]);
    }

    /// The same of bytes.
    pub(crate) fn error_bytes(&self, cx: &mut Cx<'_>, text: &[&[u8]]) {
        let mut line = self.state.prefix();
        line.extend(text.concat());
        line.push(b'\n');
        let _ = cx.write_fd(2, &line);
    }

    /// Tells that something of a builtin is not simulated, and gives the builtin's status.
    pub(crate) fn refuse(&self, cx: &mut Cx<'_>, what: &str, status: u8) -> u8 {
        let said = format!("packetwalk: {what} is not simulated");
        let _ = cx.write_fd(2, format!("{said}\n").as_bytes());
        if self.state.lab.is_some() {
            let name = what.split(' ').next().unwrap_or(what).to_owned();
            cx.sys.output.failed(Failure { pos: self.state.pos, name, status, said });
        }
        status
    }

    /// Prints on standard output; a message and status 1 when that fails.
    pub(crate) fn print(&self, cx: &mut Cx<'_>, builtin: &str, bytes: &[u8]) -> u8 {
        match cx.write_fd(1, bytes) {
            Ok(()) => 0,
            Err(crate::Errno::BrokenPipe) => 1,
            Err(e) => {
                self.error(cx, &format!("{builtin}: write error: {}", e.text()));
                1
            }
        }
    }

    /// Tells of a text that cannot be parsed.
    pub(super) fn syntax_error(
        &mut self,
        cx: &mut Cx<'_>,
        e: &ParseError,
        parser: &Parser,
        reading: &Reading,
    ) {
        let name = String::from_utf8_lossy(&self.state.name).into_owned();
        if self.state.dash {
            let text = match e {
                ParseError::Unexpected { token, .. } => {
                    format!("Syntax error: \"{}\" unexpected", String::from_utf8_lossy(token))
                }
                ParseError::EndOfFile { .. } => "Syntax error: end of file unexpected".to_owned(),
                ParseError::Unclosed { open: b'"' | b'\'', .. } => {
                    "Syntax error: Unterminated quoted string".to_owned()
                }
                ParseError::Unclosed { open, .. } => format!("packetwalk: no closing {}", char::from(*open)),
                ParseError::Message { text, .. } | ParseError::Condition { text, .. } => {
                    format!("packetwalk: {text}")
                }
                ParseError::TooDeep { .. } => "packetwalk: nested too deep".to_owned(),
                ParseError::Unsupported { what, .. } => format!("packetwalk: {what} is not simulated"),
            };
            let line = parser.line().max(e.line());
            let _ = cx.write_fd(2, format!("{name}: {line}: {text}\n").as_bytes());
            return;
        }
        let place = match (self.state.source, reading) {
            (Source::Interactive, _) => format!("{name}: "),
            (_, Reading::Eval) => format!("{name}: eval: line {}: ", e.line()),
            (Source::Argument, _) => format!("{name}: -c: line {}: ", e.line()),
            (Source::Script, _) => format!("{name}: line {}: ", e.line()),
        };
        let text = match e {
            ParseError::Unexpected { token, .. } => {
                let token = String::from_utf8_lossy(token);
                let line = String::from_utf8_lossy(parser.line_text());
                match self.state.source {
                    Source::Interactive => format!("{place}syntax error near unexpected token `{token}'\n"),
                    _ => format!("{place}syntax error near unexpected token `{token}'\n{place}`{line}'\n"),
                }
            }
            ParseError::EndOfFile { .. } => format!("{place}syntax error: unexpected end of file\n"),
            ParseError::Unclosed { open, .. } => {
                let closing = if matches!(open, b'(' | b'=') { ')' } else { char::from(*open) };
                format!("{place}unexpected EOF while looking for matching `{closing}'\n")
            }
            ParseError::Message { text, .. } | ParseError::Condition { text, .. } => {
                format!("{place}{text}\n")
            }
            ParseError::TooDeep { .. } => format!("packetwalk: {place}commands are nested too deep\n"),
            ParseError::Unsupported { what, .. } => format!("packetwalk: {place}{what} is not simulated\n"),
        };
        let _ = cx.write_fd(2, text.as_bytes());
    }

    /// Tells of a command that a signal ended, where bash does: not of a broken pipe or an interrupt, and
    /// of an orderly end only in the foreground.
    pub(super) fn killed(&self, cx: &mut Cx<'_>, pid: Pid, signal: Signal, foreground: Option<&[u8]>) {
        let text = match (signal, foreground) {
            (Signal::PIPE | Signal::INT, _) | (Signal::TERM, None) => return,
            (Signal::TERM, Some(_)) => {
                let _ = cx.write_fd(2, format!("{}\n", signal.text()).as_bytes());
                return;
            }
            (_, Some(text)) => text,
            (_, None) => self.state.jobs.iter().find(|j| j.pid == pid).map_or(&b""[..], |j| &j.text),
        };
        let mut text = String::from_utf8_lossy(text).into_owned();
        if let Some(inside) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            text = format!("( {} )", inside.trim());
        }
        self.error(cx, &format!("{:5} {:<24}{text}", pid.0, signal.text()));
    }
}
