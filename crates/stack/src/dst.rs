//! A route as a packet carries it (`struct dst_entry`).

use std::net::IpAddr;

use packetwalk_route::bits::is_link_local6;
use packetwalk_trace::{RouteKind, RouteStep};
use packetwalk_wire::{IfIndex, Skb};

/// Where a packet goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dst {
    /// Type: local, unicast, broadcast, multicast.
    pub kind: RouteKind,
    /// Interface out.
    pub oif: IfIndex,
    /// Gateway, unless the destination is on the link.
    pub gateway: Option<IpAddr>,
    /// Source for a local sender that bound none.
    pub src: Option<IpAddr>,
    /// The route's own MTU, in bytes.
    pub mtu: Option<u32>,
    /// The sender should be told of a better way (`IPSKB_DOREDIRECT`).
    pub redirect: bool,
    /// What ICMP told of the path MTU does not count (`IP_PMTUDISC_PROBE`).
    pub probe: bool,
    /// This host gets the packet, or a copy of it (`RTCF_LOCAL`).
    pub local: bool,
    /// The route that decided, for the trace.
    pub step: Option<RouteStep>,
}

impl Dst {
    /// Delivered to this host, by a decision that was made before.
    pub(crate) const fn here(kind: RouteKind) -> Self {
        Self {
            kind,
            oif: IfIndex::LO,
            gateway: None,
            src: None,
            mtu: None,
            redirect: false,
            probe: false,
            local: true,
            step: None,
        }
    }
}

/// What a local sender asks the route tables with (`struct flowi`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutputKey {
    /// Destination.
    pub dst: IpAddr,
    /// Source, if chosen.
    pub src: Option<IpAddr>,
    /// Interface, if bound to one.
    pub oif: Option<IfIndex>,
    /// Mark.
    pub mark: u32,
    /// TOS or traffic class.
    pub tos: u8,
    /// IP protocol number.
    pub protocol: u8,
    /// Source and destination port.
    pub ports: (u16, u16),
    /// The source need not be an address of this host (`FLOWI_FLAG_ANYSRC`).
    pub any_src: bool,
}

impl OutputKey {
    /// Towards `dst`, nothing else said.
    pub const fn to(dst: IpAddr) -> Self {
        Self { dst, src: None, oif: None, mark: 0, tos: 0, protocol: 0, ports: (0, 0), any_src: false }
    }
}

/// Where a packet came in, if the address of its sender means nothing on another link.
///
/// # Source
/// Linux v6.18, `include/net/ipv6.h`: `__ipv6_addr_needs_scope_id`; `net/ipv6/tcp_ipv6.c`: `tcp_v6_init_req`.
pub(crate) fn link_of(skb: &Skb) -> Option<IfIndex> {
    is_link_local6(skb.packet.ip.src).then_some(skb.iif).filter(|iif| iif.is_some())
}
