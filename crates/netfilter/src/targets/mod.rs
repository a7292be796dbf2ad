//! One file per `-j`.

pub mod connmark;
pub mod ct;
pub mod dnat;
pub mod dscp;
pub mod log;
pub mod mark;
pub mod masquerade;
pub mod netmap;
pub mod redirect;
pub mod reject;
pub mod set;
pub mod snat;
pub mod tcpmss;
pub mod tos;
pub mod ttl;

use packetwalk_trace::{ChainId, Hook, Observer, Table as TableId};
use packetwalk_wire::proto;

use crate::context::{Cx, Scope};
use crate::env::{Host, Verdict};
use crate::extension::{Info, info};

/// Every target with a file of its own, a line each: its variant and type, its name after `-j`, the
/// families that have it, what it works on (or `unmodelled`, when a packet that reaches it stops as not
/// modelled), and its source in Linux v6.18. What follows `but` tells where it differs from Linux.
#[macro_export]
macro_rules! each_target {
    ($then:ident) => {
        $then! {
            /// Sets the mark of the connection, or copies it from the packet or to it.
            Connmark(connmark::Connmark) = "CONNMARK", both, cx, "net/netfilter/xt_connmark.c";
            /// Says how a packet is tracked.
            Ct(ct::Ct) = "CT", both, skb, "net/netfilter/xt_CT.c";
            /// Gives the connection another destination.
            Dnat(dnat::Dnat) = "DNAT", both, observed, "net/netfilter/xt_nat.c";
            /// Sets the differentiated services code point.
            Dscp(dscp::Dscp) = "DSCP", both, skb, "net/netfilter/xt_DSCP.c";
            /// Changes the hop limit.
            Hl(ttl::Hl) = "HL", v6, skb, "net/netfilter/xt_HL.c";
            /// Writes a line to the kernel's log.
            Log(log::Log) = "LOG", both, skb, "net/netfilter/xt_LOG.c";
            /// Sets the mark of the packet.
            Mark(mark::Mark) = "MARK", both, skb, "net/netfilter/xt_mark.c";
            /// Gives the connection the address of the interface out as its source.
            Masquerade(masquerade::Masquerade) = "MASQUERADE", both, observed, "net/netfilter/xt_MASQUERADE.c";
            /// Maps a network to another of the same size, one to one.
            Netmap(netmap::Netmap) = "NETMAP", both, observed, "net/netfilter/xt_NETMAP.c";
            /// Keeps the packet out of connection tracking.
            Notrack(ct::Notrack) = "NOTRACK", both, skb, "net/netfilter/xt_CT.c";
            /// Sends the connection to this host itself.
            Redirect(redirect::Redirect) = "REDIRECT", both, observed, "net/netfilter/xt_REDIRECT.c";
            /// Drops the packet and answers with an error.
            Reject(reject::Reject) = "REJECT", both, skb, "net/ipv4/netfilter/ipt_REJECT.c";
            /// Adds a packet to a set of `ipset`, deletes it, or takes a mark from the set.
            Set(Box<set::Set>) = "SET", both, cx, "net/netfilter/xt_set.c";
            /// Gives the connection another source.
            Snat(snat::Snat) = "SNAT", both, observed, "net/netfilter/xt_nat.c";
            /// Sets or lowers the maximum segment size that a SYN offers.
            Tcpmss(tcpmss::Tcpmss) = "TCPMSS", both, cx, "net/netfilter/xt_TCPMSS.c";
            /// Sets the type of service, under a mask.
            Tos(tos::Tos) = "TOS", both, skb, "net/netfilter/xt_DSCP.c";
            /// Changes the time to live.
            Ttl(ttl::Ttl) = "TTL", v4, skb, "net/netfilter/xt_HL.c";
        }
    };
}

macro_rules! act {
    (unmodelled, $t:ident, $cx:ident, $obs:ident) => {{
        let _ = $t;
        Flow::End(Verdict::Drop(DropReason::NotModelled))
    }};
    (skb, $t:ident, $cx:ident, $obs:ident) => {
        $t.act($cx.skb)
    };
    (cx, $t:ident, $cx:ident, $obs:ident) => {
        $t.act($cx)
    };
    (observed, $t:ident, $cx:ident, $obs:ident) => {
        $t.act($cx, $obs)
    };
}

