//! One file per `-m`.

pub mod addrtype;
pub mod comment;
pub mod connmark;
pub mod conntrack;
pub mod dscp;
pub mod icmp;
pub mod iprange;
pub mod length;
pub mod mac;
pub mod mark;
pub mod multiport;
pub mod physdev;
pub mod pkttype;
pub mod range;
pub mod set;
pub mod statistic;
pub mod tcp;
pub mod tos;
pub mod ttl;
pub mod udp;

use crate::context::{Cx, Met, Scope};
use crate::env::Host;
use crate::extension::{Info, info};

/// Every match, a line each: its variant and type, its name after `-m`, the families that have it, what
/// it looks at (or `unmodelled`, when a packet that reaches it stops as not modelled), and its source in
/// Linux v6.18. What follows `but` tells where it differs from Linux.
#[macro_export]
macro_rules! each_match {
    ($then:ident) => {
        $then! {
            /// Types of the addresses as the routing table sees them.
            Addrtype(addrtype::Addrtype) = "addrtype", both, cx, "net/netfilter/xt_addrtype.c";
            /// Always met: a remark in the rule.
            Comment(comment::Comment) = "comment", both, always, "net/netfilter/xt_comment.c";
            /// Mark of the connection.
            Connmark(connmark::Connmark) = "connmark", both, cx, "net/netfilter/xt_connmark.c";
            /// State, addresses, ports, status, direction and expiry of the connection.
            Conntrack(Box<conntrack::Conntrack>) = "conntrack", both, cx, "net/netfilter/xt_conntrack.c";
            /// Differentiated services code point.
            Dscp(dscp::Dscp) = "dscp", both, packet, "net/netfilter/xt_dscp.c";
            /// Hop limit.
            Hl(ttl::Hl) = "hl", v6, packet, "net/netfilter/xt_hl.c";
            /// Type and code of an ICMP message.
            Icmp(icmp::Icmp) = "icmp", v4, packet, "net/netfilter/xt_tcpudp.c";
            /// Type and code of an ICMPv6 message.
            Icmp6(icmp::Icmp6) = "icmp6", v6, packet, "net/netfilter/xt_tcpudp.c";
            /// Ranges of addresses.
            Iprange(iprange::Iprange) = "iprange", both, packet, "net/netfilter/xt_iprange.c";
            /// Length of the packet.
            Length(length::Length) = "length", both, packet, "net/netfilter/xt_length.c";
            /// Source address of the frame.
            Mac(mac::MacSource) = "mac", both, skb, "net/netfilter/xt_mac.c";
            /// Mark of the packet.
            Mark(mark::Mark) = "mark", both, skb, "net/netfilter/xt_mark.c";
            /// Lists of ports and of ranges of ports.
            Multiport(multiport::Multiport) = "multiport", both, packet, "net/netfilter/xt_multiport.c";
            /// Ports of the bridge that a packet crosses.
            Physdev(physdev::Physdev) = "physdev", both, cx, "net/netfilter/xt_physdev.c";
            /// To whom the frame was addressed.
            Pkttype(pkttype::Pkttype) = "pkttype", both, skb, "net/netfilter/xt_pkttype.c";
            /// Membership in a set of `ipset`.
            Set(Box<set::Set>) = "set", both, cx, "net/netfilter/xt_set.c";
            /// State of the connection.
            State(conntrack::State) = "state", both, cx, "net/netfilter/xt_conntrack.c";
            /// Every nth packet, or some by chance.
            Statistic(statistic::Statistic) = "statistic", both, cx, "net/netfilter/xt_statistic.c";
            /// Ports, flags and options of a TCP segment.
            Tcp(tcp::Tcp) = "tcp", both, packet, "net/netfilter/xt_tcpudp.c";
            /// Type of service, under a mask.
            Tos(tos::Tos) = "tos", both, packet, "net/netfilter/xt_dscp.c";
            /// Time to live.
            Ttl(ttl::Ttl) = "ttl", v4, packet, "net/netfilter/xt_hl.c";
            /// Ports of a UDP datagram.
            Udp(udp::Udp) = "udp", both, packet, "net/netfilter/xt_tcpudp.c";
        }
    };
}

macro_rules! met {
    (always, $m:ident, $cx:ident) => {{
        let _ = $m;
        Met::Yes
    }};
    (unmodelled, $m:ident, $cx:ident) => {{
        let _ = $m;
        Met::NotModelled
    }};
    (packet, $m:ident, $cx:ident) => {
        $m.met(&$cx.skb.packet).into()
    };
    (skb, $m:ident, $cx:ident) => {
        $m.met($cx.skb).into()
    };
    (cx, $m:ident, $cx:ident) => {
        $m.met($cx).into()
    };
}

macro_rules! define {
    ($($(#[doc = $doc:literal])+ $v:ident($ty:ty) = $name:literal, $family:ident, $looks:ident, $source:literal
        $(but $differs:literal)?;)+) => {
        /// A condition given with `-m`.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Match {
            $($(#[doc = $doc])+ $v($ty),)+
        }

        /// Every match, by name.
        pub const LIST: &[Info] =
            &[$(info!($name, $family, concat!($($doc),+), $looks, $source $(, $differs)?)),+];

        impl Match {
            /// Its name after `-m`.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$v(_) => $name,)+
                }
            }

            /// Whether the packet meets it.
            #[inline]
            pub fn met<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> Met {
                match self {
                    $(Self::$v(m) => met!($looks, m, cx),)+
                }
            }
        }
    };
}
each_match!(define);

impl Match {
    /// Conntrack must watch the family while a rule has it (`nf_ct_netns_get` in its `checkentry`).
    pub const fn needs_conntrack(&self) -> bool {
        matches!(self, Self::Conntrack(_) | Self::State(_) | Self::Connmark(_))
    }

    /// Where it may be used.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Addrtype(m) => m.scope(),
            Self::Icmp(_) => Scope::proto(&[packetwalk_wire::proto::ICMP]),
            Self::Icmp6(_) => Scope::proto(&[packetwalk_wire::proto::ICMPV6]),
            Self::Mac(_) => mac::SCOPE,
            Self::Multiport(_) => multiport::SCOPE,
            Self::Physdev(m) => m.scope(),
            Self::Tcp(_) => Scope::proto(&[packetwalk_wire::proto::TCP]),
            Self::Udp(_) => Scope::proto(&[packetwalk_wire::proto::UDP]),
            _ => Scope::ANY,
        }
    }
}
