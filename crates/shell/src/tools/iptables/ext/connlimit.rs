//! `-m connlimit`.

use packetwalk_netfilter::matches::connlimit::Connlimit;
use packetwalk_netfilter::xtables::Net;
use packetwalk_netfilter::xtables::condition::bits_addr;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const UPTO: u8 = 0;
const ABOVE: u8 = 1;
const MASK: u8 = 2;
const SADDR: u8 = 3;
const DADDR: u8 = 4;

const OPTS: &[Opt] = &[
    Opt::new("connlimit-upto", UPTO, Ty::Uint(u32::MAX as u64)).excl(1 << ABOVE).invertible(),
    Opt::new("connlimit-above", ABOVE, Ty::Uint(u32::MAX as u64)).excl(1 << UPTO).invertible(),
    Opt::new("connlimit-mask", MASK, Ty::PrefixLen),
    Opt::new("connlimit-saddr", SADDR, Ty::None).excl(1 << DADDR),
    Opt::new("connlimit-daddr", DADDR, Ty::None).excl(1 << SADDR),
];

fn bits(m: &Connlimit, family: Family) -> u32 {
    let unused = 128 - u32::from(family.bits());
    (m.mask << unused).leading_ones()
}

impl Ext for Connlimit {
    fn new(_: Family) -> Self {
        Self::new()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        match (call.opt.id, value) {
            (UPTO, Value::Uint(n)) => (self.limit, self.upto) = (n as u32, !call.invert),
            (ABOVE, Value::Uint(n)) => (self.limit, self.upto) = (n as u32, call.invert),
            // A mask that is no prefix becomes all ones.
            (_, Value::Byte(len)) => {
                self.mask = Net::prefix(bits_addr(call.family(), u128::MAX), len).mask;
            }
            (id, _) => self.dest = id == DADDR,
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & (1 << UPTO | 1 << ABOVE) == 0 {
            let text = "You must specify \"--connlimit-above\" or \"--connlimit-upto\".";
            return Err(Fail::param(text));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, family: Family) {
        let (how, side) =
            (if self.upto { "upto" } else { "above" }, if self.dest { "daddr" } else { "saddr" });
        let bits = bits(self, family);
        put!(out, " --connlimit-{how} {} --connlimit-mask {bits} --connlimit-{side}", self.limit);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        let (sign, side) = (if self.upto { "<=" } else { ">" }, if self.dest { "dst" } else { "src" });
        put!(out, " #conn {side}/{} {sign} {}", bits(self, how.family), self.limit);
    }
}
