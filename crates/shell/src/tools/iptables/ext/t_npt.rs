//! `-j DNPT` and `-j SNPT`.

use packetwalk_netfilter::targets::npt::{Dnpt, Npt, Prefix, Snpt};
use packetwalk_netfilter::xtables::condition::bits_addr;
use packetwalk_wire::Family;

use super::super::addr;
use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const FROM: u8 = 1;
const TO: u8 = 2;

const OPTS: &[Opt] =
    &[Opt::new("src-pfx", FROM, Ty::HostMask).mandatory(), Opt::new("dst-pfx", TO, Ty::HostMask).mandatory()];

fn parse(npt: &mut Npt, call: &mut Call<'_>) -> Result<(), Fail> {
    if let Value::Net(net) = call.value()? {
        let prefix = (net.addr, net.prefix_len(Family::V6).unwrap_or(128));
        if call.opt.id == FROM {
            npt.from = prefix;
        } else {
            npt.to = prefix;
        }
    }
    Ok(())
}

fn prefix(out: &mut String, (addr, len): Prefix) {
    put!(out, "{}/{len}", addr::text(bits_addr(Family::V6, addr)));
}

fn save(out: &mut String, npt: Npt) {
    for (name, of) in [("src", npt.from), ("dst", npt.to)] {
        if of != (0, 0) {
            put!(out, " --{name}-pfx ");
            prefix(out, of);
        }
    }
}

fn list(out: &mut String, name: &str, npt: Npt) {
    put!(out, " {name} src-pfx ");
    prefix(out, npt.from);
    out.push_str(" dst-pfx ");
    prefix(out, npt.to);
}

impl Ext for Dnpt {
    fn new(_: Family) -> Self {
        Self(Npt::NONE)
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        parse(&mut self.0, call)
    }

    fn save(&self, out: &mut String, _: Family) {
        save(out, self.0);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        list(out, "DNPT", self.0);
    }
}

impl Ext for Snpt {
    fn new(_: Family) -> Self {
        Self(Npt::NONE)
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        parse(&mut self.0, call)
    }

    fn save(&self, out: &mut String, _: Family) {
        save(out, self.0);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        list(out, "SNPT", self.0);
    }
}
