//! `arp` of net-tools.

use std::net::{IpAddr, Ipv4Addr};

use packetwalk_link::{Neigh, NudState};
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex, Mac};

use crate::{Cx, Poll};

const USAGE: &str =
    "Usage:\n  arp [-vn]  [<HW>] [-i <if>] [-a] [<hostname>]             <-Display ARP cache\n";

#[derive(Default)]
struct Options {
    bsd: bool,
    numeric: bool,
    verbose: bool,
    set: bool,
    delete: bool,
    publish: bool,
    temp: bool,
    dev: Option<String>,
    rest: Vec<String>,
}

/// A line of `/proc/net/arp`.
struct Row {
    addr: Ipv4Addr,
    mac: Option<Mac>,
    permanent: bool,
    publish: bool,
    dev: String,
}

/// The command.
pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    let words = cx.strings();
    let Some(o) = options(&words) else {
        cx.stderr.push(USAGE.as_bytes());
        return Poll::Exit(255);
    };
    if o.set {
        return set(cx, &o);
    }
    if o.delete {
        return delete(cx, &o);
    }
    show(cx, &o);
    Poll::Exit(0)
}

fn options(words: &[String]) -> Option<Options> {
    let mut o = Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--all" => o.bsd = true,
            "--numeric" => o.numeric = true,
            "--verbose" => o.verbose = true,
            "--delete" => o.delete = true,
            "--set" => o.set = true,
            "--device" => o.dev = Some(words.next()?.clone()),
            _ if word.starts_with("--") => return None,
            _ if word.starts_with('-') && word.len() > 1 => {
                for (at, letter) in word.char_indices().skip(1) {
                    match letter {
                        'a' => o.bsd = true,
                        'n' => o.numeric = true,
                        'v' => o.verbose = true,
                        'e' | 'D' => {}
                        's' => o.set = true,
                        'd' => o.delete = true,
                        'i' => {
                            let rest = &word[at + 1..];
                            o.dev =
                                Some(if rest.is_empty() { words.next()?.clone() } else { rest.to_owned() });
                            break;
                        }
                        _ => return None,
                    }
                }
            }
            "pub" if o.set || o.delete => o.publish = true,
            "temp" if o.set => o.temp = true,
            "dev" if o.set || o.delete => o.dev = Some(words.next()?.clone()),
            _ => o.rest.push(word.clone()),
        }
    }
    Some(o)
}

fn rows(cx: &Cx<'_>) -> Vec<Row> {
    let Some(stack) = cx.lab.stack(cx.ns) else { return Vec::new() };
    let name = |dev: IfIndex| stack.links.get(dev).map_or_else(|| "*".to_owned(), |d| d.name.to_string());
    let row = |n: &Neigh| match n.addr {
        IpAddr::V4(addr) if n.state != NudState::NoArp => Some(Row {
            addr,
            mac: n.state.is_valid().then_some(n.mac),
            permanent: n.state == NudState::Permanent,
            publish: false,
            dev: name(n.dev),
        }),
        _ => None,
    };
    let proxy = |(dev, addr): &(Option<IfIndex>, IpAddr)| match addr {
        IpAddr::V4(addr) => Some(Row {
            addr: *addr,
            mac: None,
            permanent: true,
            publish: true,
            dev: dev.map_or_else(|| "*".to_owned(), name),
        }),
        IpAddr::V6(_) => None,
    };
    stack.neigh.iter().filter_map(row).chain(stack.neigh.proxies.iter().filter_map(proxy)).collect()
}

fn show(cx: &mut Cx<'_>, o: &Options) {
    let wanted = o.rest.first().cloned();
    let all = rows(cx);
    let total = all.len();
    let (mut shown, mut header) = (0, false);
    for row in all {
        let addr = row.addr.to_string();
        if wanted.as_ref().is_some_and(|w| *w != addr) || o.dev.as_ref().is_some_and(|d| *d != row.dev) {
            continue;
        }
        shown += 1;
        if o.bsd {
            cx.stdout.line(&bsd(&row));
            continue;
        }
        if !header {
            header = true;
            cx.stdout
                .line("Address                  HWtype  HWaddress           Flags Mask            Iface");
        }
        let name = if addr == "127.0.0.1" && !o.numeric { "localhost".to_owned() } else { addr };
        cx.stdout.line(&linux(&name, &row));
    }
    if o.verbose {
        writeln!(cx.stdout, "Entries: {total}\tSkipped: {}\tFound: {shown}", total - shown);
    }
    if shown > 0 {
        return;
    }
    match wanted {
        Some(host) if !o.bsd => writeln!(cx.stdout, "{host} ({host}) -- no entry"),
        Some(_) => writeln!(cx.stdout, "arp: in {total} entries no match found."),
        None if o.dev.is_some() => writeln!(cx.stdout, "arp: in {total} entries no match found."),
        None => {}
    }
}

