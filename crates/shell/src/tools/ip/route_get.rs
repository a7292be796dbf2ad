//! `ip route get`.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_route::{Flow, Input, InputKey, Metrics, Route, RouteResult, table_id};
use packetwalk_trace::{RouteKind, SendError};
use packetwalk_wire::{Family, IfIndex};

use super::args::{Args, End, get_prefix, invarg, matches, not_modelled, number};
use super::out::Color;
use super::route_filter::Filter;
use super::{Done, Ip, help, names, route_show};

#[derive(Default)]
struct Req {
    family: Option<Family>,
    dst: Option<IpAddr>,
    src: Option<IpAddr>,
    tos: u8,
    mark: u32,
    iif: Option<String>,
    oif: Option<String>,
    uid: Option<u32>,
    proto: Option<u8>,
    sport: u16,
    dport: u16,
    fibmatch: bool,
    found: bool,
}

fn port(args: &mut Args<'_>, why: &str) -> Result<u16, End> {
    let word = args.need()?;
    number(word).and_then(|n| u16::try_from(n).ok()).ok_or_else(|| invarg(why, word))
}

fn parse(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<Req, End> {
    let mut r = Req { family: ip.opt.family.family(), ..Req::default() };
    while let Some(word) = args.next() {
        match word {
            _ if word == "tos" || matches(word, "dsfield") => {
                let word = args.need()?;
                r.tos = names::parse_dsfield(word).ok_or_else(|| invarg("TOS value is invalid\n", word))?;
            }
            _ if matches(word, "from") => {
                let word = args.need()?;
                if matches(word, "help") {
                    return Err(End::usage(help::ROUTE));
                }
                let prefix = get_prefix(word, r.family)?;
                r.family = r.family.or(prefix.addr.map(Family::of));
                r.src = prefix.addr;
            }
            _ if matches(word, "iif") => r.iif = Some(args.need()?.to_owned()),
            _ if matches(word, "mark") => r.mark = args.u32("invalid mark value")?,
            _ if word == "dev" || matches(word, "oif") => r.oif = Some(args.need()?.to_owned()),
            _ if matches(word, "notify") => {}
            _ if matches(word, "connected") => return Err(not_modelled("ip route get connected")),
            _ if matches(word, "vrf") => return Err(invarg("Invalid VRF\n", args.need()?)),
            _ if matches(word, "uid") => r.uid = Some(args.u32("invalid UID\n")?),
            _ if matches(word, "fibmatch") => r.fibmatch = true,
            "as" => return Err(not_modelled("ip route get as")),
            _ if matches(word, "sport") => r.sport = port(args, "invalid sport\n")?,
            _ if matches(word, "dport") => r.dport = port(args, "invalid dport\n")?,
            _ if matches(word, "ipproto") => {
                let word = args.need()?;
                let proto = names::parse_ipproto(word);
                r.proto = Some(proto.ok_or_else(|| invarg("Invalid \"ipproto\" value\n", word))?);
            }
            _ => {
                let word = if word == "to" { args.need()? } else { word };
                if matches(word, "help") {
                    return Err(End::usage(help::ROUTE));
                }
                let prefix = get_prefix(word, r.family)?;
                r.family = r.family.or(prefix.addr.map(Family::of));
                let whole = prefix.addr.map_or(32, |a| Family::of(a).bits());
                if prefix.len != whole {
                    writeln!(
                        ip.cx.stderr,
                        "Warning: /{} as prefix is invalid, only /{whole} (or none) is supported.",
                        prefix.len
                    );
                }
                r.dst = prefix.addr;
                r.found = true;
            }
        }
    }
    if !r.found {
        return Err(End::fail(1, "need at least a destination address\n"));
    }
    Ok(r)
}

fn refused(error: SendError) -> End {
    End::errno(error.text())
}

/// `ip route get`.
pub(super) fn get(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let r = parse(ip, args)?;
    let iif = r.iif.as_ref().map(|name| ip.need_dev(name)).transpose()?;
    let oif = r.oif.as_ref().map(|name| ip.need_dev(name)).transpose()?;
    let family = r.family.unwrap_or(Family::V4);
    let dst = r.dst.unwrap_or(family.unspecified());
    let src = r.src.unwrap_or(family.unspecified());
    let proto = r.proto.unwrap_or(17);
    let routing = &ip.stack()?.routing;
    let result = if let Some(dev) = iif {
        let key = InputKey { src, dst, tos: r.tos, dev, mark: r.mark, proto, sport: r.sport, dport: r.dport };
        match routing.input(&key) {
            Input::Local(mut result) => {
                result.oif = IfIndex::LO;
                result
            }
            Input::Forward(result) => result,
            Input::Error { error, .. } => return Err(refused(error)),
            Input::Drop(_) => return Err(refused(SendError::Inval)),
        }
    } else {
        let flow = Flow {
            src,
            oif: oif.unwrap_or_default(),
            mark: r.mark,
            tos: r.tos,
            proto,
            sport: r.sport,
            dport: r.dport,
            uid: r.uid.unwrap_or(0),
            ..Flow::new(dst)
        };
        routing.output(&flow).map_err(refused)?
    };
    let route = found(ip, &result);
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    ip.out.open_object(None);
    match (&route, r.fibmatch) {
        (Some(route), true) => route_show::print(ip, route, &Filter::default()),
        _ if dst.is_ipv4() => print4(ip, &r, dst, &result, route.as_ref()),
        _ => print6(ip, &r, dst, &result, route.as_ref()),
    }
    ip.out.close_object();
    ip.out.end();
    Ok(())
}

/// The route of the tables that an answer came from.
fn found(ip: &mut Ip<'_, '_>, result: &RouteResult) -> Option<Route> {
    let dst = IpNet::new(result.prefix, result.prefix_len).ok().filter(|_| result.from_table)?;
    let same = |r: &Route| {
        r.metric == result.metric
            && r.prefsrc == result.prefsrc
            && (r.kind == result.kind || result.kind != RouteKind::Local)
            && r.nexthops.iter().any(|n| n.oif == result.fib_oif)
    };
    let routing = &ip.stack().ok()?.routing;
    routing.routes_to(result.table, dst).find(same)
}

fn head(ip: &mut Ip<'_, '_>, r: &Req, dst: IpAddr, result: &RouteResult) {
    if result.kind != RouteKind::Unicast || ip.opt.details {
        let kind = names::kind(result.kind);
        ip.out.string("type", kind, &format!("{kind} "));
    }
    let text = dst.to_string();
    ip.out.colored(Color::of(dst), "dst", &text, &format!("{text} "));
    let from = if dst.is_ipv6() { Some(r.src.unwrap_or(Family::V6.unspecified())) } else { r.src };
    if let Some(from) = from.filter(|f| f.is_ipv6() || !f.is_unspecified()) {
        let text = from.to_string();
        ip.out.colored(Color::of(from), "from", &text, &format!("from {text} "));
    }
    if r.tos != 0 && dst.is_ipv4() {
        let tos = names::dsfield(r.tos);
        ip.out.string("tos", &tos, &format!("tos {tos} "));
    }
    if let Some(via) = result.via {
        route_show::gateway(ip, via, Family::of(dst));
    }
    let name = ip.dev_name(result.oif);
    ip.out.fp("dev ");
    ip.out.colored(Color::IfName, "dev", &name, &format!("{name} "));
}

fn print_table(ip: &mut Ip<'_, '_>, id: u32) {
    if id != 0 && (id != table_id::MAIN || ip.opt.details) {
        let table = names::table(id);
        ip.out.string("table", &table, &format!("table {table} "));
    }
}

/// Flags of the answer (`RTCF_*`), by name; the group flag's bit is also another's.
fn cache_flags(result: &RouteResult) -> Vec<&'static str> {
    let kinds = [
        (result.local, "local"),
        (result.kind == RouteKind::Multicast, "mc"),
        (result.kind == RouteKind::Broadcast, "brd"),
        (result.redirect, "redirect"),
    ];
    kinds.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect()
}

