//! `-m esp`.

use packetwalk_netfilter::matches::esp::Esp;
use packetwalk_netfilter::matches::spi as any;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::spi::{self, TOP};
use super::{Ext, Listing};

const OPTS: &[Opt] = &[Opt::new("espspi", 0, Ty::Uints(TOP, 2)).invertible()];

impl Ext for Esp {
    fn new(_: Family) -> Self {
        Self { spi: any::ANY }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        self.spi = Cond { is: spi::range(&call.value()?), not: call.invert };
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        spi::save(out, "espspi", self.spi);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" esp");
        spi::list(out, " spi", self.spi);
    }
}
