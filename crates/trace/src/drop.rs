//! Why a packet ended.

/// Named after the kernel's (`include/net/dropreason-core.h`, v6.18).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DropReason {
    /// `NETFILTER_DROP`: a rule, a policy, or a conntrack or NAT verdict.
    NetfilterDrop,
    /// `NO_SOCKET`: nobody listens on the port.
    NoSocket,
    /// `OTHERHOST`: the frame was for another MAC.
    OtherHost,
    /// `IP_INADDRERRORS`: no route, or unreachable.
    IpInAddrErrors,
    /// `IP_INNOROUTES`.
    IpInNoRoutes,
    /// `IP_OUTNOROUTES`: a local sender has no route.
    IpOutNoRoutes,
    /// `IP_RPFILTER`.
    IpRpFilter,
    /// `IP_LOCAL_SOURCE`: the source is one of our own addresses.
    IpLocalSource,
    /// `IP_INVALID_SOURCE`: a source that no host may have.
    IpInvalidSource,
    /// `IP_INVALID_DEST`: a destination that may not come in here.
    IpInvalidDest,
    /// `IP_LOCALNET`: 127/8 on the wire without `route_localnet`.
    IpLocalNet,
    /// `IP_CSUM` and other malformed headers.
    IpInHdr,
    /// `IP_NOPROTO`: no handler for this protocol.
    IpNoProto,
    /// `UNICAST_IN_L2_MULTICAST`: a unicast IP packet in a broadcast frame.
    UnicastInL2Multicast,
    /// `PKT_TOO_BIG`: larger than the MTU with DF set.
    PktTooBig,
    /// TTL or hop limit ran out (`IP_INHDR` in the kernel, told apart here).
    TtlExceeded,
    /// The host does not forward (`ip_forward`, `net.ipv6.conf.all.forwarding`).
    ForwardingOff,
    /// A blackhole route.
    Blackhole,
    /// `NEIGH_FAILED`: the next hop did not answer ARP or ND.
    NeighFailed,
    /// `NEIGH_QUEUEFULL`.
    NeighQueueFull,
    /// `UDP_CSUM`, `TCP_CSUM`, `ICMP_CSUM`: the transport checksum is wrong.
    Csum,
    /// `PKT_TOO_SMALL`: the transport header is cut short.
    PktTooSmall,
    /// `TCP_FLAGS`, old or unexpected segments.
    TcpFlags,
    /// `TCP_RESET`: a RST ended the connection here.
    TcpReset,
    /// `DEV_READY`: the interface is down or has no carrier.
    DevReady,
    /// The peer of the veth is gone or down.
    NoCarrier,
    /// `BRIDGE_INGRESS_STP_STATE`: the port does not forward.
    BridgeStpState,
    /// `BRIDGE_NO_EGRESS_PORT`: for instance back to the port it came from, without hairpin mode.
    BridgeNoEgressPort,
    /// Link-local group addresses that a bridge keeps.
    BridgeLinkLocal,
    /// `ICMP` that is not answered (broadcast echo, unknown type).
    IcmpIgnored,
    /// A group address that nobody here joined.
    NotJoined,
    /// A part of a datagram that never became whole, or fragment loss.
    FragReasm,
    /// `FULL_RING`, socket queue full.
    SocketRcvbuff,
    /// Handed to a queue on which no program listens (`NOT_SPECIFIED` in the kernel); its sender is not told.
    NfQueue,
    /// SYNPROXY took the packet and sent others in its place (`SKB_CONSUMED`).
    Consumed,
    /// A rule met something that is not modelled: the packet stops rather than guess.
    NotModelled,
    /// The frame was taken by nobody (unknown EtherType, ARP for others).
    UnhandledProto,
}

impl DropReason {
    /// The kernel's name where it has one (`SKB_DROP_REASON_` left out), else ours in the same style.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetfilterDrop => "NETFILTER_DROP",
            Self::NoSocket => "NO_SOCKET",
            Self::OtherHost => "OTHERHOST",
            Self::IpInAddrErrors => "IP_INADDRERRORS",
            Self::IpInNoRoutes => "IP_INNOROUTES",
            Self::IpOutNoRoutes => "IP_OUTNOROUTES",
            Self::IpRpFilter => "IP_RPFILTER",
            Self::IpLocalSource => "IP_LOCAL_SOURCE",
            Self::IpInvalidSource => "IP_INVALID_SOURCE",
            Self::IpInvalidDest => "IP_INVALID_DEST",
            Self::IpLocalNet => "IP_LOCALNET",
            Self::IpInHdr => "IP_INHDR",
            Self::IpNoProto => "IP_NOPROTO",
            Self::UnicastInL2Multicast => "UNICAST_IN_L2_MULTICAST",
            Self::PktTooBig => "PKT_TOO_BIG",
            Self::TtlExceeded => "IP_TTL_EXCEEDED",
            Self::ForwardingOff => "IP_FORWARDING_OFF",
            Self::Blackhole => "IP_BLACKHOLE",
            Self::NeighFailed => "NEIGH_FAILED",
            Self::NeighQueueFull => "NEIGH_QUEUEFULL",
            Self::Csum => "CSUM",
            Self::PktTooSmall => "PKT_TOO_SMALL",
            Self::TcpFlags => "TCP_FLAGS",
            Self::TcpReset => "TCP_RESET",
            Self::DevReady => "DEV_READY",
            Self::NoCarrier => "NO_CARRIER",
            Self::BridgeStpState => "BRIDGE_INGRESS_STP_STATE",
            Self::BridgeNoEgressPort => "BRIDGE_NO_EGRESS_PORT",
            Self::BridgeLinkLocal => "BRIDGE_LINK_LOCAL",
            Self::IcmpIgnored => "ICMP_IGNORED",
            Self::NotJoined => "IP_NOT_JOINED",
            Self::FragReasm => "FRAG_REASM",
            Self::SocketRcvbuff => "SOCKET_RCVBUFF",
            Self::NfQueue => "NETFILTER_QUEUE",
            Self::Consumed => "CONSUMED",
            Self::NotModelled => "NOT_MODELLED",
            Self::UnhandledProto => "UNHANDLED_PROTO",
        }
    }
}
