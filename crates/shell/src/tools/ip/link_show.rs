//! `ip link show`, and the link's part of `ip addr show`.

use packetwalk_link::{Device, Flags, Kind, OperState};
use packetwalk_wire::{IfIndex, Mac};

use super::args::{Args, End, duparg2, invarg};
use super::out::Color;
use super::{Done, Ip, bridge_opts, link_stats, names};

/// `master DEV` or `nomaster`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Master {
    /// No bridge.
    None,
    /// This one.
    Is(IfIndex),
}

impl Master {
    /// The bridge's number.
    pub(super) const fn index(self) -> Option<IfIndex> {
        match self {
            Self::None => None,
            Self::Is(index) => Some(index),
        }
    }
}

/// Which links are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct LinkFilter {
    pub(super) dev: Option<IfIndex>,
    pub(super) up: bool,
    pub(super) group: Option<u32>,
    pub(super) master: Option<Master>,
    pub(super) kind: Option<String>,
    pub(super) slave_kind: Option<String>,
}

impl LinkFilter {
    pub(super) fn shows(&self, device: &Device) -> bool {
        let kind = |wanted: &String| device.kind.name() == Some(wanted.as_str());
        let slave = |wanted: &String| device.master.is_some() && wanted == "bridge";
        self.dev.is_none_or(|dev| dev == device.index)
            && (!self.up || device.is_up())
            && self.group.is_none_or(|g| g == device.group)
            && self.master.is_none_or(|m| m.index() == device.master)
            && self.kind.as_ref().is_none_or(kind)
            && self.slave_kind.as_ref().is_none_or(slave)
    }
}

