//! What the kernel checks before a rule goes in: loops, depth, hooks, tables and protocols.

use packetwalk_trace::ChainId;
use packetwalk_wire::Order;
use rustc_hash::FxHashMap;

use super::chain::HookSet;
use super::{Face, Rule, RuleError, Table};
use crate::targets::Target;
use crate::targets::tcpmss::Tcpmss;

/// `NFT_JUMP_STACK_SIZE`: fewer chains than this, the built-in one not counted, may stand below each
/// other in the nft face.
const NFT_DEPTH: usize = 16;

impl Table {
    /// Whether `rule` may stand in chain `id`.
    ///
    /// # Errors
    /// [`RuleError::NoChain`] for a jump to a chain that is not there; [`RuleError::Loop`];
    /// [`RuleError::Invalid`].
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ip_tables.c`: `mark_source_chains`, `find_check_entry`;
    /// `net/netfilter/x_tables.c`: `xt_check_match`, `xt_check_target`;
    /// `net/netfilter/nf_tables_api.c`: `nft_chain_validate`.
    pub(super) fn admit(&self, id: ChainId, rule: &Rule) -> Result<(), RuleError> {
        let Some(chain) = self.chain(id) else { return Err(RuleError::NoChain) };
        self.check(rule, chain.hooks)?;
        let Some(to) = rule.target.chain() else { return Ok(()) };
        let target = self.chain(to).ok_or(RuleError::NoChain)?;
        if let Some(base) = target.base {
            return Err(if base.exists { RuleError::NotSupported } else { RuleError::NoChain });
        }
        // Only what a packet can reach is followed, from the built-in chains down.
        if chain.hooks != HookSet::NONE {
            let deep =
                self.face() == Face::Nft && usize::from(chain.height) + 1 + self.depth(to) >= NFT_DEPTH;
            if to == id || deep || self.below(to).contains(&id) || self.has_loop(to) {
                return Err(RuleError::Loop);
            }
        }
        if !chain.hooks.within(target.hooks) {
            let all = std::iter::once(to).chain(self.below(to)).filter_map(|at| self.chain(at));
            all.flat_map(|c| &c.rules).try_for_each(|r| self.check(r, chain.hooks))?;
        }
        Ok(())
    }

    /// Whether a rule's matches and target accept the table, its protocol and these hooks.
    fn check(&self, rule: &Rule, hooks: HookSet) -> Result<(), RuleError> {
        let proto = rule.base.proto.filter(|p| !p.not).map(|p| p.is);
        for m in &rule.matches {
            if !m.scope().admits(self, hooks, proto) {
                return Err(RuleError::Invalid);
            }
            m.check(self.family(), self.named())?;
        }
        let tcpmss = self.face() == Face::Legacy && matches!(rule.target, Target::Tcpmss(_));
        let syn = !tcpmss || Tcpmss::allowed_with(&rule.matches);
        if !syn || !rule.target.scope().admits(self, hooks, proto) {
            return Err(RuleError::Invalid);
        }
        rule.target.check(self, proto)
    }

    fn jumps(&self, from: ChainId) -> impl Iterator<Item = ChainId> {
        self.chain(from).into_iter().flat_map(|c| &c.rules).filter_map(|r| r.target.chain())
    }

    /// The chains that a packet in `from` can come to.
    fn below(&self, from: ChainId) -> Vec<ChainId> {
        let mut seen = FxHashMap::default();
        let (mut below, mut todo) = (Vec::new(), vec![from]);
        while let Some(at) = todo.pop() {
            for next in self.jumps(at).filter(|next| seen.insert(*next, true).is_none()) {
                below.push(next);
                todo.push(next);
            }
        }
        below
    }

    /// Whether some chain reached from `from` reaches itself.
    fn has_loop(&self, from: ChainId) -> bool {
        // Whether a chain that was seen is on the way here.
        let mut seen = FxHashMap::default();
        let mut way = vec![(from, self.jumps(from).collect::<Vec<_>>())];
        while let Some((at, next)) = way.last_mut() {
            let Some(to) = next.pop() else {
                seen.insert(*at, false);
                way.pop();
                continue;
            };
            seen.insert(*at, true);
            match seen.get(&to) {
                Some(true) => return true,
                Some(false) => {}
                None => way.push((to, self.jumps(to).collect())),
            }
        }
        false
    }

    /// Chains on the longest way down from `id`, itself not counted; at most one more than [`NFT_DEPTH`].
    fn depth(&self, id: ChainId) -> usize {
        let mut level = vec![id];
        for n in 0..=NFT_DEPTH {
            let mut below: Vec<ChainId> = level.iter().flat_map(|at| self.jumps(*at)).collect();
            below.order();
            below.dedup();
            if below.is_empty() {
                return n;
            }
            level = below;
        }
        NFT_DEPTH + 1
    }

    /// Finds anew from which hooks each chain can be reached, and how far down.
    pub(super) fn recompute_hooks(&mut self) {
        for chain in self.chains.iter_mut().flatten() {
            chain.height = 0;
            chain.hooks = chain.base.map_or(HookSet::NONE, |b| HookSet::of(&[b.hook]));
        }
        let all = (0..self.chains.len()).map(|i| ChainId(i as u32));
        self.pass_down(all.filter(|id| self.chain(*id).is_some_and(|c| c.base.is_some())).collect());
    }

    /// Tells the chains below these.
    fn pass_down(&mut self, mut from: Vec<ChainId>) {
        while let Some(at) = from.pop() {
            let below: Vec<ChainId> = self.jumps(at).collect();
            from.extend(below.into_iter().filter(|to| self.hang(at, *to)));
        }
    }

    /// A rule of `from` jumps to `to`.
    pub(super) fn link(&mut self, from: ChainId, to: ChainId) {
        if self.hang(from, to) {
            self.pass_down(vec![to]);
        }
    }

    /// Whether `to` can be reached from more hooks, or over a longer way, now that it is called from `from`.
    fn hang(&mut self, from: ChainId, to: ChainId) -> bool {
        let Some((hooks, height)) = self.chain(from).map(|c| (c.hooks, c.height)) else { return false };
        let Some(chain) = self.chains.get_mut(to.index()).and_then(Option::as_deref_mut) else {
            return false;
        };
        let lower = (height + 1).min(NFT_DEPTH as u8).max(chain.height);
        let more = hooks != HookSet::NONE && (!hooks.within(chain.hooks) || lower > chain.height);
        if more {
            (chain.hooks, chain.height) = (chain.hooks.with(hooks), lower);
        }
        more
    }
}
