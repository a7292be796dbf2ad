//! `head`.

use super::number::count;
use super::opts::{Parsed, Spec, complain, curly, quoted, spec};
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;

const SPEC: Spec = spec(
    "-c --bytes =
-n --lines =
-q --quiet --silent
-v --verbose
-z --zero-terminated",
);

/// The state of a `head`.
#[derive(Clone, Debug)]
pub(super) struct Head {
    bytes: bool,
    /// All but the last so many.
    but: bool,
    most: u64,
    separator: u8,
    titles: bool,
    titled: bool,
    left: u64,
    unused: usize,
    kept: Vec<u8>,
    status: u8,
}

/// Turns the old form `-5`, `-5c`, `-20qv` into options; its wrong letter.
pub(super) fn old_form(word: &[u8]) -> Option<Result<Vec<Vec<u8>>, u8>> {
    let rest = word.strip_prefix(b"-").filter(|r| r.first().is_some_and(u8::is_ascii_digit))?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, letters) = rest.split_at_checked(digits)?;
    let (mut unit, mut more, mut scale) = (&b"-n"[..], Vec::new(), Vec::new());
    for &b in letters {
        match b {
            b'c' => unit = b"-c",
            b'l' => unit = b"-n",
            b'q' | b'v' | b'z' => more.push(vec![b'-', b]),
            b'b' | b'k' | b'm' => (unit, scale) = (b"-c", vec![b]),
            _ => return Some(Err(b)),
        }
    }
    let mut words = vec![unit.to_vec(), [number, &scale].concat()];
    words.append(&mut more);
    Some(Ok(words))
}

impl Head {
    fn read(cx: &mut Cx<'_>) -> Result<Parsed, u8> {
        let mut words: Vec<Vec<u8>> = cx.args.iter().skip(1).cloned().collect();
        match words.first().and_then(|w| old_form(w)) {
            Some(Ok(new)) => {
                words.splice(..1, new);
            }
            Some(Err(b)) => {
                return Err(SPEC.fail(cx, &format!("invalid trailing option -- {}", char::from(b))));
            }
            None => {}
        }
        SPEC.parse_words(cx, words)
    }
}

impl Tool for Head {
    fn pieces(&self) -> bool {
        true
    }

    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = Self::read(cx)?;
        let mut titles = None;
        let (mut bytes, mut but, mut most, mut separator) = (false, false, 10, b'\n');
        for (key, value) in parsed.options {
            let value = value.unwrap_or_default();
            match key {
                "-q" => titles = Some(false),
                "-v" => titles = Some(true),
                "-z" => separator = 0,
                _ => {
                    bytes = key == "-c";
                    but = value.starts_with(b"-");
                    let number = value.strip_prefix(b"-").or(value.strip_prefix(b"+")).unwrap_or(&value);
                    let Some(n) = count(number) else {
                        let what = if bytes { "bytes" } else { "lines" };
                        complain(cx, &format!("invalid number of {what}: {}", curly(number)));
                        return Err(1);
                    };
                    most = n;
                }
            }
        }
        let titles = titles.unwrap_or(parsed.operands.len() > 1);
        let kept = Vec::new();
        let head =
            Self { bytes, but, most, separator, titles, titled: false, left: 0, unused: 0, kept, status: 0 };
        Ok((head, parsed.operands))
    }

    fn open(&mut self, cx: &mut Cx<'_>, name: &[u8]) -> Flow {
        (self.left, self.unused) = (self.most, 0);
        if self.titles {
            cx.stdout.push(if std::mem::replace(&mut self.titled, true) { b"\n==> " } else { b"==> " });
            cx.stdout.push(if name == b"-" { b"standard input" } else { name });
            cx.stdout.push(b" <==\n");
        }
        if self.left == 0 && !self.but { Flow::Skip } else { Flow::Next }
    }

    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow {
        self.status = 1;
        if error == Errno::IsDirectory {
            self.open(cx, name);
            complain(cx, &format!("error reading {}: {}", quoted(name), error.text()));
        } else if error == Errno::Endless {
            complain(cx, &format!("error reading {}: {}", quoted(name), error.text()));
        } else {
            complain(cx, &format!("cannot open {} for reading: {}", quoted(name), error.text()));
        }
        Flow::Next
    }

    fn line(&mut self, cx: &mut Cx<'_>, piece: &[u8], _: bool) -> Flow {
        if self.but {
            self.kept.extend_from_slice(piece);
            return Flow::Next;
        }
        let take = if self.bytes {
            let take = piece.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= take as u64;
            take
        } else {
            let mut take = 0;
            while self.left > 0 && take < piece.len() {
                let rest = piece.get(take..).unwrap_or(&[]);
                match rest.iter().position(|&b| b == self.separator) {
                    Some(n) => {
                        take += n + 1;
                        self.left -= 1;
                    }
                    None => take = piece.len(),
                }
            }
            take
        };
        self.unused = piece.len() - take;
        cx.stdout.push(piece.get(..take).unwrap_or(piece));
        if self.left == 0 { Flow::Skip } else { Flow::Next }
    }

    fn close(&mut self, cx: &mut Cx<'_>) -> Flow {
        if self.but {
            let kept = std::mem::take(&mut self.kept);
            let end = super::tail::last(&kept, self.most, self.bytes, self.separator);
            cx.stdout.push(kept.get(..end).unwrap_or(&[]));
        }
        Flow::Next
    }

    fn finish(&mut self, _: &mut Cx<'_>) -> u8 {
        self.status
    }

    fn unused(&self) -> Option<usize> {
        Some(self.unused)
    }
}
