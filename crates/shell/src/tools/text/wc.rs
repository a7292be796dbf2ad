//! `wc`.

use super::opts::{Spec, complain, shown, spec};
use super::stream::{Gather, Input};
use crate::Cx;
use crate::sys::Errno;
use crate::sys::fd::Open;

const SPEC: Spec = spec(
    "-c --bytes
-m --chars
-l --lines
--files0-from = !
-L --max-line-length
-w --words
--debug !
--total = !",
);

/// Lines, words, characters, bytes, longest line: the order in which they are printed.
type Counts = [u64; 5];

/// The state of a `wc`.
#[derive(Clone, Debug)]
pub(super) struct Wc {
    show: [bool; 5],
    named: bool,
    width: usize,
}

fn measure(text: &[u8]) -> Counts {
    let (mut words, mut chars, mut longest) = (0, 0, 0);
    let (mut column, mut inside) = (0u64, false);
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            chars += 1;
            match c {
                '\n' | '\r' | '\x0c' => (longest, column, inside) = (longest.max(column), 0, false),
                '\t' => (column, inside) = (column / 8 * 8 + 8, false),
                ' ' => (column, inside) = (column + 1, false),
                '\x0b' => inside = false,
                c if c.is_control() => {}
                c if c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}') => {
                    (column, inside) = (column + 1, false);
                }
                _ => {
                    words += u64::from(!std::mem::replace(&mut inside, true));
                    column += 1;
                }
            }
        }
    }
    let lines = text.split(|b| *b == b'\n').count() as u64 - 1;
    [lines, words, chars, text.len() as u64, longest.max(column)]
}

/// The length of a regular file; `None` for anything else.
fn regular(cx: &mut Cx<'_>, name: &[u8]) -> Option<u64> {
    if name != b"-" && super::stream::descriptor(cx, name).is_none() {
        return cx.read_file(name).ok().map(|bytes| bytes.len() as u64);
    }
    let open = cx.sys.fd(cx.pid, 0)?;
    match cx.sys.opened(open) {
        Some(Open::File { inode, .. }) => Some(cx.sys.vfs.read(*inode).len() as u64),
        _ => None,
    }
}

impl Wc {
    fn print(&self, cx: &mut Cx<'_>, counts: &Counts, name: Option<&[u8]>) {
        let mut first = true;
        for (count, _) in counts.iter().zip(self.show).filter(|(_, show)| *show) {
            let space = if std::mem::replace(&mut first, false) { "" } else { " " };
            write!(cx.stdout, "{space}{count:width$}", width = self.width);
        }
        if let Some(name) = name {
            cx.stdout.push(b" ");
            cx.stdout.push(shown(name).as_bytes());
        }
        cx.stdout.push(b"\n");
    }
}

impl Gather for Wc {
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let mut show = [false; 5];
        for (key, _) in parsed.options {
            let at = ["-l", "-w", "-m", "-c", "-L"].iter().position(|k| *k == key);
            if let Some(on) = at.and_then(|at| show.get_mut(at)) {
                *on = true;
            }
        }
        if !show.contains(&true) {
            show = [true, true, false, true, false];
        }
        let named = !parsed.operands.is_empty();
        let one = show.iter().filter(|s| **s).count() == 1;
        let width = if one && parsed.operands.len() < 2 {
            1
        } else {
            let names = if named { parsed.operands.clone() } else { vec![b"-".to_vec()] };
            let (mut total, mut least) = (0u64, 1);
            for name in &names {
                match regular(cx, name) {
                    Some(size) => total += size,
                    None if name == b"-" || cx.sys.vfs.lookup(&cx.path(name)).is_ok() => least = 7,
                    None => {}
                }
            }
            total.to_string().len().max(least)
        };
        Ok((Self { show, named, width }, parsed.operands))
    }

    fn finish(&mut self, cx: &mut Cx<'_>, input: Vec<Input>) -> u8 {
        let (mut status, mut total) = (0, Counts::default());
        for (name, read) in &input {
            let counts = match read {
                Ok(text) => measure(text),
                Err(error) => {
                    complain(cx, &format!("{}: {}", shown(name), error.text()));
                    status = 1;
                    if *error != Errno::IsDirectory {
                        continue;
                    }
                    Counts::default()
                }
            };
            self.print(cx, &counts, self.named.then_some(name));
            for (n, (sum, one)) in total.iter_mut().zip(counts).enumerate() {
                *sum = if n == 4 { one.max(*sum) } else { *sum + one };
            }
        }
        if input.len() > 1 {
            self.print(cx, &total, Some(b"total"));
        }
        status
    }
}