fn bsd(row: &Row) -> String {
    let at = match row.mac {
        _ if row.publish => "<from_interface>".to_owned(),
        Some(mac) => format!("{mac} [ether]"),
        None => "<incomplete>".to_owned(),
    };
    let permanent = if row.permanent { " PERM" } else { "" };
    let publish = if row.publish { " PUB" } else { "" };
    format!("? ({}) at {at}{permanent}{publish} on {}", row.addr, row.dev)
}

fn linux(name: &str, row: &Row) -> String {
    if row.mac.is_none() && !row.publish {
        return format!("{name:<25}{:<8}{:<42}{}", "", "(incomplete)", row.dev);
    }
    let (kind, mac) = match row.mac {
        Some(mac) => ("ether", mac.to_string()),
        None => ("*", "<from_interface>".to_owned()),
    };
    let mut flags = String::new();
    flags += if row.mac.is_some() { "C" } else { "" };
    flags += if row.permanent { "M" } else { "" };
    flags += if row.publish { "P" } else { "" };
    format!("{name:<25}{kind:<8}{mac:<20}{flags:<22}{}", row.dev)
}

fn host(cx: &mut Cx<'_>, o: &Options) -> Result<IpAddr, Poll> {
    let Some(word) = o.rest.first() else {
        cx.stderr.line("arp: need host name");
        return Err(Poll::Exit(255));
    };
    if let Ok(addr) = word.parse::<Ipv4Addr>() {
        Ok(IpAddr::V4(addr))
    } else {
        writeln!(cx.stderr, "{word}: Unknown host");
        Err(Poll::Exit(255))
    }
}

/// The interface: the one named, or the one that leads to the address.
fn device(cx: &mut Cx<'_>, o: &Options, addr: IpAddr) -> Option<IfIndex> {
    let stack = cx.lab.stack(cx.ns)?;
    if let Some(name) = &o.dev {
        stack.links.by_name(name).map(|d| d.index)
    } else {
        let found = stack.routing.output(&packetwalk_route::Flow::new(addr)).ok()?;
        (found.kind == RouteKind::Unicast && found.via.is_none()).then_some(found.oif)
    }
}

fn set(cx: &mut Cx<'_>, o: &Options) -> Poll {
    let addr = match host(cx, o) {
        Ok(addr) => addr,
        Err(poll) => return poll,
    };
    if o.publish {
        cx.stderr.line("packetwalk: arp -s … pub is not simulated");
        return Poll::Exit(255);
    }
    let Some(word) = o.rest.get(1) else {
        cx.stderr.line("arp: need hardware address");
        return Poll::Exit(255);
    };
    let Ok(mac) = word.parse::<Mac>() else {
        cx.stderr.line("arp: invalid hardware address");
        return Poll::Exit(255);
    };
    let Some(dev) = device(cx, o, addr) else {
        cx.stderr.line(if o.dev.is_some() {
            "SIOCSARP: No such device"
        } else {
            "SIOCSARP: Network is unreachable"
        });
        return Poll::Exit(255);
    };
    let state = if o.temp { NudState::Stale } else { NudState::Permanent };
    let now = cx.now();
    if let Some(stack) = cx.lab.stack_mut(cx.ns) {
        let waiting = stack.neigh.set(dev, addr, Some(mac), state, false, true, now);
        if waiting.is_some() {
            cx.stderr.line("packetwalk: arp -s for an address that packets wait for is not simulated");
            return Poll::Exit(255);
        }
    }
    Poll::Exit(0)
}

fn delete(cx: &mut Cx<'_>, o: &Options) -> Poll {
    let addr = match host(cx, o) {
        Ok(addr) => addr,
        Err(poll) => return poll,
    };
    let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Poll::Exit(255) };
    let wanted = o.dev.as_ref().and_then(|name| stack.links.by_name(name)).map(|d| d.index);
    let there = |n: &&Neigh| {
        Family::of(n.addr) == Family::V4 && n.addr == addr && wanted.is_none_or(|dev| dev == n.dev)
    };
    let found = stack.neigh.iter().find(there).map(|n| n.dev);
    if let Some(dev) = found {
        stack.neigh.remove(dev, addr);
        return Poll::Exit(0);
    }
    if device(cx, o, addr).is_some() {
        writeln!(cx.stderr, "No ARP entry for {addr}");
    } else {
        cx.stderr.line("SIOCDARP(dontpub): Network is unreachable");
    }
    Poll::Exit(255)
}
