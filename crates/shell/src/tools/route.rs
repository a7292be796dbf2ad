//! `route` of net-tools: IPv4 routes of the main table, and adding and deleting them.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use packetwalk_route::{
    Metrics, NextHop, NlFlags, Route, RouteError, RouteFilter, Routing, Scope, bits, protocol, table_id,
};
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex};

use super::ip::args::number;
use crate::{Cx, Poll};

const USAGE: &str = "Usage: route [-nNvee] [-FC] [<AF>]           List kernel routing tables\n";
const INET: &str = "\
Usage: inet_route [-vF] del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]
       inet_route [-vF] add {-host|-net} Target[/prefix] [gw Gw] [metric M]
                              [netmask N] [mss Mss] [window W] [irtt I]
                              [mod] [dyn] [reinstate] [[dev] If]
       inet_route [-vF] add {-host|-net} Target[/prefix] [metric M] reject
       inet_route [-FC] flush      NOT supported
";

/// Ends the command with a message and a status.
struct End(u8, String);

/// The command.
pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    match run(cx) {
        Ok(()) => Poll::Exit(0),
        Err(End(status, message)) => {
            cx.stderr.push(message.as_bytes());
            Poll::Exit(status)
        }
    }
}

fn run(cx: &mut Cx<'_>) -> Result<(), End> {
    let words = cx.strings();
    let (mut numeric, mut extend, mut cache) = (false, 0, false);
    let mut words = words.iter().map(String::as_str).peekable();
    while let Some(word) = words.next_if(|w| w.starts_with('-')) {
        match word {
            "--numeric" => numeric = true,
            "--extend" => extend += 1,
            "--verbose" | "--fib" | "--inet" | "-4" => {}
            "--cache" => cache = true,
            "-6" | "--inet6" => return Err(six()),
            "--version" | "-V" => {
                cx.stdout.line("net-tools 2.10");
                return Ok(());
            }
            "--help" | "-h" => return Err(End(0, USAGE.to_owned())),
            "-A" => match words.next() {
                Some("inet") => {}
                Some("inet6") => return Err(six()),
                _ => return Err(End(3, USAGE.to_owned())),
            },
            _ => {
                for letter in word[1..].chars() {
                    match letter {
                        'n' => numeric = true,
                        'N' | 'v' | 'F' => {}
                        'e' => extend += 1,
                        'C' => cache = true,
                        _ => return Err(End(3, USAGE.to_owned())),
                    }
                }
            }
        }
    }
    match words.next() {
        None if cache => {
            cx.stdout.line("Kernel IP routing cache");
            cx.stdout.line("Source          Destination     Gateway         Flags Metric Ref    Use Iface");
            Ok(())
        }
        None => {
            list(cx, numeric, extend);
            Ok(())
        }
        Some("add") => change(cx, true, words),
        Some("del" | "delete") => change(cx, false, words),
        Some("flush") => Err(End(3, "Flushing `inet' routing table not supported\n".to_owned())),
        Some(_) => Err(End(3, USAGE.to_owned())),
    }
}

fn six() -> End {
    End(1, "packetwalk: route of IPv6 is not simulated\n".to_owned())
}

/// A line of `/proc/net/route`.
struct Row {
    dst: Ipv4Addr,
    mask: Ipv4Addr,
    gateway: Ipv4Addr,
    flags: String,
    metric: u32,
    mss: u32,
    window: u32,
    irtt: u32,
    dev: Option<String>,
    reject: bool,
}

