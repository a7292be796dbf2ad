//! `ip link set` and `del`, and the object's commands.

use packetwalk_lab::LinkOpError;
use packetwalk_link::{BridgeConfig, Flags, LinkError, PortConfig};
use packetwalk_trace::NsId;
use packetwalk_wire::{IfIndex, Mac};

use super::args::{Args, End, get_mac, ifname, invarg, matches, not_modelled, number};
use super::link_add::{garbage, lab_refusal, refusal};
use super::link_parse::{LinkReq, parse};
use super::link_show::Master;
use super::{Done, Ip, help, link_add, link_show};

/// `ip link`.
pub(super) fn main(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let Some(word) = args.next() else { return link_show::show(ip, args) };
    match word {
        _ if matches(word, "add") => link_add::add(ip, args),
        _ if matches(word, "set") || matches(word, "change") => set(ip, args),
        _ if matches(word, "replace") => Err(not_modelled("ip link replace")),
        _ if matches(word, "delete") => delete(ip, args),
        _ if matches(word, "show") || matches(word, "lst") || matches(word, "list") => {
            link_show::show(ip, args)
        }
        _ if matches(word, "xstats") || matches(word, "afstats") || matches(word, "property") => {
            Err(not_modelled(&format!("ip link {word}")))
        }
        _ if matches(word, "help") => Err(End::usage(help::LINK)),
        _ => Err(End::usage(format!("Command \"{word}\" is unknown, try \"ip link help\".\n"))),
    }
}

/// The links that a request is about: one, or those of a group.
fn targets(ip: &mut Ip<'_, '_>, req: &LinkReq, args: &Args<'_>) -> Result<Vec<IfIndex>, End> {
    if let Some(name) = &req.dev {
        return Ok(vec![ip.need_dev(name)?]);
    }
    if let Some(word) = args.peek() {
        return Err(End::usage(format!(
            "Garbage instead of arguments \"{word} ...\". Try \"ip link help\".\n"
        )));
    }
    let group: Vec<IfIndex> =
        ip.devices().iter().filter(|d| Some(d.group) == req.group).map(|d| d.index).collect();
    if group.is_empty() { Err(End::errno("No such device")) } else { Ok(group) }
}

fn delete(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let req = parse(ip, args, false)?;
    for index in targets(ip, &req, args)? {
        if ip.stack()?.links.get(index).is_some() {
            ip.cx.lab.del_link(ip.ns, index).map_err(lab_refusal)?;
        }
    }
    Ok(())
}

fn set(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let mut req = parse(ip, args, false)?;
    if req.lower.is_some() {
        return Err(not_modelled("ip link set link"));
    }
    let by_group = req.dev.is_none();
    let targets = targets(ip, &req, args)?;
    if by_group {
        req.group = None;
    }
    for index in targets {
        set_one(ip, index, &req, &mut args.clone())?;
    }
    Ok(())
}

fn set_one(ip: &mut Ip<'_, '_>, index: IfIndex, req: &LinkReq, args: &mut Args<'_>) -> Done {
    match req.kind.as_deref() {
        None => apply(ip, index, req),
        Some("bridge") => {
            let options = bridge_words(args)?;
            apply(ip, index, req)?;
            set_bridge(ip, index, &options)
        }
        Some("bridge_slave") => {
            let options = port_words(ip, args)?;
            apply(ip, index, req)?;
            set_port(ip, index, &options)
        }
        Some("veth") if args.peek().is_some_and(|word| word != "peer") => Err(link_add::veth_usage(ip)),
        Some("veth" | "dummy") => match args.peek() {
            Some(word) => Err(garbage(word)),
            None => apply(ip, index, req),
        },
        Some(kind) => Err(not_modelled(&format!("ip link set type {kind}"))),
    }
}

/// Two namespaces that share a veth pair get numbers for each other.
pub(super) fn meet(ip: &mut Ip<'_, '_>, a: NsId, b: NsId) {
    know_each_other(ip.cx, a, b);
}

