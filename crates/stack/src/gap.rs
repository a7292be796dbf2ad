//! Packets that ended at what is not modelled.

use packetwalk_netfilter::xtables;
use packetwalk_trace::{DropReason, NsId, Observer, Step};
use packetwalk_wire::Skb;

use crate::{Cx, Stack};

/// What a packet met that is not modelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unmodelled {
    /// Part of a rule.
    Rule(xtables::Gap),
    /// An extension header of a packet for this host: its number.
    Extension(u8),
    /// A fragment of a packet that was not put together.
    Fragment,
    /// Packets that have each other sent within one host, without end: Linux goes on with them while it does other things.
    Storm,
}

/// A packet ended there, for what Linux does with it is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// In which namespace.
    pub ns: NsId,
    /// What it met.
    pub what: Unmodelled,
}

/// More than so many are not kept for whoever tells of them.
const MOST: usize = 1024;

impl Stack {
    /// A packet met what is not modelled.
    #[cold]
    pub(crate) fn tell_gap<O: Observer>(&self, cx: &mut Cx<'_, O>, what: Unmodelled) {
        if cx.gaps.len() < MOST {
            cx.gaps.push(Gap { ns: self.id, what });
        }
    }

    /// The same, and the packet ends.
    #[cold]
    pub(crate) fn drop_unmodelled<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, what: Unmodelled) {
        self.tell_gap(cx, what);
        cx.obs.step(skb, Step::Drop(DropReason::NotModelled));
        self.nf.drop_skb(skb);
    }
}
