//! Values of `awk` and their texts as numbers.

use crate::tools::clib::float::{self, Zeros};

/// A value.
#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    /// Never set: both 0 and empty.
    #[default]
    Unset,
    Number(f64),
    Text(Vec<u8>),
    /// Text from the input that looks like a number.
    Both(Vec<u8>, f64),
}

/// The number at the beginning of a text, as `strtod` reads it, and how long it is.
fn prefix(text: &[u8]) -> (f64, usize) {
    let blanks = text.iter().take_while(|b| matches!(b, b' ' | b'\t'..=b'\r')).count();
    let rest = text.get(blanks..).unwrap_or(&[]);
    let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
    let body = rest.get(sign..).unwrap_or(&[]);
    let negative = rest.first() == Some(&b'-');
    let signed = |n: f64| if negative { -n } else { n };
    let lower: Vec<u8> = body.iter().take(8).map(u8::to_ascii_lowercase).collect();
    for (word, value) in [(&b"infinity"[..], f64::INFINITY), (b"inf", f64::INFINITY), (b"nan", f64::NAN)] {
        if lower.starts_with(word) {
            return (signed(value), blanks + sign + word.len());
        }
    }
    if lower.starts_with(b"0x") && body.get(2).is_some_and(u8::is_ascii_hexdigit) {
        let len = body.iter().skip(2).take_while(|b| b.is_ascii_hexdigit()).count();
        let digits = body.iter().skip(2).take(len).filter_map(|b| char::from(*b).to_digit(16));
        return (signed(digits.fold(0.0, |n, d| n * 16.0 + f64::from(d))), blanks + sign + 2 + len);
    }
    let digits = |from: usize| body.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut len = whole;
    if body.get(len) == Some(&b'.') {
        let fraction = digits(len + 1);
        if whole + fraction > 0 {
            len += 1 + fraction;
        }
    }
    if len == 0 {
        return (0.0, 0);
    }
    if let Some(b'e' | b'E') = body.get(len) {
        let sign = usize::from(matches!(body.get(len + 1), Some(b'+' | b'-')));
        let exponent = digits(len + 1 + sign);
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    let text = body.get(..len).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("0");
    (signed(float::parse(text).unwrap_or(0.0)), blanks + sign + len)
}

/// The number that a text begins with; 0: none.
pub(super) fn number(text: &[u8]) -> f64 {
    prefix(text).0
}

impl Value {
    /// Text from the input.
    pub fn input(text: &[u8]) -> Self {
        let (value, len) = prefix(text);
        let rest = text.get(len..).unwrap_or(&[]);
        if len > 0 && rest.iter().all(|b| matches!(b, b' ' | b'\t'..=b'\r')) {
            return Self::Both(text.to_vec(), value);
        }
        Self::Text(text.to_vec())
    }

    /// As a number.
    pub fn number(&self) -> f64 {
        match self {
            Self::Unset => 0.0,
            Self::Number(n) | Self::Both(_, n) => *n,
            Self::Text(text) => number(text),
        }
    }

    /// As text; numbers that are not whole by `format`.
    pub fn text(&self, format: &[u8]) -> Vec<u8> {
        match self {
            Self::Unset => Vec::new(),
            Self::Text(text) | Self::Both(text, _) => text.clone(),
            Self::Number(n) => number_text(*n, format),
        }
    }

    /// As a condition.
    pub fn truth(&self) -> bool {
        match self {
            Self::Unset => false,
            Self::Number(n) | Self::Both(_, n) => *n != 0.0,
            Self::Text(text) => !text.is_empty(),
        }
    }

    /// Whether it is compared as a number.
    pub const fn numeric(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

fn number_text(n: f64, format: &[u8]) -> Vec<u8> {
    if n.is_finite() && n.fract().abs() <= 0.0 && n >= f64::from(i32::MIN) && n <= f64::from(i32::MAX) {
        return (n as i64).to_string().into_bytes();
    }
    let mut out = Vec::new();
    let _ = print(&mut out, format, &[Value::Number(n)], b"%.6g");
    out
}

/// Flags, width and precision of a conversion.
#[derive(Clone, Copy, Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    other: bool,
    width: usize,
    precision: Option<usize>,
}

/// Most columns of one conversion.
const MOST: usize = 4096;

/// Writes `format` with its values; the error is a lack of values.
pub(super) fn print(out: &mut Vec<u8>, format: &[u8], values: &[Value], convfmt: &[u8]) -> Result<(), ()> {
    let mut values = values.iter();
    let mut bytes = format.iter().copied().peekable();
    while let Some(b) = bytes.next() {
        if b != b'%' {
            out.push(b);
            continue;
        }
        let mut spec = Spec::default();
        let mut raw = vec![b'%'];
        while let Some(flag) = bytes.next_if(|b| matches!(b, b'-' | b'+' | b' ' | b'0' | b'#')) {
            raw.push(flag);
            match flag {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'0' => spec.zero = true,
                _ => spec.other = true,
            }
        }
        let mut read = |raw: &mut Vec<u8>| {
            let mut n = 0usize;
            while let Some(d) = bytes.next_if(u8::is_ascii_digit) {
                raw.push(d);
                n = (n * 10 + usize::from(d - b'0')).min(MOST);
            }
            if n == 0 && raw.last() != Some(&b'0') && bytes.next_if_eq(&b'*').is_some() {
                raw.push(b'*');
                let value = values.next().ok_or(())?.number();
                return Ok((value.abs().min(4096.0) as usize, value < 0.0));
            }
            Ok((n, false))
        };
        let (width, negative) = read(&mut raw)?;
        spec.width = width;
        spec.left |= negative;
        if bytes.next_if_eq(&b'.').is_some() {
            raw.push(b'.');
            let mut n = 0usize;
            if bytes.next_if_eq(&b'*').is_some() {
                n = values.next().ok_or(())?.number().clamp(0.0, 4096.0) as usize;
            }
            while let Some(d) = bytes.next_if(u8::is_ascii_digit) {
                raw.push(d);
                n = (n * 10 + usize::from(d - b'0')).min(MOST);
            }
            spec.precision = Some(n);
        }
        while let Some(size) = bytes.next_if(|b| matches!(b, b'l' | b'h')) {
            raw.push(size);
        }
        let Some(letter) = bytes.next() else {
            out.extend(raw);
            break;
        };
        let body = match letter {
            b'%' => {
                out.push(b'%');
                continue;
            }
            b'd' | b'i' => integer(&spec, values.next().ok_or(())?.number()),
            b'o' | b'x' | b'X' | b'u' => unsigned(&mut spec, letter, values.next().ok_or(())?.number()),
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
                float(&spec, letter, values.next().ok_or(())?.number())
            }
            b'c' => match values.next().ok_or(())? {
                Value::Number(n) => vec![*n as i64 as u8],
                other => other.text(convfmt).first().map_or_else(|| vec![0], |b| vec![*b]),
            },
            b's' => {
                let mut text = values.next().ok_or(())?.text(convfmt);
                text.truncate(spec.precision.unwrap_or(usize::MAX));
                text
            }
            other => {
                raw.push(other);
                out.extend(raw);
                continue;
            }
        };
        let fill = spec.width.saturating_sub(body.len());
        let zeros =
            spec.zero && !spec.left && !matches!(letter, b's' | b'c') && body.iter().any(u8::is_ascii_digit);
        let zeros = zeros && (spec.precision.is_none() || !b"dioxXu".contains(&letter));
        if spec.left {
            out.extend(&body);
            out.extend(std::iter::repeat_n(b' ', fill));
        } else if zeros {
            let sign = body.iter().take_while(|b| !b.is_ascii_hexdigit() && **b != b'.').count();
            let (sign, digits) = body.split_at_checked(sign).unwrap_or((&[], &body));
            out.extend(sign);
            out.extend(std::iter::repeat_n(b'0', fill));
            out.extend(digits);
        } else {
            out.extend(std::iter::repeat_n(b' ', fill));
            out.extend(&body);
        }
    }
    Ok(())
}

fn signed(spec: &Spec, negative: bool, digits: &str) -> Vec<u8> {
    let sign = if negative {
        "-"
    } else if spec.plus {
        "+"
    } else if spec.space {
        " "
    } else {
        ""
    };
    format!("{sign}{digits}").into_bytes()
}

fn integer(spec: &Spec, n: f64) -> Vec<u8> {
    let n = n as i64;
    let digits = format!("{:0>width$}", n.unsigned_abs(), width = spec.precision.unwrap_or(1));
    signed(spec, n < 0, &digits)
}

fn unsigned(spec: &mut Spec, letter: u8, n: f64) -> Vec<u8> {
    let n = if n < 0.0 { n as i64 as u64 } else { n as u64 };
    let width = spec.precision.unwrap_or(1);
    let text = match letter {
        b'o' => format!("{n:0>width$o}"),
        b'x' => format!("{n:0>width$x}"),
        b'X' => format!("{n:0>width$X}"),
        _ => format!("{n:0>width$}"),
    };
    let mark = match letter {
        b'x' if spec.other && n > 0 => "0x",
        b'X' if spec.other && n > 0 => "0X",
        b'o' if spec.other => "0",
        _ => "",
    };
    format!("{mark}{text}").into_bytes()
}

fn float(spec: &Spec, letter: u8, n: f64) -> Vec<u8> {
    let negative = n.is_sign_negative();
    let size = n.abs();
    let precision = spec.precision.unwrap_or(6);
    let text = if size.is_nan() {
        "nan".to_owned()
    } else if size.is_infinite() {
        "inf".to_owned()
    } else {
        match letter.to_ascii_lowercase() {
            b'e' => float::scientific(size, precision),
            b'f' => float::fixed(size, precision),
            _ if spec.other => float::general(size, precision, Zeros::Keep),
            _ => float::general(size, precision, Zeros::Drop),
        }
    };
    let text = if letter.is_ascii_uppercase() { text.to_ascii_uppercase() } else { text };
    signed(spec, negative, &text)
}
