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
pub mod snat;
pub mod tcpmss;
pub mod tos;
pub mod ttl;

use packetwalk_trace::{ChainId, Hook, Observer, Table as TableId};
use packetwalk_wire::proto;

use crate::context::{Cx, Scope};
use crate::env::{Host, Verdict};

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
    /// CONNMARK.
    Connmark(connmark::Connmark),
    /// CT.
    Ct(ct::Ct),
    /// NOTRACK.
    Notrack,
    /// DNAT.
    Dnat(dnat::Dnat),
    /// DSCP.
    Dscp(dscp::Dscp),
    /// HL.
    Hl(ttl::Hl),
    /// LOG.
    Log(log::Log),
    /// MARK.
    Mark(mark::Mark),
    /// MASQUERADE.
    Masquerade(masquerade::Masquerade),
    /// NETMAP.
    Netmap(netmap::Netmap),
    /// REDIRECT.
    Redirect(redirect::Redirect),
    /// REJECT.
    Reject(reject::Reject),
    /// SNAT.
    Snat(snat::Snat),
    /// TCPMSS.
    Tcpmss(tcpmss::Tcpmss),
    /// TOS.
    Tos(tos::Tos),
    /// TTL.
    Ttl(ttl::Ttl),
}

/// How a target ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The next rule follows (`XT_CONTINUE`).
    Continue,
    /// The table is done with the packet.
    End(Verdict),
}

impl Target {
    /// Acts on a packet. The verdicts and jumps that a chain itself understands do nothing here.
    #[inline]
    pub fn act<H: Host, O: Observer>(&mut self, cx: &mut Cx<'_, '_, H>, obs: &mut O) -> Flow {
        match self {
            Self::None | Self::Accept | Self::Drop | Self::Return | Self::Jump(_) | Self::Goto(_) => {
                Flow::Continue
            }
            Self::Connmark(t) => t.act(cx),
            Self::Ct(t) => t.act(cx.skb),
            Self::Notrack => ct::notrack(cx.skb),
            Self::Dnat(t) => t.act(cx, obs),
            Self::Dscp(t) => t.act(cx.skb),
            Self::Hl(t) => t.act(cx.skb),
            Self::Log(_) => Flow::Continue,
            Self::Mark(t) => t.act(cx.skb),
            Self::Masquerade(t) => t.act(cx, obs),
            Self::Netmap(t) => t.act(cx, obs),
            Self::Redirect(t) => t.act(cx, obs),
            Self::Reject(t) => t.act(),
            Self::Snat(t) => t.act(cx, obs),
            Self::Tcpmss(t) => t.act(cx),
            Self::Tos(t) => t.act(cx.skb),
            Self::Ttl(t) => t.act(cx.skb),
        }
    }

    /// The chain that it goes on in.
    pub const fn chain(&self) -> Option<ChainId> {
        match self {
            Self::Jump(id) | Self::Goto(id) => Some(*id),
            _ => None,
        }
    }

    /// Its name after `-j`, for those that are not chains.
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::None | Self::Jump(_) | Self::Goto(_) => return None,
            Self::Accept => "ACCEPT",
            Self::Drop => "DROP",
            Self::Return => "RETURN",
            Self::Connmark(_) => "CONNMARK",
            Self::Ct(_) => "CT",
            Self::Notrack => "NOTRACK",
            Self::Dnat(_) => "DNAT",
            Self::Dscp(_) => "DSCP",
            Self::Hl(_) => "HL",
            Self::Log(_) => "LOG",
            Self::Mark(_) => "MARK",
            Self::Masquerade(_) => "MASQUERADE",
            Self::Netmap(_) => "NETMAP",
            Self::Redirect(_) => "REDIRECT",
            Self::Reject(_) => "REJECT",
            Self::Snat(_) => "SNAT",
            Self::Tcpmss(_) => "TCPMSS",
            Self::Tos(_) => "TOS",
            Self::Ttl(_) => "TTL",
        })
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
            Self::Ct(_) | Self::Notrack => Scope::table(&[TableId::Raw]),
            Self::Snat(_) => NAT.hooks(&[Postrouting, Input]),
            Self::Masquerade(_) => NAT.hooks(&[Postrouting]),
            Self::Dnat(_) | Self::Redirect(_) => NAT.hooks(&[Prerouting, Output]),
            Self::Netmap(_) => NAT.hooks(&[Prerouting, Postrouting, Output, Input]),
            Self::Reject(t) => t.scope(),
            Self::Dscp(_) | Self::Tos(_) | Self::Ttl(_) | Self::Hl(_) => MANGLE,
            Self::Tcpmss(t) => Scope::proto(&[proto::TCP]).hooks(match t.mss {
                tcpmss::Mss::ClampToPmtu => &[Forward, Output, Postrouting],
                tcpmss::Mss::Set(_) => &[Prerouting, Input, Forward, Output, Postrouting],
            }),
            _ => Scope::ANY,
        }
    }
}
