//! `-j CLASSIFY`.

use packetwalk_netfilter::targets::classify::Classify;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put};

const OPTS: &[Opt] = &[Opt::new("set-class", 0, Ty::Str).mandatory()];

/// One number as `sscanf` reads it for `%x`, and what follows.
fn hex(text: &str) -> Option<(u32, &str)> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (minus, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits);
    let len = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    let (number, rest) = digits.split_at(len);
    if number.is_empty() {
        return None;
    }
    let n = u64::from_str_radix(number, 16).unwrap_or(u64::MAX);
    Some((if minus { n.wrapping_neg() } else { n } as u32, rest))
}

impl Ext for Classify {
    fn new(_: Family) -> Self {
        Self { priority: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let both = hex(call.arg).and_then(|(major, rest)| Some((major, hex(rest.strip_prefix(':')?)?.0)));
        let Some((major, minor)) = both else {
            return Err(Fail::param(format!("Bad class value \"{}\"", call.arg)));
        };
        self.priority = major << 16 | minor & 0xffff;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --set-class {:04x}:{:04x}", self.priority >> 16, self.priority & 0xffff);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " CLASSIFY set {:x}:{:x}", self.priority >> 16, self.priority & 0xffff);
    }
}
