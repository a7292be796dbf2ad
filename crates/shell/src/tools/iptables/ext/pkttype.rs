//! `-m pkttype`.

use packetwalk_netfilter::matches::pkttype::Pkttype;
use packetwalk_wire::{Family, PacketType};

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("pkt-type", 0, Ty::Str).mandatory().invertible()];

/// The first name of a type is the one printed.
const NAMES: [(&str, PacketType); 7] = [
    ("unicast", PacketType::Host),
    ("broadcast", PacketType::Broadcast),
    ("multicast", PacketType::Multicast),
    ("otherhost", PacketType::OtherHost),
    ("bcast", PacketType::Broadcast),
    ("mcast", PacketType::Multicast),
    ("host", PacketType::Host),
];

fn name(ty: PacketType) -> &'static str {
    NAMES.iter().find(|(_, t)| *t == ty).map_or("", |(n, _)| n)
}

impl Ext for Pkttype {
    fn new(_: Family) -> Self {
        Self { not: false, ty: PacketType::Host }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let found = NAMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(call.arg));
        let (_, ty) = found.ok_or_else(|| Fail::param(format!("Bad packet type '{}'", call.arg)))?;
        self.ty = *ty;
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --pkt-type {}", bang(self.not), name(self.ty));
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " PKTTYPE {}= {}", if self.not { "!" } else { "" }, name(self.ty));
    }
}
