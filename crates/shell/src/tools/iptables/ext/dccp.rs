//! `-m dccp`.

use packetwalk_netfilter::matches::dccp::Dccp;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::sctp::save_ports;
use super::tcp::list_ports;
use super::{Ext, Listing, bang, put};

const SPORT: u8 = 0;
const DPORT: u8 = 1;
const TYPES: u8 = 2;
const OPTION: u8 = 3;

const OPTS: &[Opt] = &[
    Opt::new("source-port", SPORT, Ty::Ports).invertible(),
    Opt::new("sport", SPORT, Ty::Ports).invertible(),
    Opt::new("destination-port", DPORT, Ty::Ports).invertible(),
    Opt::new("dport", DPORT, Ty::Ports).invertible(),
    Opt::new("dccp-types", TYPES, Ty::Str).invertible(),
    Opt::new("dccp-option", OPTION, Ty::Uint(255)).min(1).max(255).invertible(),
];

/// Packet types by number (RFC 4340 §5.1); the last is all that are none.
const NAMES: [&str; 11] = [
    "REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE", "RESET", "SYNC", "SYNCACK",
    "INVALID",
];
const INVALID: u8 = 10;

fn types(text: &str) -> Result<u16, Fail> {
    let mut mask = 0;
    for name in text.split(',').filter(|n| !n.is_empty()) {
        let at = NAMES.iter().position(|n| n.eq_ignore_ascii_case(name));
        mask |= 1_u16 << at.ok_or_else(|| Fail::param(format!("Unknown DCCP type `{name}'")))?;
    }
    Ok(if mask >> INVALID & 1 != 0 { mask | 0xf800 } else { mask })
}

fn put_types(out: &mut String, types: u16, numeric: bool) {
    out.push(' ');
    let last = if numeric { 15 } else { INVALID };
    for (i, ty) in (0..=last).filter(|ty| types >> ty & 1 != 0).enumerate() {
        let comma = if i == 0 { "" } else { "," };
        match NAMES.get(usize::from(ty)).filter(|_| !numeric) {
            Some(name) => put!(out, "{comma}{name}"),
            None => put!(out, "{comma}{ty}"),
        }
    }
}

impl Ext for Dccp {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = call.invert;
        match (call.opt.id, call.value()?) {
            (SPORT, Value::Ports(min, max)) => self.sport = Some(Cond { not, is: Range::new(min, max) }),
            (_, Value::Ports(min, max)) => self.dport = Some(Cond { not, is: Range::new(min, max) }),
            (_, Value::Uint(n)) => self.option = Some(Cond { not, is: n as u8 }),
            _ => self.types = Some(Cond { not, is: types(call.arg)? }),
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        save_ports(out, "sport", self.sport);
        save_ports(out, "dport", self.dport);
        if let Some(c) = self.types {
            put!(out, "{} --dccp-types", bang(c.not));
            put_types(out, c.is, false);
        }
        if let Some(c) = self.option {
            put!(out, "{} --dccp-option {}", bang(c.not), c.is);
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" dccp");
        list_ports(out, "spt", "dccp", self.sport, how.numeric);
        list_ports(out, "dpt", "dccp", self.dport, how.numeric);
        if let Some(c) = self.types {
            out.push_str(bang(c.not));
            put_types(out, c.is, how.numeric);
        }
        if let Some(c) = self.option {
            put!(out, " option={}{}", if c.not { "!" } else { "" }, c.is);
        }
    }
}
