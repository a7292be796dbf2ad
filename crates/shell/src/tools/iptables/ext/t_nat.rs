//! `-j SNAT`, `DNAT`, `MASQUERADE` and `REDIRECT`.

use std::net::IpAddr;

use packetwalk_netfilter::nat::{NatRange, RangeFlags};
use packetwalk_netfilter::targets::{dnat::Dnat, masquerade::Masquerade, redirect::Redirect, snat::Snat};
use packetwalk_wire::{Family, proto};

use super::super::option::{Call, Opt, Ty};
use super::super::{addr, fail::Fail, names, number};
use super::{Ext, Listing, put};

const TO_DEST: u8 = 0;
const TO_SRC: u8 = 1;
const TO_PORTS: u8 = 2;
const RANDOM: u8 = 3;
const RANDOM_FULLY: u8 = 4;
const PERSISTENT: u8 = 5;

const SNAT: &[Opt] = &[
    Opt::new("to-source", TO_SRC, Ty::Str).mandatory(),
    Opt::new("random", RANDOM, Ty::None),
    Opt::new("random-fully", RANDOM_FULLY, Ty::None),
    Opt::new("persistent", PERSISTENT, Ty::None),
];
const MASQUERADE: &[Opt] = &[
    Opt::new("to-ports", TO_PORTS, Ty::Str),
    Opt::new("random", RANDOM, Ty::None),
    Opt::new("random-fully", RANDOM_FULLY, Ty::None),
];
const DNAT: &[Opt] = &[
    Opt::new("to-destination", TO_DEST, Ty::Str).mandatory(),
    Opt::new("random", RANDOM, Ty::None),
    Opt::new("persistent", PERSISTENT, Ty::None),
];
const REDIRECT: &[Opt] = &[Opt::new("to-ports", TO_PORTS, Ty::Str), Opt::new("random", RANDOM, Ty::None)];

fn any_service(text: &str) -> Result<u16, Fail> {
    names::port(text, None).ok_or_else(|| Fail::param(format!("Port `{text}' not valid")))
}

/// `PORT`, `PORT-PORT` or `PORT-PORT/PORT`.
fn ports(text: &str, allowed: bool, range: &mut NatRange) -> Result<(), Fail> {
    if !allowed {
        return Err(Fail::param("Need TCP, UDP, SCTP or DCCP with port specification"));
    }
    range.flags = range.flags.with(RangeFlags::PROTO_SPECIFIED);
    let (min, rest) = match number::prefix(text, 0, 65535) {
        Some((n, rest)) => (n as u16, rest),
        None => (any_service(text)?, ""),
    };
    (range.min_proto, range.max_proto) = (min, min);
    if rest.is_empty() {
        return Ok(());
    }
    let Some(rest) = rest.strip_prefix('-') else {
        return Err(Fail::param(if rest.starts_with(':') {
            "Invalid port:port syntax - use dash".to_owned()
        } else {
            format!("Garbage after port value: `{rest}'")
        }));
    };
    let (max, after) =
        number::prefix(rest, 0, 65535).ok_or_else(|| Fail::param(format!("Port `{rest}' not valid")))?;
    if (max as u16) < min {
        return Err(Fail::param(format!("Port range `{rest}' funky")));
    }
    range.max_proto = max as u16;
    if after.is_empty() {
        return Ok(());
    }
    let base =
        after.strip_prefix('/').ok_or_else(|| Fail::param(format!("Garbage after port range: `{after}'")))?;
    range.base_proto = match number::prefix(base, 1, 65535) {
        Some((n, _)) => n as u16,
        None => any_service(base)?,
    };
    range.flags = range.flags.with(RangeFlags::PROTO_OFFSET);
    Ok(())
}

fn address(text: &str, family: Family) -> Result<IpAddr, Fail> {
    text.parse::<IpAddr>()
        .ok()
        .filter(|a| Family::of(*a) == family)
        .ok_or_else(|| Fail::param(format!("Bad IP address \"{text}\"")))
}

/// `[ADDR[-ADDR]][:PORTS]`, with brackets round IPv6 addresses that have ports.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_NAT.c`: `parse_to`.
fn to(text: &str, allowed: bool, family: Family, range: &mut NatRange) -> Result<(), Fail> {
    let (addrs, port, bare) = match text.split_once('[') {
        Some((_, rest)) => {
            let (inside, after) = rest
                .split_once(']')
                .filter(|_| family == Family::V6)
                .ok_or_else(|| Fail::param("Invalid address format"))?;
            let port = after.split_once(':').map(|(_, p)| p);
            (inside, port, text.starts_with("[]"))
        }
        None => match text.split_once(':').filter(|(_, p)| !p.contains(':')) {
            Some((addrs, port)) => (addrs, Some(port), addrs.is_empty()),
            None => (text, None, false),
        },
    };
    if let Some(port) = port {
        ports(port, allowed, range)?;
        if bare {
            return Ok(());
        }
    }
    range.flags = range.flags.with(RangeFlags::MAP_IPS);
    let (min, max) = addrs.split_once('-').unwrap_or((addrs, addrs));
    range.min_addr = address(min, family)?;
    range.max_addr = address(max, family)?;
    Ok(())
}

