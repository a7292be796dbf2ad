//! Arithmetic: C's expressions on 64-bit integers.

use crate::lang::parse::name_len;

/// Deepest nesting of brackets, operators and variables that name variables.
const DEEPEST: u32 = 60;

/// What arithmetic needs of the shell.
pub(crate) trait Variables {
    /// The value of a variable or an array's element; `None`: unset.
    fn value(&self, name: &[u8], index: Option<i64>) -> Option<Vec<u8>>;
    /// Sets one; `false`: it is read-only.
    fn assign(&mut self, name: &[u8], index: Option<i64>, value: i64) -> bool;
    /// Whether an unset variable is an error (`set -u`).
    fn strict(&self) -> bool;
}

/// Why an expression has no value, as bash prints it after the expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ArithError {
    /// `EXPR: TEXT (error token is "TOKEN")`
    At(String, String, String),
    /// `NAME: unbound variable`
    Unbound(String),
    /// `NAME: readonly variable`
    ReadOnly(String),
}

impl core::fmt::Display for ArithError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::At(expr, text, token) => write!(f, "{expr}: {text} (error token is \"{token}\")"),
            Self::Unbound(name) => write!(f, "{name}: unbound variable"),
            Self::ReadOnly(name) => write!(f, "{name}: readonly variable"),
        }
    }
}

/// The value of an expression; of an empty one 0.
pub(crate) fn evaluate(text: &[u8], vars: &mut dyn Variables) -> Result<i64, ArithError> {
    value_of(text, vars, 0)
}

fn value_of(text: &[u8], vars: &mut dyn Variables, depth: u32) -> Result<i64, ArithError> {
    let mut e = Expr { text, at: 0, token: 0, vars, depth, dry: 0 };
    e.blanks();
    if e.at == text.len() {
        return Ok(0);
    }
    let value = e.comma()?;
    e.blanks();
    if e.at < text.len() {
        let what = match e.text.get(e.at) {
            Some(b'=') => "attempted assignment to non-variable",
            Some(b) if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'(' | b'$') => {
                "syntax error in expression"
            }
            _ => "syntax error: invalid arithmetic operator",
        };
        e.token = e.at;
        return Err(e.error(what));
    }
    Ok(value)
}

struct Expr<'a> {
    text: &'a [u8],
    at: usize,
    /// Where the last token began.
    token: usize,
    vars: &'a mut dyn Variables,
    depth: u32,
    /// Above 0: what is not evaluated (`0 && x++`).
    dry: u32,
}

/// Where a value can be put.
struct Place {
    name: Vec<u8>,
    index: Option<i64>,
}

type Value = Result<i64, ArithError>;

/// Binary operators by level, loosest first.
const LEVELS: [&[&[u8]]; 10] = [
    &[b"||"],
    &[b"&&"],
    &[b"|"],
    &[b"^"],
    &[b"&"],
    &[b"==", b"!="],
    &[b"<=", b">=", b"<", b">"],
    &[b"<<", b">>"],
    &[b"+", b"-"],
    &[b"*", b"/", b"%"],
];

const ASSIGNS: [&[u8]; 11] = [b"<<=", b">>=", b"+=", b"-=", b"*=", b"/=", b"%=", b"&=", b"^=", b"|=", b"="];

