//! Here-documents: read when their command's line ends.

use super::word::Stop;
use super::{Parser, PendingHere};
use crate::lang::ast::{Part, Word};

impl Parser {
    /// Reads the lines of every here-document that is open. A text without the delimiter ends the
    /// document with a warning, as in bash.
    pub(super) fn read_heres(&mut self) {
        for here in std::mem::take(&mut self.heres) {
            self.settle();
            let word = self.read_here(&here);
            let _ = here.body.set(word);
        }
    }

    fn read_here(&mut self, here: &PendingHere) -> Word {
        let mut body = Vec::new();
        let first = self.line;
        loop {
            self.settle();
            if self.rest().is_empty() {
                let text = format!(
                    "here-document at line {} delimited by end-of-file (wanted `{}')",
                    here.line,
                    String::from_utf8_lossy(&here.delimiter)
                );
                let before = u32::from(body.ends_with(b"\n"));
                self.warnings.push((self.line.saturating_sub(before), text));
                break;
            }
            let rest = self.rest();
            let len = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
            let mut line = &rest[..len];
            if here.strip_tabs {
                let tabs = line.iter().take_while(|&&b| b == b'\t').count();
                line = &line[tabs..];
            }
            let ended = rest.len() > len;
            // A joined line cannot be the delimiter's.
            let joined = !here.quoted && joins(&body);
            if line == here.delimiter && !joined {
                self.at += len + usize::from(ended);
                // The line is counted with the next one: the delimiter's own newline ends the command.
                self.unsettled = ended;
                break;
            }
            body.extend_from_slice(line);
            if ended {
                body.push(b'\n');
            }
            self.at += len + usize::from(ended);
            if ended {
                self.line += 1;
                self.line_start = self.at;
            }
        }
        if here.quoted {
            return Word { parts: vec![Part::Quoted(body)] };
        }
        let mut inner = Self::new(body.into(), first);
        inner.depth = self.depth;
        match inner.parts(Stop::End) {
            Ok(parts) => Word { parts: vec![Part::Double(parts)] },
            // Bash tells a bad substitution when it expands the document; the text stands for itself.
            Err(_) => Word { parts: vec![Part::Quoted(inner.text.to_vec())] },
        }
    }
}

/// Whether a text ends in an escaped newline.
fn joins(body: &[u8]) -> bool {
    let Some(line) = body.strip_suffix(b"\n") else { return false };
    line.iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 1
}
