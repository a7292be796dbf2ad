//! `-j TPROXY`.

use packetwalk_netfilter::targets::tproxy::Tproxy;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const OPTS: &[Opt] = &[
    Opt::new("on-port", 0, Ty::Port).mandatory(),
    Opt::new("on-ip", 1, Ty::Host),
    Opt::new("tproxy-mark", 2, Ty::MarkMask),
];

impl Ext for Tproxy {
    fn new(family: Family) -> Self {
        Self { port: 0, addr: family.unspecified(), mark: 0, mask: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match call.value()? {
            Value::Ports(port, _) => self.port = port,
            Value::Addr(addr) => self.addr = addr,
            Value::Masked(mark, mask) => (self.mark, self.mask) = (mark, mask),
            _ => {}
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --on-port {} --on-ip {}", self.port, self.addr);
        put!(out, " --tproxy-mark 0x{:x}/0x{:x}", self.mark, self.mask);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " TPROXY redirect {}:{}", self.addr, self.port);
        put!(out, " mark 0x{:x}/0x{:x}", self.mark, self.mask);
    }
}
