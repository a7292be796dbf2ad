//! `-m owner`.

use std::net::IpAddr;

use packetwalk_trace::Hook;
use packetwalk_wire::{Skb, Transport};

use super::range::Range;
use crate::context::Scope;
use crate::xtables::{Cond, RuleError};

/// Who sent a packet of this host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Owner {
    /// `--uid-owner`.
    pub uid: Option<Cond<Range<u32>>>,
    /// `--gid-owner`.
    pub gid: Option<Cond<Range<u32>>>,
    /// `--suppl-groups`.
    pub groups: bool,
    /// `--socket-exists`.
    pub socket: Option<Cond<()>>,
}

/// Where it may be used.
pub(crate) const SCOPE: Scope = Scope::ANY.hooks(&[Hook::Output, Hook::Postrouting]);

/// The group of every process.
const GID: u32 = 0;

/// A socket sent it: a process's, or one of the host's own, which answer with ICMP, and in IPv4 with RST.
///
/// # Source
/// Linux v6.18, `net/ipv6/tcp_ipv6.c`: `tcp_v6_send_response` gives its packet to no socket;
/// `net/ipv4/netfilter/nf_reject_ipv4.c`: `nf_send_reset` neither.
pub(crate) const fn has_socket(skb: &Skb) -> bool {
    let answer = matches!((skb.packet.ip.dst, skb.packet.transport), (IpAddr::V6(_), Transport::Tcp(_)));
    skb.uid.is_some() || !skb.iif.is_some() && skb.mac.is_none() && !answer && !skb.no_socket
}

impl Owner {
    /// Whether the kernel takes it.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let turned = |c: Option<Cond<Range<u32>>>| c.is_some_and(|c| c.is.max < c.is.min);
        if turned(self.uid) || turned(self.gid) { Err(RuleError::Invalid) } else { Ok(()) }
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_owner.c`: `owner_mt`. The host's own sockets have no owner.
    pub fn met(&self, skb: &Skb) -> bool {
        let negated = |c: Option<Cond<Range<u32>>>| c.is_none_or(|c| c.not);
        if !has_socket(skb) {
            // Every condition is to be negated.
            return negated(self.uid)
                && negated(self.gid)
                && !self.groups
                && self.socket.is_none_or(|c| c.not);
        }
        if self.socket.is_some_and(|c| c.not) {
            return false;
        }
        let Some(uid) = skb.uid else { return negated(self.uid) && negated(self.gid) };
        let is = |c: Option<Cond<Range<u32>>>, id| c.is_none_or(|c| c.is.has(id) != c.not);
        is(self.uid, uid) && is(self.gid, GID)
    }
}
