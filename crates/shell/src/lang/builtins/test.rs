//! `test` and `[`, by the number of their arguments, as POSIX and bash have it.

use super::{integer, lossy};
use crate::Cx;
use crate::cx::Place;
use crate::lang::interp::{After, Interp};
use crate::sys::fd::Open;

/// A test that is wrong, with bash's text.
struct Wrong(String);

type Tested = Result<bool, Wrong>;

/// How two numbers are compared, if `op` does that.
pub(crate) fn integer_compare(op: &[u8]) -> Option<fn(&i64, &i64) -> bool> {
    Some(match op {
        b"-eq" => i64::eq,
        b"-ne" => i64::ne,
        b"-lt" => i64::lt,
        b"-le" => i64::le,
        b"-gt" => i64::gt,
        b"-ge" => i64::ge,
        _ => return None,
    })
}

/// A test of one operand.
pub(crate) fn unary(cx: &mut Cx<'_>, op: &[u8], operand: &[u8]) -> bool {
    match op {
        b"-n" => !operand.is_empty(),
        b"-z" => operand.is_empty(),
        b"-e" | b"-a" | b"-r" | b"-w" => cx.place(operand).is_ok(),
        b"-f" => matches!(cx.place(operand), Ok(Place::File)),
        b"-d" => matches!(cx.place(operand), Ok(Place::Directory)),
        b"-x" => matches!(cx.place(operand), Ok(Place::Directory)) || crate::tools::is_path_of_tool(operand),
        b"-c" => matches!(cx.place(operand), Ok(Place::Other)),
        b"-s" => cx.read_file(operand).is_ok_and(|text| !text.is_empty()),
        b"-p" => {
            let fd = operand.strip_prefix(b"/dev/fd/").and_then(integer).map(|n| n as u32);
            let open = fd.and_then(|fd| cx.sys.fd(cx.pid, fd));
            open.is_some_and(|open| {
                matches!(cx.sys.opened(open), Some(Open::PipeRead(_) | Open::PipeWrite(_)))
            })
        }
        // No descriptor of a lab is a terminal (`-t`), and no file is of another kind.
        _ => false,
    }
}

fn is_unary(op: &[u8]) -> bool {
    matches!(op, [b'-', letter] if b"abcdefghknoprstuvwxzGLNORS".contains(letter))
}

fn is_binary(op: &[u8]) -> bool {
    integer_compare(op).is_some()
        || matches!(op, b"=" | b"==" | b"!=" | b"<" | b">" | b"-nt" | b"-ot" | b"-ef" | b"-a" | b"-o")
}

/// A test of two operands that are texts or files.
pub(crate) fn binary(cx: &mut Cx<'_>, a: &[u8], op: &[u8], b: &[u8]) -> bool {
    match op {
        b"=" | b"==" => a == b,
        b"!=" => a != b,
        b"<" => a < b,
        b">" => a > b,
        b"-ef" => cx.path(a) == cx.path(b) && cx.place(a).is_ok(),
        // Files in memory have no times: one that is there is newer than one that is not.
        b"-nt" => cx.place(a).is_ok() && cx.place(b).is_err(),
        b"-ot" => cx.place(b).is_ok() && cx.place(a).is_err(),
        _ => false,
    }
}

struct Test<'a, 'b, 'c> {
    /// The shell whose variables `-v` means.
    sh: Option<&'a Interp>,
    cx: &'b mut Cx<'c>,
}

