//! What each primitive asks.
//!
//! # Source
//! libpcap 1.10.3, `gencode.c`: `gen_scode`, `gen_mcode`, `gen_ncode`, `gen_mcode6`, `gen_ecode`,
//! `gen_host`, `gen_host6`, `gen_port`, `gen_proto`, `gen_proto_abbrev`, `gen_broadcast`,
//! `gen_multicast`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::emit::ethertype;
use packetwalk_wire::proto;

use super::code::{At, Code, Field, Relation};
use super::{FilterError, Link, Names};

type Result<T = Code> = core::result::Result<T, FilterError>;

/// What the code depends on besides the expression.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub link: Link,
    pub netmask: Option<u32>,
    pub names: &'a dyn Names,
}

/// `src`, `dst` and their combinations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    Default,
    Src,
    Dst,
    Or,
    And,
}

/// Kind of identifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Default,
    Host,
    Net,
    Port,
    PortRange,
    Proto,
    Gateway,
}

/// The qualifiers before an identifier; an identifier behind `and` or `or` may do with those before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Qualifiers {
    /// `tcp`, `ip` …, the keyword.
    pub protocol: Option<&'static str>,
    pub direction: Direction,
    pub kind: Kind,
}

fn error<T>(text: impl Into<String>) -> Result<T> {
    Err(FilterError::new(text))
}

