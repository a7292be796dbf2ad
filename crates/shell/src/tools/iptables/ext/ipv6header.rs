//! `-m ipv6header`.

use packetwalk_netfilter::matches::ipv6header::{Ipv6header, bit};
use packetwalk_wire::Family;
use packetwalk_wire::extension::kind;
use packetwalk_wire::proto;

use super::super::fail::Fail;
use super::super::names::protocols::PROTOCOLS;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const HEADER: u8 = 0;
const SOFT: u8 = 1;

const OPTS: &[Opt] =
    &[Opt::new("header", HEADER, Ty::Str).mandatory().invertible(), Opt::new("soft", SOFT, Ty::None)];

/// Stands for any protocol that is no extension header (`IPPROTO_RAW`).
const PROTOCOL: u8 = 255;

/// Names that count where `/etc/protocols` has none.
const NAMES: [(&str, u8); 18] = [
    ("hop-by-hop", kind::HOP_BY_HOP),
    ("protocol", PROTOCOL),
    ("hop", kind::HOP_BY_HOP),
    ("dst", kind::DESTINATION),
    ("route", kind::ROUTING),
    ("frag", kind::FRAGMENT),
    ("auth", kind::AUTH),
    ("esp", proto::ESP),
    ("none", kind::NONE),
    ("prot", PROTOCOL),
    ("0", kind::HOP_BY_HOP),
    ("60", kind::DESTINATION),
    ("43", kind::ROUTING),
    ("44", kind::FRAGMENT),
    ("51", kind::AUTH),
    ("50", proto::ESP),
    ("59", kind::NONE),
    ("255", PROTOCOL),
];

/// Kinds, their bits and their names as printed.
const BITS: [(u8, u8, &str); 8] = [
    (kind::HOP_BY_HOP, bit::HOP_BY_HOP, "hop-by-hop"),
    (kind::DESTINATION, bit::DESTINATION, "ipv6-opts"),
    (kind::ROUTING, bit::ROUTING, "ipv6-route"),
    (kind::FRAGMENT, bit::FRAGMENT, "ipv6-frag"),
    (kind::AUTH, bit::AUTH, "ah"),
    (proto::ESP, bit::ESP, "esp"),
    (kind::NONE, bit::NONE, "ipv6-nonxt"),
    (PROTOCOL, bit::PROTOCOL, "protocol"),
];

fn headers(text: &str) -> Result<u8, Fail> {
    let mut bits = 0;
    for one in text.split(',').filter(|one| !one.is_empty()) {
        let known = PROTOCOLS.iter().find(|(_, n, others)| *n == one || others.contains(&one));
        let number = known
            .map(|(number, ..)| *number)
            .or_else(|| NAMES.iter().find(|(n, _)| *n == one).map(|(_, number)| *number))
            .ok_or_else(|| Fail::param(format!("unknown header `{one}' specified")))?;
        let (_, bit, _) = BITS
            .iter()
            .find(|(n, ..)| *n == number)
            .ok_or_else(|| Fail::param(format!("unknown header `{number}' specified")))?;
        bits |= bit;
    }
    Ok(bits)
}

fn put_headers(out: &mut String, headers: u8) {
    let set: Vec<&str> =
        BITS.iter().filter(|(_, bit, _)| headers & bit != 0).map(|(.., name)| *name).collect();
    out.push_str(&set.join(","));
}

impl Ext for Ipv6header {
    fn new(_: Family) -> Self {
        Self { not: false, headers: 0, soft: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let Value::None = call.value()? else { return Ok(()) };
        if call.opt.id == SOFT {
            self.soft = true;
            return Ok(());
        }
        self.headers = headers(call.arg)?;
        if self.headers == 0 {
            return Err(Fail::param("ip6t_ipv6header: cannot parse header names"));
        }
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --header ", bang(self.not));
        put_headers(out, self.headers);
        if self.soft {
            out.push_str(" --soft");
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        put!(out, " ipv6header flags:{}", if self.not { "!" } else { "" });
        if how.numeric {
            put!(out, "0x{:02X}", self.headers);
        } else {
            put_headers(out, self.headers);
        }
        if self.soft {
            out.push_str(" soft");
        }
    }
}
