//! `-m string`.

use packetwalk_netfilter::matches::string::Text;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::super::raw;
use super::{Ext, Listing, bang, put};

const FROM: u8 = 0;
const TO: u8 = 1;
const ALGO: u8 = 2;
const ICASE: u8 = 3;
const STRING: u8 = 4;
const HEX: u8 = 5;

const OPTS: &[Opt] = &[
    Opt::new("from", FROM, Ty::Uint(u16::MAX as u64)),
    Opt::new("to", TO, Ty::Uint(u16::MAX as u64)),
    Opt::new("algo", ALGO, Ty::Str).mandatory(),
    Opt::new("string", STRING, Ty::Str).invertible().excl(1 << HEX),
    Opt::new("hex-string", HEX, Ty::Str).invertible().excl(1 << STRING),
    Opt::new("icase", ICASE, Ty::None),
];

/// Bytes of a pattern, at most (`XT_STRING_MAX_PATTERN_SIZE`).
const MOST: usize = 128;
/// Bytes of an algorithm's name, at most.
const MOST_NAME: usize = 15;

fn too_long(text: &str) -> Fail {
    Fail::param(format!("STRING too long \"{text}\""))
}

/// Text with bytes in hexadecimal between bars.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_string.c`: `parse_hex_string`.
fn hex(text: &str) -> Result<Box<[u8]>, Fail> {
    let bytes = raw::encode(text);
    // A C string's NUL follows the last byte.
    let byte = |i: usize| bytes.get(i).copied().unwrap_or(0);
    if bytes.is_empty() {
        return Err(Fail::param("STRING must contain at least one char"));
    }
    let digit = |c: u8| {
        let c = char::from(c);
        c.to_digit(16).ok_or_else(|| Fail::param(format!("Invalid hex char '{c}'")))
    };
    let (mut pattern, mut in_hex, mut i) = (Vec::new(), false, 0);
    while i < bytes.len() {
        if pattern.len() >= MOST {
            return Err(too_long(text));
        }
        let mut literal = false;
        if byte(i) == b'\\' {
            if in_hex {
                return Err(Fail::param("Cannot include literals in hex data"));
            }
            literal = true;
        } else if byte(i) == b'|' {
            in_hex = !in_hex;
            while in_hex && byte(i + 1) == b' ' {
                i += 1;
            }
            if i + 1 >= bytes.len() {
                break;
            }
            i += 1;
        }
        if literal {
            if i + 1 >= bytes.len() {
                return Err(Fail::param("Bad literal placement at end of string"));
            }
            pattern.push(byte(i + 1));
            i += 2;
        } else if in_hex {
            if i + 1 >= bytes.len() {
                return Err(Fail::param("Odd number of hex digits"));
            }
            if i + 2 >= bytes.len() {
                return Err(Fail::param("Invalid hex block"));
            }
            pattern.push((digit(byte(i))? << 4 | digit(byte(i + 1))?) as u8);
            i += if byte(i + 2) == b' ' { 3 } else { 2 };
        } else {
            pattern.push(byte(i));
            i += 1;
        }
    }
    Ok(pattern.into())
}

/// The pattern, in hexadecimal where it is not plain text.
fn put_pattern(out: &mut String, pattern: &[u8]) {
    out.push_str(" \"");
    if is_hex(pattern) {
        out.push('|');
        for c in pattern {
            put!(out, "{c:02x}");
        }
        out.push('|');
    } else {
        for c in pattern {
            if matches!(c, b'"' | b'\\') {
                out.push('\\');
            }
            out.push(char::from(*c));
        }
    }
    out.push('"');
}

fn is_hex(pattern: &[u8]) -> bool {
    pattern.iter().any(|c| !matches!(c, b' '..=b'~')) || pattern.last() == Some(&b'\\')
}

impl Ext for Text {
    fn new(_: Family) -> Self {
        let algo = String::new().into();
        Self { not: false, icase: false, from: 0, to: u16::MAX, algo, pattern: Box::default() }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match (call.opt.id, call.value()?) {
            (FROM, Value::Uint(n)) => self.from = n as u16,
            (_, Value::Uint(n)) => self.to = n as u16,
            (ALGO, _) => {
                let end = call.arg.floor_char_boundary(MOST_NAME);
                self.algo = call.arg.get(..end).unwrap_or_default().into();
            }
            (ICASE, _) => self.icase = true,
            (STRING, _) if raw::len(call.arg) > MOST => return Err(too_long(call.arg)),
            (STRING, _) => self.pattern = raw::encode(call.arg).into(),
            _ => self.pattern = hex(call.arg)?,
        }
        self.not |= call.invert;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & (1 << STRING | 1 << HEX) == 0 {
            return Err(Fail::param("STRING match: You must specify `--string' or `--hex-string'"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --{}", bang(self.not), if is_hex(&self.pattern) { "hex-string" } else { "string" });
        put_pattern(out, &self.pattern);
        put!(out, " --algo {}", self.algo);
        if self.from != 0 {
            put!(out, " --from {}", self.from);
        }
        if self.to != u16::MAX {
            put!(out, " --to {}", self.to);
        }
        if self.icase {
            out.push_str(" --icase");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " STRING match {}", if self.not { "!" } else { "" });
        put_pattern(out, &self.pattern);
        put!(out, " ALGO name {}", self.algo);
        if self.from != 0 {
            put!(out, " FROM {}", self.from);
        }
        if self.to != u16::MAX {
            put!(out, " TO {}", self.to);
        }
        if self.icase {
            out.push_str(" ICASE");
        }
    }
}