impl Context<'_> {
    /// Where the network header begins.
    pub fn network(&self) -> u32 {
        match self.link {
            Link::Ethernet => 14,
            Link::Cooked => 20,
        }
    }

    /// The EtherType is this.
    pub fn ethertype(&self, ty: u16) -> Code {
        let at = match self.link {
            Link::Ethernet => 12,
            Link::Cooked => 0,
        };
        Code::equal(at, 2, u32::from(ty))
    }

    fn ipv4(&self) -> Code {
        self.ethertype(ethertype::IPV4)
    }

    fn ipv6(&self) -> Code {
        self.ethertype(ethertype::IPV6)
    }

    /// Not a later fragment.
    pub fn first_fragment(&self) -> Code {
        Code::masked(self.network() + 6, 2, 0x1fff, 0)
    }

    fn directed(direction: Direction, src: Code, dst: Code) -> Code {
        match direction {
            Direction::Src => src,
            Direction::Dst => dst,
            Direction::And => src.and(dst),
            Direction::Or | Direction::Default => src.or(dst),
        }
    }

    /// `gen_host`.
    fn host(&self, addr: u32, mask: u32, q: Qualifiers) -> Result {
        let word = if q.kind == Kind::Net { "net" } else { "host" };
        let at = |ty: u16, src: u32, dst: u32| {
            let test =
                |offset| self.ethertype(ty).and(Code::masked(self.network() + offset, 4, mask, addr & mask));
            Self::directed(q.direction, test(src), test(dst))
        };
        match q.protocol {
            None => Ok(at(ethertype::IPV4, 12, 16).or(at(ethertype::ARP, 14, 24)).or(at(0x8035, 14, 24))),
            Some("ip") => Ok(at(ethertype::IPV4, 12, 16)),
            Some("arp") => Ok(at(ethertype::ARP, 14, 24)),
            Some("rarp") => Ok(at(0x8035, 14, 24)),
            Some("ether") => error(format!("link-layer modifier applied to {word}")),
            Some("ip6") => error("'ip6' modifier applied to ip host"),
            Some(other) => error(format!("'{other}' modifier applied to {word}")),
        }
    }

    /// `gen_host6`.
    fn host6(&self, addr: Ipv6Addr, len: u32, q: Qualifiers) -> Result {
        let word = if q.kind == Kind::Net { "net" } else { "host" };
        match q.protocol {
            None | Some("ip6") => {}
            Some("ether") => return error(format!("link-layer modifier applied to ip6 {word}")),
            Some(other) => return error(format!("'{other}' modifier applied to ip6 {word}")),
        }
        let mask = u128::MAX.checked_shl(128 - len).unwrap_or(0);
        let test = |offset: u32| {
            let words = (0..4).rev().map(|i| {
                let part = |value: u128| (value >> (96 - 32 * i)) as u32;
                let mask = part(mask);
                (mask, Code::masked(self.network() + offset + 4 * i, 4, mask, part(u128::from(addr)) & mask))
            });
            let tests = words.filter(|(mask, _)| *mask != 0).map(|(_, code)| code);
            tests.fold(self.ipv6(), Code::and)
        };
        Ok(Self::directed(q.direction, test(8), test(24)))
    }

    /// A MAC address; only in Ethernet headers.
    fn mac(&self, mac: [u8; 6], q: Qualifiers) -> Result {
        if !(matches!(q.kind, Kind::Host | Kind::Default) && q.protocol == Some("ether")) {
            return error("ethernet address used in non-ether expression");
        }
        if self.link == Link::Cooked {
            return error(
                "ethernet addresses supported only on ethernet/FDDI/token ring/802.11/ATM LANE/Fibre Channel",
            );
        }
        let value = mac.iter().fold(0_u64, |value, &octet| value << 8 | u64::from(octet));
        let test = |offset| {
            Code::equal(offset + 2, 4, value as u32).and(Code::equal(offset, 2, (value >> 32) as u32))
        };
        Ok(Self::directed(q.direction, test(6), test(0)))
    }

    /// `gen_port` or `gen_portrange`, of both families; `protocol` is `None` for TCP, UDP and SCTP.
    fn ports(&self, low: u16, high: u16, protocol: Option<u8>, direction: Direction) -> Code {
        let (low, high) = (low.min(high), low.max(high));
        let test = |at: At| {
            let field = |relation, value: u16| {
                Code::Field(Field { at, size: 2, mask: u32::MAX }, relation, u32::from(value))
            };
            if low == high {
                field(Relation::Equal, low)
            } else {
                field(Relation::GreaterEqual, low).and(field(Relation::Greater, high).not())
            }
        };
        let network = self.network();
        let v4 = |offset| test(At::Transport { ip: network, offset });
        let v6 = |offset| test(At::Packet(network + 40 + offset));
        let each = |one: &dyn Fn(u8) -> Code| match protocol {
            Some(protocol) => one(protocol),
            None => one(proto::TCP).or(one(proto::UDP)).or(one(proto::SCTP)),
        };
        let v4 =
            each(&|protocol| {
                Code::equal(network + 9, 1, u32::from(protocol))
                    .and(self.first_fragment())
                    .and(Self::directed(direction, v4(0), v4(2)))
            });
        let v6 = each(&|protocol| {
            Code::equal(network + 6, 1, u32::from(protocol)).and(Self::directed(direction, v6(0), v6(2)))
        });
        self.ipv4().and(v4).or(self.ipv6().and(v6))
    }

    /// `gen_proto`.
    fn proto(&self, number: u32, q: Qualifiers) -> Result {
        if q.direction != Direction::Default {
            return error("direction applied to 'proto'");
        }
        let network = self.network();
        let v4 = || self.ipv4().and(Code::equal(network + 9, 1, number));
        let v6 = || {
            let fragment = Code::equal(network + 6, 1, 44).and(Code::equal(network + 40, 1, number));
            self.ipv6().and(Code::equal(network + 6, 1, number).or(fragment))
        };
        match q.protocol {
            None => Ok(v4().or(v6())),
            Some("ip") => Ok(v4()),
            Some("ip6") => Ok(v6()),
            Some("ether") => match u16::try_from(number) {
                Ok(ty) if ty > 1500 => Ok(self.ethertype(ty)),
                _ => Err(FilterError::not_modelled("ether proto of an LLC SAP")),
            },
            Some("arp") => error("arp does not encapsulate another protocol"),
            Some("rarp") => error("rarp does not encapsulate another protocol"),
            Some(other) => error(format!("'{other} proto' is bogus")),
        }
    }

    /// A protocol alone: `gen_proto_abbrev`.
    pub fn protocol(&self, name: &'static str) -> Result {
        let of = |number: u8, protocol| {
            let q = Qualifiers { protocol, direction: Direction::Default, kind: Kind::Proto };
            self.proto(u32::from(number), q)
        };
        match name {
            "ip" => Ok(self.ipv4()),
            "ip6" => Ok(self.ipv6()),
            "arp" => Ok(self.ethertype(ethertype::ARP)),
            "rarp" => Ok(self.ethertype(0x8035)),
            "tcp" => of(proto::TCP, None),
            "udp" => of(proto::UDP, None),
            "sctp" => of(proto::SCTP, None),
            "icmp" => of(proto::ICMP, Some("ip")),
            "igmp" => of(proto::IGMP, Some("ip")),
            "igrp" => of(9, Some("ip")),
            "pim" => of(103, None),
            "vrrp" | "carp" => of(112, Some("ip")),
            "icmp6" => of(proto::ICMPV6, Some("ip6")),
            "ah" => of(proto::AH, None),
            "esp" => of(proto::ESP, None),
            "ether" => error("link layer applied in wrong context"),
            "radio" => error("'radio' is not a valid protocol type"),
            other => Err(FilterError::not_modelled(other)),
        }
    }

    /// The protocol of `port` and `portrange`.
    fn port_protocol(q: Qualifiers) -> Result<Option<u8>> {
        match q.protocol {
            None => Ok(None),
            Some("tcp") => Ok(Some(proto::TCP)),
            Some("udp") => Ok(Some(proto::UDP)),
            Some("sctp") => Ok(Some(proto::SCTP)),
            Some(_) if q.kind == Kind::Port => error("illegal qualifier of 'port'"),
            Some(_) => error("illegal qualifier of 'portrange'"),
        }
    }

    /// A number: `gen_ncode`.
    pub fn number(&self, number: u32, q: Qualifiers) -> Result {
        match q.kind {
            Kind::Default | Kind::Host | Kind::Net => {
                if q.protocol == Some("ether") {
                    return error("illegal link layer address");
                }
                let (mut addr, mut mask) = (number, u32::MAX);
                while q.kind == Kind::Net && addr != 0 && addr & 0xff00_0000 == 0 {
                    (addr, mask) = (addr << 8, mask << 8);
                }
                self.host(addr, mask, q)
            }
            Kind::Port | Kind::PortRange => {
                let protocol = Self::port_protocol(q)?;
                match u16::try_from(number) {
                    Ok(port) => Ok(self.ports(port, port, protocol, q.direction)),
                    Err(_) => error(format!("illegal port number {number} > 65535")),
                }
            }
            Kind::Gateway => error("'gateway' requires a name"),
            Kind::Proto => self.proto(number, q),
        }
    }

    /// Two to four numbers with dots, perhaps with a mask.
    pub fn dotted(&self, text: &str, mask: Option<Mask<'_>>, q: Qualifiers) -> Result {
        let applied = match (mask.is_some(), q.kind) {
            (false, Kind::Port) => "port",
            (false, Kind::PortRange) => "portrange",
            (false, Kind::Proto) => "proto",
            _ => "",
        };
        if !applied.is_empty() {
            return error(format!("'{applied}' modifier applied to ip host"));
        }
        let (addr, own_mask) = octets(text)?;
        let Some(mask) = mask else {
            if q.kind == Kind::Gateway {
                return error("'gateway' requires a name");
            }
            if q.protocol == Some("ether") {
                return error("illegal link layer address");
            }
            return self.host(addr, own_mask, q);
        };
        let (mask, written) = match mask {
            Mask::Dotted(dotted) => (octets(dotted)?.0, format!("{text} mask {dotted}")),
            Mask::Len(len) if len > 32 => return error("mask length must be <= 32"),
            Mask::Len(len) => (u32::MAX.checked_shl(32 - len).unwrap_or(0), format!("{text}/{len}")),
        };
        if addr & !mask != 0 {
            return error(format!("non-network bits set in \"{written}\""));
        }
        if q.kind == Kind::Net { self.host(addr, mask, q) } else { error("Mask syntax for networks only") }
    }

    /// An IPv6 address, perhaps with a prefix length: `gen_mcode6`.
    pub fn v6(&self, text: &str, len: Option<u32>, q: Qualifiers) -> Result {
        let Ok(addr) = text.parse::<Ipv6Addr>() else {
            return error(format!("bogus IPv6 address {text}"));
        };
        let bits = len.unwrap_or(128);
        if bits > 128 {
            return error("mask length must be <= 128");
        }
        if u128::from(addr) & !u128::MAX.checked_shl(128 - bits).unwrap_or(0) != 0 {
            return error(format!("non-network bits set in \"{text}/{bits}\""));
        }
        match q.kind {
            Kind::Default | Kind::Host if bits != 128 => error("Mask syntax for networks only"),
            Kind::Default | Kind::Host | Kind::Net => self.host6(addr, bits, q),
            _ => error("invalid qualifier against IPv6 address"),
        }
    }

    /// A MAC address.
    pub fn ether(&self, mac: [u8; 6], q: Qualifiers) -> Result {
        self.mac(mac, q)
    }

    /// A name: `gen_scode`.
    pub fn name(&self, name: &str, q: Qualifiers) -> Result {
        match q.kind {
            Kind::Net => error(format!("unknown network '{name}'")),
            Kind::Gateway => error("'gateway' not supported in this configuration"),
            Kind::Default | Kind::Host if q.protocol == Some("ether") => match self.link {
                Link::Ethernet => error(format!("unknown ether host '{name}'")),
                Link::Cooked => error(
                    "only ethernet/FDDI/token ring/802.11/ATM LANE/Fibre Channel supports link-level host name",
                ),
            },
            Kind::Default | Kind::Host => self.named_host(name, q),
            Kind::Port => {
                let protocol = Self::port_protocol(q)?;
                let Some((port, real)) = self.service(name) else {
                    return error(format!("unknown port '{name}'"));
                };
                let protocol = agreed(protocol, real, &format!("port '{name}'"))?;
                Ok(self.ports(port, port, protocol, q.direction))
            }
            Kind::PortRange => {
                let protocol = Self::port_protocol(q)?;
                let (low, high, real) = self.range(name)?;
                let protocol = agreed(protocol, real, &format!("port in range '{name}'"))?;
                Ok(self.ports(low, high, protocol, q.direction))
            }
            Kind::Proto => {
                let number = match q.protocol {
                    None | Some("ip" | "ip6") => match self.names.protocol(name) {
                        Some(number) => u32::from(number),
                        None => return error(format!("unknown ip proto '{name}'")),
                    },
                    Some("ether") => match name {
                        "ip" => u32::from(ethertype::IPV4),
                        "ip6" => u32::from(ethertype::IPV6),
                        "arp" => u32::from(ethertype::ARP),
                        "rarp" => 0x8035,
                        _ => return error(format!("unknown ether proto '{name}'")),
                    },
                    Some(_) => return error(format!("unknown protocol: {name}")),
                };
                self.proto(number, q)
            }
        }
    }

    fn named_host(&self, name: &str, q: Qualifiers) -> Result {
        let addrs = self.names.host(name);
        let mut code: Option<Code> = None;
        for addr in &addrs {
            let one = match addr {
                IpAddr::V4(addr) if q.protocol != Some("ip6") => self.host(u32::from(*addr), u32::MAX, q)?,
                IpAddr::V6(addr) if q.protocol != Some("ip") => self.host6(*addr, 128, q)?,
                _ => continue,
            };
            code = Some(match code {
                Some(code) => code.or(one),
                None => one,
            });
        }
        let family =
            if addrs.is_empty() || q.protocol.is_none() { "" } else { " for specified address family" };
        code.ok_or_else(|| FilterError::new(format!("unknown host '{name}'{family}")))
    }

    /// A service's port, and its protocol if it has only one.
    fn service(&self, name: &str) -> Option<(u16, Option<u8>)> {
        let (tcp, udp) = (self.names.service(name, "tcp"), self.names.service(name, "udp"));
        match (tcp, udp) {
            (Some(tcp), Some(udp)) if tcp == udp => Some((tcp, None)),
            (Some(tcp), _) => Some((tcp, Some(proto::TCP))),
            (None, udp) => udp.map(|udp| (udp, Some(proto::UDP))),
        }
    }

    fn range(&self, name: &str) -> Result<(u16, u16, Option<u8>)> {
        let unknown = || FilterError::new(format!("unknown port in range '{name}'"));
        let (low, high) = name.split_once('-').ok_or_else(unknown)?;
        if let (Ok(low), Ok(high)) = (low.parse::<u32>(), high.parse::<u32>()) {
            let port = |n: u32| {
                u16::try_from(n).map_err(|_| FilterError::new(format!("illegal port number {n} > 65535")))
            };
            return Ok((port(low)?, port(high)?, None));
        }
        let ((low, one), (high, other)) = self.service(low).zip(self.service(high)).ok_or_else(unknown)?;
        Ok((low, high, if one == other { one } else { None }))
    }

    /// `broadcast`.
    pub fn broadcast(&self, protocol: Option<&str>) -> Result {
        match (protocol, self.link) {
            (None | Some("ether"), Link::Ethernet) => {
                Ok(Code::equal(2, 4, u32::MAX).and(Code::equal(0, 2, 0xffff)))
            }
            (None | Some("ether"), Link::Cooked) => error("not a broadcast link"),
            (Some("ip"), _) => {
                let Some(mask) = self.netmask else {
                    return error("netmask not known, so 'ip broadcast' not supported");
                };
                let at = self.network() + 16;
                let host = !mask;
                Ok(self.ipv4().and(Code::masked(at, 4, host, 0).or(Code::masked(at, 4, host, host))))
            }
            _ => error("only link-layer/IP broadcast filters supported"),
        }
    }

    /// `multicast`.
    pub fn multicast(&self, protocol: Option<&str>) -> Result {
        let network = self.network();
        match (protocol, self.link) {
            (None | Some("ether"), Link::Ethernet) => Ok(Code::masked(0, 1, 1, 1)),
            (Some("ip"), _) => {
                let first = Field { at: At::Packet(network + 16), size: 1, mask: u32::MAX };
                Ok(self.ipv4().and(Code::Field(first, Relation::GreaterEqual, 224)))
            }
            (Some("ip6"), _) => Ok(self.ipv6().and(Code::equal(network + 24, 1, 255))),
            _ => error(
                "link-layer multicast filters supported only on ethernet/FDDI/token ring/ARCNET/802.11/ATM LANE/Fibre Channel",
            ),
        }
    }
}

/// What stands behind an address.
#[derive(Clone, Copy)]
pub(super) enum Mask<'t> {
    Len(u32),
    Dotted(&'t str),
}

/// The protocol of a port by name: the one asked for, unless the name has only the other.
fn agreed(asked: Option<u8>, real: Option<u8>, what: &str) -> Result<Option<u8>> {
    match (asked, real) {
        (Some(asked), Some(real)) if asked != real => {
            error(format!("{what} is {}", if real == proto::TCP { "tcp" } else { "udp" }))
        }
        (asked, real) => Ok(asked.or(real)),
    }
}

/// `__pcap_atoin`, shifted to the left, with the mask of the octets that are there.
fn octets(text: &str) -> Result<(u32, u32)> {
    let invalid = || FilterError::new(format!("invalid IPv4 address '{text}'"));
    let mut octets = [0; 4];
    let mut n = 0;
    for part in text.split('.') {
        *octets.get_mut(n).ok_or_else(invalid)? = part.parse().map_err(|_| invalid())?;
        n += 1;
    }
    let mask = u32::MAX.checked_shl(32 - 8 * n as u32).unwrap_or(0);
    Ok((u32::from(Ipv4Addr::from(octets)), mask))
}
