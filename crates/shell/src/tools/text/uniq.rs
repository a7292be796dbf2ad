//! `uniq`.

use super::number::whole;
use super::opts::{Spec, complain, curly, shown, spec};
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;

const SPEC: Spec = spec(
    "-c --count
-d --repeated
-D !
--all-repeated ? !
-f --skip-fields =
--group ? !
-i --ignore-case
-s --skip-chars =
-u --unique
-w --check-chars =
-z --zero-terminated",
);

/// The state of a `uniq`.
#[derive(Clone, Debug, Default)]
pub(super) struct Uniq {
    count: bool,
    repeated: bool,
    unique: bool,
    fold: bool,
    fields: u64,
    chars: u64,
    most: Option<u64>,
    zero: bool,
    line: Option<Vec<u8>>,
    times: u64,
    to: Option<(Vec<u8>, Vec<u8>)>,
}

impl Uniq {
    /// The part of a line that is compared.
    fn key<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        let blank = |b: &u8| matches!(b, b' ' | b'\t');
        let mut rest = line;
        for _ in 0..self.fields.min(line.len() as u64) {
            let at = rest.iter().position(|b| !blank(b)).unwrap_or(rest.len());
            rest = rest.get(at..).unwrap_or(&[]);
            let at = rest.iter().position(blank).unwrap_or(rest.len());
            rest = rest.get(at..).unwrap_or(&[]);
        }
        rest = rest.get(usize::try_from(self.chars).unwrap_or(usize::MAX)..).unwrap_or(&[]);
        let most = self.most.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        rest.get(..most).unwrap_or(rest)
    }

    fn flush(&mut self, cx: &mut Cx<'_>) {
        let Some(line) = self.line.take() else { return };
        if self.repeated && self.times < 2 || self.unique && self.times > 1 {
            return;
        }
        let mut out = Vec::with_capacity(line.len() + 9);
        if self.count {
            out.extend(format!("{:7} ", self.times).into_bytes());
        }
        out.extend(line);
        out.push(self.separator());
        match &mut self.to {
            Some((_, text)) => text.extend(out),
            None => cx.stdout.push(&out),
        }
    }
}

impl Tool for Uniq {
    fn separator(&self) -> u8 {
        if self.zero { 0 } else { b'\n' }
    }

    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let mut uniq = Self::default();
        for (key, value) in parsed.options {
            let value = value.unwrap_or_default();
            let what = match key {
                "-c" => {
                    uniq.count = true;
                    continue;
                }
                "-d" => {
                    uniq.repeated = true;
                    continue;
                }
                "-u" => {
                    uniq.unique = true;
                    continue;
                }
                "-i" => {
                    uniq.fold = true;
                    continue;
                }
                "-z" => {
                    uniq.zero = true;
                    continue;
                }
                "-f" => "fields to skip",
                "-s" => "bytes to skip",
                _ => "bytes to compare",
            };
            let Some(n) = whole(&value) else {
                complain(cx, &format!("{}: invalid number of {what}", String::from_utf8_lossy(&value)));
                return Err(1);
            };
            match key {
                "-f" => uniq.fields = n,
                "-s" => uniq.chars = n,
                _ => uniq.most = Some(n),
            }
        }
        let mut words = parsed.operands.into_iter();
        let (from, to) = (words.next(), words.next());
        if let Some(extra) = words.next() {
            return Err(SPEC.fail(cx, &format!("extra operand {}", curly(&extra))));
        }
        uniq.to = to.filter(|name| name != b"-").map(|name| (name, Vec::new()));
        Ok((uniq, from.into_iter().collect()))
    }

    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow {
        let text = if error == Errno::IsDirectory {
            format!("error reading '{}'", String::from_utf8_lossy(name))
        } else {
            format!("{}: {}", shown(name), error.text())
        };
        complain(cx, &text);
        Flow::Exit(1)
    }

    fn line(&mut self, cx: &mut Cx<'_>, line: &[u8], _: bool) -> Flow {
        let same = self.line.as_deref().is_some_and(|last| {
            let (a, b) = (self.key(last), self.key(line));
            if self.fold { a.eq_ignore_ascii_case(b) } else { a == b }
        });
        if same {
            self.times += 1;
        } else {
            self.flush(cx);
            self.line = Some(line.to_vec());
            self.times = 1;
        }
        Flow::Next
    }

    fn finish(&mut self, cx: &mut Cx<'_>) -> u8 {
        self.flush(cx);
        if let Some((name, text)) = self.to.take()
            && let Err(error) = cx.write_file(&name, &text)
        {
            complain(cx, &format!("{}: {}", shown(&name), error.text()));
            return 1;
        }
        0
    }
}
