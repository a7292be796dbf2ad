//! The words of an `awk` program.

/// A token.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Token {
    Newline,
    Number(f64),
    Text(Vec<u8>),
    /// A name; functions are followed by `(` at once.
    Name(String, bool),
    /// An operator or a bracket.
    Op(&'static str),
    End,
}

/// What is wrong with a program.
#[derive(Clone, Debug)]
pub(super) enum Wrong {
    /// mawk's text.
    Text(String),
    /// A part of the language that is not simulated.
    Refused(String),
}

/// Longer ones first.
const OPS: [&str; 42] = [
    "**=", "&&", "||", "==", "<=", ">=", "!=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", ">>",
    "**", "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":",
    "~", "$", "=", "&",
];

/// The text after the opening quote, its escapes read.
fn string(text: &[u8], line: usize) -> Result<(Vec<u8>, usize), Wrong> {
    let runaway = || {
        let first: Vec<u8> = text.iter().copied().take_while(|b| *b != b'\n').take(12).collect();
        Wrong::Text(format!("line {line}: runaway string constant \"{} ...", String::from_utf8_lossy(&first)))
    };
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        let b = *text.get(at).ok_or_else(runaway)?;
        at += 1;
        match b {
            b'"' => return Ok((out, at)),
            b'\n' => return Err(runaway()),
            b'\\' => {
                let rest = text.get(at..).unwrap_or(&[]);
                let (byte, used) = escape(rest);
                match byte {
                    Some(b) => out.push(b),
                    None if rest.first() == Some(&b'\n') => {}
                    None => out.extend(std::iter::once(b'\\').chain(rest.first().copied())),
                }
                at += used.max(1).min(rest.len());
            }
            b => out.push(b),
        }
    }
}

/// What stands after a backslash, and its length; `None`: nothing special.
fn escape(rest: &[u8]) -> (Option<u8>, usize) {
    let byte = match rest.first() {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'a') => 7,
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'v') => 11,
        Some(b @ (b'"' | b'\\')) => *b,
        Some(b'0'..=b'7') => {
            let digits = rest.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7'));
            let len = digits.clone().count();
            let value = digits.fold(0u32, |n, d| n * 8 + u32::from(d - b'0'));
            return (Some(value as u8), len);
        }
        Some(b'x') => {
            let digits = rest.iter().skip(1).take(2).take_while(|b| b.is_ascii_hexdigit());
            let len = digits.clone().count();
            if len == 0 {
                return (None, 1);
            }
            let value = digits.filter_map(|d| char::from(*d).to_digit(16)).fold(0, |n, d| n * 16 + d);
            return (Some(value as u8), len + 1);
        }
        _ => return (None, 1),
    };
    (Some(byte), 1)
}

/// A string as `-v` and `-F` read it.
pub(super) fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        at += 1;
        if b == b'\\' {
            let rest = text.get(at..).unwrap_or(&[]);
            let (byte, used) = escape(rest);
            match byte {
                Some(b) => out.push(b),
                None => out.extend(std::iter::once(b'\\').chain(rest.first().copied())),
            }
            at += used.max(1);
        } else {
            out.push(b);
        }
    }
    out
}

/// The tokens, each with its line.
pub(super) fn lex(text: &[u8]) -> Result<Vec<(Token, usize)>, Wrong> {
    let mut out: Vec<(Token, usize)> = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&b) = text.get(at) {
        let rest = text.get(at..).unwrap_or(&[]);
        let operand = match out.last() {
            Some((Token::Number(_) | Token::Text(_), _)) => true,
            Some((Token::Name(name, _), _)) => !super::parse::is_keyword(name),
            Some((Token::Op(op), _)) => matches!(*op, ")" | "]" | "$" | "++" | "--"),
            _ => false,
        };
        match b {
            b' ' | b'\t' | b'\r' => at += 1,
            b'\n' => {
                out.push((Token::Newline, line));
                line += 1;
                at += 1;
            }
            b'\\' if rest.get(1) == Some(&b'\n') => {
                line += 1;
                at += 2;
            }
            b'#' => at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
            b'"' => {
                let (value, len) = string(text.get(at + 1..).unwrap_or(&[]), line)?;
                out.push((Token::Text(value), line));
                at += len + 1;
            }
            b'0'..=b'9' | b'.' if b != b'.' || rest.get(1).is_some_and(u8::is_ascii_digit) => {
                let digits = |from: usize| rest.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
                let mut len = digits(0);
                if rest.get(len) == Some(&b'.') {
                    len += 1 + digits(len + 1);
                }
                if let Some(b'e' | b'E') = rest.get(len) {
                    let sign = usize::from(matches!(rest.get(len + 1), Some(b'+' | b'-')));
                    let exponent = digits(len + 1 + sign);
                    if exponent > 0 {
                        len += 1 + sign + exponent;
                    }
                }
                if b == b'0' && matches!(rest.get(1), Some(b'x' | b'X')) {
                    len = 2 + rest.iter().skip(2).take_while(|b| b.is_ascii_hexdigit()).count();
                }
                out.push((Token::Number(super::value::number(rest.get(..len).unwrap_or(&[]))), line));
                at += len;
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let name = String::from_utf8_lossy(rest.get(..len).unwrap_or(&[])).into_owned();
                at += len;
                out.push((Token::Name(name, text.get(at) == Some(&b'(')), line));
            }
            b'/' if !operand => {
                let mut end = 1;
                let mut inside = false;
                loop {
                    match rest.get(end) {
                        None | Some(b'\n') => {
                            let first: Vec<u8> =
                                rest.iter().copied().take_while(|b| *b != b'\n').take(12).collect();
                            let first = String::from_utf8_lossy(&first);
                            return Err(Wrong::Text(format!(
                                "line {line}: runaway regular expression {first} ..."
                            )));
                        }
                        Some(b'\\') => end += 1,
                        Some(b'[') => inside = true,
                        Some(b']') => inside = false,
                        Some(b'/') if !inside => break,
                        Some(_) => {}
                    }
                    end += 1;
                }
                out.push((Token::Op("/re/"), line));
                out.push((Token::Text(rest.get(1..end).unwrap_or(&[]).to_vec()), line));
                at += end + 1;
            }
            _ => {
                let Some(op) = OPS.iter().find(|op| rest.starts_with(op.as_bytes())) else {
                    let shown = String::from_utf8_lossy(&[b]).into_owned();
                    return Err(Wrong::Text(format!("{line}: unexpected character '{shown}'")));
                };
                out.push((Token::Op(if *op == "**" { "^" } else { op }), line));
                at += op.len();
            }
        }
    }
    out.push((Token::Newline, line));
    out.push((Token::End, line));
    Ok(out)
}