fn parse(range: &mut NatRange, call: &mut Call<'_>) -> Result<(), Fail> {
    call.value()?;
    let protocol = call.proto.map_or(0, |(p, _)| p);
    let allowed = matches!(protocol, proto::TCP | proto::UDP | proto::SCTP | 33 | proto::ICMP);
    let flag = match call.opt.id {
        TO_DEST | TO_SRC => return to(call.arg, allowed, call.family(), range),
        TO_PORTS => return ports(call.arg, allowed, range),
        RANDOM => RangeFlags::PROTO_RANDOM,
        RANDOM_FULLY => RangeFlags::PROTO_RANDOM_FULLY,
        _ => RangeFlags::PERSISTENT,
    };
    range.flags = range.flags.with(flag);
    Ok(())
}

/// Only DNAT's newest revision shifts ports.
fn no_shift(range: &mut NatRange) -> Result<(), Fail> {
    if range.flags.has(RangeFlags::PROTO_OFFSET) {
        return Err(Fail::param("Shifted portmap ranges not supported with this kernel"));
    }
    Ok(())
}

/// SNAT and MASQUERADE hand over the flag of a shift without its base.
const fn no_base(range: &mut NatRange) -> Result<(), Fail> {
    range.base_proto = 0;
    Ok(())
}

/// `before` stands before what is mapped to, `dash` before flags; `bare` leaves out the colon of ports
/// without an address.
fn text(out: &mut String, r: &NatRange, before: &str, dash: &str, bare: bool) {
    let mut to = String::new();
    let ports = r.flags.has(RangeFlags::PROTO_SPECIFIED);
    if r.flags.has(RangeFlags::MAP_IPS) {
        let brackets = ports && matches!(r.min_addr, IpAddr::V6(_));
        let (open, close) = if brackets { ("[", "]") } else { ("", "") };
        put!(to, "{open}{}", addr::text(r.min_addr));
        if r.min_addr != r.max_addr {
            put!(to, "-{}", addr::text(r.max_addr));
        }
        to.push_str(close);
    }
    if ports {
        if !(bare && to.is_empty()) {
            to.push(':');
        }
        put!(to, "{}", r.min_proto);
        if r.max_proto != r.min_proto {
            put!(to, "-{}", r.max_proto);
        }
        if r.flags.has(RangeFlags::PROTO_OFFSET) {
            put!(to, "/{}", r.base_proto);
        }
    }
    if !to.is_empty() {
        put!(out, " {before}{to}");
    }
    let flags = [
        (RangeFlags::PROTO_RANDOM, "random"),
        (RangeFlags::PROTO_RANDOM_FULLY, "random-fully"),
        (RangeFlags::PERSISTENT, "persistent"),
    ];
    for (flag, name) in flags {
        if r.flags.has(flag) {
            put!(out, " {dash}{name}");
        }
    }
}

macro_rules! nat {
    ($ty:ty, $opts:expr, $save:expr, $list:expr, $bare:expr, $check:expr) => {
        impl Ext for $ty {
            fn new(family: Family) -> Self {
                Self { range: NatRange::empty(family) }
            }

            fn opts(&self) -> &'static [Opt] {
                $opts
            }

            fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
                parse(&mut self.range, call)
            }

            fn check(&mut self, _: u32) -> Result<(), Fail> {
                let check: fn(&mut NatRange) -> Result<(), Fail> = $check;
                check(&mut self.range)
            }

            fn save(&self, out: &mut String, _: Family) {
                text(out, &self.range, $save, "--", $bare);
            }

            fn list(&self, out: &mut String, _: &Listing<'_>) {
                text(out, &self.range, $list, "", $bare);
            }
        }
    };
}

nat!(Snat, SNAT, "--to-source ", "to:", false, no_base);
nat!(Dnat, DNAT, "--to-destination ", "to:", false, |_| Ok(()));
nat!(Masquerade, MASQUERADE, "--to-ports ", "masq ports: ", true, no_base);
nat!(Redirect, REDIRECT, "--to-ports ", "redir ports ", true, no_shift);
