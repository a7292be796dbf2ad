//! `-m iprange`.

use packetwalk_netfilter::matches::iprange::Iprange;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_netfilter::xtables::condition::{addr_bits, bits_addr};
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{addr, fail::Fail};
use super::{Ext, Listing, bang, put};

const SRC: u8 = 0;
const DST: u8 = 1;

const OPTS: &[Opt] =
    &[Opt::new("src-range", SRC, Ty::Str).invertible(), Opt::new("dst-range", DST, Ty::Str).invertible()];

fn range(call: &mut Call<'_>) -> Result<Range<u128>, Fail> {
    let family = call.family();
    let one = |text: &str| {
        addr::numeric(text, family).map(addr_bits).ok_or_else(|| {
            Fail::param(format!("iprange: Bad value for \"--{}\" option: \"{text}\"", call.opt.name))
        })
    };
    let (from, to) = call.arg.split_once('-').unwrap_or((call.arg, call.arg));
    let range = Range::new(one(from)?, one(to)?);
    if range.min > range.max {
        put!(call.warn, "xt_iprange: range {from}-{to} is reversed and will never match\n");
    }
    Ok(range)
}

fn text(out: &mut String, family: Family, r: Range<u128>) {
    let one = |bits| addr::text(bits_addr(family, bits));
    put!(out, " {}-{}", one(r.min), one(r.max));
}

impl Ext for Iprange {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let c = Some(Cond { not: call.invert, is: range(call)? });
        if call.opt.id == SRC {
            self.src = c;
        } else {
            self.dst = c;
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 {
            let text = "iprange match: You must specify `--src-range' or `--dst-range'";
            return Err(Fail::param(text));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, family: Family) {
        for (name, c) in [("src", self.src), ("dst", self.dst)] {
            if let Some(c) = c {
                put!(out, "{} --{name}-range", bang(c.not));
                text(out, family, c.is);
            }
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        for (name, c) in [("source", self.src), ("destination", self.dst)] {
            if let Some(c) = c {
                put!(out, " {name} IP range{}", bang(c.not));
                text(out, how.family, c.is);
            }
        }
    }
}