/// # Source
/// Linux v6.18, `net/ipv4/fib_trie.c`: `fib_route_seq_show`, `fib_flag_trans`.
fn rows(routing: &Routing) -> Vec<Row> {
    let main = |r: &Route| {
        r.table == table_id::MAIN && !matches!(r.kind, RouteKind::Broadcast | RouteKind::Multicast)
    };
    let row = |r: Route| {
        let IpAddr::V4(dst) = r.dst.addr() else { return None };
        let nh = r.nexthops.first().copied().unwrap_or_default();
        let gateway = match nh.via {
            Some(IpAddr::V4(gateway)) => gateway,
            _ => Ipv4Addr::UNSPECIFIED,
        };
        let reject = matches!(r.kind, RouteKind::Unreachable | RouteKind::Prohibit);
        let len = r.dst.prefix_len();
        let mut flags = if reject { "!".to_owned() } else { "U".to_owned() };
        flags += if gateway.is_unspecified() { "" } else { "G" };
        flags += if len == 32 { "H" } else { "" };
        let m = &r.metrics;
        let name = routing.dev(nh.oif).map(|d| d.name.as_str().to_owned());
        Some(Row {
            dst,
            mask: Ipv4Addr::from_bits(u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0)),
            gateway,
            flags,
            metric: r.metric,
            mss: if m.advmss == 0 { 0 } else { m.advmss + 40 },
            window: m.window,
            irtt: m.rtt >> 3,
            dev: name,
            reject,
        })
    };
    routing.routes(Family::V4).filter(main).filter_map(row).collect()
}

/// Names of `/etc/networks` and `/etc/hosts` on a fresh Debian.
fn name(addr: Ipv4Addr, numeric: bool) -> String {
    match addr.octets() {
        [0, 0, 0, 0] if !numeric => "default".to_owned(),
        [127, 0, 0, 0] if !numeric => "loopback".to_owned(),
        [169, 254, 0, 0] if !numeric => "link-local".to_owned(),
        [127, 0, 0, 1] if !numeric => "localhost".to_owned(),
        _ => addr.to_string(),
    }
}

fn list(cx: &mut Cx<'_>, numeric: bool, extend: u32) {
    let Some(stack) = cx.lab.stack(cx.ns) else { return };
    let rows = rows(&stack.routing);
    cx.stdout.line("Kernel IP routing table");
    cx.stdout.line(match extend {
        0 => "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface",
        1 => "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface",
        _ => {
            "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface    MSS   Window irtt"
        }
    });
    for r in rows {
        let dst = name(r.dst, numeric);
        let gateway = if r.reject { "-".to_owned() } else { r.gateway.to_string() };
        let dev = match &r.dev {
            _ if r.reject => "-",
            Some(name) => name.as_str(),
            None => "*",
        };
        let head = format!("{dst:<15} {gateway:<15} {:<15} {:<5} ", r.mask.to_string(), r.flags);
        let (metric, mss, window, irtt) = (r.metric, r.mss, r.window, r.irtt);
        let line = match (extend, r.reject) {
            (0, false) => format!("{head}{metric:<6} {:<2} {:>7} {dev}", 0, 0),
            (0, true) => format!("{head}{metric:<6} {:<2} {:>7} -", "-", 0),
            (1, false) => format!("{head}{mss:>5} {window:<5} {irtt:>6} {dev}"),
            (1, true) => format!("{head}{:>5} {:<5} {:>6} -", "-", "-", "-"),
            (_, false) => format!("{head}{metric:<6} {:<3} {:>6} {dev:<8} {mss:<5} {window:<6} {irtt}", 0, 0),
            (_, true) => {
                format!("{head}{metric:<6} {:<3} {:>6} {:<8} {:<5} {:<6} -", "-", 0, "-", "-", "-")
            }
        };
        cx.stdout.line(&line);
    }
}

fn address(word: &str) -> Option<IpAddr> {
    if word == "default" {
        return Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    }
    word.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
}

fn unknown(word: &str) -> End {
    End(6, format!("{word}: Unknown host\n"))
}

/// What was asked of `add` and `del`.
struct Req {
    target: IpAddr,
    len: Option<u8>,
    host: Option<bool>,
    gateway: Option<IpAddr>,
    metric: u32,
    metrics: Metrics,
    dev: Option<String>,
    reject: bool,
}

