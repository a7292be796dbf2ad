//! `-m dst` and `-m hbh`.

use packetwalk_netfilter::matches::options::{Asked, Destination, HopByHop, Options};
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty, Value};
use super::super::{fail::Fail, number};
use super::spi::TOP;
use super::{Ext, Listing, bang, put};

const LEN: u8 = 0;
const LIST: u8 = 1;

const DST: &[Opt] =
    &[Opt::new("dst-len", LEN, Ty::Uint(TOP)).invertible(), Opt::new("dst-opts", LIST, Ty::Str)];
const HBH: &[Opt] =
    &[Opt::new("hbh-len", LEN, Ty::Uint(TOP)).invertible(), Opt::new("hbh-opts", LIST, Ty::Str)];

/// Options, at most (`IP6T_OPTS_OPTSNR`).
const MOST: usize = 16;

/// `strtoul`'s number, of which the low 8 bits count.
fn byte(ext: &str, what: &str, text: &str) -> Result<u8, Fail> {
    let trimmed = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(digits) if !digits.starts_with(['+', ' ']) => (true, digits),
        _ => (false, text),
    };
    let (n, over, rest) = number::strtoumax(digits)
        .ok_or_else(|| Fail::param(format!("{ext}: no valid digits in {what} `{text}'")))?;
    if over {
        return Err(Fail::param(format!("{what} `{text}' specified too big: would overflow")));
    }
    if !rest.is_empty() {
        return Err(Fail::param(format!("{ext}: error parsing {what} `{text}'")));
    }
    Ok(if negative { n.wrapping_neg() } else { n } as u8)
}

/// # Source
/// iptables 1.8.9, `extensions/libip6t_dst.c`, `libip6t_hbh.c`: `parse_options`. A length of 255 is as
/// none.
fn options(ext: &str, text: &str) -> Result<Box<[Asked]>, Fail> {
    let mut all = Vec::new();
    for one in text.split(',') {
        if all.len() == MOST {
            return Err(Fail::param("too many addresses specified"));
        }
        let Some((ty, len)) = one.split_once(':') else {
            all.push((byte(ext, "opt", one)?, None));
            continue;
        };
        if all.len() == MOST - 1 {
            return Err(Fail::param("too many ports specified"));
        }
        let ty = byte(ext, "opt", ty)?;
        if ty == 0 {
            let what = if ext == "dst" { "PAD0 hasn't got length" } else { "PAD0 has not got length" };
            return Err(Fail::param(what));
        }
        all.push((ty, Some(byte(ext, "length", len)?).filter(|len| *len != 255)));
    }
    Ok(all.into())
}

fn parse(to: &mut Options, call: &mut Call<'_>) -> Result<(), Fail> {
    match call.value()? {
        Value::Uint(n) => to.len = Some(Cond { not: call.invert, is: n as u32 }),
        _ => to.options = Some(options(call.ext, call.arg)?),
    }
    Ok(())
}

fn put_options(out: &mut String, options: &[Asked]) {
    for (i, (ty, len)) in options.iter().enumerate() {
        put!(out, "{}{ty}", if i == 0 { ' ' } else { ',' });
        if let Some(len) = len {
            put!(out, ":{len}");
        }
    }
}

fn save(out: &mut String, name: &str, o: &Options) {
    if let Some(c) = o.len {
        put!(out, "{} --{name}-len {}", bang(c.not), c.is);
    }
    if let Some(options) = &o.options {
        put!(out, " --{name}-opts");
        put_options(out, options);
    }
}

fn list(out: &mut String, name: &str, o: &Options) {
    put!(out, " {name}");
    if let Some(c) = o.len {
        put!(out, " length:{}{}", if c.not { "!" } else { "" }, c.is);
    }
    if let Some(options) = &o.options {
        out.push_str(" opts");
        put_options(out, options);
    }
}

impl Ext for Destination {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        DST
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        parse(&mut self.0, call)
    }

    fn save(&self, out: &mut String, _: Family) {
        save(out, "dst", &self.0);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        list(out, "dst", &self.0);
    }
}

impl Ext for HopByHop {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        HBH
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        parse(&mut self.0, call)
    }

    fn save(&self, out: &mut String, _: Family) {
        save(out, "hbh", &self.0);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        list(out, "hbh", &self.0);
    }
}
