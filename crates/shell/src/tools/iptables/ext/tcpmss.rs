//! `-m tcpmss`.

use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::matches::tcpmss::TcpmssMatch;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("mss", 0, Ty::Uints(u16::MAX as u64, 2)).mandatory().invertible()];

fn text(out: &mut String, r: Range<u16>) {
    put!(out, "{}", r.min);
    if r.min != r.max {
        put!(out, ":{}", r.max);
    }
}

impl Ext for TcpmssMatch {
    fn new(_: Family) -> Self {
        Self { not: false, mss: Range::one(0) }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if let Value::Uints(all) = call.value()? {
            let min = all.first().copied().unwrap_or_default() as u16;
            self.mss = Range::new(min, all.get(1).map_or(min, |n| *n as u16));
        }
        if self.mss.max < self.mss.min {
            return Err(Fail::param("tcpmss: invalid range given"));
        }
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --mss ", bang(self.not));
        text(out, self.mss);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " tcpmss match {}", if self.not { "!" } else { "" });
        text(out, self.mss);
    }
}
