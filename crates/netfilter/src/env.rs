//! What netfilter needs to know of the host that it is part of.

use std::net::IpAddr;

use packetwalk_trace::{DropReason, Hook, RouteKind};
use packetwalk_wire::{Family, IfIndex, IfName, Instant, Payloads};

/// An interface as rules see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dev {
    /// Number; NONE when the hook has no such interface.
    pub index: IfIndex,
    /// Name; empty when there is none.
    pub name: IfName,
    /// `ip link set group`.
    pub group: u32,
}

/// The hook call's surroundings (`struct nf_hook_state`).
#[derive(Clone, Copy, Debug)]
pub struct HookState {
    /// Which hook.
    pub hook: Hook,
    /// IPv4 or IPv6.
    pub family: Family,
    /// `-i`; NONE in OUTPUT and POSTROUTING.
    pub iif: Dev,
    /// `-o`; NONE in PREROUTING and INPUT.
    pub oif: Dev,
    /// The route's next hop (`rt_nexthop`), where the packet has been routed: MASQUERADE's choice.
    pub next_hop: Option<IpAddr>,
}

/// Seeded random numbers: the only source of chance in a namespace.
pub trait Random {
    /// The next 32 bits.
    fn next_u32(&mut self) -> u32;
}

/// The host as netfilter asks it.
pub trait Host {
    /// Type of an address in the local table (`inet_dev_addr_type`, `ipv6_chk_addr` …); with `dev`,
    /// only addresses of that interface are local.
    fn addr_type(&self, addr: IpAddr, dev: Option<IfIndex>) -> RouteKind;
    /// `inet_select_addr` with universe scope: MASQUERADE's source on `oif` towards `next_hop`.
    fn masquerade_source(&self, oif: IfIndex, next_hop: IpAddr) -> Option<IpAddr>;
    /// First primary address of an interface: REDIRECT's destination.
    fn first_addr(&self, dev: IfIndex, family: Family) -> Option<IpAddr>;
    /// Name and group of an interface (bridge ports for physdev).
    fn dev(&self, index: IfIndex) -> Dev;
    /// Whether an interface is enslaved to a bridge.
    fn is_bridge_port(&self, index: IfIndex) -> bool;
    /// MTU of the route to `dst`: TCPMSS asks for both directions. `None` when it is not known; a packet
    /// that needs it then stops as not modelled.
    fn path_mtu(&self, dst: IpAddr) -> Option<u32> {
        let _ = dst;
        None
    }
    /// Whether an IPv6 address has a route by this interface (addrtype).
    fn routed6(&self, addr: IpAddr, dev: IfIndex) -> bool {
        let _ = (addr, dev);
        true
    }
    /// The way back to a packet's source (rpfilter); `None` when there is none.
    fn reverse_route(&self, key: &ReverseKey) -> Option<Reverse> {
        let _ = key;
        None
    }
    /// The socket that gets a packet (socket, TPROXY).
    fn socket(&self, key: &SocketKey) -> Option<SocketView> {
        let _ = key;
        None
    }
}

/// A lookup of the way back to a packet's source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReverseKey {
    /// The packet's source: where the answer would go.
    pub src: IpAddr,
    /// Its destination.
    pub dst: IpAddr,
    /// TOS or traffic class.
    pub tos: u8,
    /// Mark.
    pub mark: u32,
    /// Where it came in.
    pub dev: IfIndex,
    /// The way may lead over any interface.
    pub loose: bool,
}

/// The way back to a packet's source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reverse {
    /// The route's type.
    pub kind: RouteKind,
    /// It leads over the interface that the packet came in by.
    pub by_dev: bool,
}

/// A lookup of the socket that gets a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SocketKey {
    /// TCP or UDP.
    pub protocol: u8,
    /// The packet's source.
    pub src: (IpAddr, u16),
    /// The packet's destination.
    pub dst: (IpAddr, u16),
    /// Where it came in.
    pub iif: IfIndex,
}

/// A socket as rules see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SocketView {
    /// Bound to no address.
    pub wildcard: bool,
    /// Connected to a peer.
    pub connected: bool,
    /// `IP_TRANSPARENT`.
    pub transparent: bool,
    /// `SO_MARK`.
    pub mark: u32,
}

/// Everything a hook step may use beside the packet.
pub struct Env<'a, H: Host> {
    /// Virtual time.
    pub now: Instant,
    /// The host.
    pub host: &'a H,
    /// Payload bytes.
    pub payloads: &'a mut Payloads,
    /// Chance.
    pub random: &'a mut dyn Random,
}

/// How a hook ends (`NF_ACCEPT`, `NF_DROP` …).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Go on.
    Accept,
    /// Go on, for nobody listens on the queue (`NF_QUEUE` with `NF_VERDICT_FLAG_QUEUE_BYPASS`): as [`Self::Accept`],
    /// but NAT makes no mapping.
    Bypass,
    /// Dropped, and why.
    Drop(DropReason),
    /// Dropped, and the caller is to send this answer first.
    Reject(RejectWith),
}

/// `REJECT --reject-with`; numbers are ICMP type and code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RejectWith {
    /// An ICMP (v4) or ICMPv6 error of this type and code.
    Icmp {
        /// Type.
        ty: u8,
        /// Code.
        code: u8,
    },
    /// A TCP RST.
    TcpReset,
}
