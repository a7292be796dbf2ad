//! `-m conntrack`, and `-m state`, its oldest part.

use std::net::IpAddr;

use packetwalk_wire::{CtInfo, Instant, Nfct};

use super::range::Range;
use crate::conntrack::{Conn, Conntrack as Tracker, Dir, Status};
use crate::context::Cx;
use crate::env::Host;
use crate::xtables::condition::addr_bits;
use crate::xtables::{Cond, Net};

/// A set of connection states, as the kernel numbers them.
///
/// # Source
/// Linux v6.18, `include/uapi/linux/netfilter/xt_conntrack.h`: `XT_CONNTRACK_STATE_*`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct States(pub u16);

impl States {
    /// `INVALID`.
    pub const INVALID: Self = Self(1 << 0);
    /// `ESTABLISHED`.
    pub const ESTABLISHED: Self = Self(1 << 1);
    /// `RELATED`.
    pub const RELATED: Self = Self(1 << 2);
    /// `NEW`.
    pub const NEW: Self = Self(1 << 3);
    /// `SNAT`.
    pub const SNAT: Self = Self(1 << 6);
    /// `DNAT`.
    pub const DNAT: Self = Self(1 << 7);
    /// `UNTRACKED`.
    pub const UNTRACKED: Self = Self(1 << 8);

    const fn of(info: CtInfo) -> Self {
        match info {
            CtInfo::New => Self::NEW,
            CtInfo::Established | CtInfo::EstablishedReply => Self::ESTABLISHED,
            CtInfo::Related | CtInfo::RelatedReply => Self::RELATED,
        }
    }

    /// Any state is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is asked of the packet's connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Conntrack {
    /// `--ctstate`.
    pub state: Option<Cond<States>>,
    /// `--ctproto`.
    pub proto: Option<Cond<u8>>,
    /// `--ctorigsrc`.
    pub orig_src: Option<Cond<Net>>,
    /// `--ctorigdst`.
    pub orig_dst: Option<Cond<Net>>,
    /// `--ctreplsrc`.
    pub repl_src: Option<Cond<Net>>,
    /// `--ctrepldst`.
    pub repl_dst: Option<Cond<Net>>,
    /// `--ctorigsrcport`.
    pub orig_sport: Option<Cond<Range<u16>>>,
    /// `--ctorigdstport`.
    pub orig_dport: Option<Cond<Range<u16>>>,
    /// `--ctreplsrcport`.
    pub repl_sport: Option<Cond<Range<u16>>>,
    /// `--ctrepldstport`.
    pub repl_dport: Option<Cond<Range<u16>>>,
    /// `--ctstatus`: bits of `IPS_*`; 0 is `NONE`.
    pub status: Option<Cond<Status>>,
    /// `--ctexpire`, in seconds.
    pub expires: Option<Cond<Range<u32>>>,
    /// `--ctdir`.
    pub dir: Option<Dir>,
}

impl Conntrack {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_conntrack.c`: `conntrack_mt`. A packet without a connection is
    /// judged by its state alone, and never met when no state is asked. A template of the CT target counts as a
    /// connection.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        if let Some(c) = self.state
            && c.is.meets(state(cx)) == c.not
        {
            return false;
        }
        let Some((conn, info)) = cx.ct.attached(cx.skb) else { return self.state.is_some() };
        let (orig, repl) = (conn.tuple(Dir::Original), conn.tuple(Dir::Reply));
        let dir = self.dir.is_none_or(|dir| dir == Tracker::dir(info));
        let addr = |c: Option<Cond<Net>>, a: IpAddr| c.is_none_or(|c| c.is.has(addr_bits(a)) != c.not);
        let port = |c: Option<Cond<Range<u16>>>, p| c.is_none_or(|c| c.is.has(p) != c.not);
        dir && addr(self.orig_src, orig.src)
            && addr(self.orig_dst, orig.dst)
            && addr(self.repl_src, repl.src)
            && addr(self.repl_dst, repl.dst)
            && self.proto.is_none_or(|c| (c.is == orig.protocol) != c.not)
            && port(self.orig_sport, orig.sport)
            && port(self.orig_dport, orig.dport)
            && port(self.repl_sport, repl.sport)
            && port(self.repl_dport, repl.dport)
            && self.status.is_none_or(|c| (conn.status().any(c.is)) != c.not)
            && self.expires.is_none_or(|c| c.is.has(expires(conn, cx.env.now)) != c.not)
    }
}

/// Seconds that are left; 0 as long as the connection is not confirmed, for its timeout is still a span,
/// which Linux takes for a time since boot, long past.
///
/// # Source
/// Linux v6.18, `include/net/netfilter/nf_conntrack.h`: `nf_ct_expires`.
const fn expires(conn: &Conn, now: Instant) -> u32 {
    if conn.is_confirmed() { conn.expires_in(now) } else { 0 }
}

/// `-m state --state`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct State {
    /// States.
    pub state: Cond<States>,
}

impl State {
    /// # Source
    /// iptables 1.8.9, `extensions/libxt_conntrack.c`: an alias of `-m conntrack --ctstate`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        self.state.is.meets(state(cx)) != self.state.not
    }
}

/// The state bits of a packet.
fn state<H: Host>(cx: &Cx<'_, '_, H>) -> States {
    if cx.skb.nfct == Nfct::Untracked {
        return States::UNTRACKED;
    }
    let Some((conn, info)) = cx.ct.attached(cx.skb) else { return States::INVALID };
    let mut states = States::of(info);
    if conn.status().has(Status::SRC_NAT) {
        states = states.with(States::SNAT);
    }
    if conn.status().has(Status::DST_NAT) {
        states = states.with(States::DNAT);
    }
    states
}