/// Words that choose links, for `ip link show` and `ip addr show` alike; `None` when `word` is none.
pub(super) fn link_word(
    ip: &mut Ip<'_, '_>,
    filter: &mut LinkFilter,
    word: &str,
    args: &mut Args<'_>,
) -> Result<bool, End> {
    match word {
        "up" => filter.up = true,
        "group" => {
            let word = args.need()?;
            let group = names::parse_group(word).ok_or_else(|| invarg("Invalid \"group\" value\n", word))?;
            filter.group = Some(group);
        }
        "master" => {
            let word = args.need()?;
            let dev = ip.dev(word).ok_or_else(|| invarg("Device does not exist\n", word))?;
            filter.master = Some(Master::Is(dev));
        }
        "nomaster" => filter.master = Some(Master::None),
        "vrf" => {
            let word = args.need()?;
            return Err(invarg("Not a valid VRF name\n", word));
        }
        "type" => {
            let word = args.need()?;
            match word.strip_suffix("_slave") {
                Some(kind) => filter.slave_kind = Some(kind.to_owned()),
                None => filter.kind = Some(word.to_owned()),
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// A word that is no filter names the interface, with or without `dev`.
pub(super) fn dev_word(
    word: &str,
    args: &mut Args<'_>,
    dev: &mut Option<String>,
    usage: &'static str,
) -> Done {
    let word = match word {
        "dev" => args.need()?,
        _ if super::matches(word, "help") => return Err(End::usage(usage)),
        _ => word,
    };
    if dev.is_some() {
        return Err(duparg2("dev", word));
    }
    *dev = Some(word.to_owned());
    Ok(())
}

/// The interface that was named.
pub(super) fn resolve(ip: &mut Ip<'_, '_>, dev: Option<String>) -> Result<Option<IfIndex>, End> {
    let Some(name) = dev else { return Ok(None) };
    match ip.dev(&name) {
        Some(index) => Ok(Some(index)),
        None => Err(End::fail(1, format!("Device \"{name}\" does not exist.\n"))),
    }
}

/// `ip link show`.
pub(super) fn show(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let mut filter = LinkFilter::default();
    let mut dev = None;
    while let Some(word) = args.next() {
        if !link_word(ip, &mut filter, word, args)? {
            dev_word(word, args, &mut dev, super::help::LINK)?;
        }
    }
    filter.dev = resolve(ip, dev)?;
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    for device in ip.devices().into_iter().filter(|d| filter.shows(d)) {
        ip.out.open_object(None);
        print(ip, &device, Face::Link);
        ip.out.close_object();
    }
    ip.out.end();
    Ok(())
}

pub(crate) fn flags(ip: &mut Ip<'_, '_>, device: &Device, mdown: bool) {
    const NAMES: &[(Flags, &str)] = &[
        (Flags::LOOPBACK, "LOOPBACK"),
        (Flags::BROADCAST, "BROADCAST"),
        (Flags::POINTOPOINT, "POINTOPOINT"),
        (Flags::MULTICAST, "MULTICAST"),
        (Flags::NOARP, "NOARP"),
        (Flags::ALLMULTI, "ALLMULTI"),
        (Flags::PROMISC, "PROMISC"),
        (Flags::UP, "UP"),
        (Flags::LOWER_UP, "LOWER_UP"),
    ];
    let flags = device.flags();
    let mut words = Vec::new();
    if flags.has(Flags::UP) && !flags.has(Flags::RUNNING) {
        words.push("NO-CARRIER");
    }
    words.extend(NAMES.iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, name)| *name));
    if mdown {
        words.push("M-DOWN");
    }
    ip.out.open_array("flags");
    ip.out.fp("<");
    for (at, word) in words.iter().enumerate() {
        ip.out.item(word, &if at == 0 { (*word).to_owned() } else { format!(",{word}") });
    }
    ip.out.fp("> ");
    ip.out.close_array();
}

/// The other end of a veth pair: its index here, or in a namespace known by this number and name.
pub(crate) enum Other {
    None,
    Here(IfIndex),
    There {
        index: IfIndex,
        nsid: u32,
        name: Option<String>,
    },
    /// Of no namespace that is told.
    Unknown(IfIndex),
}

pub(super) fn other_end(ip: &mut Ip<'_, '_>, device: &Device) -> Other {
    let Some((ns, index)) = device.peer().or(device.lower()) else { return Other::None };
    if ns == ip.ns {
        return Other::Here(index);
    }
    let nsid = ip.stack().map_or(0, |s| s.links.nsid(ns));
    let listed = ip.cx.lab.spaces().find(|(id, space)| *id == ns && space.listed && !space.name.is_empty());
    let name = listed.map(|(_, space)| space.name.clone());
    Other::There { index, nsid, name }
}

/// The other end where only its number is told, not its namespace; not even that when it is the same as
/// the device's own.
///
/// # Source
/// Linux v6.18, `net/bridge/br_netlink.c`: `br_fill_ifinfo`.
pub(crate) fn other_number(ip: &mut Ip<'_, '_>, device: &Device) -> Other {
    match other_end(ip, device) {
        Other::There { index, .. } if index == device.index => Other::None,
        Other::There { index, .. } => {
            let here = ip.stack().is_ok_and(|s| s.links.get(index).is_some());
            if here { Other::Here(index) } else { Other::Unknown(index) }
        }
        other => other,
    }
}

/// `name@link: `; whether the link is down here.
pub(crate) fn name_and_link(ip: &mut Ip<'_, '_>, device: &Device, other: &Other) -> bool {
    let name = device.name.as_str();
    let (shown, mdown) = match *other {
        Other::None => (name.to_owned(), false),
        Other::Here(index) => {
            let link = ip.dev_name(index);
            let up = ip.stack().is_ok_and(|s| s.links.get(index).is_some_and(Device::is_up));
            ip.out.json_string("link", &link);
            (format!("{name}@{link}"), !up)
        }
        Other::Unknown(index) => {
            ip.out.json_string("link", &format!("if{}", index.0));
            (format!("{name}@if{}", index.0), false)
        }
        Other::There { index, .. } => {
            if ip.out.is_json() {
                ip.out.number("link_index", u64::from(index.0), "");
            }
            (format!("{name}@if{}", index.0), false)
        }
    };
    let text = if ip.opt.brief { format!("{shown:<16} ") } else { format!("{shown}: ") };
    ip.out.colored(Color::IfName, "ifname", name, &text);
    mdown
}

fn operstate(ip: &mut Ip<'_, '_>, device: &Device) {
    let state = device.operstate();
    let color = match state {
        OperState::Up => Color::Up,
        OperState::Down => Color::Down,
        _ => Color::None,
    };
    let text = if ip.opt.brief { format!("{:<14} ", state.name()) } else { format!("{} ", state.name()) };
    if !ip.opt.brief {
        ip.out.fp("state ");
    }
    ip.out.colored(color, "operstate", state.name(), &text);
}

/// Which command shows a link, and so how much of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Face {
    /// `ip link`.
    Link,
    /// `ip addr`.
    Addr,
    /// `ip addr` for one family: without the line of the MAC.
    Family,
    /// `ip -6 addr`: what the kernel's IPv6 side tells of an interface.
    Inet6,
}

/// One link.
pub(super) fn print(ip: &mut Ip<'_, '_>, device: &Device, face: Face) {
    let link = face == Face::Link;
    let inet6 = face == Face::Inet6;
    let other = if inet6 { other_number(ip, device) } else { other_end(ip, device) };
    if ip.opt.brief {
        let mdown = name_and_link(ip, device, &other);
        operstate(ip, device);
        if link {
            let mac = device.mac.to_string();
            ip.out.colored(Color::Mac, "address", &mac, &format!("{mac} "));
            flags(ip, device, mdown);
            ip.out.fp("\n");
        }
        return;
    }
    ip.out.number("ifindex", u64::from(device.index.0), &format!("{}: ", device.index.0));
    let mdown = name_and_link(ip, device, &other);
    flags(ip, device, mdown);
    ip.out.number("mtu", u64::from(device.mtu), &format!("mtu {} ", device.mtu));
    if !inet6 {
        ip.out.string("qdisc", device.qdisc(), &format!("qdisc {} ", device.qdisc()));
    }
    if let Some(master) = device.master.filter(|_| !inet6) {
        let name = ip.dev_name(master);
        ip.out.string("master", &name, &format!("master {name} "));
    }
    operstate(ip, device);
    if link {
        ip.out.string("linkmode", "DEFAULT", "mode DEFAULT ");
    }
    let group = names::group(device.group);
    if !inet6 {
        ip.out.string("group", &group, &format!("group {group} "));
    }
    if device.txqlen != 0 {
        ip.out.number("txqlen", u64::from(device.txqlen), &format!("qlen {}", device.txqlen));
    }
    if matches!(face, Face::Link | Face::Addr) || ip.opt.details {
        address(ip, device);
    }
    if let Other::There { nsid, name, .. } = &other {
        let text = match name {
            Some(name) => format!(" link-netns {name}"),
            None => format!(" link-netnsid {nsid}"),
        };
        ip.out.number("link_netnsid", u64::from(*nsid), &text);
    }
    if ip.opt.details {
        details(ip, device, link);
    }
    if let Some(alias) = device.alias.as_ref().filter(|_| link || ip.opt.details) {
        ip.out.nl();
        ip.out.string("ifalias", alias, &format!("    alias {alias}"));
    }
    if link && ip.opt.stats > 0 {
        ip.out.nl();
        link_stats::print(ip, device);
    }
    ip.out.fp("\n");
}

fn address(ip: &mut Ip<'_, '_>, device: &Device) {
    ip.out.nl();
    let (kind, broadcast) =
        if device.is_loopback() { ("loopback", Mac::ZERO) } else { ("ether", Mac::BROADCAST) };
    ip.out.string("link_type", kind, &format!("    link/{kind} "));
    let mac = device.mac.to_string();
    ip.out.colored(Color::Mac, "address", &mac, &mac);
    ip.out.fp(" brd ");
    let broadcast = broadcast.to_string();
    ip.out.colored(Color::Mac, "broadcast", &broadcast, &broadcast);
}

fn details(ip: &mut Ip<'_, '_>, device: &Device, link: bool) {
    let (min, max) = match device.kind {
        Kind::Loopback | Kind::Dummy => (0, 0),
        _ => (68, 65535),
    };
    let (queues, tso) = match device.kind {
        Kind::Veth { .. } => (2, 524_280),
        Kind::Loopback | Kind::Macvlan { .. } => (1, 524_280),
        _ => (1, 65536),
    };
    let number = |ip: &mut Ip<'_, '_>, key: &str, word: &str, value: u32| {
        ip.out.number(key, u64::from(value), &format!("{word} {value} "));
    };
    number(ip, "promiscuity", " promiscuity", device.promiscuity);
    number(ip, "allmulti", " allmulti", device.allmulti);
    number(ip, "min_mtu", "minmtu", min);
    number(ip, "max_mtu", "maxmtu", max);
    if let Some(kind) = device.kind.name() {
        ip.out.open_object(Some("linkinfo"));
        ip.out.nl();
        ip.out.string("info_kind", kind, &format!("    {kind} "));
        if let Kind::Macvlan { mode, .. } = device.kind {
            let mode = mode.name();
            ip.out.open_object(Some("info_data"));
            ip.out.string("mode", mode, &format!("mode {mode} "));
            number(ip, "bcqueuelen", "bcqueuelen", 1000);
            number(ip, "usedbcqueuelen", "usedbcqueuelen", 1000);
            ip.out.close_object();
        }
        if device.bridge().is_some() {
            bridge_opts::print_bridge(ip, device);
        }
        if device.port.is_some() {
            ip.out.nl();
            ip.out.string("info_slave_kind", "bridge", "    bridge_slave ");
            bridge_opts::print_port(ip, device);
        }
        ip.out.close_object();
    }
    if link {
        let none = |s: &mut packetwalk_stack::Stack| {
            s.routing.dev(device.index).is_some_and(|d| d.conf.addr_gen_none)
        };
        let mode = if ip.stack().is_ok_and(none) { "none" } else { "eui64" };
        ip.out.string("inet6_addr_gen_mode", mode, &format!("addrgenmode {mode} "));
    }
    number(ip, "num_tx_queues", "numtxqueues", queues);
    number(ip, "num_rx_queues", "numrxqueues", queues);
    number(ip, "gso_max_size", "gso_max_size", 65536);
    number(ip, "gso_max_segs", "gso_max_segs", 65535);
    number(ip, "tso_max_size", "tso_max_size", tso);
    number(ip, "tso_max_segs", "tso_max_segs", 65535);
    number(ip, "gro_max_size", "gro_max_size", 65536);
}
