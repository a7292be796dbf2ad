//! Ranges and prefixes of a user's command, element by element.

use packetwalk_wire::{Family, proto};

use super::SetError;
use super::adt::{Adt, Op};
use super::bitmap::Bitmap;
use super::elem::{Elem, mask};
use super::kind::{Kind, Part};

/// Elements of one command after which the simulator says that the range is too large.
const ENOUGH: u32 = 1 << 24;

/// What a hash makes of an element.
pub(super) struct Rules {
    pub(super) kind: Kind,
    pub(super) family: Family,
    pub(super) netmask: Option<u8>,
    pub(super) bitmask: u128,
    pub(super) markmask: u32,
}

type Apply<'a> = dyn FnMut(&Elem) -> Result<bool, SetError> + 'a;

/// Addresses of a part, one after the other, each with its prefix length.
#[derive(Clone, Copy)]
struct Range {
    from: u32,
    to: u32,
    part: Part,
    step: u32,
}

impl Range {
    /// The next: address, prefix length, and the address after it.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/pfxlen.c`: `ip_set_range_to_cidr`.
    const fn take(self) -> (u32, u8, Option<Self>) {
        let (cidr, last) = if matches!(self.part, Part::Net) {
            let mut cidr = 1;
            loop {
                let m = mask(cidr, Family::V4) as u32;
                if self.from & !m == 0 && self.from | !m <= self.to || cidr == 32 {
                    break (cidr, self.from | !m);
                }
                cidr += 1;
            }
        } else {
            (32, self.from.saturating_add(self.step - 1))
        };
        let rest = match last.checked_add(1) {
            Some(from) if from <= self.to => Some(Self { from, ..self }),
            _ => None,
        };
        (self.from, cidr, rest)
    }
}

const fn v4(prefix: u8) -> u32 {
    mask(prefix, Family::V4) as u32
}

fn checked(adt: &Adt, rules: &Rules) -> Result<Elem, SetError> {
    let kind = rules.kind;
    let host = rules.family.bits();
    let v6 = rules.family == Family::V6;
    let (first, second) = (kind.first(), kind.second());
    if v6 && (adt.ip_to.is_some() || adt.ip2_to.is_some()) {
        return Err(SetError::RangeUnsupported);
    }
    let lowest = u8::from(!kind.takes_zero_prefix());
    let bad = |cidr: Option<u8>| cidr.is_some_and(|c| c < lowest || c > host);
    if first == Part::Net && bad(adt.cidr) || second == Part::Net && bad(adt.cidr2) {
        return Err(SetError::InvalidCidr);
    }
    if v6 && first == Part::Ip && adt.cidr.is_some_and(|c| c != host) {
        return Err(SetError::InvalidCidr);
    }
    let mut elem = Elem {
        ip: adt.ip.unwrap_or_default(),
        ip2: adt.ip2.unwrap_or_default(),
        mac: adt.mac.unwrap_or_default(),
        mark: adt.mark.unwrap_or_default() & rules.markmask,
        iface: adt.iface.unwrap_or_default(),
        physdev: adt.physdev,
        wildcard: adt.wildcard,
        ..Elem::default()
    };
    if kind.takes_mask() {
        elem.ip &= rules.bitmask;
        elem.ip2 &= rules.bitmask;
    }
    if kind == Kind::HashIp && elem.ip == 0 || kind.has_mac() && elem.mac == [0; 6] {
        return Err(SetError::NullElement);
    }
    if kind == Kind::HashIpPort && elem.ip == 0 {
        return Err(SetError::Invalid);
    }
    if first == Part::Net {
        elem.cidr = adt.cidr.unwrap_or(host);
    }
    if second == Part::Net {
        elem.cidr2 = adt.cidr2.unwrap_or(host);
    }
    if kind.has_port() {
        elem.port = adt.port.ok_or(SetError::Protocol)?;
        elem.proto = adt.proto.ok_or(SetError::MissingProto)?;
        if elem.proto == 0 {
            return Err(SetError::InvalidProto);
        }
        let icmp = if v6 { proto::ICMPV6 } else { proto::ICMP };
        if !with_ports(elem.proto) && elem.proto != icmp {
            elem.port = 0;
        }
    }
    Ok(elem)
}

const fn with_ports(number: u8) -> bool {
    matches!(number, proto::TCP | proto::UDP | proto::SCTP | proto::UDPLITE)
}

/// `range` of a part whose address is `from`.
fn range(part: Part, from: u128, to: Option<u128>, cidr: Option<u8>, step: u32) -> Result<Range, SetError> {
    let from = from as u32;
    let (mut low, mut high) = match (to, cidr) {
        (Some(to), _) => (from.min(to as u32), from.max(to as u32)),
        (None, Some(cidr)) => (from & v4(cidr), from | !v4(cidr)),
        (None, None) => (from, from),
    };
    if part == Part::Net {
        if to.is_some() && low == 0 && high == u32::MAX {
            return Err(SetError::WholeRange);
        }
        if to.is_none() {
            (low, high) = (from & v4(cidr.unwrap_or(32)), from | !v4(cidr.unwrap_or(32)));
        }
    }
    Ok(Range { from: low, to: high, part, step })
}

