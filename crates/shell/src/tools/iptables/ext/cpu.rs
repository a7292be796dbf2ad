//! `-m cpu`.

use packetwalk_netfilter::matches::cpu::Cpu;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("cpu", 0, Ty::Uint(u32::MAX as u64)).mandatory().invertible()];

impl Ext for Cpu {
    fn new(_: Family) -> Self {
        Self { not: false, cpu: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if let Value::Uint(n) = call.value()? {
            *self = Self { not: call.invert, cpu: n as u32 };
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --cpu {}", bang(self.not), self.cpu);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " cpu {}{}", if self.not { "! " } else { "" }, self.cpu);
    }
}