macro_rules! define {
    ($($(#[doc = $doc:literal])+ $v:ident($ty:ty) = $name:literal, $family:ident, $works:ident, $source:literal
        $(but $differs:literal)?;)+) => {
        /// What a rule does with a packet that meets its conditions.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Target {
            /// No `-j`: the rule only counts.
            None,
            /// ACCEPT.
            Accept,
            /// DROP.
            Drop,
            /// RETURN.
            Return,
            /// `-j CHAIN`.
            Jump(ChainId),
            /// `-g CHAIN`.
            Goto(ChainId),
            $($(#[doc = $doc])+ $v($ty),)+
        }

        /// Every target with a file of its own, by name.
        pub const LIST: &[Info] =
            &[$(info!($name, $family, concat!($($doc),+), $works, $source $(, $differs)?)),+];

        impl Target {
            /// Its name after `-j`, for those that are not chains.
            pub const fn name(&self) -> Option<&'static str> {
                Some(match self {
                    Self::None | Self::Jump(_) | Self::Goto(_) => return None,
                    Self::Accept => "ACCEPT",
                    Self::Drop => "DROP",
                    Self::Return => "RETURN",
                    $(Self::$v(_) => $name,)+
                })
            }

            /// Acts on a packet. The verdicts and jumps that a chain itself understands do nothing here.
            #[inline]
            pub fn act<H: Host, O: Observer>(&mut self, cx: &mut Cx<'_, '_, H>, obs: &mut O) -> Flow {
                match self {
                    Self::None | Self::Accept | Self::Drop | Self::Return | Self::Jump(_) | Self::Goto(_) => {
                        Flow::Continue
                    }
                    $(Self::$v(t) => act!($works, t, cx, obs),)+
                }
            }
        }
    };
}
each_target!(define);

/// How a target ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The next rule follows (`XT_CONTINUE`).
    Continue,
    /// The table is done with the packet.
    End(Verdict),
}

impl Target {
    /// The chain that it goes on in.
    pub const fn chain(&self) -> Option<ChainId> {
        match self {
            Self::Jump(id) | Self::Goto(id) => Some(*id),
            _ => None,
        }
    }

    /// Conntrack must watch the family while a rule has it (`nf_ct_netns_get` in its `checkentry`).
    pub const fn needs_conntrack(&self) -> bool {
        match self {
            Self::Connmark(_)
            | Self::Dnat(_)
            | Self::Masquerade(_)
            | Self::Netmap(_)
            | Self::Redirect(_)
            | Self::Snat(_) => true,
            Self::Ct(t) => t.needs_conntrack(),
            _ => false,
        }
    }

    /// Where it may be used.
    ///
    /// # Source
    /// Linux v6.18: the `.table`, `.hooks` and `.proto` of each `struct xt_target`.
    pub fn scope(&self) -> Scope {
        use Hook::{Forward, Input, Output, Postrouting, Prerouting};
        const NAT: Scope = Scope::table(&[TableId::Nat]);
        const MANGLE: Scope = Scope::table(&[TableId::Mangle]);
        match self {
            Self::Ct(_) | Self::Notrack(_) => Scope::table(&[TableId::Raw]),
            Self::Snat(_) => NAT.hooks(&[Postrouting, Input]),
            Self::Masquerade(_) => NAT.hooks(&[Postrouting]),
            Self::Dnat(_) | Self::Redirect(_) => NAT.hooks(&[Prerouting, Output]),
            Self::Netmap(_) => NAT.hooks(&[Prerouting, Postrouting, Output, Input]),
            Self::Reject(t) => t.scope(),
            Self::Set(t) => t.scope(),
            Self::Dscp(_) | Self::Tos(_) | Self::Ttl(_) | Self::Hl(_) => MANGLE,
            Self::Tcpmss(t) => Scope::proto(&[proto::TCP]).hooks(match t.mss {
                tcpmss::Mss::ClampToPmtu => &[Forward, Output, Postrouting],
                tcpmss::Mss::Set(_) => &[Prerouting, Input, Forward, Output, Postrouting],
            }),
            _ => Scope::ANY,
        }
    }
}
