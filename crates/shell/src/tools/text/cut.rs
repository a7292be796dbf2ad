//! `cut`.

use super::number::decimal;
use super::opts::{Spec, complain, curly, shown, spec};
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;
use packetwalk_wire::Order;

const SPEC: Spec = spec(
    "-b --bytes =
-c --characters =
-d --delimiter =
-f --fields =
-n
-s --only-delimited
-z --zero-terminated
--output-delimiter =
--complement",
);

/// The state of a `cut`.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    fields: bool,
    /// Sorted, apart from each other, inclusive.
    ranges: Vec<(u64, u64)>,
    delimiter: u8,
    output: Option<Vec<u8>>,
    only: bool,
    separator: u8,
    status: u8,
}

/// Reads a list such as `1,3-5,7-`.
fn ranges(list: &[u8], fields: bool) -> Result<Vec<(u64, u64)>, String> {
    let from_1 =
        if fields { "fields are numbered from 1" } else { "byte/character positions are numbered from 1" };
    let number = |text: &[u8]| -> Result<u64, String> {
        if let Some(bad) = text.iter().position(|b| !b.is_ascii_digit()) {
            let what = if fields { "field value" } else { "byte/character position" };
            return Err(format!("invalid {what} {}", curly(text.get(bad..).unwrap_or(text))));
        }
        match decimal(text) {
            0 => Err(from_1.to_owned()),
            n => Ok(n),
        }
    };
    let mut out = Vec::new();
    for part in list.split(|b| matches!(b, b',' | b' ' | b'\t')) {
        let Some(dash) = part.iter().position(|b| *b == b'-') else {
            if part.is_empty() {
                return Err(from_1.to_owned());
            }
            let n = number(part)?;
            out.push((n, n));
            continue;
        };
        let (low, high) = (part.get(..dash).unwrap_or(&[]), part.get(dash + 1..).unwrap_or(&[]));
        if high.contains(&b'-') {
            return Err(format!("invalid {} range", if fields { "field" } else { "byte or character" }));
        }
        if low.is_empty() && high.is_empty() {
            return Err("invalid range with no endpoint: -".to_owned());
        }
        let low = if low.is_empty() { 1 } else { number(low)? };
        let high = if high.is_empty() { u64::MAX } else { number(high)? };
        if high < low {
            return Err("invalid decreasing range".to_owned());
        }
        out.push((low, high));
    }
    out.order();
    let mut merged: Vec<(u64, u64)> = Vec::new();
    for (low, high) in out {
        match merged.last_mut() {
            Some(last) if low <= last.1 => last.1 = last.1.max(high),
            _ => merged.push((low, high)),
        }
    }
    Ok(merged)
}

fn complement(ranges: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let (mut out, mut next) = (Vec::new(), 1);
    for &(low, high) in ranges {
        if low > next {
            out.push((next, low - 1));
        }
        next = high.saturating_add(1);
    }
    if next < u64::MAX {
        out.push((next, u64::MAX));
    }
    out
}

impl Tool for Cut {
    fn separator(&self) -> u8 {
        self.separator
    }

    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let (mut list, mut delimiter, mut output) = (None, None, None);
        let (mut only, mut separator, mut not) = (false, b'\n', false);
        for (key, value) in parsed.options {
            let value = value.unwrap_or_default();
            match key {
                "-b" | "-c" | "-f" => {
                    if list.is_some() {
                        return Err(SPEC.fail(cx, "only one list may be specified"));
                    }
                    list = Some((key == "-f", value));
                }
                "-d" => match value.as_slice() {
                    [] => delimiter = Some(0),
                    [one] => delimiter = Some(*one),
                    _ => return Err(SPEC.fail(cx, "the delimiter must be a single character")),
                },
                "-s" => only = true,
                "-z" => separator = 0,
                "--output-delimiter" => output = Some(if value.is_empty() { vec![0] } else { value }),
                "--complement" => not = true,
                _ => {}
            }
        }
        let Some((fields, list)) = list else {
            return Err(SPEC.fail(cx, "you must specify a list of bytes, characters, or fields"));
        };
        if !fields && delimiter.is_some() {
            return Err(SPEC.fail(cx, "an input delimiter may be specified only when operating on fields"));
        }
        if !fields && only {
            let text = "suppressing non-delimited lines makes sense\n\tonly when operating on fields";
            return Err(SPEC.fail(cx, text));
        }
        let mut ranges = match ranges(&list, fields) {
            Ok(ranges) => ranges,
            Err(text) => return Err(SPEC.fail(cx, &text)),
        };
        if not {
            ranges = complement(&ranges);
        }
        let delimiter = delimiter.unwrap_or(b'\t');
        let cut = Self { fields, ranges, delimiter, output, only, separator, status: 0 };
        Ok((cut, parsed.operands))
    }

    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow {
        complain(cx, &format!("{}: {}", shown(name), error.text()));
        self.status = 1;
        Flow::Next
    }

    fn line(&mut self, cx: &mut Cx<'_>, line: &[u8], _: bool) -> Flow {
        let mut first = true;
        if self.fields {
            if !line.contains(&self.delimiter) {
                if !self.only {
                    cx.stdout.push(line);
                    cx.stdout.push(&[self.separator]);
                }
                return Flow::Next;
            }
            let mut ranges = self.ranges.iter().peekable();
            for (n, field) in (1u64..).zip(line.split(|b| *b == self.delimiter)) {
                while ranges.peek().is_some_and(|r| r.1 < n) {
                    ranges.next();
                }
                if ranges.peek().is_some_and(|r| r.0 <= n) {
                    if !std::mem::replace(&mut first, false) {
                        cx.stdout.push(self.output.as_deref().unwrap_or(&[self.delimiter]));
                    }
                    cx.stdout.push(field);
                }
            }
        } else {
            for &(low, high) in &self.ranges {
                let from = usize::try_from(low - 1).unwrap_or(usize::MAX);
                if from >= line.len() {
                    break;
                }
                let to = usize::try_from(high).unwrap_or(usize::MAX).min(line.len());
                if !std::mem::replace(&mut first, false) {
                    cx.stdout.push(self.output.as_deref().unwrap_or(&[]));
                }
                cx.stdout.push(line.get(from..to).unwrap_or(&[]));
            }
        }
        cx.stdout.push(&[self.separator]);
        Flow::Next
    }

    fn finish(&mut self, _: &mut Cx<'_>) -> u8 {
        self.status
    }
}
