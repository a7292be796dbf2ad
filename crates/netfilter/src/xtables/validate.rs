//! What the kernel checks before a rule goes in: loops, depth, hooks, tables and protocols.

use packetwalk_trace::ChainId;

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
        let mut seen = vec![false; self.chains.len()];
        // Only what a packet can reach is followed, from the built-in chains down.
        if chain.hooks != HookSet::NONE {
            let deep =
                self.face() == Face::Nft && usize::from(chain.height) + 1 + self.depth(to) >= NFT_DEPTH;
            if to == id || deep || self.reaches(to, id, &mut seen) || self.has_loop(to) {
                return Err(RuleError::Loop);
            }
        }
        if !chain.hooks.within(target.hooks) {
            seen.fill(false);
            self.reaches(to, id, &mut seen);
            if let Some(c) = self.chain(to) {
                c.rules.iter().try_for_each(|r| self.check(r, chain.hooks))?;
            }
            for (c, _) in self.chains.iter().zip(&seen).filter(|(_, seen)| **seen) {
                c.iter().flat_map(|c| &c.rules).try_for_each(|r| self.check(r, chain.hooks))?;
            }
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

    /// Whether a packet in `from` can come to `to`; marks what it passes.
    fn reaches(&self, from: ChainId, to: ChainId, seen: &mut [bool]) -> bool {
        let mut todo = vec![from];
        while let Some(at) = todo.pop() {
            for next in self.jumps(at) {
                if next == to {
                    return true;
                }
                if let Some(s) = seen.get_mut(usize::from(next.0))
                    && !*s
                {
                    *s = true;
                    todo.push(next);
                }
            }
        }
        false
    }

    /// Whether some chain reached from `from` reaches itself.
    fn has_loop(&self, from: ChainId) -> bool {
        // 0: not seen, 1: on the way here, 2: done.
        let mut state = vec![0_u8; self.chains.len()];
        let mut way = vec![(from, self.jumps(from).collect::<Vec<_>>())];
        while let Some((at, next)) = way.last_mut() {
            let Some(to) = next.pop() else {
                if let Some(s) = state.get_mut(usize::from(at.0)) {
                    *s = 2;
                }
                way.pop();
                continue;
            };
            if let Some(s) = state.get_mut(usize::from(at.0)) {
                *s = 1;
            }
            match state.get(usize::from(to.0)) {
                Some(1) => return true,
                Some(0) => way.push((to, self.jumps(to).collect())),
                _ => {}
            }
        }
        false
    }

    /// Chains on the longest way down from `id`, itself not counted; at most one more than [`NFT_DEPTH`].
    fn depth(&self, id: ChainId) -> usize {
        let mut level = vec![id];
        for n in 0..=NFT_DEPTH {
            let mut below: Vec<ChainId> = level.iter().flat_map(|at| self.jumps(*at)).collect();
            below.sort_unstable();
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
        let all = (0..self.chains.len()).map(|i| ChainId(i as u16));
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
        let Some(chain) = self.chains.get_mut(usize::from(to.0)).and_then(Option::as_deref_mut) else {
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
