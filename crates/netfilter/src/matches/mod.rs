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
pub mod statistic;
pub mod tcp;
pub mod tos;
pub mod ttl;
pub mod udp;

use crate::context::{Cx, Met, Scope};
use crate::env::Host;

/// A condition given with `-m`.
#[derive(Clone, PartialEq, Debug)]
pub enum Match {
    /// `-m addrtype`.
    Addrtype(addrtype::Addrtype),
    /// `-m comment`.
    Comment(comment::Comment),
    /// `-m connmark`.
    Connmark(connmark::Connmark),
    /// `-m conntrack`.
    Conntrack(Box<conntrack::Conntrack>),
    /// `-m dscp`.
    Dscp(dscp::Dscp),
    /// `-m hl`.
    Hl(ttl::Hl),
    /// `-m icmp`.
    Icmp(icmp::Icmp),
    /// `-m icmp6`.
    Icmp6(icmp::Icmp6),
    /// `-m iprange`.
    Iprange(iprange::Iprange),
    /// `-m length`.
    Length(length::Length),
    /// `-m mac`.
    Mac(mac::MacSource),
    /// `-m mark`.
    Mark(mark::Mark),
    /// `-m multiport`.
    Multiport(multiport::Multiport),
    /// `-m physdev`.
    Physdev(physdev::Physdev),
    /// `-m pkttype`.
    Pkttype(pkttype::Pkttype),
    /// `-m state`.
    State(conntrack::State),
    /// `-m statistic`.
    Statistic(statistic::Statistic),
    /// `-m tcp`.
    Tcp(tcp::Tcp),
    /// `-m tos`.
    Tos(tos::Tos),
    /// `-m ttl`.
    Ttl(ttl::Ttl),
    /// `-m udp`.
    Udp(udp::Udp),
}

impl Match {
    /// Its name after `-m`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Addrtype(_) => "addrtype",
            Self::Comment(_) => "comment",
            Self::Connmark(_) => "connmark",
            Self::Conntrack(_) => "conntrack",
            Self::Dscp(_) => "dscp",
            Self::Hl(_) => "hl",
            Self::Icmp(_) => "icmp",
            Self::Icmp6(_) => "icmp6",
            Self::Iprange(_) => "iprange",
            Self::Length(_) => "length",
            Self::Mac(_) => "mac",
            Self::Mark(_) => "mark",
            Self::Multiport(_) => "multiport",
            Self::Physdev(_) => "physdev",
            Self::Pkttype(_) => "pkttype",
            Self::State(_) => "state",
            Self::Statistic(_) => "statistic",
            Self::Tcp(_) => "tcp",
            Self::Tos(_) => "tos",
            Self::Ttl(_) => "ttl",
            Self::Udp(_) => "udp",
        }
    }

    /// Whether the packet meets it.
    #[inline]
    pub fn met<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> Met {
        match self {
            Self::Addrtype(m) => m.met(cx).into(),
            Self::Comment(_) => Met::Yes,
            Self::Connmark(m) => m.met(cx).into(),
            Self::Conntrack(m) => m.met(cx).into(),
            Self::Dscp(m) => m.met(&cx.skb.packet).into(),
            Self::Hl(m) => m.met(&cx.skb.packet).into(),
            Self::Icmp(m) => m.met(&cx.skb.packet),
            Self::Icmp6(m) => m.met(&cx.skb.packet),
            Self::Iprange(m) => m.met(&cx.skb.packet).into(),
            Self::Length(m) => m.met(&cx.skb.packet).into(),
            Self::Mac(m) => m.met(cx.skb).into(),
            Self::Mark(m) => m.met(cx.skb).into(),
            Self::Multiport(m) => m.met(&cx.skb.packet),
            Self::Physdev(m) => m.met(cx).into(),
            Self::Pkttype(m) => m.met(cx.skb).into(),
            Self::State(m) => m.met(cx).into(),
            Self::Statistic(m) => m.met(cx).into(),
            Self::Tcp(m) => m.met(&cx.skb.packet),
            Self::Tos(m) => m.met(&cx.skb.packet).into(),
            Self::Ttl(m) => m.met(&cx.skb.packet).into(),
            Self::Udp(m) => m.met(&cx.skb.packet),
        }
    }

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
