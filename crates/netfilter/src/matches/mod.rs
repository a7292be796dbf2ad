//! One file per `-m`.

pub mod addrtype;
pub mod ah;
pub mod comment;
pub mod connmark;
pub mod conntrack;
pub mod dccp;
pub mod dscp;
pub mod ecn;
pub mod esp;
pub mod eui64;
pub mod frag;
pub mod icmp;
pub mod ipcomp;
pub mod iprange;
pub mod ipv6header;
pub mod length;
pub mod mac;
pub mod mark;
pub mod mh;
pub mod multiport;
pub mod options;
pub mod physdev;
pub mod pkttype;
pub mod range;
pub mod realm;
pub mod rt;
pub mod sctp;
pub mod spi;
pub mod srh;
pub mod statistic;
pub mod string;
pub mod tcp;
pub mod tcpmss;
pub mod tos;
pub mod ttl;
pub mod u32;
pub mod udp;

use crate::context::{Cx, Met, Scope};
use crate::env::Host;
use crate::extension::{Info, info};
use crate::xtables::RuleError;

/// Every match, a line each: its variant and type, its name after `-m`, the families that have it, what
/// it looks at (or `unmodelled`, when a packet that reaches it stops as not modelled), and its source in
/// Linux v6.18. What follows `but` tells where it differs from Linux.
#[macro_export]
macro_rules! each_match {
    ($then:ident) => {
        $then! {
            /// Types of the addresses as the routing table sees them.
            Addrtype(addrtype::Addrtype) = "addrtype", both, cx, "net/netfilter/xt_addrtype.c";
            /// Index of an authentication header.
            Ah(ah::Ah) = "ah", v4, cx, "net/ipv4/netfilter/ipt_ah.c";
            /// Authentication header: index, length, reserved bits.
            Ah6(ah::Ah6) = "ah", v6, cx, "net/ipv6/netfilter/ip6t_ah.c";
            /// Always met: a remark in the rule.
            Comment(comment::Comment) = "comment", both, always, "net/netfilter/xt_comment.c";
            /// Mark of the connection.
            Connmark(connmark::Connmark) = "connmark", both, cx, "net/netfilter/xt_connmark.c";
            /// State, addresses, ports, status, direction and expiry of the connection.
            Conntrack(Box<conntrack::Conntrack>) = "conntrack", both, cx, "net/netfilter/xt_conntrack.c";
            /// Ports, types and options of a DCCP header.
            Dccp(dccp::Dccp) = "dccp", both, cx, "net/netfilter/xt_dccp.c";
            /// Differentiated services code point.
            Dscp(dscp::Dscp) = "dscp", both, packet, "net/netfilter/xt_dscp.c";
            /// Length and options of a destination options header.
            Dst(options::Destination) = "dst", v6, cx, "net/ipv6/netfilter/ip6t_hbh.c";
            /// Bits of explicit congestion notification.
            Ecn(ecn::Ecn) = "ecn", both, cx, "net/netfilter/xt_ecn.c";
            /// Index of an encrypted payload.
            Esp(esp::Esp) = "esp", both, cx, "net/netfilter/xt_esp.c";
            /// Source address that is made of the frame's.
            Eui64(eui64::Eui64) = "eui64", v6, skb, "net/ipv6/netfilter/ip6t_eui64.c";
            /// Fragment header.
            Frag(frag::Frag) = "frag", v6, cx, "net/ipv6/netfilter/ip6t_frag.c";
            /// Length and options of a hop-by-hop options header.
            Hbh(options::HopByHop) = "hbh", v6, cx, "net/ipv6/netfilter/ip6t_hbh.c";
            /// Hop limit.
            Hl(ttl::Hl) = "hl", v6, packet, "net/netfilter/xt_hl.c";
            /// Type and code of an ICMP message.
            Icmp(icmp::Icmp) = "icmp", v4, packet, "net/netfilter/xt_tcpudp.c";
            /// Type and code of an ICMPv6 message.
            Icmp6(icmp::Icmp6) = "icmp6", v6, packet, "net/netfilter/xt_tcpudp.c";
            /// Index of a compressed payload.
            Ipcomp(ipcomp::Ipcomp) = "ipcomp", both, cx, "net/netfilter/xt_ipcomp.c";
            /// Ranges of addresses.
            Iprange(iprange::Iprange) = "iprange", both, packet, "net/netfilter/xt_iprange.c";
            /// Which extension headers there are.
            Ipv6header(ipv6header::Ipv6header) = "ipv6header", v6, cx, "net/ipv6/netfilter/ip6t_ipv6header.c";
            /// Length of the packet.
            Length(length::Length) = "length", both, packet, "net/netfilter/xt_length.c";
            /// Source address of the frame.
            Mac(mac::MacSource) = "mac", both, skb, "net/netfilter/xt_mac.c";
            /// Mark of the packet.
            Mark(mark::Mark) = "mark", both, skb, "net/netfilter/xt_mark.c";
            /// Type of a mobility header.
            Mh(mh::Mh) = "mh", v6, cx, "net/ipv6/netfilter/ip6t_mh.c";
            /// Lists of ports and of ranges of ports.
            Multiport(multiport::Multiport) = "multiport", both, cx, "net/netfilter/xt_multiport.c";
            /// Ports of the bridge that a packet crosses.
            Physdev(physdev::Physdev) = "physdev", both, cx, "net/netfilter/xt_physdev.c";
            /// To whom the frame was addressed.
            Pkttype(pkttype::Pkttype) = "pkttype", both, skb, "net/netfilter/xt_pkttype.c";
            /// Realm of the route.
            Realm(realm::Realm) = "realm", v4, skb, "net/netfilter/xt_realm.c";
            /// Routing header.
            Rt(Box<rt::Rt>) = "rt", v6, cx, "net/ipv6/netfilter/ip6t_rt.c";
            /// Ports and chunks of an SCTP packet.
            Sctp(sctp::Sctp) = "sctp", both, cx, "net/netfilter/xt_sctp.c";
            /// Segment routing header.
            Srh(Box<srh::Srh>) = "srh", v6, cx, "net/ipv6/netfilter/ip6t_srh.c";
            /// State of the connection.
            State(conntrack::State) = "state", both, cx, "net/netfilter/xt_conntrack.c";
            /// Every nth packet, or some by chance.
            Statistic(statistic::Statistic) = "statistic", both, cx, "net/netfilter/xt_statistic.c";
            /// Text anywhere in the packet.
            String(Box<string::Text>) = "string", both, cx, "net/netfilter/xt_string.c"
                but "checksums are filled in already; text split between a socket's pages is found";
            /// Ports, flags and options of a TCP segment.
            Tcp(tcp::Tcp) = "tcp", both, cx, "net/netfilter/xt_tcpudp.c";
            /// Maximum segment size that a SYN offers.
            Tcpmss(tcpmss::TcpmssMatch) = "tcpmss", both, cx, "net/netfilter/xt_tcpmss.c";
            /// Type of service, under a mask.
            Tos(tos::Tos) = "tos", both, packet, "net/netfilter/xt_dscp.c";
            /// Time to live.
            Ttl(ttl::Ttl) = "ttl", v4, packet, "net/netfilter/xt_hl.c";
            /// Words of the packet, computed and compared.
            U32(u32::U32) = "u32", both, cx, "net/netfilter/xt_u32.c"
                but "checksums are filled in already";
            /// Ports of a UDP datagram.
            Udp(udp::Udp) = "udp", both, cx, "net/netfilter/xt_tcpudp.c";
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

    /// Looks at its own options.
    ///
    /// # Errors
    /// What its `checkentry` refuses.
    pub fn check(&self) -> Result<(), RuleError> {
        match self {
            Self::String(m) => m.check(),
            Self::U32(m) => m.check(),
            _ => Ok(()),
        }
    }

    /// Where it may be used.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Addrtype(m) => m.scope(),
            Self::Ah(_) => Scope::proto(&[packetwalk_wire::proto::AH]),
            Self::Dccp(_) => Scope::proto(&[packetwalk_wire::proto::DCCP]),
            Self::Ecn(m) => m.scope(),
            Self::Esp(_) => Scope::proto(&[packetwalk_wire::proto::ESP]),
            Self::Eui64(_) => eui64::SCOPE,
            Self::Icmp(_) => Scope::proto(&[packetwalk_wire::proto::ICMP]),
            Self::Icmp6(_) => Scope::proto(&[packetwalk_wire::proto::ICMPV6]),
            Self::Ipcomp(_) => Scope::proto(&[packetwalk_wire::proto::IPCOMP]),
            Self::Mac(_) => mac::SCOPE,
            Self::Mh(_) => Scope::proto(&[packetwalk_wire::proto::MOBILITY]),
            Self::Multiport(_) => multiport::SCOPE,
            Self::Physdev(m) => m.scope(),
            Self::Realm(_) => realm::SCOPE,
            Self::Sctp(_) => Scope::proto(&[packetwalk_wire::proto::SCTP]),
            Self::Tcp(_) | Self::Tcpmss(_) => Scope::proto(&[packetwalk_wire::proto::TCP]),
            Self::Udp(_) => Scope::proto(&[packetwalk_wire::proto::UDP]),
            _ => Scope::ANY,
        }
    }
}
