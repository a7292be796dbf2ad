//! What can happen to a packet, one variant a thing.

use std::net::IpAddr;

use packetwalk_wire::{CtInfo, CtRef, Family, IfIndex};

use crate::DropReason;

/// Netfilter's five hooks (`enum nf_inet_hooks`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Hook {
    /// `NF_INET_PRE_ROUTING`.
    Prerouting,
    /// `NF_INET_LOCAL_IN`.
    Input,
    /// `NF_INET_FORWARD`.
    Forward,
    /// `NF_INET_LOCAL_OUT`.
    Output,
    /// `NF_INET_POST_ROUTING`.
    Postrouting,
}

impl Hook {
    /// The base chain's name in iptables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prerouting => "PREROUTING",
            Self::Input => "INPUT",
            Self::Forward => "FORWARD",
            Self::Output => "OUTPUT",
            Self::Postrouting => "POSTROUTING",
        }
    }
}

/// The tables of iptables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Table {
    /// `raw`.
    Raw,
    /// `mangle`.
    Mangle,
    /// `nat`.
    Nat,
    /// `filter`.
    Filter,
    /// `security`.
    Security,
}

impl Table {
    /// As `iptables -t` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Mangle => "mangle",
            Self::Nat => "nat",
            Self::Filter => "filter",
            Self::Security => "security",
        }
    }
}

/// A chain's number in its table: it keeps its number until it is deleted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ChainId(pub u32);

impl ChainId {
    /// Its place.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which half of the address pair NAT rewrites (`enum nf_nat_manip_type`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Manip {
    /// Source.
    Src,
    /// Destination.
    Dst,
}

/// How one rule ended for one packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuleEnd {
    /// Its condition number so (from 0, in the order printed by `iptables -S`) was not met.
    NoMatch(u8),
    /// Met; the packet is accepted by this table.
    Accept,
    /// Met; the packet is dropped.
    Drop,
    /// Met; rejected: dropped, and the sender told.
    Reject,
    /// Met; goes on in another chain and comes back.
    Jump(ChainId),
    /// Met; goes on in another chain and does not come back here.
    Goto(ChainId),
    /// Met; back to the calling chain.
    Return,
    /// Met; the target did its work and the next rule follows (`XT_CONTINUE`).
    Continue,
    /// Met something not modelled.
    NotModelled,
}

/// What an entry was when a packet of it had been seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CtSeen {
    /// Packets had gone both ways.
    pub replied: bool,
    /// It was assured: never dropped early.
    pub assured: bool,
}

/// What conntrack did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CtStep {
    /// No entry was there: a new, unconfirmed one.
    New(CtRef),
    /// An entry was found; what it is after this packet.
    Found(CtRef, CtSeen),
    /// The packet makes no sense for its connection or protocol: INVALID.
    Invalid,
    /// Not tracked, by a rule.
    Untracked,
    /// The new entry went into the table.
    Confirmed(CtRef),
    /// Somebody else took the tuple meanwhile.
    Clash(CtRef),
    /// The packet ended the connection: its entry is gone.
    Destroyed(CtRef),
}

/// Route types (`RTN_*`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum RouteKind {
    /// To a next hop or a link.
    #[default]
    Unicast,
    /// To this host.
    Local,
    /// Broadcast on a link.
    Broadcast,
    /// Anycast.
    Anycast,
    /// Multicast.
    Multicast,
    /// Dropped silently.
    Blackhole,
    /// Refused with host unreachable.
    Unreachable,
    /// Refused with administratively prohibited.
    Prohibit,
    /// The next rule is asked.
    Throw,
    /// Historic NAT route.
    Nat,
}

/// The route that decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RouteStep {
    /// Priority of the policy rule (`ip rule`).
    pub rule: u32,
    /// Table number: 255 local, 254 main, 253 default.
    pub table: u32,
    /// Network of the winning prefix.
    pub prefix: IpAddr,
    /// Its length.
    pub prefix_len: u8,
    /// Metric.
    pub metric: u32,
    /// Type.
    pub kind: RouteKind,
    /// Gateway, unless on link.
    pub via: Option<IpAddr>,
    /// Interface out; `lo` for local.
    pub oif: IfIndex,
    /// Source address chosen for a local sender.
    pub src: Option<IpAddr>,
}

/// What a bridge did with a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BridgeWhere {
    /// Up to the host that owns the bridge.
    Local,
    /// To the one port where the destination MAC was learnt.
    Port(IfIndex),
    /// To every other port: group address or unknown MAC.
    Flood,
    /// Both up and to every other port.
    LocalAndFlood,
}

/// What the neighbour table did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NeighStep {
    /// The MAC is known.
    Hit,
    /// Unknown: the packet waits while ARP or ND asks.
    Queued,
    /// The answer came: a waiting packet goes on.
    Resolved,
    /// Nobody answered.
    Failed,
}

