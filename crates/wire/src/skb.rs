//! A packet on its way through a host, with what the kernel keeps beside the bytes (`struct sk_buff`).

use core::fmt;

use crate::{Mac, Packet, Payload};

/// An interface's number in its namespace (`ifindex`); 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct IfIndex(pub u32);

impl IfIndex {
    /// No interface.
    pub const NONE: Self = Self(0);
    /// `lo` is number 1 in every namespace.
    pub const LO: Self = Self(1);

    /// Whether it names an interface.
    pub const fn is_some(self) -> bool {
        self.0 != 0
    }
}

/// An interface's name: 1 to 15 bytes (`IFNAMSIZ` less the NUL), kept inline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct IfName([u8; 16]);

impl IfName {
    /// No name.
    pub const EMPTY: Self = Self([0; 16]);

    /// `None` when `name` is empty, longer than 15 bytes, `.` or `..`, or has a `/`, `:` or white space.
    ///
    /// # Source
    /// Linux v6.18, `net/core/dev.c`: `dev_valid_name`.
    pub fn new(name: &str) -> Option<Self> {
        let b = name.as_bytes();
        let bad = |c: &u8| matches!(c, b'/' | b':') || c.is_ascii_whitespace() || *c == 0x0b;
        if b.is_empty() || b.len() > 15 || name == "." || name == ".." || b.iter().any(bad) {
            return None;
        }
        let mut raw = [0; 16];
        raw[..b.len()].copy_from_slice(b);
        Some(Self(raw))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|&c| c == 0).unwrap_or(16);
        core::str::from_utf8(&self.0[..len]).unwrap_or_default()
    }

    /// The 16 bytes, NUL-padded.
    pub const fn raw(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for IfName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for IfName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// To whom the frame was addressed (`include/uapi/linux/if_packet.h`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum PacketType {
    /// `PACKET_HOST`.
    #[default]
    Host,
    /// `PACKET_BROADCAST`.
    Broadcast,
    /// `PACKET_MULTICAST`.
    Multicast,
    /// `PACKET_OTHERHOST`: seen only by captures and bridges.
    OtherHost,
    /// `PACKET_LOOPBACK`: a copy of what this host sent.
    Loopback,
}

/// A packet's relation to its connection (`enum ip_conntrack_info`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CtInfo {
    /// `IP_CT_NEW`.
    New,
    /// `IP_CT_ESTABLISHED`: original direction, a reply was seen.
    Established,
    /// `IP_CT_ESTABLISHED_REPLY`.
    EstablishedReply,
    /// `IP_CT_RELATED`: an error or an expected connection, original direction.
    Related,
    /// `IP_CT_RELATED_REPLY`.
    RelatedReply,
}

impl CtInfo {
    /// Travels in the connection's reply direction (`CTINFO2DIR`).
    pub const fn is_reply(self) -> bool {
        matches!(self, Self::EstablishedReply | Self::RelatedReply)
    }
}

/// A packet's connection: slab index and generation, so that a stale one is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CtRef {
    /// Index in the namespace's conntrack slab.
    pub index: u32,
    /// Generation of that slot.
    pub generation: u32,
    /// Relation.
    pub info: CtInfo,
}

/// What conntrack says of a packet (`skb->_nfct`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Nfct {
    /// Not looked at yet, or INVALID after conntrack looked.
    #[default]
    None,
    /// Belongs to a connection.
    Tracked(CtRef),
    /// `-j CT --notrack` (`IP_CT_UNTRACKED`).
    Untracked,
    /// An answer about an untracked packet: RELATED to no connection. `-j CT` leaves it alone, and conntrack looks at
    /// it as at one that it did not see yet.
    Nothing,
}

/// A packet on its way through one namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Skb {
    /// Number of this packet in the lab; kept from host to host, copies get their own.
    pub id: u32,
    /// The packet.
    pub packet: Packet,
    /// Source and destination MAC of the frame it came in; `None` for one made here.
    pub mac: Option<(Mac, Mac)>,
    /// To whom its frame was addressed.
    pub pkt_type: PacketType,
    /// `skb->dev` on input: where it came in; NONE for one made here.
    pub iif: IfIndex,
    /// Bridge port it came in by (`nf_bridge_info.physindev`); NONE outside bridges.
    pub physin: IfIndex,
    /// Bridge port it leaves by (`physoutdev`).
    pub physout: IfIndex,
    /// `skb->mark`.
    pub mark: u32,
    /// `skb->priority`.
    pub priority: u32,
    /// Its connection.
    pub nfct: Nfct,
    /// User id of the socket that sent it, for one made here.
    pub uid: Option<u32>,
    /// Made here by no socket, not even the host's own: netfilter's segments.
    pub no_socket: bool,
    /// `nf_trace`: the TRACE target met it.
    pub nf_trace: bool,
    /// `nf_bridge_info.bridged_dnat`: waits for its next hop's MAC on a bridge, to be bridged on with
    /// this source MAC.
    pub bridged_dnat: Option<Mac>,
    /// Bridge netfilter found its route before it came up from the bridge, and it counts as come in where that leads.
    pub routed_below: bool,
    /// Largest fragment in bytes of the datagram that was put together (`frag_max_size`); 0 for one that
    /// came whole. It is cut again to that size when it leaves.
    pub frag_max: u16,
    /// How long each of its fragments was, without headers: big-endian numbers of two bytes. It is cut there again
    /// (`frag_list`).
    pub frag_cuts: Payload,
    /// Every fragment of the largest size had DF, and gets it again where it is cut anew (`IPSKB_FRAG_PMTU`).
    pub frag_pmtu: bool,
    /// It is cut to what its way carries in spite of DF (`ignore_df`): made by a socket that does not insist on it,
    /// or put together for connection tracking.
    pub ignore_df: bool,
    /// It came round to this host itself with its sender's route (`skb_valid_dst`): no input lookup.
    pub has_dst: bool,
}

impl Skb {
    /// What goes with a packet to another interface's far end: hardly more than its bytes, and the mark only
    /// within a namespace.
    ///
    /// # Source
    /// Linux v6.18, `net/core/skbuff.c`: `skb_scrub_packet`.
    pub const fn scrub(&mut self, other_ns: bool) {
        self.mac = None;
        self.pkt_type = PacketType::Host;
        self.iif = IfIndex::NONE;
        self.physin = IfIndex::NONE;
        self.physout = IfIndex::NONE;
        if other_ns {
            self.mark = 0;
        }
        self.nfct = Nfct::None;
        self.uid = None;
        self.no_socket = false;
        self.nf_trace = false;
        self.bridged_dnat = None;
        self.routed_below = false;
        self.frag_max = 0;
        self.frag_cuts = Payload::EMPTY;
        self.frag_pmtu = false;
        self.ignore_df = false;
        self.has_dst = false;
    }

    /// A packet made on this host.
    pub const fn new(id: u32, packet: Packet) -> Self {
        Self {
            id,
            packet,
            mac: None,
            pkt_type: PacketType::Host,
            iif: IfIndex::NONE,
            physin: IfIndex::NONE,
            physout: IfIndex::NONE,
            mark: 0,
            priority: 0,
            nfct: Nfct::None,
            uid: None,
            no_socket: false,
            nf_trace: false,
            bridged_dnat: None,
            routed_below: false,
            frag_max: 0,
            frag_cuts: Payload::EMPTY,
            frag_pmtu: false,
            ignore_df: false,
            has_dst: false,
        }
    }
}
