//! `-m quota`.

use packetwalk_netfilter::matches::quota::Quota;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("quota", 0, Ty::Uint(u64::MAX)).mandatory().invertible()];

impl Ext for Quota {
    fn new(_: Family) -> Self {
        Self::new(false, 0)
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if let Value::Uint(n) = call.value()? {
            *self = Self::new(call.invert, n);
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --quota {}", bang(self.not), self.quota);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " quota: {} bytes", self.quota);
    }
}
