//! `printf`, shared by the builtin and the command.

use super::integer;
use crate::Cx;
use crate::lang::escape;
use crate::lang::interp::{After, Interp};

/// What a format and its arguments gave.
#[derive(Debug, Default)]
pub(crate) struct Formatted {
    pub out: Vec<u8>,
    /// Messages after `printf: `.
    pub errors: Vec<String>,
}

/// Widest field: more is cut, for a lab's memory.
const WIDEST: usize = 100_000;

/// Most bytes that are formatted.
const MOST: usize = 32 << 20;

/// Formats as often as there are arguments, at least once.
pub(crate) fn format(format: &[u8], args: &[Vec<u8>]) -> Formatted {
    let mut done = Formatted::default();
    let mut args = args.iter();
    loop {
        let before = args.len();
        if done.out.len() > MOST {
            done.errors.push(format!("packetwalk: more than {} MiB", MOST >> 20));
            return done;
        }
        if !once(format, &mut args, &mut done) || args.len() == 0 || args.len() == before {
            return done;
        }
    }
}

#[derive(Default)]
struct Spec {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

/// One pass over the format; `false`: stop altogether (`\c`).
fn once<'a>(
    format: &[u8],
    args: &mut impl ExactSizeIterator<Item = &'a Vec<u8>>,
    done: &mut Formatted,
) -> bool {
    let mut at = 0;
    while let Some(&b) = format.get(at) {
        at += 1;
        match b {
            b'\\' => {
                if format.get(at) == Some(&b'c') {
                    return false;
                }
                at += escape::printf(format.get(at..).unwrap_or(&[]), &mut done.out);
            }
            b'%' if format.get(at) == Some(&b'%') => {
                done.out.push(b'%');
                at += 1;
            }
            b'%' => {
                let mut spec = Spec::default();
                while let Some(flag @ (b'-' | b'0' | b'+' | b' ' | b'#')) = format.get(at) {
                    match flag {
                        b'-' => spec.left = true,
                        b'0' => spec.zero = true,
                        b'+' => spec.plus = true,
                        b' ' => spec.space = true,
                        _ => spec.alternate = true,
                    }
                    at += 1;
                }
                let mut number = |at: &mut usize| {
                    if format.get(*at) == Some(&b'*') {
                        *at += 1;
                        return args.next().and_then(|a| integer(a)).unwrap_or(0);
                    }
                    let mut value = 0_i64;
                    while let Some(digit) = format.get(*at).filter(|b| b.is_ascii_digit()) {
                        value = value.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
                        *at += 1;
                    }
                    value
                };
                let width = number(&mut at);
                spec.left |= width < 0;
                spec.width = (width.unsigned_abs() as usize).min(WIDEST);
                if format.get(at) == Some(&b'.') {
                    at += 1;
                    let precision = number(&mut at);
                    spec.precision = usize::try_from(precision).ok().map(|p| p.min(WIDEST));
                }
                while matches!(format.get(at), Some(b'l' | b'h' | b'q' | b'j' | b'z'))
                    && at + 1 < format.len()
                    && format[at] != b'q'
                {
                    at += 1;
                }
                let Some(&letter) = format.get(at) else {
                    done.errors.push("`%': missing format character".to_owned());
                    return false;
                };
                at += 1;
                if !convert(letter, &spec, args.next(), done) {
                    return false;
                }
            }
            _ => done.out.push(b),
        }
    }
    true
}

