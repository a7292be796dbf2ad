//! `-m u32`.

use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::matches::u32::{Op, Test, U32};
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, number};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("u32", 0, Ty::Str).mandatory().invertible()];

/// Tests, numbers of a location and values of a test, at most (`XT_U32_MAXSIZE`).
const MOST: usize = 10;

/// A text and how much of it is read.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']).len();
    }

    fn take(&mut self, c: char) -> bool {
        let there = self.rest().starts_with(c);
        self.at += usize::from(there);
        there
    }

    fn fail(&self, what: &str) -> Fail {
        Fail::param(format!("u32: at char {}: {what}", self.at))
    }

    fn expect(&mut self, c: char) -> Result<(), Fail> {
        if self.take(c) { Ok(()) } else { Err(self.fail(&format!("a second '{c}' was expected"))) }
    }

    fn number(&mut self) -> Result<u32, Fail> {
        let read = number::prefix(self.rest(), 0, u32::MAX.into()).map(|(n, rest)| (n as u32, rest.len()));
        let (n, left) = read.ok_or_else(|| self.fail("not a number or out of range"))?;
        self.at = self.text.len() - left;
        Ok(n)
    }

    /// Reads up to the `=`.
    fn location(&mut self) -> Result<(u32, Vec<(Op, u32)>), Fail> {
        let mut start = None;
        let mut then = Vec::new();
        loop {
            self.spaces();
            if self.rest().is_empty() {
                return Err(Fail::param("u32: abrupt end of input after location specifier"));
            }
            let Some(start) = start else {
                if self.rest().starts_with('=') {
                    return Err(self.fail("location spec missing"));
                }
                start = Some(self.number()?);
                continue;
            };
            if self.take('=') {
                return Ok((start, then));
            }
            let op = if self.take('&') {
                Op::And
            } else if self.take('<') {
                self.expect('<')?;
                Op::Left
            } else if self.take('>') {
                self.expect('>')?;
                Op::Right
            } else if self.take('@') {
                Op::At
            } else {
                return Err(self.fail("operator expected"));
            };
            then.push((op, self.number()?));
            if then.len() >= MOST {
                return Err(self.fail("too many operators"));
            }
        }
    }

    /// Reads up to `&&` or the end; whether another test follows.
    fn values(&mut self) -> Result<(Vec<Range<u32>>, bool), Fail> {
        let mut values = Vec::new();
        loop {
            self.spaces();
            if self.rest().is_empty() {
                if values.is_empty() {
                    return Err(Fail::param("u32: test ended with no value specified"));
                }
                return Ok((values, false));
            }
            if self.take('&') {
                if !self.rest().starts_with('&') {
                    return Err(self.fail("a second '&' was expected"));
                }
                if values.is_empty() {
                    return Err(self.fail("value spec missing"));
                }
                return Ok((values, true));
            }
            if !values.is_empty() && !self.take(',') {
                return Err(self.fail("expected \",\" or \"&&\""));
            }
            let min = self.number()?;
            self.spaces();
            let max = if self.take(':') { self.number()? } else { min };
            values.push(Range::new(min, max));
            if values.len() > MOST {
                return Err(self.fail("too many \",\"s"));
            }
        }
    }
}

/// # Source
/// iptables 1.8.9, `extensions/libxt_u32.c`: `u32_parse`.
fn tests(text: &str) -> Result<Box<[Test]>, Fail> {
    let mut reader = Reader { text, at: 0 };
    let mut tests = Vec::new();
    loop {
        let (start, then) = reader.location()?;
        let (values, more) = reader.values()?;
        tests.push(Test { start, then, values });
        if tests.len() > MOST {
            return Err(reader.fail("too many \"&&\"s"));
        }
        if !more {
            return Ok(tests.into());
        }
        reader.at += 1;
    }
}

fn dump(out: &mut String, tests: &[Test]) {
    out.push_str(" \"");
    for (i, test) in tests.iter().enumerate() {
        put!(out, "{}0x{:x}", if i == 0 { "" } else { "&&" }, test.start);
        for (op, n) in &test.then {
            let op = match op {
                Op::And => "&",
                Op::Left => "<<",
                Op::Right => ">>",
                Op::At => "@",
            };
            put!(out, "{op}0x{n:x}");
        }
        for (i, r) in test.values.iter().enumerate() {
            put!(out, "{}0x{:x}", if i == 0 { "=" } else { "," }, r.min);
            if r.min != r.max {
                put!(out, ":0x{:x}", r.max);
            }
        }
    }
    out.push('"');
}

impl Ext for U32 {
    fn new(_: Family) -> Self {
        Self { not: false, tests: Box::default() }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        self.not = call.invert;
        self.tests = tests(call.arg)?;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --u32", bang(self.not));
        dump(out, &self.tests);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " u32{}", bang(self.not));
        dump(out, &self.tests);
    }
}
