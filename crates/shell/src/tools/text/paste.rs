//! `paste`.

use std::collections::VecDeque;

use super::opts::{Spec, complain, shown, spec};
use super::stream::{Gather, Input};
use crate::Cx;

const SPEC: Spec = spec(
    "-d --delimiters =
-s --serial
-z --zero-terminated",
);

/// The state of a `paste`.
#[derive(Clone, Debug)]
pub(super) struct Paste {
    /// An empty one is `\0`: nothing.
    delimiters: Vec<Option<u8>>,
    serial: bool,
    separator: u8,
}

fn delimiters(text: &[u8]) -> Option<Vec<Option<u8>>> {
    let mut out = Vec::new();
    let mut bytes = text.iter();
    while let Some(&b) = bytes.next() {
        out.push(if b == b'\\' {
            match *bytes.next()? {
                b'0' => None,
                b'b' => Some(8),
                b'f' => Some(12),
                b'n' => Some(b'\n'),
                b'r' => Some(b'\r'),
                b't' => Some(b'\t'),
                b'v' => Some(11),
                c => Some(c),
            }
        } else {
            Some(b)
        });
    }
    if out.is_empty() {
        out.push(None);
    }
    Some(out)
}

impl Paste {
    fn lines(&self, text: &[u8]) -> VecDeque<Vec<u8>> {
        let mut lines: VecDeque<Vec<u8>> = text.split(|b| *b == self.separator).map(<[u8]>::to_vec).collect();
        if lines.back().is_some_and(Vec::is_empty) {
            lines.pop_back();
        }
        lines
    }

    fn delimiter(&self, cx: &mut Cx<'_>, n: usize) {
        if let Some(Some(b)) = self.delimiters.get(n % self.delimiters.len().max(1)) {
            cx.stdout.push(&[*b]);
        }
    }
}

impl Gather for Paste {
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let mut paste = Self { delimiters: vec![Some(b'\t')], serial: false, separator: b'\n' };
        for (key, value) in parsed.options {
            let value = value.unwrap_or_default();
            match key {
                "-s" => paste.serial = true,
                "-z" => paste.separator = 0,
                _ => {
                    let Some(list) = delimiters(&value) else {
                        let shown = String::from_utf8_lossy(&value).into_owned();
                        complain(cx, &format!("delimiter list ends with an unescaped backslash: {shown}"));
                        return Err(1);
                    };
                    paste.delimiters = list;
                }
            }
        }
        Ok((paste, parsed.operands))
    }

    fn finish(&mut self, cx: &mut Cx<'_>, input: Vec<Input>) -> u8 {
        let mut status = 0;
        if self.serial {
            for (name, read) in &input {
                match read {
                    Ok(text) => {
                        for (n, line) in self.lines(text).iter().enumerate() {
                            if n > 0 {
                                self.delimiter(cx, n - 1);
                            }
                            cx.stdout.push(line);
                        }
                        cx.stdout.push(&[self.separator]);
                    }
                    Err(error) => {
                        complain(cx, &format!("{}: {}", shown(name), error.text()));
                        status = 1;
                    }
                }
            }
            return status;
        }
        // Standard input named twice is read by turns.
        let mut stdin = VecDeque::new();
        let mut columns = Vec::new();
        for (name, read) in &input {
            match read {
                Ok(text) if name == b"-" => {
                    stdin.extend(self.lines(text));
                    columns.push(None);
                }
                Ok(text) => columns.push(Some(self.lines(text))),
                Err(error) => {
                    complain(cx, &format!("{}: {}", shown(name), error.text()));
                    return 1;
                }
            }
        }
        loop {
            let mut row: Vec<Option<Vec<u8>>> = Vec::with_capacity(columns.len());
            for column in &mut columns {
                row.push(column.as_mut().unwrap_or(&mut stdin).pop_front());
            }
            if row.iter().all(Option::is_none) {
                return 0;
            }
            for (n, cell) in row.iter().enumerate() {
                if n > 0 {
                    self.delimiter(cx, n - 1);
                }
                cx.stdout.push(cell.as_deref().unwrap_or(&[]));
            }
            cx.stdout.push(&[self.separator]);
        }
    }
}
