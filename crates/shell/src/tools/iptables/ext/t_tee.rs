//! `-j TEE`.

use packetwalk_netfilter::targets::tee::Tee;
use packetwalk_wire::{Family, IfName};

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, cut, put};

const GATEWAY: u8 = 0;
const OIF: u8 = 1;

const OPTS: &[Opt] = &[Opt::new("gateway", GATEWAY, Ty::Host).mandatory(), Opt::new("oif", OIF, Ty::Str)];

impl Ext for Tee {
    fn new(family: Family) -> Self {
        Self { gateway: family.unspecified(), oif: IfName::EMPTY }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match call.value()? {
            Value::Addr(addr) => self.gateway = addr,
            _ => self.oif = IfName::new(cut(call.arg, 15)).unwrap_or(IfName::EMPTY),
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --gateway {}", self.gateway);
        if self.oif != IfName::EMPTY {
            put!(out, " --oif {}", self.oif);
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        let name = if how.numeric { None } else { how.hosts.name(self.gateway) };
        match name {
            Some(name) => put!(out, " TEE gw:{name}"),
            None => put!(out, " TEE gw:{}", self.gateway),
        }
        if self.oif != IfName::EMPTY {
            put!(out, " oif={}", self.oif);
        }
    }
}
