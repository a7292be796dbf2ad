//! `ip route add|append|prepend|change|replace|del`, and the object's commands.

use std::time::Duration;

use ipnet::IpNet;
use packetwalk_route::{Metrics, NextHop, NlFlags, Route, RouteFilter, Scope, protocol, table_id};
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex};

use super::args::{Args, End, Prefix, duparg2, get_addr, get_prefix, invarg, matches, not_modelled, number};
use super::{Done, Ip, help, names, route_get, route_nh, route_show};

/// `ip route`.
pub(super) fn main(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let Some(word) = args.next() else { return route_show::show(ip, args) };
    match word {
        _ if matches(word, "add") => change(ip, args, NlFlags::Add),
        "chg" => change(ip, args, NlFlags::Change),
        _ if matches(word, "change") => change(ip, args, NlFlags::Change),
        _ if matches(word, "replace") => change(ip, args, NlFlags::Replace),
        _ if matches(word, "prepend") => change(ip, args, NlFlags::Prepend),
        _ if matches(word, "append") => change(ip, args, NlFlags::Append),
        _ if matches(word, "test") => Err(not_modelled("ip route test")),
        _ if matches(word, "delete") => delete(ip, args),
        _ if matches(word, "list") || matches(word, "show") || matches(word, "lst") => {
            route_show::show(ip, args)
        }
        _ if matches(word, "get") => route_get::get(ip, args),
        _ if matches(word, "flush") => route_show::flush(ip, args),
        _ if matches(word, "save") || matches(word, "restore") || matches(word, "showdump") => {
            Err(not_modelled(&format!("ip route {word}")))
        }
        _ if matches(word, "help") => Err(End::usage(help::ROUTE)),
        _ => Err(End::usage(format!("Command \"{word}\" is unknown, try \"ip route help\".\n"))),
    }
}

#[derive(Default)]
struct Req {
    family: Option<Family>,
    dst: Option<Prefix>,
    kind: Option<RouteKind>,
    way: NextHop,
    has_via: bool,
    dev: Option<String>,
    ways: Vec<NextHop>,
    multipath: bool,
    src: Option<std::net::IpAddr>,
    tos: u8,
    expires: Option<u32>,
    metric: Option<u32>,
    scope: Option<Scope>,
    protocol: Option<u8>,
    table: Option<u32>,
    metrics: Metrics,
    pref: u8,
    onlink: bool,
}

/// `10ms`, `1s` or a bare number in the kernel's unit; the flag tells a bare one.
fn time(word: &str) -> Option<(u32, bool)> {
    if let Some(ms) = word.strip_suffix("msecs").or_else(|| word.strip_suffix("msec")) {
        return Some((number(ms)?, false));
    }
    if let Some(ms) = word.strip_suffix("ms") {
        return Some((number(ms)?, false));
    }
    let seconds = ["secs", "sec", "s"].iter().find_map(|end| word.strip_suffix(end));
    match seconds {
        Some(s) => Some((number(s)?.checked_mul(1000)?, false)),
        None => Some((number(word)?, true)),
    }
}

/// A metric's word, perhaps after `lock`.
fn metric<'w>(args: &mut Args<'w>) -> Result<(&'w str, bool), End> {
    let word = args.need()?;
    if word == "lock" { Ok((args.need()?, true)) } else { Ok((word, false)) }
}