impl Expr<'_> {
    fn error(&self, text: &str) -> ArithError {
        let lossy = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let whole = self.text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
        ArithError::At(
            lossy(self.text.get(whole..).unwrap_or(&[])),
            text.to_owned(),
            lossy(self.text.get(self.token..).unwrap_or(&[])),
        )
    }

    fn blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or(&[])
    }

    /// A token begins here; at the end the last one stays.
    fn mark(&mut self) {
        if self.at < self.text.len() {
            self.token = self.at;
        }
    }

    fn enter(&mut self) -> Result<(), ArithError> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(self.error("expression recursion level exceeded")) } else { Ok(()) }
    }

    fn comma(&mut self) -> Value {
        let mut value = self.assign()?;
        loop {
            self.blanks();
            if self.rest().first() != Some(&b',') {
                return Ok(value);
            }
            self.at += 1;
            value = self.assign()?;
        }
    }

    /// An assignment, or a conditional expression.
    fn assign(&mut self) -> Value {
        self.enter()?;
        let value = self.assign_inner();
        self.depth -= 1;
        value
    }

    fn assign_inner(&mut self) -> Value {
        self.blanks();
        let start = self.at;
        if let Some(place) = self.place()? {
            self.blanks();
            let op = ASSIGNS.iter().find(|op| self.rest().starts_with(op) && !self.rest().starts_with(b"=="));
            if let Some(op) = op {
                self.token = self.at;
                self.at += op.len();
                let right = self.assign()?;
                let value = match op.split_last() {
                    Some((_, [])) | None => right,
                    Some((_, binary)) => {
                        let left = self.load(&place)?;
                        self.binary(binary, left, right)?
                    }
                };
                self.store(&place, value)?;
                return Ok(value);
            }
            self.at = start;
        }
        let condition = self.level(0)?;
        self.blanks();
        if self.rest().first() != Some(&b'?') {
            return Ok(condition);
        }
        self.at += 1;
        self.dry += u32::from(condition == 0);
        let yes = self.comma();
        self.dry -= u32::from(condition == 0);
        let yes = yes?;
        self.blanks();
        if self.rest().first() != Some(&b':') {
            self.mark();
            return Err(self.error("`:' expected for conditional expression"));
        }
        self.at += 1;
        self.dry += u32::from(condition != 0);
        let no = self.assign();
        self.dry -= u32::from(condition != 0);
        Ok(if condition == 0 { no? } else { no.map(|_| yes)? })
    }

    fn level(&mut self, level: usize) -> Value {
        let Some(ops) = LEVELS.get(level) else { return self.power() };
        let mut left = self.level(level + 1)?;
        loop {
            self.blanks();
            let rest = self.rest();
            let Some(op) =
                ops.iter().copied().find(|op| rest.starts_with(op) && !continues(op, &rest[op.len()..]))
            else {
                return Ok(left);
            };
            self.token = self.at;
            self.at += op.len();
            let skip = op == b"&&" && left == 0 || op == b"||" && left != 0;
            self.dry += u32::from(skip);
            let right_at = self.at;
            let right = self.level(level + 1);
            self.dry -= u32::from(skip);
            let right = right?;
            self.token = right_at;
            left = self.binary(op, left, right)?;
        }
    }

    fn binary(&mut self, op: &[u8], a: i64, b: i64) -> Value {
        Ok(match op {
            b"||" => i64::from(a != 0 || b != 0),
            b"&&" => i64::from(a != 0 && b != 0),
            b"|" => a | b,
            b"^" => a ^ b,
            b"&" => a & b,
            b"==" => i64::from(a == b),
            b"!=" => i64::from(a != b),
            b"<=" => i64::from(a <= b),
            b">=" => i64::from(a >= b),
            b"<" => i64::from(a < b),
            b">" => i64::from(a > b),
            b"<<" => a.wrapping_shl(b as u32),
            b">>" => a.wrapping_shr(b as u32),
            b"+" => a.wrapping_add(b),
            b"-" => a.wrapping_sub(b),
            b"*" => a.wrapping_mul(b),
            _ if b == 0 => {
                if self.dry > 0 {
                    return Ok(0);
                }
                return Err(self.error("division by 0"));
            }
            b"/" => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        })
    }

    fn power(&mut self) -> Value {
        let base = self.unary()?;
        self.blanks();
        if !self.rest().starts_with(b"**") || self.rest().starts_with(b"**=") {
            return Ok(base);
        }
        self.at += 2;
        self.enter()?;
        self.token = self.at;
        let exponent = self.power()?;
        self.depth -= 1;
        if exponent < 0 {
            return Err(self.error("exponent less than 0"));
        }
        let (mut result, mut factor, mut left) = (1_i64, base, exponent);
        while left > 0 {
            if left & 1 == 1 {
                result = result.wrapping_mul(factor);
            }
            factor = factor.wrapping_mul(factor);
            left >>= 1;
        }
        Ok(result)
    }

    fn unary(&mut self) -> Value {
        self.enter()?;
        let value = self.unary_inner();
        self.depth -= 1;
        value
    }

    fn unary_inner(&mut self) -> Value {
        self.blanks();
        self.mark();
        for (op, delta) in [(&b"++"[..], 1), (b"--", -1)] {
            if self.rest().starts_with(op) {
                let back = self.at;
                self.at += 2;
                self.blanks();
                if let Some(place) = self.place()? {
                    let value = self.load(&place)?.wrapping_add(delta);
                    self.store(&place, value)?;
                    return Ok(value);
                }
                self.at = back;
            }
        }
        let op = self.rest().first().copied();
        if matches!(op, Some(b'+' | b'-' | b'!' | b'~')) {
            self.at += 1;
            let value = self.unary()?;
            return Ok(match op {
                Some(b'-') => value.wrapping_neg(),
                Some(b'!') => i64::from(value == 0),
                Some(b'~') => !value,
                _ => value,
            });
        }
        self.primary()
    }

    fn primary(&mut self) -> Value {
        match self.rest().first().copied() {
            Some(b'(') => {
                self.at += 1;
                let value = self.comma()?;
                self.blanks();
                if self.rest().first() != Some(&b')') {
                    self.mark();
                    return Err(self.error("missing `)'"));
                }
                self.at += 1;
                Ok(value)
            }
            Some(b) if b.is_ascii_digit() => self.number(),
            _ => {
                let Some(place) = self.place()? else {
                    return Err(self.error("syntax error: operand expected"));
                };
                let value = self.load(&place)?;
                self.blanks();
                for (op, delta) in [(&b"++"[..], 1), (b"--", -1)] {
                    if self.rest().starts_with(op) {
                        self.at += 2;
                        self.store(&place, value.wrapping_add(delta))?;
                    }
                }
                Ok(value)
            }
        }
    }

    /// A constant: decimal, `0x`, octal, `base#digits`.
    fn number(&mut self) -> Value {
        let len = self
            .rest()
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'#' | b'@' | b'_'))
            .count();
        let text = self.rest().get(..len).unwrap_or(&[]).to_vec();
        self.token = self.at;
        self.at += len;
        let (base, digits) = match text.iter().position(|&b| b == b'#') {
            Some(at) => {
                let base = text[..at]
                    .iter()
                    .fold(0_i64, |v, b| v.wrapping_mul(10).wrapping_add(i64::from(b.wrapping_sub(b'0'))));
                if !(2..=64).contains(&base) {
                    return Err(self.error("invalid arithmetic base"));
                }
                (base, &text[at + 1..])
            }
            None => match text.as_slice() {
                [b'0', b'x' | b'X', digits @ ..] => (16, digits),
                [b'0', digits @ ..] => (8, digits),
                digits => (10, digits),
            },
        };
        let mut value = 0_i64;
        for &b in digits {
            let digit = match b {
                b'0'..=b'9' => b - b'0',
                b'a'..=b'z' => b - b'a' + 10,
                b'A'..=b'Z' if base <= 36 => b - b'A' + 10,
                b'A'..=b'Z' => b - b'A' + 36,
                b'@' => 62,
                _ => 63,
            };
            if i64::from(digit) >= base {
                return Err(self.error("value too great for base"));
            }
            value = value.wrapping_mul(base).wrapping_add(i64::from(digit));
        }
        Ok(value)
    }

    /// A variable's name and index, if that is what is next.
    fn place(&mut self) -> Result<Option<Place>, ArithError> {
        let len = name_len(self.rest());
        if len == 0 {
            return Ok(None);
        }
        self.token = self.at;
        let name = self.rest().get(..len).unwrap_or(&[]).to_vec();
        self.at += len;
        let mut index = None;
        if self.rest().first() == Some(&b'[') {
            self.at += 1;
            index = Some(self.comma()?);
            self.blanks();
            if self.rest().first() == Some(&b']') {
                self.at += 1;
            }
        }
        Ok(Some(Place { name, index }))
    }

    fn load(&mut self, place: &Place) -> Value {
        if self.dry > 0 {
            return Ok(0);
        }
        match self.vars.value(&place.name, place.index) {
            Some(text) if self.depth < DEEPEST => value_of(&text, self.vars, self.depth + 1),
            Some(_) => Err(self.error("expression recursion level exceeded")),
            None if self.vars.strict() => {
                Err(ArithError::Unbound(String::from_utf8_lossy(&place.name).into_owned()))
            }
            None => Ok(0),
        }
    }

    fn store(&mut self, place: &Place, value: i64) -> Result<(), ArithError> {
        if self.dry > 0 || self.vars.assign(&place.name, place.index, value) {
            return Ok(());
        }
        Err(ArithError::ReadOnly(String::from_utf8_lossy(&place.name).into_owned()))
    }
}

/// Whether `op` is only the beginning of a longer operator.
fn continues(op: &[u8], after: &[u8]) -> bool {
    matches!(
        (op, after.first()),
        (b"|", Some(b'|' | b'='))
            | (b"&", Some(b'&' | b'='))
            | (b"^" | b"+" | b"-" | b"/" | b"%" | b"<<" | b">>", Some(b'='))
            | (b"*", Some(b'*' | b'='))
            | (b"<", Some(b'<'))
            | (b">", Some(b'>'))
    )
}