/// Two namespaces have a number for each other.
pub(in crate::tools) fn know_each_other(cx: &mut crate::Cx<'_>, a: NsId, b: NsId) {
    if a == b {
        return;
    }
    for (of, other) in [(a, b), (b, a)] {
        if let Some(stack) = cx.lab.stack_mut(of) {
            stack.links.nsid(other);
        }
    }
}

/// What a program asks of a link by netlink, without words.
#[derive(Clone, Copy, Debug)]
pub(in crate::tools) enum Wish<'w> {
    /// `up`.
    Up,
    /// `txqueuelen N`.
    QueueLen(u32),
    /// `address MAC`.
    Mac(Mac),
    /// `mtu N`.
    Mtu(u32),
    /// `master BRIDGE`.
    Master(&'w str),
    /// `name NEW`.
    Name(&'w str),
}

/// Does it; what `ip link set` would say when it fails.
pub(in crate::tools) fn wish(
    cx: &mut crate::Cx<'_>,
    ns: NsId,
    dev: &str,
    wish: Wish<'_>,
) -> Result<(), String> {
    let mut ip = Ip::new(cx, ns, super::Opt::NONE);
    let mut done = || {
        let mut req = LinkReq::default();
        match wish {
            Wish::Up => req.up = Some(true),
            Wish::QueueLen(len) => req.qlen = Some(len),
            Wish::Mac(mac) => req.mac = Some(mac),
            Wish::Mtu(mtu) => req.mtu = Some(mtu),
            Wish::Master(name) => {
                let master = ip.dev(name).ok_or_else(|| invarg("Device does not exist\n", name))?;
                req.master = Some(Master::Is(master));
            }
            Wish::Name(name) => {
                let new = ifname(name).ok_or_else(|| invarg("\"name\" not a valid ifname", name))?;
                req.name = Some(new);
            }
        }
        let index = ip.need_dev(dev)?;
        apply(&mut ip, index, &req)
    };
    done().map_err(|end: End| end.message)
}

/// Does what was asked, in the kernel's order.
///
/// # Source
/// Linux v6.18, `net/core/rtnetlink.c`: `do_setlink`.
pub(super) fn apply(ip: &mut Ip<'_, '_>, index: IfIndex, req: &LinkReq) -> Done {
    let here = ip.ns;
    let result = apply_there(ip, index, req);
    ip.ns = here;
    result
}

fn apply_there(ip: &mut Ip<'_, '_>, mut index: IfIndex, req: &LinkReq) -> Done {
    let mut rename = req.name;
    if let Some(to) = req.netns.filter(|to| *to != ip.ns) {
        if req.index.is_some() {
            return Err(not_modelled("ip link set netns: \"index\""));
        }
        let device = ip.stack()?.links.get(index).cloned();
        if device.is_some_and(|d| d.is_loopback() || d.bridge().is_some()) {
            return Err(End::kernel("Error: The interface netns is immutable."));
        }
        let peer = ip.cx.lab.peer(ip.ns, index);
        index = ip.cx.lab.move_link(ip.ns, index, to, rename).map_err(|error| match error {
            LinkOpError::Link(LinkError::Exists) => {
                End::kernel("Error: An interface with the same name exists in the target netns.")
            }
            error => lab_refusal(error),
        })?;
        if let Some(stack) = ip.cx.lab.stack_mut(ip.ns) {
            stack.links.nsid(to);
        }
        if let Some((peer_ns, _)) = peer {
            meet(ip, to, peer_ns);
        }
        ip.ns = to;
        rename = None;
    }
    let stack = ip.stack()?;
    if let Some(mac) = req.mac {
        let changes = stack.links.set_mac(index, mac).map_err(refusal)?;
        stack.follow(&changes);
        ip.cx.lab.sync_macvlans();
    }
    let stack = ip.stack()?;
    if let Some(mtu) = req.mtu {
        let changes = stack.links.set_mtu(index, mtu).map_err(refusal)?;
        stack.follow(&changes);
    }
    if let Some(device) = stack.links.get_mut(index)
        && let Some(group) = req.group
    {
        device.group = group;
    }
    if let Some(name) = rename {
        stack.rename_link(index, name).map_err(refusal)?;
    }
    if let Some(device) = stack.links.get_mut(index)
        && let Some(alias) = &req.alias
    {
        device.alias = Some(alias.as_str().into()).filter(|_| !alias.is_empty());
    }
    if let Some(master) = req.master {
        let changes = stack.links.set_master(index, master.index()).map_err(refusal)?;
        stack.follow(&changes);
    }
    if let Some(device) = stack.links.get_mut(index) {
        let flags = &mut device.set_flags;
        let mut put = |flag, on: Option<bool>| {
            if let Some(on) = on {
                flags.set(flag, on);
            }
        };
        put(Flags::MULTICAST, req.multicast);
        put(Flags::ALLMULTI, req.allmulti);
        put(Flags::PROMISC, req.promisc);
        put(Flags::NOARP, req.arp.map(|arp| !arp));
        let add = |count: &mut u32, on: Option<bool>| match on {
            Some(true) => *count += 1,
            Some(false) => *count = count.saturating_sub(1),
            None => {}
        };
        add(&mut device.promiscuity, req.promisc);
        add(&mut device.allmulti, req.allmulti);
        if let Some(qlen) = req.qlen {
            device.txqlen = qlen;
        }
        stack.follow_flags(index);
    }
    if let Some(up) = req.up {
        ip.cx.lab.set_up(ip.ns, index, up).map_err(lab_refusal)?;
    }
    if let Some(mode) = req.addr_gen {
        let key = format!("net.ipv6.conf.{}.addr_gen_mode", ip.dev_name(index).replace('.', "/"));
        ip.stack()?.sysctl_write(&key, mode).map_err(|_| End::errno("Invalid argument"))?;
    }
    Ok(())
}

type Setting<T> = Box<dyn Fn(&mut T)>;

fn value<T: TryFrom<u32>>(args: &mut Args<'_>, key: &str) -> Result<T, End> {
    let word = args.need()?;
    let value = number(word).and_then(|n| T::try_from(n).ok());
    value.ok_or_else(|| invarg(&format!("invalid {key}"), word))
}

/// Options of a bridge whose only value here is the kernel's default.
const FIXED: &[(&str, u32)] = &[
    ("stp_state", 0),
    ("vlan_filtering", 0),
    ("vlan_default_pvid", 1),
    ("vlan_stats_enabled", 0),
    ("vlan_stats_per_port", 0),
    ("mcast_vlan_snooping", 0),
    ("mcast_query_use_ifaddr", 0),
    ("mcast_hash_elasticity", 16),
    ("mcast_hash_max", 4096),
    ("mcast_last_member_count", 2),
    ("mcast_startup_query_count", 2),
    ("mcast_last_member_interval", 100),
    ("mcast_membership_interval", 26000),
    ("mcast_querier_interval", 25500),
    ("mcast_query_interval", 12500),
    ("mcast_query_response_interval", 1000),
    ("mcast_startup_query_interval", 3124),
    ("mcast_stats_enabled", 0),
    ("mcast_igmp_version", 2),
    ("mcast_mld_version", 1),
];

/// The order in which iproute2 tries its keywords settles what an abbreviation means.
const BRIDGE_WORDS: &[&str] = &[
    "forward_delay",
    "hello_time",
    "max_age",
    "ageing_time",
    "stp_state",
    "priority",
    "vlan_filtering",
    "vlan_protocol",
    "group_fwd_mask",
    "group_address",
    "no_linklocal_learn",
    "fdb_flush",
    "vlan_default_pvid",
    "vlan_stats_enabled",
    "vlan_stats_per_port",
    "mcast_router",
    "mcast_snooping",
    "mcast_vlan_snooping",
    "mcast_query_use_ifaddr",
    "mcast_querier",
    "mcast_hash_elasticity",
    "mcast_hash_max",
    "mcast_last_member_count",
    "mcast_startup_query_count",
    "mcast_last_member_interval",
    "mcast_membership_interval",
    "mcast_querier_interval",
    "mcast_query_interval",
    "mcast_query_response_interval",
    "mcast_startup_query_interval",
    "mcast_stats_enabled",
    "mcast_igmp_version",
    "mcast_mld_version",
    "nf_call_iptables",
    "nf_call_ip6tables",
    "nf_call_arptables",
];

/// What `type bridge …` asks.
#[derive(Default)]
pub(super) struct BridgeOptions {
    settings: Vec<Setting<BridgeConfig>>,
    flush: bool,
    restricted: bool,
}

/// The words after `type bridge`.
pub(super) fn bridge_words(args: &mut Args<'_>) -> Result<BridgeOptions, End> {
    let mut options = BridgeOptions::default();
    while let Some(word) = args.next() {
        let Some(key) = BRIDGE_WORDS.iter().copied().find(|full| matches(word, full)) else {
            if matches(word, "help") {
                return Err(End::fail(1, help::BRIDGE));
            }
            return Err(End::fail(1, format!("bridge: unknown command \"{word}\"?\n{}", help::BRIDGE)));
        };
        macro_rules! set {
            ($ty:ty, $field:ident) => {{
                let value = value::<$ty>(args, key)?;
                options.settings.push(Box::new(move |c| c.$field = value));
            }};
            ($field:ident) => {{
                let value = value::<u8>(args, key)? != 0;
                options.settings.push(Box::new(move |c| c.$field = value));
            }};
        }
        match key {
            "forward_delay" => set!(u32, forward_delay),
            "hello_time" => set!(u32, hello_time),
            "max_age" => set!(u32, max_age),
            "ageing_time" => set!(u32, ageing_time),
            "priority" => set!(u16, priority),
            "group_fwd_mask" => {
                let mask = value::<u16>(args, key)?;
                options.restricted |= mask & 7 != 0;
                options.settings.push(Box::new(move |c| c.group_fwd_mask = mask));
            }
            "no_linklocal_learn" => set!(no_linklocal_learn),
            "mcast_router" => set!(u8, mcast_router),
            "mcast_snooping" => set!(mcast_snooping),
            "mcast_querier" => set!(mcast_querier),
            "nf_call_iptables" => set!(nf_call_iptables),
            "nf_call_ip6tables" => set!(nf_call_ip6tables),
            "nf_call_arptables" => set!(nf_call_arptables),
            "fdb_flush" => options.flush = true,
            "group_address" => {
                get_mac(args.need()?)?;
                return Err(not_modelled("bridge group_address"));
            }
            "vlan_protocol" => return Err(not_modelled("bridge vlan_protocol")),
            _ => {
                let asked = value::<u32>(args, key)?;
                if FIXED.iter().any(|&(name, fixed)| name == key && fixed != asked) {
                    return Err(not_modelled(&format!("bridge {key} {asked}")));
                }
            }
        }
    }
    Ok(options)
}

/// Sets a bridge's options.
pub(super) fn set_bridge(ip: &mut Ip<'_, '_>, index: IfIndex, options: &BridgeOptions) -> Done {
    if options.settings.is_empty() && !options.flush {
        return Ok(());
    }
    if options.restricted {
        return Err(End::errno("Invalid argument"));
    }
    let now = ip.cx.now();
    let stack = ip.stack()?;
    stack.links.age_fdb(now);
    let Some(bridge) = stack.links.get_mut(index).and_then(|d| d.bridge_mut()) else {
        return Err(End::errno("Operation not supported"));
    };
    for setting in &options.settings {
        setting(&mut bridge.config);
    }
    if options.flush {
        bridge.fdb.retain(|e| e.flag == packetwalk_link::FdbFlag::Local);
    }
    Ok(())
}

const PORT_WORDS: &[&str] = &[
    "fdb_flush",
    "state",
    "priority",
    "cost",
    "hairpin",
    "guard",
    "root_block",
    "fastleave",
    "learning",
    "flood",
    "mcast_flood",
    "bcast_flood",
    "mcast_to_unicast",
    "proxy_arp",
    "proxy_arp_wifi",
    "mcast_router",
    "mcast_fast_leave",
    "neigh_suppress",
    "group_fwd_mask",
    "vlan_tunnel",
    "isolated",
    "locked",
    "backup_port",
    "nobackup_port",
];

/// What `type bridge_slave …` asks.
#[derive(Default)]
pub(crate) struct PortOptions {
    pub(crate) settings: Vec<Setting<PortConfig>>,
    pub(crate) flush: bool,
}

/// A yes or no as `parse_on_off` reads it.
fn yes_no(key: &str, word: &str) -> Result<bool, End> {
    if matches(word, "off") {
        Ok(false)
    } else if matches(word, "on") {
        Ok(true)
    } else {
        Err(End::exit(
            1,
            format!("Error: argument of \"{key}\" must be one of \"off\", \"on\", not \"{word}\"\n"),
        ))
    }
}

/// A port's flag by keyword, for `ip link set type bridge_slave` and `bridge link set`.
pub(crate) fn port_flag(key: &str, word: &str) -> Result<Option<Setting<PortConfig>>, End> {
    macro_rules! flag {
        ($field:ident) => {{
            let on = yes_no(key, word)?;
            Ok(Some(Box::new(move |p: &mut PortConfig| p.$field = on)))
        }};
    }
    let off = |what: &str| {
        if yes_no(key, word)? { Err(not_modelled(&format!("bridge port {what} on"))) } else { Ok(None) }
    };
    match key {
        "hairpin" => flag!(hairpin),
        "guard" => flag!(guard),
        "root_block" => flag!(root_block),
        "fastleave" | "mcast_fast_leave" => flag!(fastleave),
        "learning" => flag!(learning),
        "flood" => flag!(flood),
        "mcast_flood" => flag!(mcast_flood),
        "bcast_flood" => flag!(bcast_flood),
        "isolated" => flag!(isolated),
        _ => off(key),
    }
}

fn port_words(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<PortOptions, End> {
    let mut options = PortOptions::default();
    while let Some(word) = args.next() {
        let Some(key) = PORT_WORDS.iter().copied().find(|full| matches(word, full)) else {
            if matches(word, "help") {
                return Err(End::fail(1, help::BRIDGE_SLAVE));
            }
            return Err(End::fail(
                1,
                format!("bridge_slave: unknown option \"{word}\"?\n{}", help::BRIDGE_SLAVE),
            ));
        };
        match key {
            "fdb_flush" => options.flush = true,
            "state" | "backup_port" => {
                let word = args.need()?;
                if key == "backup_port" && ip.dev(word).is_none() {
                    return Err(invarg("Device does not exist\n", word));
                }
                return Err(not_modelled(&format!("bridge port {key}")));
            }
            "nobackup_port" => {}
            "priority" => {
                let value = value::<u16>(args, key)?;
                let Some(value) = u8::try_from(value).ok().filter(|v| *v <= 63) else {
                    return Err(End::errno("Numerical result out of range"));
                };
                options.settings.push(Box::new(move |p| p.priority = value));
            }
            "cost" => {
                let value = value::<u32>(args, key)?;
                options.settings.push(Box::new(move |p| p.cost = value));
            }
            "mcast_router" => {
                let value = value::<u8>(args, key)?;
                options.settings.push(Box::new(move |p| p.mcast_router = value));
            }
            "group_fwd_mask" => {
                let value = value::<u16>(args, key)?;
                options.settings.push(Box::new(move |p| p.group_fwd_mask = value));
            }
            _ => options.settings.extend(port_flag(key, args.need()?)?),
        }
    }
    Ok(options)
}

/// Sets a port's options.
pub(crate) fn set_port(ip: &mut Ip<'_, '_>, index: IfIndex, options: &PortOptions) -> Done {
    let stack = ip.stack()?;
    let Some(device) = stack.links.get_mut(index) else { return Err(End::errno("No such device")) };
    let master = device.master;
    let Some(port) = &mut device.port else { return Err(End::errno("Operation not supported")) };
    for setting in &options.settings {
        setting(port);
    }
    if let (true, Some(master)) = (options.flush, master)
        && let Some(bridge) = stack.links.get_mut(master).and_then(|d| d.bridge_mut())
    {
        bridge.fdb.retain(|e| e.flag != packetwalk_link::FdbFlag::Dynamic || e.port != index);
    }
    Ok(())
}