fn metrics(r: &mut Req, word: &str, args: &mut Args<'_>) -> Result<bool, End> {
    let m = &mut r.metrics;
    macro_rules! plain {
        ($field:ident, $name:literal) => {{
            let (word, lock) = metric(args)?;
            if lock {
                return Err(not_modelled(concat!("ip route: \"", $name, " lock\"")));
            }
            let why = concat!("\"", $name, "\" value is invalid\n");
            m.$field = number(word).ok_or_else(|| invarg(why, word))?;
        }};
    }
    let bad = |name: &str, word: &str| invarg(&format!("\"{name}\" value is invalid\n"), word);
    match word {
        "mtu" => {
            let (word, lock) = metric(args)?;
            (m.mtu, m.mtu_lock) = (number(word).ok_or_else(|| bad("mtu", word))?, lock);
        }
        "hoplimit" => {
            let word = args.need()?;
            let limit = number(word).filter(|n| *n <= 255);
            m.hoplimit = limit.ok_or_else(|| bad("hoplimit", word))?;
        }
        "advmss" => plain!(advmss, "mss"),
        "rtt" => {
            let word = args.need()?;
            let (value, raw) = time(word).ok_or_else(|| bad("rtt", word))?;
            m.rtt = if raw { value } else { value.saturating_mul(8) };
        }
        "rto_min" => {
            let word = args.need()?;
            m.rto_min = time(word).ok_or_else(|| bad("rto_min", word))?.0;
        }
        _ if matches(word, "reordering") => plain!(reordering, "reordering"),
        _ if matches(word, "window") => plain!(window, "window"),
        _ if matches(word, "cwnd") => plain!(cwnd, "cwnd"),
        _ if matches(word, "initcwnd") => plain!(initcwnd, "initcwnd"),
        _ if matches(word, "initrwnd") => plain!(initrwnd, "initrwnd"),
        _ if matches(word, "features") => match args.need()? {
            "ecn" => m.features = 1,
            word => return Err(invarg("\"features\" value not valid\n", word)),
        },
        _ if matches(word, "quickack") => {
            let word = args.need()?;
            let value = number(word).ok_or_else(|| bad("quickack", word))?;
            if value > 1 {
                return Err(invarg("\"quickack\" value should be 0 or 1\n", word));
            }
            m.quickack = value;
        }
        _ if matches(word, "congctl") => return Err(not_modelled("ip route: \"congctl\"")),
        _ if matches(word, "rttvar") => {
            let word = args.need()?;
            let (value, raw) = time(word).ok_or_else(|| bad("rttvar", word))?;
            m.rttvar = if raw { value } else { value.saturating_mul(4) };
        }
        _ if matches(word, "ssthresh") => plain!(ssthresh, "ssthresh"),
        _ => return Ok(false),
    }
    Ok(true)
}

