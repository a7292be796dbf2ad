//! `ip link add`.

use packetwalk_lab::{LinkOpError, VethEnd};
use packetwalk_link::{Kind, LinkError, MacvlanMode, NewDevice};
use packetwalk_trace::NsId;
use packetwalk_wire::{IfIndex, IfName};

use super::args::{Args, End, duparg, matches, not_modelled};
use super::link_parse::{LinkReq, parse};
use super::{Done, Ip, help, link_set};

/// Link types that iproute2 knows and that are not simulated.
const REAL: &[&str] = &[
    "amt",
    "bareudp",
    "bond",
    "dsa",
    "erspan",
    "geneve",
    "gre",
    "gretap",
    "gtp",
    "hsr",
    "ifb",
    "ip6erspan",
    "ip6gre",
    "ip6gretap",
    "ip6tnl",
    "ipip",
    "ipoib",
    "ipvlan",
    "ipvtap",
    "macsec",
    "macvtap",
    "netdevsim",
    "nlmon",
    "rmnet",
    "sit",
    "team",
    "vcan",
    "vlan",
    "vrf",
    "vti",
    "vxcan",
    "vxlan",
    "wwan",
    "xfrm",
    "virt_wifi",
];

/// A refusal of the link tables in iproute2's words.
pub(super) fn refusal(error: LinkError) -> End {
    match error {
        LinkError::Exists => End::errno("File exists"),
        LinkError::NoDevice => End::errno("No such device"),
        LinkError::Busy => End::errno("Device or resource busy"),
        LinkError::Inval => End::errno("Invalid argument"),
        LinkError::BridgeLoop => End::kernel("Error: Can not enslave a bridge to a bridge."),
        LinkError::NotSupported => End::errno("Operation not supported"),
        LinkError::MtuTooSmall => End::kernel("Error: mtu less than device minimum."),
        LinkError::MtuTooLarge => End::kernel("Error: mtu greater than device maximum."),
        LinkError::BadMac => End::errno("Cannot assign requested address"),
    }
}

pub(super) fn lab_refusal(error: LinkOpError) -> End {
    match error {
        LinkOpError::Link(error) => refusal(error),
        LinkOpError::NoNamespace => End::errno("Invalid argument"),
    }
}

/// `ip link add`.
pub(super) fn add(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let req = parse(ip, args, true)?;
    let Some(kind) = req.kind.clone() else {
        return Err(End::fail(1, "Not enough information: \"type\" argument is required\n"));
    };
    let ns = req.netns.unwrap_or(ip.ns);
    if req.lower.is_some() && kind != "macvlan" && !REAL.contains(&kind.as_str()) {
        return Err(not_modelled(&format!("ip link add link type {kind}")));
    }
    match kind.as_str() {
        "veth" => veth(ip, &req, args, ns),
        "bridge" => {
            let options = super::link_set::bridge_words(args)?;
            let index = single(ip, &req, Kind::Bridge(Box::default()), ns, "bridge")?;
            in_ns(ip, ns, |ip| link_set::set_bridge(ip, index, &options))
        }
        "macvlan" => macvlan(ip, &req, args, ns),
        "dummy" => {
            if let Some(word) = args.peek() {
                return Err(garbage(word));
            }
            single(ip, &req, Kind::Dummy, ns, "dummy").map(|_| ())
        }
        _ if REAL.contains(&kind.as_str()) => Err(not_modelled(&format!("ip link add type {kind}"))),
        _ => match args.peek() {
            Some(word) => Err(garbage(word)),
            None => Err(End::kernel("Error: Unknown device type.")),
        },
    }
}

pub(super) fn garbage(word: &str) -> End {
    if matches(word, "help") {
        return End::usage(help::LINK);
    }
    End::fail(1, format!("Garbage instead of arguments \"{word} ...\". Try \"ip link help\".\n"))
}

/// Runs `f` as if in another namespace.
fn in_ns<T>(
    ip: &mut Ip<'_, '_>,
    ns: NsId,
    f: impl FnOnce(&mut Ip<'_, '_>) -> Result<T, End>,
) -> Result<T, End> {
    let here = std::mem::replace(&mut ip.ns, ns);
    let result = f(ip);
    ip.ns = here;
    result
}

fn free_name(ip: &mut Ip<'_, '_>, ns: NsId, prefix: &str, skip: usize) -> Result<IfName, End> {
    let stack = ip.cx.lab.stack(ns).ok_or_else(|| End::errno("Invalid argument"))?;
    let free = |n: &u32| stack.links.by_name(&format!("{prefix}{n}")).is_none();
    let n = (0..u32::MAX).filter(free).nth(skip).unwrap_or(0);
    IfName::new(&format!("{prefix}{n}")).ok_or_else(|| End::errno("Invalid argument"))
}

