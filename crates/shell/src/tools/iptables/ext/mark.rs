//! `-m mark`.

use packetwalk_netfilter::matches::mark::Mark;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, mark_mask, put};

const OPTS: &[Opt] = &[Opt::new("mark", 0, Ty::MarkMask).mandatory().invertible()];

impl Ext for Mark {
    fn new(_: Family) -> Self {
        Self { not: false, mark: 0, mask: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if let Value::Masked(mark, mask) = call.value()? {
            (self.mark, self.mask) = (mark, mask);
        }
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --mark", bang(self.not));
        mark_mask(out, self.mark, self.mask);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " mark match{}", bang(self.not));
        mark_mask(out, self.mark, self.mask);
    }
}