impl Test<'_, '_, '_> {
    fn one(&mut self, op: &[u8], operand: &[u8]) -> bool {
        if op == b"-v" {
            let now = self.cx.now();
            return self.sh.is_some_and(|sh| sh.state.variable(operand, now).is_some());
        }
        unary(self.cx, op, operand)
    }

    fn two(&mut self, a: &[u8], op: &[u8], b: &[u8]) -> Tested {
        if let Some(compare) = integer_compare(op) {
            let number = |t: &[u8]| {
                integer(t).ok_or_else(|| Wrong(format!("{}: integer expression expected", lossy(t))))
            };
            return Ok(compare(&number(a)?, &number(b)?));
        }
        Ok(binary(self.cx, a, op, b))
    }

    fn by_count(&mut self, args: &[&[u8]]) -> Tested {
        match *args {
            [] => Ok(false),
            [one] => Ok(!one.is_empty()),
            [b"!", one] => Ok(one.is_empty()),
            [op, operand] => {
                if is_unary(op) {
                    return Ok(self.one(op, operand));
                }
                Err(Wrong(format!("{}: unary operator expected", lossy(op))))
            }
            [a, op, b] if is_binary(op) => match op {
                b"-a" => Ok(!a.is_empty() && !b.is_empty()),
                b"-o" => Ok(!a.is_empty() || !b.is_empty()),
                _ => self.two(a, op, b),
            },
            [b"!", a, b] => Ok(!self.by_count(&[a, b])?),
            [b"(", a, b")"] => Ok(!a.is_empty()),
            [_, op, _] => Err(Wrong(format!("{}: binary operator expected", lossy(op)))),
            [b"!", a, b, c] => Ok(!self.by_count(&[a, b, c])?),
            [b"(", a, b, b")"] => self.by_count(&[a, b]),
            _ => {
                let mut at = 0;
                let value = self.or(args, &mut at, 0)?;
                if at < args.len() {
                    return Err(Wrong("too many arguments".to_owned()));
                }
                Ok(value)
            }
        }
    }

    fn or(&mut self, args: &[&[u8]], at: &mut usize, depth: u32) -> Tested {
        let mut value = self.and(args, at, depth)?;
        while args.get(*at) == Some(&&b"-o"[..]) {
            *at += 1;
            value |= self.and(args, at, depth)?;
        }
        Ok(value)
    }

    fn and(&mut self, args: &[&[u8]], at: &mut usize, depth: u32) -> Tested {
        let mut value = self.term(args, at, depth)?;
        while args.get(*at) == Some(&&b"-a"[..]) {
            *at += 1;
            value &= self.term(args, at, depth)?;
        }
        Ok(value)
    }

    fn term(&mut self, args: &[&[u8]], at: &mut usize, depth: u32) -> Tested {
        let expected = || Wrong("argument expected".to_owned());
        if depth > 50 {
            return Err(Wrong("too many arguments".to_owned()));
        }
        let first = *args.get(*at).ok_or_else(expected)?;
        if first == b"!" {
            *at += 1;
            return Ok(!self.term(args, at, depth + 1)?);
        }
        if first == b"(" {
            *at += 1;
            let value = self.or(args, at, depth + 1)?;
            if args.get(*at) != Some(&&b")"[..]) {
                return Err(Wrong("`)' expected".to_owned()));
            }
            *at += 1;
            return Ok(value);
        }
        if let (Some(op), Some(right)) = (args.get(*at + 1), args.get(*at + 2))
            && is_binary(op)
            && !matches!(*op, b"-a" | b"-o")
        {
            *at += 3;
            return self.two(first, op, right);
        }
        if is_unary(first)
            && let Some(operand) = args.get(*at + 1)
        {
            *at += 2;
            return Ok(self.one(first, operand));
        }
        *at += 1;
        Ok(!first.is_empty())
    }
}

/// Evaluates a test; what is wrong is told by its text.
pub(crate) fn evaluate(sh: Option<&Interp>, cx: &mut Cx<'_>, args: &[Vec<u8>]) -> Result<bool, String> {
    let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
    Test { sh, cx }.by_count(&args).map_err(|Wrong(text)| text)
}

fn run(sh: &mut Interp, cx: &mut Cx<'_>, name: &str, args: &[Vec<u8>]) -> After {
    match evaluate(Some(sh), cx, args) {
        Ok(value) => After::Status(u8::from(!value)),
        Err(text) => {
            sh.error(cx, &format!("{name}: {text}"));
            After::Status(2)
        }
    }
}

pub(super) fn test(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    run(sh, cx, "test", words.get(1..).unwrap_or(&[]))
}

pub(super) fn bracket(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    match words.get(1..) {
        Some([args @ .., last]) if last == b"]" => run(sh, cx, "[", args),
        _ => {
            sh.error(cx, "[: missing `]'");
            After::Status(2)
        }
    }
}