fn parse<'w>(mut words: impl Iterator<Item = &'w str>) -> Result<Req, End> {
    let usage = || End(3, INET.to_owned());
    let mut word = words.next().ok_or_else(|| End(0, INET.to_owned()))?;
    let mut host = None;
    if word == "-net" || word == "-host" {
        host = Some(word == "-host");
        word = words.next().ok_or_else(usage)?;
    }
    let (target, len) = match word.split_once('/') {
        Some((target, len)) => (target, Some(len.parse::<u8>().ok().filter(|l| *l <= 32).ok_or_else(usage)?)),
        None => (word, None),
    };
    let mut r = Req {
        target: address(target).ok_or_else(|| unknown(target))?,
        len,
        host,
        gateway: None,
        metric: 0,
        metrics: Metrics::default(),
        dev: None,
        reject: false,
    };
    if word == "default" {
        (r.len, r.host) = (Some(0), Some(false));
    }
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or_else(usage);
        let amount = |word: &str| number(word).ok_or_else(usage);
        match word {
            "metric" => r.metric = amount(next()?)?,
            "netmask" => {
                let word = next()?;
                let mask: Ipv4Addr =
                    word.parse().map_err(|_| End(6, format!("{word}: Host name lookup failure\n")))?;
                let ones = mask.to_bits().leading_ones();
                if mask.to_bits().checked_shl(ones).unwrap_or(0) != 0 {
                    return Err(End(3, format!("route: bogus netmask {word}\n{INET}")));
                }
                r.len = Some(ones as u8);
            }
            "gw" | "gateway" => {
                let word = next()?;
                r.gateway = Some(address(word).ok_or_else(|| unknown(word))?);
            }
            "mss" => r.metrics.advmss = amount(next()?)?.saturating_sub(40),
            "window" => r.metrics.window = amount(next()?)?,
            "irtt" => r.metrics.rtt = amount(next()?)? * 8,
            "reject" => r.reject = true,
            "mod" | "dyn" | "reinstate" => {}
            "dev" | "device" => r.dev = Some(next()?.to_owned()),
            _ if r.dev.is_none() => r.dev = Some(word.to_owned()),
            _ => return Err(usage()),
        }
    }
    Ok(r)
}

fn change<'w>(cx: &mut Cx<'_>, add: bool, words: impl Iterator<Item = &'w str>) -> Result<(), End> {
    let r = parse(words)?;
    let whole = |len: u8| bits::net(r.target, len).addr() == r.target;
    let call = if add { "SIOCADDRT" } else { "SIOCDELRT" };
    let len = match (r.len, r.host) {
        (Some(len), Some(false)) => len,
        (Some(len), _) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0).swap_bytes();
            let line = format!("route: netmask {mask:08x} doesn't make sense with host route\n{INET}");
            return Err(End(3, line));
        }
        (None, Some(false)) if bits::is_zero(r.target) => 0,
        (None, Some(false)) => return Err(End(7, format!("{call}: Invalid argument\n"))),
        (None, _) => 32,
    };
    if !whole(len) {
        return Err(End(3, format!("route: netmask doesn't match route address\n{INET}")));
    }
    let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Ok(()) };
    let dev = match &r.dev {
        None => None,
        Some(name) => match stack.links.by_name(name) {
            Some(device) => Some(device.index),
            None => return Err(End(7, format!("{call}: No such device\n"))),
        },
    };
    let dst = IpNet::new(r.target, len).map_err(|_| End(3, INET.to_owned()))?;
    let ways = if r.reject { Vec::new() } else { ways(&r, dev) };
    let done = if add {
        let kind = if r.reject { RouteKind::Unreachable } else { RouteKind::Unicast };
        let scope = match (r.reject, r.gateway) {
            (true, _) => Scope::HOST,
            (_, Some(gateway)) if stack.routing.addr_type(gateway, None) == RouteKind::Unicast => {
                Scope::UNIVERSE
            }
            _ => Scope::LINK,
        };
        let route = Route {
            metric: r.metric,
            kind,
            scope,
            protocol: protocol::BOOT,
            nexthops: ways,
            metrics: r.metrics,
            ..Route::new(dst)
        };
        stack.routing.change_route(route, NlFlags::Prepend)
    } else {
        let metric = Some(r.metric).filter(|m| *m != 0);
        let filter = RouteFilter { metric, nexthops: ways, ..RouteFilter::new(dst) };
        stack.routing.delete_route(&filter).map(|_| ())
    };
    done.map_err(|error: RouteError| End(7, format!("{call}: {}\n", error.errno())))
}

fn ways(r: &Req, dev: Option<IfIndex>) -> Vec<NextHop> {
    if r.gateway.is_none() && dev.is_none() {
        return Vec::new();
    }
    let via = r.gateway.filter(|g| !g.is_unspecified());
    vec![NextHop { via, oif: dev.unwrap_or_default(), ..NextHop::default() }]
}