/// What a local sender got (`errno`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SendError {
    /// ENETUNREACH.
    NetUnreach,
    /// EHOSTUNREACH.
    HostUnreach,
    /// EACCES: prohibit route, or broadcast without permission.
    Access,
    /// EPERM: a rule of OUTPUT dropped it.
    Perm,
    /// EINVAL: blackhole route, or a source that is not ours.
    Inval,
    /// EMSGSIZE.
    MsgSize,
    /// EADDRNOTAVAIL.
    AddrNotAvail,
    /// EADDRINUSE.
    AddrInUse,
    /// ECONNREFUSED.
    ConnRefused,
    /// ETIMEDOUT.
    TimedOut,
    /// ENOPROTOOPT.
    NoProtoOpt,
    /// EPROTO.
    Proto,
    /// ENETDOWN.
    NetDown,
    /// ECONNRESET.
    ConnReset,
    /// ENODEV.
    NoDev,
}

impl SendError {
    /// The errno's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetUnreach => "ENETUNREACH",
            Self::HostUnreach => "EHOSTUNREACH",
            Self::Access => "EACCES",
            Self::Perm => "EPERM",
            Self::Inval => "EINVAL",
            Self::MsgSize => "EMSGSIZE",
            Self::AddrNotAvail => "EADDRNOTAVAIL",
            Self::AddrInUse => "EADDRINUSE",
            Self::ConnRefused => "ECONNREFUSED",
            Self::TimedOut => "ETIMEDOUT",
            Self::NoProtoOpt => "ENOPROTOOPT",
            Self::Proto => "EPROTO",
            Self::NetDown => "ENETDOWN",
            Self::ConnReset => "ECONNRESET",
            Self::NoDev => "ENODEV",
        }
    }

    /// glibc's `strerror` text.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NetUnreach => "Network is unreachable",
            Self::HostUnreach => "No route to host",
            Self::Access => "Permission denied",
            Self::Perm => "Operation not permitted",
            Self::Inval => "Invalid argument",
            Self::MsgSize => "Message too long",
            Self::AddrNotAvail => "Cannot assign requested address",
            Self::AddrInUse => "Address already in use",
            Self::ConnRefused => "Connection refused",
            Self::TimedOut => "Connection timed out",
            Self::NoProtoOpt => "Protocol not available",
            Self::Proto => "Protocol error",
            Self::NetDown => "Network is down",
            Self::ConnReset => "Connection reset by peer",
            Self::NoDev => "No such device",
        }
    }
}

/// One step of a packet through a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A local socket, or the kernel itself, made the packet.
    Send,
    /// A frame came in by an interface (a capture sees it here).
    Receive(IfIndex),
    /// A frame leaves by an interface (a capture sees it here).
    Transmit(IfIndex),
    /// A bridge learnt the source MAC at a port.
    BridgeLearn {
        /// The bridge.
        bridge: IfIndex,
        /// The port.
        port: IfIndex,
    },
    /// A bridge decided.
    Bridge {
        /// The bridge.
        bridge: IfIndex,
        /// Port it came in by; NONE when the host itself sends.
        from: IfIndex,
        /// Where it goes.
        to: BridgeWhere,
    },
    /// A netfilter hook begins.
    Hook {
        /// Which.
        hook: Hook,
        /// IPv4 or IPv6 tables.
        family: Family,
        /// `-i`.
        iif: IfIndex,
        /// `-o`.
        oif: IfIndex,
    },
    /// A table's base chain begins.
    Table {
        /// Table.
        table: Table,
        /// Base chain's hook.
        hook: Hook,
    },
    /// A rule was asked.
    Rule {
        /// Table.
        table: Table,
        /// Chain.
        chain: ChainId,
        /// Number in its chain, from 1.
        rule: u32,
        /// How it ended.
        end: RuleEnd,
    },
    /// The end of a user's chain, or RETURN: back to the caller.
    ChainEnd {
        /// Table.
        table: Table,
        /// The chain that ended.
        chain: ChainId,
    },
    /// A base chain's policy decided.
    Policy {
        /// Table.
        table: Table,
        /// Chain.
        chain: ChainId,
        /// ACCEPT or DROP.
        accept: bool,
    },
    /// Conntrack.
    Conntrack(CtStep),
    /// A new connection got its NAT mapping for one half (a null mapping when no rule matched).
    NatSetup {
        /// Which half.
        manip: Manip,
        /// A rule gave it; false for a null mapping.
        by_rule: bool,
    },
    /// NAT rewrote the packet: compare with the event before.
    Nat {
        /// Which half of this packet.
        manip: Manip,
        /// Relation to its connection.
        info: CtInfo,
    },
    /// The routing decision for a packet that came in.
    RouteInput(RouteStep),
    /// The routing decision for a packet made here.
    RouteOutput(RouteStep),
    /// No route matched at all.
    NoRoute,
    /// TTL or hop limit went down by one.
    Ttl,
    /// The neighbour table was asked for the next hop.
    Neigh {
        /// Whose MAC.
        next_hop: IpAddr,
        /// On which interface.
        dev: IfIndex,
        /// What it said.
        step: NeighStep,
    },
    /// ARP or ND answered or asked: the event's body is the message.
    Arp,
    /// Handed to a local socket or to the kernel's own responder.
    Deliver,
    /// An ICMP error or TCP reset is made about this packet; it is the next new packet.
    Answer,
    /// The packet ended here.
    Drop(DropReason),
    /// The sender got an error.
    Errno(SendError),
}
