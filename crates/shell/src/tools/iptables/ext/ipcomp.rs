//! `-m ipcomp`.

use packetwalk_netfilter::matches::ipcomp::Ipcomp;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::spi::{self, TOP};
use super::{Ext, Listing};

const SPI: u8 = 0;
const RES: u8 = 1;

const OPTS: &[Opt] =
    &[Opt::new("ipcompspi", SPI, Ty::Uints(TOP, 2)).invertible(), Opt::new("compres", RES, Ty::None)];

impl Ext for Ipcomp {
    /// Without `--ipcompspi` the index is 0.
    fn new(_: Family) -> Self {
        Self { spi: Cond::new(Range::one(0)), reserved: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match call.value()? {
            value @ Value::Uints(_) => self.spi = Cond { is: spi::range(&value), not: call.invert },
            _ => self.reserved = true,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        spi::save(out, "ipcompspi", self.spi);
        if self.reserved {
            out.push_str(" --compres");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" comp ");
        spi::list(out, "spi", self.spi);
        if self.reserved {
            out.push_str(" reserved");
        }
    }
}