/// Does something with each element of a hash that the user means; for a test, with the first.
///
/// # Errors
/// The kernel's; an element that is there already, or not there, is none with `exist`.
///
/// # Source
/// Linux v6.18, `net/netfilter/ipset/ip_set_hash_*.c`: `hash_*4_uadt`, `hash_*6_uadt`.
pub(super) fn hash(
    rules: &Rules,
    op: Op,
    adt: &Adt,
    exist: bool,
    apply: &mut Apply<'_>,
) -> Result<bool, SetError> {
    let mut elem = checked(adt, rules)?;
    let kind = rules.kind;
    let port_to = adt.port_to.filter(|_| kind.has_port() && with_ports(elem.proto));
    let mut left = ENOUGH;
    let mut one = |elem: &Elem| match apply(elem) {
        Err(SetError::Exist) if exist => Ok(true),
        _ if left == 0 => Err(SetError::Range),
        done => {
            left -= 1;
            done
        }
    };
    let plain_ip = kind.first() == Part::Ip && (adt.ip_to.is_some() || adt.cidr.is_some());
    let nets = adt.ip_to.is_some() || adt.ip2_to.is_some();
    let v6 = rules.family == Family::V6;
    if op == Op::Test || v6 && port_to.is_none() || !(plain_ip || nets || port_to.is_some()) {
        if kind.first() == Part::Net {
            elem.ip &= mask(elem.cidr, rules.family);
        }
        if kind.second() == Part::Net {
            elem.ip2 &= mask(elem.cidr2, rules.family);
        }
        return one(&elem);
    }
    let (from, to) = port_to.map_or((elem.port, elem.port), |to| (elem.port.min(to), elem.port.max(to)));
    if v6 {
        let masked = elem.masked_nets(kind, rules.family);
        for port in from..=to {
            one(&Elem { port, ..masked })?;
        }
        return Ok(true);
    }
    if kind.first() == Part::Ip && adt.ip_to.is_none() && adt.cidr == Some(0) {
        return Err(SetError::InvalidCidr);
    }
    let step = if kind == Kind::HashIp { 1 << (32 - rules.netmask.unwrap_or(32)) } else { 1 };
    let first_to = if kind == Kind::HashIp && adt.ip_to == Some(0) && elem.ip != 0 {
        return Err(SetError::NullElement);
    } else {
        adt.ip_to
    };
    let first = range(kind.first(), elem.ip, first_to, adt.cidr, step)?;
    let second = range(kind.second(), elem.ip2, adt.ip2_to, adt.cidr2, 1)?;
    let mut ip = Some(first);
    while let Some(at) = ip {
        let (addr, cidr, rest) = at.take();
        ip = rest;
        elem.ip = addr.into();
        if kind.takes_mask() && kind != Kind::HashIp {
            elem.ip &= rules.bitmask;
        }
        if kind.first() == Part::Net {
            elem.cidr = cidr;
        }
        for port in from..=to {
            elem.port = port;
            let mut ip2 = Some(second);
            while let Some(at) = ip2 {
                let (addr, cidr, rest) = at.take();
                ip2 = rest;
                if kind.second() != Part::None {
                    elem.ip2 = addr.into();
                }
                if kind.second() == Part::Net {
                    elem.cidr2 = cidr;
                }
                one(&elem)?;
            }
        }
    }
    Ok(true)
}

impl Elem {
    const fn masked_nets(mut self, kind: Kind, family: Family) -> Self {
        if matches!(kind.first(), Part::Net) {
            self.ip &= mask(self.cidr, family);
        }
        if matches!(kind.second(), Part::Net) {
            self.ip2 &= mask(self.cidr2, family);
        }
        self
    }
}

/// Whether the first element is in a bitmap's range.
///
/// # Errors
/// [`SetError::BitmapRange`].
pub(super) fn in_range(map: &Bitmap, adt: &Adt) -> Result<(), SetError> {
    let value = adt.port.map_or_else(|| adt.ip.unwrap_or_default() as u32, u32::from);
    if map.has(value) { Ok(()) } else { Err(SetError::BitmapRange) }
}

/// Does something with each element of a bitmap that the user means; for a test, with the first.
///
/// # Errors
/// The kernel's; an element that is there already, or not there, is none with `exist`.
///
/// # Source
/// Linux v6.18, `net/netfilter/ipset/ip_set_bitmap_*.c`: `bitmap_*_uadt`.
pub(super) fn bitmap(
    map: &mut Bitmap,
    op: Op,
    adt: &Adt,
    exist: bool,
    apply: &mut dyn FnMut(&mut Bitmap, &Elem) -> Result<bool, SetError>,
) -> Result<bool, SetError> {
    let ports = adt.port.is_some();
    let from = adt.port.map_or_else(|| adt.ip.unwrap_or_default() as u32, u32::from);
    let to = if ports { adt.port_to.map(u32::from) } else { adt.ip_to.map(|to| to as u32) };
    let (low, high) = match (to, adt.cidr) {
        _ if op == Op::Test => (from, from),
        (Some(to), _) => (from.min(to), from.max(to)),
        (None, Some(0)) => return Err(SetError::InvalidCidr),
        (None, Some(cidr)) => (from & v4(cidr), from | !v4(cidr)),
        (None, None) => (from, from),
    };
    if !map.has(low) || !map.has(high) {
        return Err(SetError::BitmapRange);
    }
    let mut at = u64::from(low);
    while at <= u64::from(high) {
        let elem = if ports {
            Elem { port: at as u16, ..Elem::default() }
        } else {
            Elem { ip: at.into(), ..Elem::default() }
        };
        match apply(map, &elem) {
            Err(SetError::Exist) if exist => {}
            Err(e) => return Err(e),
            Ok(found) if op == Op::Test => return Ok(found),
            Ok(_) => {}
        }
        at += map.step();
    }
    Ok(true)
}
