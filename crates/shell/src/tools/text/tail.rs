//! `tail`; `-f` is refused.

use super::number::count;
use super::opts::{Spec, complain, curly, quoted, spec};
use super::stream::{Gather, Input};
use crate::Cx;
use crate::sys::Errno;

const SPEC: Spec = spec(
    "-c --bytes =
-f --follow ? !
-F !
-n --lines =
--max-unchanged-stats = !
--pid = !
-q --quiet --silent
--retry !
-s --sleep-interval = !
-v --verbose
-z --zero-terminated",
);

/// The state of a `tail`.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    bytes: bool,
    /// From this one on, and not the last so many.
    from: bool,
    number: u64,
    separator: u8,
    titles: bool,
}

/// Where the last `number` lines (or bytes) begin.
pub(super) fn last(text: &[u8], number: u64, bytes: bool, separator: u8) -> usize {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    if bytes || number == 0 {
        return text.len().saturating_sub(number);
    }
    // The end of the last line begins none.
    let whole = text.strip_suffix(&[separator]).unwrap_or(text);
    let ends = whole.iter().enumerate().rev().filter(|(_, b)| **b == separator);
    ends.map(|(at, _)| at + 1).nth(number - 1).unwrap_or(0)
}

/// The old form `-5`, `+5`, `-5c`; `None`: it is none.
fn old_form(word: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (sign, rest) = word.split_first().filter(|(s, _)| matches!(s, b'-' | b'+'))?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, letters) = rest.split_at_checked(digits)?;
    if number.is_empty() {
        return None;
    }
    let unit: &[u8] = match letters {
        b"" | b"l" => b"-n",
        b"c" => b"-c",
        _ => return None,
    };
    let value = if *sign == b'+' { [b"+", number].concat() } else { number.to_vec() };
    Some(vec![unit.to_vec(), value])
}

fn start(cx: &mut Cx<'_>) -> Result<(Tail, Vec<Vec<u8>>), u8> {
    let mut words: Vec<Vec<u8>> = cx.args.iter().skip(1).cloned().collect();
    if let Some(new) = words.first().and_then(|w| old_form(w)) {
        if words.len() <= 2 {
            words.splice(..1, new);
        } else if let Some(digit) = words.first().filter(|w| w.starts_with(b"-")).and_then(|w| w.get(1)) {
            complain(cx, &format!("option used in invalid context -- {}", char::from(*digit)));
            return Err(1);
        }
    }
    let parsed = SPEC.parse_words(cx, words)?;
    let mut tail =
        Tail { bytes: false, from: false, number: 10, separator: b'\n', titles: parsed.operands.len() > 1 };
    let mut titles = None;
    for (key, value) in parsed.options {
        let value = value.unwrap_or_default();
        match key {
            "-q" => titles = Some(false),
            "-v" => titles = Some(true),
            "-z" => tail.separator = 0,
            _ => {
                tail.bytes = key == "-c";
                tail.from = value.starts_with(b"+");
                let number = value.strip_prefix(b"-").or(value.strip_prefix(b"+")).unwrap_or(&value);
                let Some(n) = count(number) else {
                    let what = if tail.bytes { "bytes" } else { "lines" };
                    complain(cx, &format!("invalid number of {what}: {}", curly(number)));
                    return Err(1);
                };
                tail.number = n;
            }
        }
    }
    tail.titles = titles.unwrap_or(tail.titles);
    Ok((tail, parsed.operands))
}

impl Gather for Tail {
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        start(cx)
    }

    fn finish(&mut self, cx: &mut Cx<'_>, input: Vec<Input>) -> u8 {
        let (mut status, mut titled) = (0, false);
        for (name, read) in &input {
            let error = read.as_ref().err().copied();
            if let Some(error) = error.filter(|e| *e != Errno::IsDirectory) {
                complain(cx, &format!("cannot open {} for reading: {}", quoted(name), error.text()));
                status = 1;
                continue;
            }
            if self.titles {
                cx.stdout.push(if std::mem::replace(&mut titled, true) { b"\n==> " } else { b"==> " });
                cx.stdout.push(if name == b"-" { b"standard input" } else { name });
                cx.stdout.push(b" <==\n");
            }
            let text = match read {
                Ok(text) => text,
                Err(error) => {
                    complain(cx, &format!("error reading {}: {}", quoted(name), error.text()));
                    status = 1;
                    continue;
                }
            };
            let at = if self.from {
                let skip = usize::try_from(self.number.saturating_sub(1)).unwrap_or(usize::MAX);
                let mut ends = text.iter().enumerate().filter(|(_, b)| **b == self.separator);
                match skip {
                    0 => 0,
                    n if self.bytes => n.min(text.len()),
                    n => ends.nth(n - 1).map_or(text.len(), |(at, _)| at + 1),
                }
            } else {
                last(text, self.number, self.bytes, self.separator)
            };
            cx.stdout.push(text.get(at..).unwrap_or(&[]));
        }
        status
    }
}
