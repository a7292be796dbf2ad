//! `-m ah`, of either family.

use packetwalk_netfilter::matches::ah::{Ah, Ah6};
use packetwalk_netfilter::matches::spi as any;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::spi::{self, TOP};
use super::{Ext, Listing, bang, put};

const SPI: u8 = 0;
const LEN: u8 = 1;
const RES: u8 = 2;

const OPTS4: &[Opt] = &[Opt::new("ahspi", SPI, Ty::Uints(TOP, 2)).invertible()];
const OPTS6: &[Opt] = &[
    Opt::new("ahspi", SPI, Ty::Uints(TOP, 2)).invertible(),
    Opt::new("ahlen", LEN, Ty::Uint(TOP)).invertible(),
    Opt::new("ahres", RES, Ty::None),
];

impl Ext for Ah {
    fn new(_: Family) -> Self {
        Self { spi: any::ANY }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS4
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        self.spi = Cond { is: spi::range(&call.value()?), not: call.invert };
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        spi::save(out, "ahspi", self.spi);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" ah ");
        spi::list(out, "spi", self.spi);
    }
}

impl Ext for Ah6 {
    fn new(_: Family) -> Self {
        Self { spi: any::ANY, len: Cond::new(0), reserved: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS6
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = call.invert;
        match call.value()? {
            Value::Uint(n) => self.len = Cond { not, is: n as u32 },
            value @ Value::Uints(_) => self.spi = Cond { not, is: spi::range(&value) },
            _ => self.reserved = true,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        spi::save(out, "ahspi", self.spi);
        if self.len.is != 0 || self.len.not {
            put!(out, "{} --ahlen {}", bang(self.len.not), self.len.is);
        }
        if self.reserved {
            out.push_str(" --ahres");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" ah ");
        spi::list(out, "spi", self.spi);
        if self.len.is != 0 || self.len.not {
            put!(out, "length:{}{}", if self.len.not { "!" } else { "" }, self.len.is);
        }
        if self.reserved {
            out.push_str(" reserved");
        }
    }
}