fn single(ip: &mut Ip<'_, '_>, req: &LinkReq, kind: Kind, ns: NsId, prefix: &str) -> Result<IfIndex, End> {
    let name = match req.name {
        Some(name) => name,
        None => free_name(ip, ns, prefix, 0)?,
    };
    let index = in_ns(ip, ns, |ip| {
        let stack = ip.stack()?;
        let mac = match req.mac {
            Some(mac) => mac,
            None => stack.random_mac(),
        };
        let new = NewDevice { name, kind, mac, mac_set: req.mac.is_some(), mtu: req.mtu, index: req.index };
        stack.add_link(new).map_err(refusal)
    })?;
    finish(ip, req, ns, index)?;
    Ok(index)
}

/// What an `add` asks beside name, number, MAC and MTU.
fn finish(ip: &mut Ip<'_, '_>, req: &LinkReq, ns: NsId, index: IfIndex) -> Done {
    let rest =
        LinkReq { name: None, lower: None, mac: None, mtu: None, netns: None, index: None, ..req.clone() };
    in_ns(ip, ns, |ip| link_set::apply(ip, index, &rest))
}

/// # Source
/// iproute2 6.1.0, `ip/iplink_macvlan.c`: `macvlan_parse_opt`.
fn macvlan(ip: &mut Ip<'_, '_>, req: &LinkReq, args: &mut Args<'_>, ns: NsId) -> Done {
    let mut mode = MacvlanMode::default();
    while let Some(word) = args.next() {
        if matches(word, "mode") {
            let word = args.need()?;
            mode = match (MacvlanMode::named(word), word) {
                (Some(mode), _) => mode,
                (None, "source") => return Err(not_modelled("ip link add type macvlan mode source")),
                (None, word) => {
                    return Err(End::fail(
                        1,
                        format!(
                            "Error: argument of \"mode\" must be \"private\", \"vepa\", \"bridge\", \"passthru\" \
                             or \"source\", not \"{word}\"\n"
                        ),
                    ));
                }
            };
        } else if matches!(word, "macaddr" | "flag" | "bcqueuelen" | "bclim" | "nopromisc" | "nodst") {
            return Err(not_modelled(&format!("ip link add type macvlan {word}")));
        } else {
            if !matches(word, "help") {
                ip.out.fp(&format!("macvlan: unknown option \"{word}\"?\n"));
            }
            ip.out.fp(help::MACVLAN);
            return Err(End::fail(1, ""));
        }
    }
    let Some(lower) = &req.lower else { return Err(End::errno("Invalid argument")) };
    let below = ip.stack()?.links.by_name(lower).map(|d| d.index);
    let below = below.ok_or_else(|| End::fail(1, format!("Cannot find device \"{lower}\"\n")))?;
    let name = match req.name {
        Some(name) => name,
        None => free_name(ip, ns, "macvlan", 0)?,
    };
    let end = VethEnd { ns, name, mac: req.mac, mtu: req.mtu, index: req.index };
    let here = ip.ns;
    let index = ip.cx.lab.add_macvlan(&end, (here, below), mode).map_err(lab_refusal)?;
    link_set::meet(ip, ns, here);
    finish(ip, req, ns, index)
}

/// What follows `type veth` is no `peer`.
pub(super) fn veth_usage(ip: &mut Ip<'_, '_>) -> End {
    let text = "Usage: ip link <options> type veth [peer <options>]\n\
                To get <options> type 'ip link add help'\n";
    ip.out.fp(text);
    End::fail(1, "")
}

fn veth(ip: &mut Ip<'_, '_>, req: &LinkReq, args: &mut Args<'_>, ns: NsId) -> Done {
    let peer = match args.next() {
        None => LinkReq { netns: Some(ns), ..LinkReq::default() },
        Some("peer") => {
            let peer = parse(ip, args, true)?;
            if peer.kind.is_some() {
                return Err(duparg("type", args.peek().unwrap_or("")));
            }
            peer
        }
        Some(_) => return Err(veth_usage(ip)),
    };
    if peer.up == Some(true) {
        return Err(End::errno("Transport endpoint is not connected"));
    }
    // A peer that is described but given no namespace stays where `ip` runs (`rtnl_get_peer_net`).
    let peer_ns = peer.netns.unwrap_or(ip.ns);
    let peer_name = match peer.name {
        Some(name) => name,
        None => free_name(ip, peer_ns, "veth", 0)?,
    };
    let name = if let Some(name) = req.name {
        name
    } else {
        let peer_is_first = peer.name.is_none() && peer_ns == ns;
        free_name(ip, ns, "veth", usize::from(peer_is_first))?
    };
    let end = VethEnd { ns, name, mac: req.mac, mtu: req.mtu, index: req.index };
    let other = VethEnd { ns: peer_ns, name: peer_name, mac: peer.mac, mtu: peer.mtu, index: peer.index };
    let (a, b) = ip.cx.lab.add_veth(&end, &other).map_err(lab_refusal)?;
    link_set::meet(ip, ns, peer_ns);
    finish(ip, &peer, peer_ns, b)?;
    finish(ip, req, ns, a)
}
