//! What a packet is in a set.

use packetwalk_wire::{Family, Instant, Payloads, Skb, Transport, proto};

use super::elem::Elem;
use super::hash::Table;
use super::kind::{Kind, Part};
use crate::env::HookState;
use crate::xtables::condition::addr_bits;

/// `src,dst …`: which of a packet's addresses, ports and interfaces each part of an element is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dirs {
    /// How many are given.
    pub dim: u8,
    /// Bit n: the part after n others is the source's.
    pub src: u8,
}

impl Dirs {
    /// Whether part `n`, from 0, is the source's.
    pub const fn is_src(self, n: u8) -> bool {
        self.src & (1 << n) != 0
    }
}

/// A comparison of an element's counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CounterTest {
    /// None.
    #[default]
    Any,
    /// `--packets-eq`.
    Eq(u64),
    /// `! --packets-eq`.
    Ne(u64),
    /// `--packets-lt`.
    Lt(u64),
    /// `--packets-gt`.
    Gt(u64),
}

impl CounterTest {
    /// Whether a counter meets it.
    pub const fn met(self, counter: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Eq(n) => counter == n,
            Self::Ne(n) => counter != n,
            Self::Lt(n) => counter < n,
            Self::Gt(n) => counter > n,
        }
    }
}

/// What a rule asks of a set (`struct ip_set_adt_opt`).
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Directions.
    pub dirs: Dirs,
    /// Family of the rule.
    pub family: Family,
    /// `--exist`.
    pub exist: bool,
    /// `--timeout`.
    pub timeout: Option<u32>,
    /// `! --update-counters`.
    pub skip_update: bool,
    /// `! --update-subcounters`.
    pub skip_sub_update: bool,
    /// Comparisons of packets and bytes.
    pub counters: Option<(CounterTest, CounterTest)>,
    /// `--return-nomatch`.
    pub return_nomatch: bool,
    /// Bytes of the packet; `None` for a user's test, which does not count.
    pub len: Option<u16>,
    /// Found with the element.
    pub found: super::ext::SkbInfo,
}

impl Ask {
    /// Whether an element is there.
    pub const fn new(dirs: Dirs, family: Family) -> Self {
        Self {
            dirs,
            family,
            exist: false,
            timeout: None,
            skip_update: false,
            skip_sub_update: false,
            counters: None,
            return_nomatch: false,
            len: None,
            found: super::ext::SkbInfo { mark: 0, mask: 0, prio: 0, queue: 0 },
        }
    }
}

/// A packet at a rule.
#[derive(Clone, Copy)]
pub struct Pkt<'a> {
    /// The packet.
    pub skb: &'a Skb,
    /// The hook call.
    pub state: &'a HookState,
    /// Payload bytes.
    pub payloads: &'a Payloads,
    /// Virtual time.
    pub now: Instant,
}

/// How a look-up ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hit {
    No,
    Yes,
    /// Met an exception.
    Nomatch,
    /// Met, and the element is to be completed by the packet.
    Fill,
}

impl Pkt<'_> {
    fn addr(&self, src: bool) -> u128 {
        let ip = &self.skb.packet.ip;
        addr_bits(if src { ip.src } else { ip.dst })
    }

    fn mac(&self, src: bool) -> Option<[u8; 6]> {
        let (from, to) = self.skb.mac?;
        Some(if src { from.0 } else { to.0 }).filter(|m| *m != [0; 6])
    }

    /// Port and protocol; of ICMP, type and code.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_getport.c`: `get_port`.
    fn port(&self, src: bool) -> Option<(u16, u8)> {
        let packet = &self.skb.packet;
        if packet.ip.frag.is_some_and(|f| f.offset != 0) {
            return None;
        }
        let number = packet.protocol();
        let port = match packet.transport {
            Transport::Icmp(icmp) => {
                let (ty, code) = icmp.type_code();
                u16::from(ty) << 8 | u16::from(code)
            }
            Transport::Opaque { protocol: proto::SCTP | proto::UDPLITE } => {
                let bytes = self.payloads.bytes(packet.payload);
                match bytes {
                    [a, b, _, _, ..] if src => u16::from_be_bytes([*a, *b]),
                    [_, _, a, b, ..] => u16::from_be_bytes([*a, *b]),
                    _ => return None,
                }
            }
            _ => packet.ports().map_or(0, |(s, d)| if src { s } else { d }),
        };
        Some((port, number))
    }

    /// The element of a hash that the packet is; with `whole`, its addresses are not cut to the set's
    /// longest prefix. `None`: it is none.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_*.c`: `hash_*4_kadt`, `hash_*6_kadt`.
    pub(super) fn hashed(&self, kind: Kind, table: &Table, dirs: Dirs, whole: bool) -> Option<Elem> {
        let family = Family::of(self.skb.packet.ip.src);
        let host = family.bits();
        let mut elem = Elem::default();
        let (mut first, mut second) = table.longest();
        if kind.first() != Part::Net {
            second = first;
        }
        if whole {
            (first, second) = (host, host);
        }
        if kind.first() != Part::None {
            elem.ip = self.addr(dirs.is_src(0));
            if kind.takes_mask() {
                elem.ip &= table.bitmask;
            }
        }
        if matches!(kind, Kind::HashIp) && elem.ip == 0 {
            return None;
        }
        let last = kind.dimension().saturating_sub(1);
        if kind.second() != Part::None {
            elem.ip2 = self.addr(dirs.is_src(last));
            if kind.takes_mask() {
                elem.ip2 &= table.bitmask;
            }
        }
        if kind.first() == Part::Net {
            elem.cidr = first;
            elem.ip &= super::elem::mask(first, family);
        }
        if kind.second() == Part::Net {
            elem.cidr2 = second;
            elem.ip2 &= super::elem::mask(second, family);
        }
        if kind.has_port() {
            (elem.port, elem.proto) = self.port(dirs.is_src(1))?;
        }
        if kind.has_mac() {
            elem.mac = self.mac(dirs.is_src(last))?;
        }
        if kind.has_mark() {
            elem.mark = self.skb.mark & table.markmask;
        }
        if kind.has_iface() {
            let dev = if dirs.is_src(1) { &self.state.iif } else { &self.state.oif };
            elem.iface = *dev.name.raw();
            if elem.iface[0] == 0 {
                return None;
            }
        }
        Some(elem)
    }

    /// The element of a bitmap that the packet is, and its Ethernet address.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_bitmap_*.c`: `bitmap_*_kadt`.
    pub(super) fn mapped(&self, kind: Kind, dirs: Dirs) -> Option<(Elem, Option<[u8; 6]>)> {
        let mut elem = Elem::default();
        if kind == Kind::BitmapPort {
            let (port, number) = self.port(dirs.is_src(0))?;
            elem.port = port;
            return matches!(number, proto::TCP | proto::UDP).then_some((elem, None));
        }
        elem.ip = self.addr(dirs.is_src(0));
        if kind == Kind::BitmapIp {
            return Some((elem, None));
        }
        let mac = self.mac(dirs.is_src(1))?;
        Some((elem, Some(mac)))
    }
}
