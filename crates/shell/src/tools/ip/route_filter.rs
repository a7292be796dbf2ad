//! What `ip route show` and `flush` select.

use std::net::IpAddr;

use packetwalk_route::{NextHop, Route, Scope, bits, table_id};
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex};

use super::args::{Args, End, Prefix, get_prefix, invarg, matches, not_modelled, number};
use super::{Ip, names};

/// The selector. What it settles is not printed.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// `None` is all tables.
    pub(super) table: Option<u32>,
    pub(super) family: Option<Family>,
    pub(super) tos: Option<u8>,
    pub(super) protocol: Option<u8>,
    pub(super) scope: Option<Scope>,
    pub(super) kind: Option<RouteKind>,
    pub(super) dev: Option<IfIndex>,
    pub(super) metric: Option<u32>,
    pub(super) via: Option<Prefix>,
    pub(super) src: Option<Prefix>,
    root: Option<Prefix>,
    within: Option<Prefix>,
    /// `cached`, `iif`, `mark`: nothing in the tables is such.
    nothing: bool,
}

fn covers(net: &Prefix, addr: Option<IpAddr>) -> bool {
    match (net.addr, addr) {
        (None, _) => true,
        (Some(net_addr), Some(addr)) => bits::same_net(net_addr, addr, net.len),
        (Some(_), None) => net.len == 0,
    }
}

impl Filter {
    pub(super) fn shows(&self, r: &Route) -> bool {
        let way = r.nexthops.first().copied().filter(|_| r.nexthops.len() == 1);
        let way: NextHop = way.unwrap_or_default();
        let dst = (r.dst.addr(), r.dst.prefix_len());
        let fits = |p: &Prefix| p.addr.is_none_or(|a| Family::of(a) == r.family());
        !self.nothing
            && self.table.is_none_or(|t| t == r.table)
            && self.family.is_none_or(|f| f == r.family())
            && self.tos.is_none_or(|t| t == r.tos)
            && self.protocol.is_none_or(|p| p == r.protocol)
            && self.scope.is_none_or(|s| s == r.scope)
            && self.kind.is_none_or(|k| k == r.kind)
            && self.dev.is_none_or(|d| d == way.oif)
            && self.metric.is_none_or(|m| m == r.metric)
            && self.via.as_ref().is_none_or(|p| fits(p) && covers(p, way.via))
            && self.src.as_ref().is_none_or(|p| fits(p) && covers(p, r.prefsrc))
            && self.root.as_ref().is_none_or(|p| fits(p) && p.len <= dst.1 && covers(p, Some(dst.0)))
            && self.within.as_ref().is_none_or(|p| fits(p) && p.len >= dst.1 && under(p, dst))
    }
}

/// Whether a route's network holds the prefix.
fn under(prefix: &Prefix, (net, len): (IpAddr, u8)) -> bool {
    match prefix.addr {
        None => len == 0,
        Some(addr) => bits::same_net(net, addr, len),
    }
}

/// The words of a selector.
pub(super) fn parse(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<Filter, End> {
    let mut f = Filter { table: Some(table_id::MAIN), family: ip.opt.family.family(), ..Filter::default() };
    let mut dev = None;
    let mut iif = None;
    while let Some(word) = args.next() {
        match word {
            "dev" | "oif" => dev = Some(args.need()?),
            "iif" => iif = Some(args.need()?),
            "mark" => {
                let word = args.need()?;
                let mark = number(word).ok_or_else(|| invarg("invalid mark value", word))?;
                f.nothing |= mark != 0;
            }
            "via" => {
                let (family, word) = match args.need()? {
                    "inet" => (Some(Family::V4), args.need()?),
                    "inet6" => (Some(Family::V6), args.need()?),
                    word => (f.family, word),
                };
                f.via = Some(get_prefix(word, family)?);
            }
            "src" => f.src = Some(get_prefix(args.need()?, f.family)?),
            _ if matches(word, "table") => match args.need()? {
                "all" => f.table = None,
                "cache" => f.nothing = true,
                "help" => return Err(End::usage(super::help::ROUTE)),
                word => {
                    let table = names::parse_table(word);
                    let table = table.ok_or_else(|| invarg("table id value is invalid\n", word))?;
                    f.table = Some(table).filter(|t| *t != 0);
                }
            },
            _ if matches(word, "vrf") => return Err(invarg("Invalid VRF\n", args.need()?)),
            _ if matches(word, "cached") || matches(word, "cloned") => f.nothing = true,
            _ if word == "tos" || matches(word, "dsfield") => {
                let word = args.need()?;
                f.tos =
                    Some(names::parse_dsfield(word).ok_or_else(|| invarg("TOS value is invalid\n", word))?);
            }
            _ if matches(word, "protocol") => match args.need()? {
                "all" => f.protocol = None,
                word => {
                    let protocol = names::parse_protocol(word);
                    f.protocol = Some(protocol.ok_or_else(|| invarg("invalid \"protocol\"\n", word))?);
                }
            },
            _ if matches(word, "scope") => match args.need()? {
                "all" => f.scope = None,
                word => {
                    let scope = names::parse_scope(word);
                    f.scope = Some(scope.ok_or_else(|| invarg("invalid \"scope\"\n", word))?);
                }
            },
            _ if matches(word, "type") => {
                let word = args.need()?;
                let kind = names::parse_kind(word);
                f.kind = Some(kind.ok_or_else(|| invarg("node type value is invalid\n", word))?);
            }
            _ if word == "preference" || matches(word, "metric") || matches(word, "priority") => {
                f.metric = Some(args.u32("\"metric\" value is invalid\n")?);
            }
            _ if matches(word, "realms") || matches(word, "from") => {
                return Err(not_modelled(&format!("ip route show: \"{word}\"")));
            }
            _ => prefix(&mut f, word, args)?,
        }
    }
    if f.family.is_none() && f.table.is_some() {
        f.family = Some(Family::V4);
    }
    if let Some(iif) = iif {
        ip.need_dev(iif)?;
        f.nothing = true;
    }
    f.dev = dev.map(|name| ip.need_dev(name)).transpose()?;
    Ok(f)
}

fn prefix(f: &mut Filter, word: &str, args: &mut Args<'_>) -> Result<(), End> {
    let word = if matches(word, "to") { args.need()? } else { word };
    if matches(word, "root") {
        f.root = Some(get_prefix(args.need()?, f.family)?);
    } else if matches(word, "match") {
        f.within = Some(get_prefix(args.need()?, f.family)?);
    } else {
        let word = if matches(word, "exact") { args.need()? } else { word };
        let prefix = get_prefix(word, f.family)?;
        (f.root, f.within) = (Some(prefix), Some(prefix));
    }
    Ok(())
}