fn parse(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<Req, End> {
    let mut r = Req { family: ip.opt.family.family(), ..Req::default() };
    while let Some(word) = args.next() {
        match word {
            "src" => {
                let addr = get_addr(args.need()?, r.family)?.addr;
                r.family = r.family.or(addr.map(Family::of));
                r.src = addr;
            }
            "as" | "nhid" | "encap" | "ttl-propagate" => {
                return Err(not_modelled(&format!("ip route: \"{word}\"")));
            }
            "via" => {
                if r.has_via {
                    return Err(invarg("use nexthop syntax to specify multiple via\n", word));
                }
                r.has_via = true;
                r.way.via = Some(route_nh::via(args, &mut r.family)?);
            }
            "from" => {
                let prefix = get_prefix(args.need()?, r.family)?;
                if !prefix.all {
                    return Err(not_modelled("ip route: \"from\""));
                }
            }
            "expires" => r.expires = Some(args.u32("\"expires\" value is invalid\n")?),
            "scope" => {
                let word = args.need()?;
                let scope = names::parse_scope(word);
                r.scope = Some(scope.ok_or_else(|| invarg("invalid \"scope\" value\n", word))?);
            }
            "onlink" => r.onlink = true,
            "nexthop" => {
                r.multipath = true;
                r.ways = route_nh::all(ip, args, &mut r.family)?;
            }
            "dev" | "oif" => r.dev = Some(args.need()?.to_owned()),
            _ if word == "tos" || matches(word, "dsfield") => {
                let word = args.need()?;
                let tos = names::parse_dsfield(word);
                r.tos = tos.ok_or_else(|| invarg("\"tos\" value is invalid\n", word))?;
            }
            _ if word == "preference" || matches(word, "metric") || matches(word, "priority") => {
                r.metric = Some(args.u32("\"metric\" value is invalid\n")?);
            }
            _ if metrics(&mut r, word, args)? => {}
            _ if matches(word, "realms") || matches(word, "fastopen_no_cookie") => {
                return Err(not_modelled(&format!("ip route: \"{word}\"")));
            }
            _ if matches(word, "protocol") => {
                let word = args.need()?;
                let protocol = names::parse_protocol(word);
                r.protocol = Some(protocol.ok_or_else(|| invarg("\"protocol\" value is invalid\n", word))?);
            }
            _ if matches(word, "table") => {
                let word = args.need()?;
                let table = names::parse_table(word);
                r.table = Some(table.ok_or_else(|| invarg("\"table\" value is invalid\n", word))?);
            }
            _ if matches(word, "vrf") => return Err(invarg("Invalid VRF\n", args.need()?)),
            _ if matches(word, "pref") => {
                let word = args.need()?;
                r.pref = match word {
                    "low" => 3,
                    "medium" => 0,
                    "high" => 1,
                    _ => return Err(invarg("\"pref\" value is invalid\n", word)),
                };
            }
            _ => destination(&mut r, word, args)?,
        }
    }
    if r.dst.is_none() {
        return Err(End::usage(help::ROUTE));
    }
    Ok(r)
}

fn destination(r: &mut Req, word: &str, args: &mut Args<'_>) -> Done {
    let mut word = if word == "to" { args.need()? } else { word };
    if !word.starts_with(|c: char| c.is_ascii_digit())
        && let Some(kind) = names::parse_kind(word)
    {
        r.kind = Some(kind);
        word = args.need()?;
    }
    if matches(word, "help") {
        return Err(End::usage(help::ROUTE));
    }
    if r.dst.is_some() {
        return Err(duparg2("to", word));
    }
    let prefix = get_prefix(word, r.family)?;
    r.family = r.family.or(prefix.addr.map(Family::of));
    r.dst = Some(prefix);
    Ok(())
}

impl Req {
    fn family(&self) -> Family {
        self.family.unwrap_or(Family::V4)
    }

    fn dst(&self) -> Result<IpNet, End> {
        let unspecified = self.family().unspecified();
        let (addr, len) = self.dst.map_or((unspecified, 0), |d| (d.addr.unwrap_or(unspecified), d.len));
        IpNet::new(addr, len).map_err(|_| End::errno("Invalid argument"))
    }

    fn table(&self) -> u32 {
        let local = matches!(
            self.kind,
            Some(RouteKind::Local | RouteKind::Broadcast | RouteKind::Nat | RouteKind::Anycast)
        );
        self.table.filter(|t| *t != 0).unwrap_or(if local { table_id::LOCAL } else { table_id::MAIN })
    }

    /// The scope that iproute2 gives where the user gave none.
    fn scope(&self, delete: bool) -> Option<Scope> {
        if let Some(scope) = self.scope {
            return Some(scope);
        }
        if self.family() == Family::V6 {
            return Some(Scope::UNIVERSE);
        }
        match self.kind.unwrap_or_default() {
            RouteKind::Local | RouteKind::Nat => Some(Scope::HOST),
            RouteKind::Broadcast | RouteKind::Multicast | RouteKind::Anycast => Some(Scope::LINK),
            RouteKind::Unicast if delete => None,
            RouteKind::Unicast if !self.has_via && !self.multipath => Some(Scope::LINK),
            _ => Some(Scope::UNIVERSE),
        }
    }

    fn ways(&self, dev: Option<IfIndex>) -> Vec<NextHop> {
        if self.multipath {
            return self.ways.clone();
        }
        if !self.has_via && dev.is_none() {
            return Vec::new();
        }
        vec![NextHop { oif: dev.unwrap_or_default(), onlink: self.onlink, ..self.way }]
    }
}

fn device(ip: &mut Ip<'_, '_>, r: &Req) -> Result<Option<IfIndex>, End> {
    r.dev.as_ref().map(|name| ip.need_dev(name)).transpose()
}

fn change(ip: &mut Ip<'_, '_>, args: &mut Args<'_>, how: NlFlags) -> Done {
    let r = parse(ip, args)?;
    let dev = device(ip, &r)?;
    let dst = r.dst()?;
    let now = ip.cx.now();
    let route = Route {
        table: r.table(),
        tos: r.tos,
        metric: r.metric.unwrap_or(0),
        kind: r.kind.unwrap_or_default(),
        scope: r.scope(false).unwrap_or_default(),
        protocol: r.protocol.unwrap_or(protocol::BOOT),
        prefsrc: r.src,
        nexthops: r.ways(dev),
        metrics: r.metrics,
        expires: r.expires.filter(|_| dst.addr().is_ipv6()).map(|s| now + Duration::from_secs(s.into())),
        pref: r.pref,
        ..Route::new(dst)
    };
    ip.stack()?.routing.change_route(route, how).map_err(End::kernel)
}

fn delete(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let r = parse(ip, args)?;
    let dev = device(ip, &r)?;
    let dst = r.dst()?;
    let filter = RouteFilter {
        table: r.table(),
        tos: r.tos,
        metric: r.metric,
        kind: r.kind,
        scope: r.scope(true).filter(|_| dst.addr().is_ipv4() && r.kind.is_none() == r.scope.is_none()),
        protocol: r.protocol,
        prefsrc: r.src,
        nexthops: r.ways(dev),
        ..RouteFilter::new(dst)
    };
    ip.stack()?.routing.delete_route(&filter).map(|_| ()).map_err(End::kernel)
}
