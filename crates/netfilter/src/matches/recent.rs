//! `-m recent`.

use packetwalk_wire::IfIndex;

use crate::context::{Cx, Met};
use crate::env::Host;
use crate::shared::Wanted;
use crate::shared::recent::{Ask, Op, Seen};
use crate::xtables::RuleError;
use crate::xtables::condition::addr_bits;

/// Which address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// `--rsource`.
    Source,
    /// `--rdest`.
    Dest,
}

/// Addresses that were seen of late.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recent {
    /// `--name`.
    pub name: Box<str>,
    /// `--set`, `--rcheck`, `--update` or `--remove`.
    pub op: Option<Op>,
    /// `!` stands before it.
    pub not: bool,
    /// `--seconds`; 0 asks nothing.
    pub seconds: u32,
    /// `--hitcount`; 0 asks nothing.
    pub hits: u32,
    /// `--reap`.
    pub reap: bool,
    /// `--rttl`.
    pub same_ttl: bool,
    /// Which address.
    pub side: Side,
    /// `--mask`, an IPv4 one in the first 32 bits.
    pub mask: u128,
}

/// `XT_RECENT_MAX_NSTAMPS`.
const MOST_HITS: u32 = 65_536;
/// Times kept of an address when no rule counts further.
const STAMPS: usize = 32;

impl Recent {
    pub(crate) fn wants(&self, wanted: &mut Wanted) {
        let stamps = if self.hits == 0 { STAMPS } else { (self.hits as usize).next_power_of_two() };
        wanted.recents.push((self.name.clone(), self.mask, stamps - 1));
    }

    /// Whether the kernel takes it.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_recent.c`: `recent_mt_check`.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let noting = matches!(self.op, Some(Op::Set | Op::Remove));
        let modified = self.seconds != 0 || self.hits != 0 || self.reap || self.same_ttl;
        let refused = self.op.is_none()
            || noting && modified
            || self.reap && self.seconds == 0
            || self.hits >= MOST_HITS
            || !super::is_proc_name(&self.name);
        if refused { Err(RuleError::Invalid) } else { Ok(()) }
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_recent.c`: `recent_mt`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        let (Some(op), Some(list)) = (self.op, cx.shared.recent(&self.name)) else {
            return Met::NotModelled;
        };
        let ip = &cx.skb.packet.ip;
        let addr = if self.side == Side::Dest { ip.dst } else { ip.src };
        // As it was before it was forwarded.
        let forwarded = cx.state.oif.index != IfIndex::NONE && !super::owner::has_socket(cx.skb);
        let ttl = if forwarded { ip.ttl.wrapping_add(1) } else { ip.ttl };
        let ask = Ask {
            op,
            not: self.not,
            seconds: self.seconds,
            hits: self.hits,
            reap: self.reap,
            same_ttl: self.same_ttl,
        };
        let seen = Seen { family: cx.state.family, addr: addr_bits(addr), ttl };
        Met::from(list.ask(&ask, seen, cx.env.now))
    }
}
