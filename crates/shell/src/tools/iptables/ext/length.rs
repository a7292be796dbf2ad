//! `-m length`.

use packetwalk_netfilter::matches::length::Length;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("length", 0, Ty::Uints(u16::MAX as u64, 2)).mandatory().invertible()];

fn text(out: &mut String, r: Range<u16>) {
    put!(out, "{}", r.min);
    if r.min != r.max {
        put!(out, ":{}", r.max);
    }
}

impl Ext for Length {
    fn new(_: Family) -> Self {
        Self { not: false, length: Range::new(0, 0) }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if let Value::Uints(all) = call.value()? {
            let min = all.first().copied().unwrap_or_default() as u16;
            self.length = Range::new(min, all.get(1).map_or(min, |n| *n as u16));
        }
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --length ", bang(self.not));
        text(out, self.length);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " length {}", if self.not { "!" } else { "" });
        text(out, self.length);
    }
}
