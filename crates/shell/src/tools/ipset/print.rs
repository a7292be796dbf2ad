//! Sets and elements as they are listed.
//!
//! # Source
//! ipset 7.17, `lib/print.c`; `lib/session.c`: `list_create`, `list_adt`.

use packetwalk_netfilter::ipset::bitmap::Bitmap;
use packetwalk_netfilter::ipset::elem::text;
use packetwalk_netfilter::ipset::hash::Table;
use packetwalk_netfilter::ipset::{Adt, Body, Ext, Kind, Part, Set, View};
use packetwalk_netfilter::xtables::condition::bits_addr;
use packetwalk_wire::{Family, proto};

use super::icmp;
use super::keyword::Kw;
use super::parse::protocol_name;
use super::types::Type;
use crate::tools::iptables::Hosts;

/// How sets are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    Plain,
    Save,
    Xml,
}

/// Puts an address; `names` resolve it (`-r`).
fn address(out: &mut String, bits: u128, family: Family, names: Option<&dyn Hosts>) {
    let addr = bits_addr(family, bits);
    match names.and_then(|n| n.name(addr)) {
        Some(name) if name.contains('-') => *out += &format!("[{name}]"),
        Some(name) => *out += &name,
        None => *out += &addr.to_string(),
    }
}

fn port(out: &mut String, number: u8, port: u16) {
    match protocol_name(number) {
        Some(name) => *out += name,
        None => *out += &number.to_string(),
    }
    out.push(':');
    let names = match number {
        proto::ICMP => icmp::ICMP,
        proto::ICMPV6 => icmp::ICMPV6,
        _ => {
            *out += &port.to_string();
            return;
        }
    };
    match icmp::name(names, port) {
        Some(name) => *out += name,
        None => *out += &format!("{}/{}", port >> 8, port & 0xff),
    }
}

/// An element as it was written, or as the kernel tells of it.
pub(super) fn elem(kind: Kind, family: Family, adt: &Adt, names: Option<&dyn Hosts>) -> String {
    let mut out = String::new();
    let host = family.bits();
    let ip = |out: &mut String, ip: Option<u128>, cidr: Option<u8>| {
        let cidr = cidr.filter(|c| *c != host);
        address(out, ip.unwrap_or_default(), family, names);
        if let Some(cidr) = cidr {
            *out += &format!("/{cidr}");
        }
        if let Some(to) = adt.ip_to {
            out.push('-');
            address(out, to, family, names);
            if let Some(cidr) = cidr {
                *out += &format!("/{cidr}");
            }
        }
    };
    if kind.first() != Part::None {
        ip(&mut out, adt.ip, adt.cidr);
    }
    match kind {
        Kind::ListSet => {
            out += adt.name.as_deref().unwrap_or_default();
            if let Some(other) = &adt.nameref {
                out += &format!(" after {other}");
            }
        }
        Kind::BitmapPort => out += &adt.port.unwrap_or_default().to_string(),
        _ => {}
    }
    if kind.has_port() && kind != Kind::BitmapPort {
        out.push(',');
        port(&mut out, adt.proto.unwrap_or_default(), adt.port.unwrap_or_default());
    }
    if kind.has_mark() {
        out += &format!(",0x{:08x}", adt.mark.unwrap_or_default());
    }
    if let (Some(mac), true) = (adt.mac, kind.has_mac()) {
        if kind != Kind::HashMac {
            out.push(',');
        }
        let hex: Vec<String> = mac.iter().map(|b| format!("{b:02X}")).collect();
        out += &hex.join(":");
    }
    if let Some(iface) = &adt.iface {
        out += if adt.physdev { ",physdev:" } else { "," };
        out += &String::from_utf8_lossy(text(iface));
    }
    if kind.second() != Part::None {
        out.push(',');
        ip(&mut out, adt.ip2, adt.cidr2);
    }
    out
}

/// What the kernel tells of an element.
pub(super) fn told(kind: Kind, view: &View<'_>) -> Adt {
    let e = &view.elem;
    Adt {
        ip: Some(e.ip),
        cidr: (kind.first() == Part::Net).then_some(e.cidr),
        ip2: Some(e.ip2),
        cidr2: (kind.second() == Part::Net).then_some(e.cidr2),
        port: Some(e.port),
        proto: Some(e.proto),
        mac: view.has_mac.then_some(e.mac),
        mark: Some(e.mark),
        iface: kind.has_iface().then_some(e.iface),
        physdev: e.physdev,
        wildcard: e.wildcard,
        nomatch: view.nomatch,
        ..Adt::default()
    }
}

/// ` NAME VALUE`, or `<NAME>VALUE</NAME>`; ` NAME`, or `<NAME/>`.
fn option(out: &mut String, mode: Mode, kw: Kw, value: Option<&str>) {
    let name = kw.name();
    *out += &match (mode, value) {
        (Mode::Xml, Some(value)) => format!("<{name}>{value}</{name}>"),
        (Mode::Xml, None) => format!("<{name}/>"),
        (_, Some(value)) => format!(" {name} {value}"),
        (_, None) => format!(" {name}"),
    };
}

