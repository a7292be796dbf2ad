//! `-j HMARK`.

use std::net::IpAddr;

use packetwalk_wire::{Icmp, Packet, Payloads, Transport, proto};

use super::Flow;
use crate::conntrack::{Dir, Tuple};
use crate::context::Cx;
use crate::env::Host;
use crate::nat::jhash;
use crate::raw;

/// What of a packet is hashed, and what the hash becomes. `given` tells which options were given, by
/// [`bit`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Hmark {
    /// Options given.
    pub given: u16,
    /// Mask of the source address, its words as in memory.
    pub src_mask: u128,
    /// Mask of the destination address.
    pub dst_mask: u128,
    /// Masks of source and destination port; of an SPI both halves.
    pub port_mask: (u16, u16),
    /// Bits set in the ports.
    pub port_set: (u16, u16),
    /// Mask of the protocol.
    pub proto_mask: u16,
    /// `--hmark-rnd`.
    pub rnd: u32,
    /// `--hmark-mod`.
    pub modulus: u32,
    /// `--hmark-offset`.
    pub offset: u32,
}

/// Bits of [`Hmark::given`], in the tool's order of options.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_HMARK.c`.
#[allow(missing_docs, reason = "each is an option's name")]
pub mod bit {
    pub const SRC_MASK: u8 = 0;
    pub const DST_MASK: u8 = 1;
    pub const SPI: u8 = 2;
    pub const SPI_MASK: u8 = 3;
    pub const SPORT: u8 = 4;
    pub const DPORT: u8 = 5;
    pub const SPORT_MASK: u8 = 6;
    pub const DPORT_MASK: u8 = 7;
    pub const PROTO_MASK: u8 = 8;
    pub const RND: u8 = 9;
    pub const MODULUS: u8 = 10;
    pub const OFFSET: u8 = 11;
    pub const CT: u8 = 12;
}

/// What is hashed, ports as in the packet.
struct Fields {
    src: IpAddr,
    dst: IpAddr,
    protocol: u8,
    ports: Option<(u16, u16)>,
}

impl Hmark {
    /// Whether an option was given.
    pub const fn has(&self, bit: u8) -> bool {
        self.given & (1 << bit) != 0
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_HMARK.c`: `hmark_tg_v4`, `hmark_tg_v6`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        let fields = if self.has(bit::CT) {
            let Some((conn, _)) = cx.ct.of(cx.skb) else { return Flow::Continue };
            of_connection(&conn.tuple(Dir::Original), &conn.tuple(Dir::Reply))
        } else {
            of_packet(&cx.skb.packet, cx.env.payloads)
        };
        cx.skb.mark = self.hash(&fields);
        Flow::Continue
    }

    /// Linux v6.18, `net/netfilter/xt_HMARK.c`: `hmark_hash`, `hmark_swap_ports`, `hmark_addr6_mask`.
    fn hash(&self, f: &Fields) -> u32 {
        let (a, b) = (fold(f.src, self.src_mask), fold(f.dst, self.dst_mask));
        let ports = f.ports.map_or(0, |(sport, dport)| {
            let sport = sport & self.port_mask.0 | self.port_set.0;
            let dport = dport & self.port_mask.1 | self.port_set.1;
            u32::from(sport.max(dport)) << 16 | u32::from(sport.min(dport))
        });
        let hash = jhash::jhash_3words(a.min(b), a.max(b), ports, self.rnd);
        let hash = hash ^ u32::from(u16::from(f.protocol) & self.proto_mask);
        ((u64::from(hash) * u64::from(self.modulus)) >> 32) as u32 + self.offset
    }

    /// Whether the kernel takes it.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_HMARK.c`: `hmark_tg_check`.
    pub(crate) const fn is_valid(&self) -> bool {
        let ports = self.has(bit::SPORT) || self.has(bit::DPORT);
        let masks = self.has(bit::SPORT_MASK) || self.has(bit::DPORT_MASK);
        self.modulus != 0 && !(self.has(bit::SPI) && ports) && !(self.has(bit::SPI_MASK) && masks)
    }
}

/// The words of a masked address, exclusive-or'ed.
fn fold(addr: IpAddr, mask: u128) -> u32 {
    match addr {
        IpAddr::V4(a) => a.to_bits() & mask as u32,
        IpAddr::V6(a) => {
            let a = a.to_bits() & mask;
            (a >> 96) as u32 ^ (a >> 64) as u32 ^ (a >> 32) as u32 ^ a as u32
        }
    }
}

fn of_connection(original: &Tuple, reply: &Tuple) -> Fields {
    let ports = (original.protocol != proto::ICMP).then_some((original.sport, reply.sport));
    Fields { src: original.src, dst: reply.src, protocol: original.protocol, ports }
}

/// An ICMP error is hashed as the packet that it quotes.
fn of_packet(packet: &Packet, payloads: &Payloads) -> Fields {
    if let Transport::Icmp(Icmp::Error { quoted, .. }) = packet.transport {
        let ports = Tuple::of_quoted(&quoted, payloads.bytes(packet.payload))
            .filter(|t| matches!(t.protocol, proto::TCP | proto::UDP | proto::SCTP | proto::UDPLITE))
            .map(|t| (t.sport, t.dport));
        return Fields { src: quoted.ip.src, dst: quoted.ip.dst, protocol: quoted.protocol(), ports };
    }
    let has = packet.ip.frag.is_none() && raw::ports_offset(packet.protocol()).is_some();
    let ports = raw::ports(packet, payloads).filter(|_| has);
    Fields { src: packet.ip.src, dst: packet.ip.dst, protocol: packet.protocol(), ports }
}