fn print4(ip: &mut Ip<'_, '_>, r: &Req, dst: IpAddr, result: &RouteResult, route: Option<&Route>) {
    head(ip, r, dst, result);
    let merged = ip.stack().is_ok_and(|s| !s.routing.has_custom_rules(Family::V4));
    let table = match result.table {
        table_id::LOCAL if merged => table_id::MAIN,
        _ if matches!(result.kind, RouteKind::Broadcast | RouteKind::Multicast) && !result.from_table => 0,
        table => table,
    };
    print_table(ip, table);
    if let Some(src) = result.src.filter(|_| r.src.is_none_or(|s| s.is_unspecified()) && r.iif.is_none()) {
        route_show::source(ip, src);
    }
    ip.out.open_array("flags");
    if result.kind == RouteKind::Multicast {
        ip.out.item("rt_offload_failed", "rt_offload_failed ");
    }
    ip.out.close_array();
    if r.mark != 0 {
        let text = if r.mark >= 16 { format!("mark {:#x} ", r.mark) } else { format!("mark {} ", r.mark) };
        ip.out.number("mark", u64::from(r.mark), &text);
    }
    if r.iif.is_none() {
        let uid = r.uid.unwrap_or(0);
        ip.out.number("uid", u64::from(uid), &format!("uid {uid} "));
    }
    let flags = cache_flags(result);
    ip.out.open_array("cache");
    ip.out.nl();
    ip.out.fp("    cache ");
    for (at, flag) in flags.iter().enumerate() {
        let before = if at == 0 { "<" } else { "" };
        let after = if at + 1 == flags.len() { "> " } else { "," };
        ip.out.item(flag, &format!("{before}{flag}{after}"));
    }
    ip.out.close_array();
    let now = ip.cx.now();
    let learnt = ip.stack().ok().and_then(|stack| stack.pmtu.learnt(dst, now)).filter(|_| !result.local);
    if let Some((mtu, left)) = learnt {
        let seconds = left.as_secs();
        ip.out.number("expires", seconds, &format!("expires {seconds}sec "));
        route_show::metrics(ip, &Metrics { mtu, ..Metrics::default() });
    } else if let Some(route) = route.filter(|_| result.mtu.is_some()) {
        route_show::metrics(ip, &route.metrics);
    } else if let Some(mtu) = result.mtu {
        route_show::metrics(ip, &Metrics { mtu, ..Metrics::default() });
    }
    if let Some(iif) = &r.iif {
        ip.out.fp("iif ");
        ip.out.colored(Color::IfName, "iif", iif, &format!("{iif} "));
    }
    ip.out.fp("\n");
}

fn print6(ip: &mut Ip<'_, '_>, r: &Req, dst: IpAddr, result: &RouteResult, route: Option<&Route>) {
    head(ip, r, dst, result);
    print_table(ip, result.table);
    let proto = route.map_or(packetwalk_route::protocol::BOOT, |r| r.protocol);
    if proto != packetwalk_route::protocol::BOOT || ip.opt.details {
        let proto = names::protocol(proto);
        ip.out.string("protocol", &proto, &format!("proto {proto} "));
    }
    if let Some(src) = result.src.filter(|_| r.iif.is_none()) {
        route_show::source(ip, src);
    }
    ip.out.number("metric", u64::from(result.metric), &format!("metric {} ", result.metric));
    ip.out.open_array("flags");
    ip.out.close_array();
    if let Some(route) = route {
        route_show::expires(ip, route.expires);
        route_show::metrics(ip, &route.metrics);
    }
    if let Some(iif) = &r.iif {
        ip.out.fp("iif ");
        ip.out.colored(Color::IfName, "iif", iif, &format!("{iif} "));
    }
    route_show::preference(ip, route.map_or(0, |r| r.pref));
    ip.out.fp("\n");
}