/// A line of a list: the element and its options.
pub(super) fn line(
    of: &Type,
    set: &Set,
    adt: &Adt,
    ext: &Ext,
    left: u32,
    mode: Mode,
    names: Option<&dyn Hosts>,
) -> String {
    let family = set.family().unwrap_or(Family::V4);
    let text = elem(of.kind, family, adt, names);
    let mut out = match mode {
        Mode::Plain => text,
        Mode::Save => format!("add {} {text}", set.name()),
        Mode::Xml => format!("<member><elem>{text}</elem>"),
    };
    let with = set.with();
    let skb = ext.skb;
    for &kw in of.add.args {
        let value = match kw {
            Kw::Timeout if with.timeout.is_some() => left.to_string(),
            Kw::Packets if with.counters => ext.packets.to_string(),
            Kw::Bytes if with.counters => ext.bytes.to_string(),
            Kw::ElemComment => match &ext.comment {
                Some(comment) => format!("\"{comment}\""),
                None => continue,
            },
            Kw::Skbmark if skb.mark != 0 || skb.mask != 0 => {
                if skb.mask == u32::MAX {
                    format!("0x{:x}", skb.mark)
                } else {
                    format!("0x{:x}/0x{:x}", skb.mark, skb.mask)
                }
            }
            Kw::Skbprio if skb.prio != 0 => format!("{:x}:{:x}", skb.prio >> 16, skb.prio & 0xffff),
            Kw::Skbqueue if skb.queue != 0 => skb.queue.to_string(),
            Kw::Nomatch if adt.nomatch => {
                option(&mut out, mode, kw, None);
                continue;
            }
            Kw::Wildcard if adt.wildcard => {
                option(&mut out, mode, kw, None);
                continue;
            }
            _ => continue,
        };
        option(&mut out, mode, kw, Some(&value));
    }
    out += if mode == Mode::Xml { "</member>\n" } else { "\n" };
    out
}

fn of_table(table: &Table, kw: Kw, family: Family) -> Option<String> {
    let addr = |bits| bits_addr(family, bits).to_string();
    match kw {
        Kw::Hashsize => Some(table.hashsize().to_string()),
        Kw::Maxelem => Some(table.maxelem.to_string()),
        Kw::Netmask => table.netmask.map(|n| n.to_string()),
        Kw::Bitmask => table.own_bitmask().map(addr),
        Kw::Markmask => Some(format!("0x{:08x}", table.markmask)),
        Kw::Bucketsize => Some(table.bucketsize.to_string()),
        Kw::Initval => Some(format!("0x{:08x}", table.initval)),
        _ => None,
    }
}

fn of_bitmap(map: &Bitmap, kw: Kw) -> Option<String> {
    let addr = |bits: u32| bits_addr(Family::V4, bits.into()).to_string();
    match kw {
        Kw::IpRange => Some(format!("{}-{}", addr(map.first), addr(map.last))),
        Kw::PortRange => Some(format!("{}-{}", map.first, map.last)),
        Kw::Netmask => map.netmask.map(|n| n.to_string()),
        _ => None,
    }
}

/// The options of `create`.
fn header(of: &Type, set: &Set, mode: Mode) -> String {
    let mut out = String::new();
    let with = set.with();
    let family = set.family().unwrap_or(Family::V4);
    for &kw in of.create.args {
        let flag = match kw {
            Kw::Counters => with.counters,
            Kw::Comment => with.comment,
            Kw::Skbinfo => with.skbinfo,
            _ => false,
        };
        if flag {
            option(&mut out, mode, kw, None);
            continue;
        }
        let value = match (kw, set.body()) {
            (Kw::Family, _) => Some(if family == Family::V4 { "inet" } else { "inet6" }.to_owned()),
            (Kw::Timeout, _) => with.timeout.map(|t| t.to_string()),
            (_, Body::Hash(table)) => of_table(table, kw, family),
            (_, Body::Bitmap(map)) => of_bitmap(map, kw),
            (Kw::Size, Body::List(list)) => Some(list.size.to_string()),
            _ => None,
        };
        if let Some(value) = value {
            option(&mut out, mode, kw, Some(&value));
        }
    }
    out
}

/// What stands before the members; `first` is the first set that is listed.
pub(super) fn head(
    of: &Type,
    set: &Set,
    mode: Mode,
    facts: (u32, usize),
    terse: bool,
    first: bool,
) -> String {
    let (references, entries) = facts;
    let (name, kind, revision) = (set.name(), of.kind.name(), of.kind.revision());
    let (options, memory) = (header(of, set, mode), set.memory());
    match mode {
        Mode::Save => format!("create {name} {kind}{options}\n"),
        Mode::Plain => {
            let gap = if first { "" } else { "\n" };
            let members = if terse { "" } else { "Members:\n" };
            format!(
                "{gap}Name: {name}\nType: {kind}\nRevision: {revision}\nHeader:{options}\n\
                 Size in memory: {memory}\nReferences: {references}\nNumber of entries: {entries}\n{members}"
            )
        }
        Mode::Xml => {
            let members = if terse { "" } else { "<members>\n" };
            format!(
                "<ipset name=\"{name}\">\n<type>{kind}</type>\n<revision>{revision}</revision>\n\
                 <header>{options}\n<memsize>{memory}</memsize>\n<references>{references}</references>\n\
                 <numentries>{entries}</numentries>\n</header>\n{members}"
            )
        }
    }
}
