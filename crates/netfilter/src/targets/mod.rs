//! One file per `-j`.

pub mod absent;
pub mod audit;
pub mod checksum;
pub mod classify;
pub mod connmark;
pub mod ct;
pub mod dnat;
pub mod dscp;
pub mod ecn;
pub mod hmark;
pub mod idletimer;
pub mod log;
pub mod mark;
pub mod masquerade;
pub mod netmap;
pub mod nflog;
pub mod nfqueue;
pub mod npt;
pub mod rateest;
pub mod redirect;
pub mod reject;
pub mod secmark;
pub mod set;
pub mod snat;
pub mod synproxy;
pub mod tcpmss;
pub mod tcpoptstrip;
pub mod tee;
pub mod tos;
pub mod tproxy;
pub mod trace;
pub mod ttl;

use packetwalk_trace::{ChainId, DropReason, Hook, Observer, Table as TableId};
use packetwalk_wire::proto;

use crate::context::{Cx, Scope};
use crate::env::{Host, Verdict};
use crate::extension::{Info, info};
use crate::nat::NatRange;
use crate::shared::Wanted;
use crate::xtables::{Face, RuleError, Table};

/// Every target with a file of its own, a line each: its variant and type, its name after `-j`, the
/// families that have it, what it works on (or `unmodelled`, when a packet that reaches it stops as not
/// modelled), and its source in Linux v6.18. What follows `but` tells where it differs from Linux.
#[macro_export]
macro_rules! each_target {
    ($then:ident) => {
        $then! {
            /// Writes a record for the audit daemon.
            Audit(audit::Audit) = "AUDIT", both, skb, "net/netfilter/xt_AUDIT.c";
            /// Fills in checksums that a device would.
            Checksum(checksum::Checksum) = "CHECKSUM", both, skb, "net/netfilter/xt_CHECKSUM.c";
            /// Sets the class by which queueing disciplines sort.
            Classify(classify::Classify) = "CLASSIFY", both, skb, "net/netfilter/xt_CLASSIFY.c";
            /// Shares an address among hosts; the kernel has it no longer.
            Clusterip(absent::Clusterip) = "CLUSTERIP", v4, unmodelled, "net/ipv4/netfilter/ipt_CLUSTERIP.c";
            /// Sets the mark of the connection, or copies it from the packet or to it.
            Connmark(connmark::Connmark) = "CONNMARK", both, cx, "net/netfilter/xt_connmark.c";
            /// Copies the security mark between packet and connection.
            Connsecmark(secmark::Connsecmark) = "CONNSECMARK", both, skb, "net/netfilter/xt_CONNSECMARK.c";
            /// Says how a packet is tracked.
            Ct(Box<ct::Ct>) = "CT", both, cx, "net/netfilter/xt_CT.c";
            /// Gives the connection another destination.
            Dnat(dnat::Dnat) = "DNAT", both, observed, "net/netfilter/xt_nat.c";
            /// Maps the destination's network prefix.
            Dnpt(Box<npt::Dnpt>) = "DNPT", v6, skb, "net/ipv6/netfilter/ip6t_NPT.c"
                but "an interface identifier that cannot be mapped stops as not modelled";
            /// Sets the differentiated services code point.
            Dscp(dscp::Dscp) = "DSCP", both, skb, "net/netfilter/xt_DSCP.c";
            /// Sets bits of explicit congestion notification.
            Ecn(ecn::EcnTarget) = "ECN", v4, skb, "net/ipv4/netfilter/ipt_ECN.c";
            /// Changes the hop limit.
            Hl(ttl::Hl) = "HL", v6, skb, "net/netfilter/xt_HL.c";
            /// Sets the mark of the packet to a hash of its fields.
            Hmark(Box<hmark::Hmark>) = "HMARK", both, cx, "net/netfilter/xt_HMARK.c";
            /// Tells user space when no packet came for some time.
            Idletimer(idletimer::Idletimer) = "IDLETIMER", both, skb, "net/netfilter/xt_IDLETIMER.c";
            /// Lights an LED; the kernel is built without it.
            Led(absent::Led) = "LED", both, unmodelled, "net/netfilter/xt_LED.c";
            /// Writes a line to the kernel's log.
            Log(log::Log) = "LOG", both, cx, "net/netfilter/xt_LOG.c";
            /// Sets the mark of the packet.
            Mark(mark::Mark) = "MARK", both, skb, "net/netfilter/xt_mark.c";
            /// Gives the connection the address of the interface out as its source.
            Masquerade(masquerade::Masquerade) = "MASQUERADE", both, observed, "net/netfilter/xt_MASQUERADE.c";
            /// Maps a network to another of the same size, one to one.
            Netmap(netmap::Netmap) = "NETMAP", both, observed, "net/netfilter/xt_NETMAP.c";
            /// Hands a copy to a program that listens on a group.
            Nflog(nflog::Nflog) = "NFLOG", both, skb, "net/netfilter/xt_NFLOG.c"
                but "no program here listens on a group";
            /// Hands the packet to a program that decides about it.
            Nfqueue(nfqueue::Nfqueue) = "NFQUEUE", both, skb, "net/netfilter/xt_NFQUEUE.c"
                but "no program here listens on a queue";
            /// Keeps the packet out of connection tracking.
            Notrack(ct::Notrack) = "NOTRACK", both, skb, "net/netfilter/xt_CT.c";
            /// Hands the packet to queue 0; of the legacy face.
            Queue(nfqueue::Queue) = "QUEUE", both, skb, "net/ipv4/netfilter/ip_tables.c";
            /// Counts the packet in a rate estimator.
            Rateest(Box<rateest::Rateest>) = "RATEEST", both, cx, "net/netfilter/xt_RATEEST.c";
            /// Sends the connection to this host itself.
            Redirect(redirect::Redirect) = "REDIRECT", both, observed, "net/netfilter/xt_REDIRECT.c";
            /// Drops the packet and answers with an error.
            Reject(reject::Reject) = "REJECT", both, skb, "net/ipv4/netfilter/ipt_REJECT.c";
            /// Sets the security mark of the packet.
            Secmark(secmark::Secmark) = "SECMARK", both, unmodelled, "net/netfilter/xt_SECMARK.c";
            /// Adds a packet to a set of `ipset`, deletes it, or takes a mark from the set.
            Set(Box<set::Set>) = "SET", both, cx, "net/netfilter/xt_set.c";
            /// Gives the connection another source.
            Snat(snat::Snat) = "SNAT", both, observed, "net/netfilter/xt_nat.c";
            /// Maps the source's network prefix.
            Snpt(Box<npt::Snpt>) = "SNPT", v6, skb, "net/ipv6/netfilter/ip6t_NPT.c"
                but "an interface identifier that cannot be mapped stops as not modelled";
            /// Answers for a server until the client has shown that it is there.
            Synproxy(synproxy::Synproxy) = "SYNPROXY", both, cx, "net/netfilter/nf_synproxy_core.c";
            /// Sets or lowers the maximum segment size that a SYN offers.
            Tcpmss(tcpmss::Tcpmss) = "TCPMSS", both, cx, "net/netfilter/xt_TCPMSS.c";
            /// Overwrites TCP options with NOPs.
            Tcpoptstrip(tcpoptstrip::Tcpoptstrip) = "TCPOPTSTRIP", both, skb, "net/netfilter/xt_TCPOPTSTRIP.c";
            /// Sends a copy of the packet to a host on a link.
            Tee(tee::Tee) = "TEE", both, cx, "net/netfilter/xt_TEE.c";
            /// Sets the type of service, under a mask.
            Tos(tos::Tos) = "TOS", both, skb, "net/netfilter/xt_DSCP.c";
            /// Hands the packet to a transparent socket.
            Tproxy(tproxy::Tproxy) = "TPROXY", both, cx, "net/netfilter/xt_TPROXY.c"
                but "no program here opens a transparent socket; fragments are not put together for it";
            /// Tells every rule that the packet meets.
            Trace(trace::Trace) = "TRACE", both, skb, "net/netfilter/xt_TRACE.c";
            /// Changes the time to live.
            Ttl(ttl::Ttl) = "TTL", v4, skb, "net/netfilter/xt_HL.c";
            /// Hands a copy to a program; the kernel has it no longer.
            Ulog(absent::Ulog) = "ULOG", v4, unmodelled, "net/ipv4/netfilter/ipt_ULOG.c";
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

    /// It does the same to every packet that its chain's conditions cannot tell apart, and keeps nothing but what the
    /// packet's new connection is mapped to.
    pub fn repeats(&self) -> bool {
        let range = match self {
            Self::Dnat(target) => Some(&target.range),
            Self::Masquerade(target) => Some(&target.range),
            Self::Snat(target) => Some(&target.range),
            _ => None,
        };
        range.is_some_and(NatRange::is_one)
            || matches!(
                self,
                Self::None
                    | Self::Accept
                    | Self::Return
                    | Self::Jump(_)
                    | Self::Goto(_)
                    | Self::Classify(_)
                    | Self::Dscp(_)
                    | Self::Hl(_)
                    | Self::Mark(_)
                    | Self::Tos(_)
                    | Self::Ttl(_)
            )
    }

    /// Conntrack must watch the family while a rule has it (`nf_ct_netns_get` in its `checkentry`).
    pub const fn needs_conntrack(&self) -> bool {
        match self {
            Self::Connmark(_)
            | Self::Connsecmark(_)
            | Self::Dnat(_)
            | Self::Masquerade(_)
            | Self::Netmap(_)
            | Self::Redirect(_)
            | Self::Snat(_)
            | Self::Synproxy(_) => true,
            Self::Ct(t) => t.needs_conntrack(),
            _ => false,
        }
    }

    /// Whether the kernel takes it in this table, with `-p proto` (not negated).
    ///
    /// # Errors
    /// [`RuleError`].
    ///
    /// # Source
    /// Linux v6.18: the `.checkentry` of each `struct xt_target`, as far as it is not of [`Self::scope`].
    pub(crate) fn check(&self, table: &Table, proto: Option<u8>) -> Result<(), RuleError> {
        let ok = match self {
            Self::Ct(t) => return t.check(table.family(), proto),
            Self::Clusterip(_) | Self::Led(_) | Self::Secmark(_) | Self::Ulog(_) => {
                return Err(RuleError::Missing);
            }
            Self::Queue(_) if table.face() == Face::Nft => return Err(RuleError::Missing),
            // The nft face writes it as an expression of its own.
            Self::Trace(_) => table.face() == Face::Nft || table.id() == TableId::Raw,
            Self::Dnpt(t) => return t.0.check(),
            Self::Snpt(t) => return t.0.check(),
            Self::Rateest(t) => return t.check(table.named()),
            Self::Connmark(t) => t.shift.is_valid(),
            Self::Hmark(t) => t.is_valid(),
            Self::Nfqueue(t) => t.is_valid(),
            Self::Tee(t) => t.is_valid(),
            Self::Idletimer(t) => {
                let beside =
                    table.listed().into_iter().flat_map(|(_, c)| &c.rules).all(|r| match &r.target {
                        Self::Idletimer(other) => t.agrees(other),
                        _ => true,
                    });
                t.is_valid() && beside
            }
            _ => true,
        };
        if ok { Ok(()) } else { Err(RuleError::Invalid) }
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
            Self::Checksum(_) | Self::Dscp(_) | Self::Tos(_) | Self::Ttl(_) | Self::Hl(_) => MANGLE,
            Self::Classify(_) => classify::Classify::SCOPE,
            Self::Connsecmark(_) | Self::Secmark(_) => secmark::SCOPE,
            Self::Dnpt(_) => npt::Dnpt::SCOPE,
            Self::Ecn(t) => t.scope(),
            Self::Set(t) => t.scope(),
            Self::Snpt(_) => npt::Snpt::SCOPE,
            Self::Synproxy(_) => Scope::proto(&[proto::TCP]).hooks(&[Input, Forward]),
            Self::Tcpoptstrip(_) => Scope { protos: &[proto::TCP], ..MANGLE },
            Self::Tproxy(_) => tproxy::Tproxy::SCOPE,
            Self::Tcpmss(t) => Scope::proto(&[proto::TCP]).hooks(match t.mss {
                tcpmss::Mss::ClampToPmtu => &[Forward, Output, Postrouting],
                tcpmss::Mss::Set(_) => &[Prerouting, Input, Forward, Output, Postrouting],
            }),
            _ => Scope::ANY,
        }
    }

    /// Whether [`Target::wants`] says anything.
    pub(crate) const fn shares(&self) -> bool {
        matches!(self, Self::Rateest(_) | Self::Synproxy(_) | Self::Tproxy(_))
    }

    /// What it names.
    pub(crate) fn wants(&self, family: packetwalk_wire::Family, wanted: &mut Wanted) {
        match self {
            Self::Rateest(t) => t.wants(wanted),
            Self::Synproxy(_) => wanted.synproxy[family as usize] = true,
            // `tproxy_tg4_check`, `tproxy_tg6_check`.
            Self::Tproxy(_) => wanted.whole[family as usize] = true,
            _ => {}
        }
    }
}
