//! `-j NETMAP`.

use packetwalk_netfilter::nat::{NatRange, RangeFlags};
use packetwalk_netfilter::targets::netmap::Netmap;
use packetwalk_netfilter::xtables::Net;
use packetwalk_netfilter::xtables::condition::{addr_bits, bits_addr};
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty, Value};
use super::super::{addr, fail::Fail};
use super::{Ext, Listing, put};

const OPTS: &[Opt] = &[Opt::new("to", 0, Ty::HostMask).mandatory()];

fn text(t: &Netmap, family: Family) -> String {
    let (min, max) = (addr_bits(t.range.min_addr), addr_bits(t.range.max_addr));
    let all = u128::MAX >> (128 - u32::from(family.bits()));
    addr::save(Net { addr: min, mask: !(min ^ max) & all }, family)
}

impl Ext for Netmap {
    fn new(family: Family) -> Self {
        Self { range: NatRange::empty(family) }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let Value::Net(net) = call.value()? else { return Ok(()) };
        let family = call.family();
        let min = net.addr & net.mask;
        self.range = NatRange {
            flags: RangeFlags::MAP_IPS,
            min_addr: bits_addr(family, min),
            max_addr: bits_addr(family, min | !net.mask),
            ..NatRange::empty(family)
        };
        Ok(())
    }

    fn save(&self, out: &mut String, family: Family) {
        put!(out, " --to {}", text(self, family));
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        put!(out, " to:{}", text(self, how.family));
    }
}