fn convert(letter: u8, spec: &Spec, arg: Option<&Vec<u8>>, done: &mut Formatted) -> bool {
    let text = arg.map_or(&[][..], Vec::as_slice);
    match letter {
        b's' => {
            let most = spec.precision.unwrap_or(usize::MAX).min(text.len());
            pad(&text[..most], spec, &mut done.out);
        }
        b'b' => {
            let (text, stopped) = escape::echo(text);
            pad(&text, spec, &mut done.out);
            if stopped {
                return false;
            }
        }
        b'q' => pad(&escape::backslash(text), spec, &mut done.out),
        b'c' => pad(text.get(..1).unwrap_or(&[]), spec, &mut done.out),
        b'd' | b'i' | b'u' | b'x' | b'X' | b'o' => {
            let value = number(text, done);
            let mut digits = match letter {
                b'd' | b'i' => value.unsigned_abs().to_string(),
                b'u' => (value as u64).to_string(),
                b'o' => format!("{:o}", value as u64),
                b'x' => format!("{:x}", value as u64),
                _ => format!("{:X}", value as u64),
            };
            if let Some(precision) = spec.precision {
                digits = zeros(&digits, precision);
            }
            let sign = match letter {
                b'd' | b'i' if value < 0 => "-",
                b'd' | b'i' if spec.plus => "+",
                b'd' | b'i' if spec.space => " ",
                b'x' if spec.alternate && value != 0 => "0x",
                b'X' if spec.alternate && value != 0 => "0X",
                b'o' if spec.alternate => "0",
                _ => "",
            };
            if spec.zero && !spec.left && spec.precision.is_none() {
                let width = spec.width.saturating_sub(sign.len());
                digits = zeros(&digits, width);
            }
            pad(format!("{sign}{digits}").as_bytes(), spec, &mut done.out);
        }
        b'f' | b'e' | b'g' | b'F' | b'E' | b'G' => {
            done.errors
                .push(format!("`%{}': packetwalk: floating point is not simulated", char::from(letter)));
            return false;
        }
        _ => {
            done.errors.push(format!("`{}': invalid format character", char::from(letter)));
            return false;
        }
    }
    true
}

/// An integer argument: decimal, `0x`, octal, or `'c` for a character's code.
fn number(text: &[u8], done: &mut Formatted) -> i64 {
    if let [b'\'' | b'"', rest @ ..] = text {
        return match std::str::from_utf8(rest).ok().and_then(|t| t.chars().next()) {
            Some(c) => i64::from(u32::from(c)),
            None => rest.first().map_or(0, |b| i64::from(*b)),
        };
    }
    let shown = String::from_utf8_lossy(text);
    let trimmed = shown.trim_start();
    let (negative, digits) = match trimmed.as_bytes() {
        [b'-', ..] => (true, &trimmed[1..]),
        [b'+', ..] => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let valid = digits.bytes().take_while(|b| char::from(*b).is_digit(base)).count();
    let value =
        u64::from_str_radix(&digits[..valid], base).unwrap_or(if valid > 0 { i64::MAX as u64 } else { 0 });
    if valid < digits.len() || valid == 0 && !text.is_empty() {
        done.errors.push(format!("{shown}: invalid number"));
    }
    if negative { (value as i64).wrapping_neg() } else { value as i64 }
}

fn pad(text: &[u8], spec: &Spec, out: &mut Vec<u8>) {
    let width = std::str::from_utf8(text).map_or(text.len(), |t| t.chars().count());
    let fill = spec.width.saturating_sub(width);
    if !spec.left {
        out.resize(out.len() + fill, b' ');
    }
    out.extend_from_slice(text);
    if spec.left {
        out.resize(out.len() + fill, b' ');
    }
}

/// The builtin, with `-v NAME`.
pub(super) fn builtin(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let mut args = words.get(1..).unwrap_or(&[]);
    let mut name = None;
    if let [dash, variable, rest @ ..] = args
        && dash == b"-v"
    {
        name = Some(variable.clone());
        args = rest;
    }
    if args.first().is_some_and(|a| a == b"--") {
        args = &args[1..];
    }
    let Some((text, args)) = args.split_first() else {
        let _ = cx.write_fd(2, b"printf: usage: printf [-v var] format [arguments]\n");
        return After::Status(2);
    };
    let done = format(text, args);
    let mut status = u8::from(!done.errors.is_empty());
    for error in &done.errors {
        sh.error(cx, &format!("printf: {error}"));
    }
    match name {
        Some(name) => {
            let _ = sh.state.vars.set(&name, done.out);
        }
        None => status = status.max(sh.print(cx, "printf", &done.out)),
    }
    After::Status(status)
}

/// Zeros in front, up to `width` digits.
fn zeros(digits: &str, width: usize) -> String {
    let missing = width.min(MOST_WIDTH).saturating_sub(digits.len());
    "0".repeat(missing) + digits
}

/// Widest number that is printed.
const MOST_WIDTH: usize = 1 << 20;
