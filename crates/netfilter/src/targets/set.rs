//! `-j SET`.

use packetwalk_trace::{Hook, Table as TableId};

use super::Flow;
use crate::context::{Cx, Scope};
use crate::env::Host;
use crate::ipset::{Ask, Pkt};
use crate::matches::set::Named;

/// `--add-set`, `--del-set` and `--map-set`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Set {
    /// `--add-set`.
    pub add: Option<Named>,
    /// `--del-set`.
    pub del: Option<Named>,
    /// `--map-set`.
    pub map: Option<Named>,
    /// `--exist`.
    pub exist: bool,
    /// `--timeout`.
    pub timeout: Option<u32>,
    /// `--map-mark`.
    pub mark: bool,
    /// `--map-prio`.
    pub prio: bool,
    /// `--map-queue`, which changes nothing that is simulated.
    pub queue: bool,
}

impl Set {
    /// The sets that it names.
    pub fn sets(&self) -> impl Iterator<Item = &Named> {
        [&self.add, &self.del, &self.map].into_iter().flatten()
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_set.c`: `set_target_v3_checkentry`.
    pub(crate) fn scope(&self) -> Scope {
        if self.map.is_none() {
            return Scope::ANY;
        }
        let mangle = Scope::table(&[TableId::Mangle]);
        // Priorities and queues are for packets that leave.
        if self.prio || self.queue {
            mangle.hooks(&[Hook::Forward, Hook::Output, Hook::Postrouting])
        } else {
            mangle
        }
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_set.c`: `set_target_v3`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        let len = Some(cx.skb.packet.len());
        let pkt = Pkt { skb: cx.skb, state: cx.state, payloads: cx.env.payloads, now: cx.env.now };
        let ask = |set: &Named| Ask { len, ..Ask::new(set.dirs, cx.state.family) };
        let sets = &mut cx.shared.sets;
        if let Some(set) = &self.add {
            let timeout = self.timeout.map(|t| t.min(u32::MAX / 1000));
            sets.add(set.id, &Ask { exist: self.exist, timeout, ..ask(set) }, &pkt);
        }
        if let Some(set) = &self.del {
            sets.del(set.id, &ask(set), &pkt);
        }
        let Some(set) = &self.map else { return Flow::Continue };
        let mut ask = ask(set);
        if !sets.test(set.id, &mut ask, &pkt) {
            return Flow::Continue;
        }
        if self.mark {
            cx.skb.mark = (cx.skb.mark & !ask.found.mask) ^ ask.found.mark;
        }
        if self.prio {
            cx.skb.priority = ask.found.prio;
        }
        Flow::Continue
    }
}
