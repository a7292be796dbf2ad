//! `seq`: whole and decimal numbers; `-f` is refused.

use super::opts::{Spec, TRY, curly, refuse};
use crate::Cx;
use crate::process::{Poll, Process};

const SPEC: Spec = Spec {
    options: "-f --format = !
-s --separator =
-w --equal-width",
    status: 1,
    after: TRY,
    permute: false,
};

/// Lines of one poll.
const LINES: u32 = 4096;
/// Most digits after the point.
const MOST_DIGITS: usize = 15;

/// A `seq` that runs: numbers are multiples of `10^-digits`.
#[derive(Clone, Debug)]
struct Seq {
    next: i128,
    step: i128,
    last: i128,
    digits: usize,
    width: usize,
    separator: Vec<u8>,
    any: bool,
}

#[derive(Clone, Debug, Default)]
struct Run(Option<Seq>);

/// A new `seq`.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Run::default())
}

/// A decimal number: its digits without the point, and how many come after it. `None`: it is none.
fn number(text: &str) -> Option<(i128, usize)> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let fine = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !fine(whole) || !fine(fraction) || whole.len() > 18 {
        return None;
    }
    let digits = [whole, fraction].concat().parse::<i128>().ok()?;
    Some((sign * digits, fraction.len()))
}

fn start(cx: &mut Cx<'_>) -> Result<Seq, u8> {
    // A negative number is no option.
    let mut words: Vec<Vec<u8>> = cx.args.iter().skip(1).cloned().collect();
    let negative =
        |w: &[u8]| w.starts_with(b"-") && w.get(1).is_some_and(|b| b.is_ascii_digit() || *b == b'.');
    let mut skip = false;
    let at = words.iter().position(|w| {
        let value = std::mem::replace(&mut skip, w == b"-s" || w == b"-f");
        !value && (negative(w) || !w.starts_with(b"-"))
    });
    if let Some(at) = at
        && !words.iter().take(at).any(|w| w == b"--")
    {
        words.insert(at, b"--".to_vec());
    }
    let parsed = SPEC.parse_words(cx, words)?;
    let mut separator = b"\n".to_vec();
    let mut equal = false;
    for (key, value) in parsed.options {
        match key {
            "-s" => separator = value.unwrap_or_default(),
            _ => equal = true,
        }
    }
    if parsed.operands.is_empty() {
        return Err(SPEC.fail(cx, "missing operand"));
    }
    if let Some(extra) = parsed.operands.get(3) {
        return Err(SPEC.fail(cx, &format!("extra operand {}", curly(extra))));
    }
    let mut numbers = Vec::new();
    for word in &parsed.operands {
        let text = String::from_utf8_lossy(word);
        match number(&text) {
            Some(n) if n.1 <= MOST_DIGITS => numbers.push(n),
            None if !text.bytes().any(|b| b.is_ascii_digit())
                && !text.to_ascii_lowercase().contains("0x") =>
            {
                return Err(SPEC.fail(cx, &format!("invalid floating point argument: {}", curly(word))));
            }
            _ => {
                refuse(cx, &format!("with the number {text}"));
                return Err(1);
            }
        }
    }
    let (first, step, last) = match numbers.as_slice() {
        [last] => ((1, 0), (1, 0), *last),
        [first, last] => (*first, (1, 0), *last),
        [first, step, last] => (*first, *step, *last),
        _ => return Err(1),
    };
    if step.0 == 0 {
        let word = parsed.operands.get(1).cloned().unwrap_or_default();
        return Err(SPEC.fail(cx, &format!("invalid Zero increment value: {}", curly(&word))));
    }
    // The last number's own digits do not show, but for the width.
    let digits = first.1.max(step.1);
    let fine = digits.max(last.1);
    let scale = |(n, d): (i128, usize)| n * 10i128.pow((fine - d) as u32);
    let (next, step, last) = (scale(first), scale(step), scale(last));
    let unit = 10i128.pow((fine - digits) as u32);
    let (next, step) = (next / unit, step / unit);
    let last = if step > 0 { last.div_euclid(unit) } else { -((-last).div_euclid(unit)) };
    let mut seq = Seq { next, step, last, digits, width: 0, separator, any: false };
    if equal {
        let count = if step > 0 { last - next } else { next - last };
        let end = if count < 0 { next } else { next + count / step.abs() * step };
        seq.width = seq.text(next).len().max(seq.text(end).len());
    }
    Ok(seq)
}

impl Seq {
    fn text(&self, n: i128) -> String {
        let sign = if n < 0 { "-" } else { "" };
        let digits = format!("{:0width$}", n.abs(), width = self.digits + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.digits);
        let point = if fraction.is_empty() { "" } else { "." };
        let zeros = "0".repeat(self.width.saturating_sub(sign.len() + digits.len() + point.len()));
        format!("{sign}{zeros}{whole}{point}{fraction}")
    }
}

impl Process for Run {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let seq = match &mut self.0 {
            Some(seq) => seq,
            None => match start(cx) {
                Ok(seq) => self.0.insert(seq),
                Err(status) => return Poll::Exit(status),
            },
        };
        if cx.sys.fd(cx.pid, 1).is_some_and(|open| cx.sys.unread_bytes(open) > 1 << 16) {
            return Poll::Wait;
        }
        for _ in 0..LINES {
            if if seq.step > 0 { seq.next > seq.last } else { seq.next < seq.last } {
                if seq.any {
                    cx.stdout.push(b"\n");
                }
                return Poll::Exit(0);
            }
            if std::mem::replace(&mut seq.any, true) {
                cx.stdout.push(&seq.separator);
            }
            let text = seq.text(seq.next);
            cx.stdout.push(text.as_bytes());
            seq.next += seq.step;
        }
        Poll::Again
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}
