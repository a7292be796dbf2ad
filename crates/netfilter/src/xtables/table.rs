//! A table and the operations on it.

use std::sync::Arc;

use packetwalk_trace::{ChainId, Table as TableId};
use packetwalk_wire::{Common, Family, Order, Pages};

use super::chain::HookSet;
use super::index::{Index, TINY};
use super::prints::Prints;
use super::ruleset::table_hooks;
use super::{BaseChain, Chain, ChainError, Counters, Face, Policy, Rule, RuleError};
use crate::shared::{Named, Wanted};

/// One table of one face and family. It is a value: `iptables-restore` works on a clone and commits it
/// with [`super::Ruleset::replace`].
#[derive(Clone, Debug)]
pub struct Table {
    id: TableId,
    face: Face,
    family: Family,
    pub(super) chains: Vec<Option<Common<Chain>>>,
    /// The chains by name.
    names: Common<Vec<ChainId>>,
    /// All places of chains before this one are taken.
    free: usize,
    /// Rules that need conntrack.
    conntrack_users: u32,
    /// Rules that want something of what the namespace's rules share.
    sharers: u32,
    /// Chains made so far.
    made: u32,
    /// What the namespace's rules share, as far as the kernel asks it of a new rule.
    named: Arc<Named>,
    /// Chains and rules made so far (`hgenerator`).
    handles: u32,
}

impl Table {
    /// Whether a chain is not tiny and not compiled.
    fn is_slow(chain: &Chain) -> bool {
        chain.index.is_none() && chain.rules.len() > TINY
    }

    /// Whether every chain that is not tiny is compiled.
    pub(crate) fn is_compiled(&self) -> bool {
        !self.chains.iter().flatten().any(|chain| Self::is_slow(chain))
    }

    /// Compiles those that are not yet.
    pub(crate) fn compile(&mut self) {
        for chain in self.chains.iter_mut().flatten().filter(|chain| Self::is_slow(chain)) {
            chain.index = Some(Index::new(&chain.rules, self.family));
        }
    }

    /// With its built-in chains, empty, policy ACCEPT. In the nft face these are not yet in the kernel;
    /// see [`BaseChain::exists`].
    pub fn new(face: Face, family: Family, id: TableId) -> Self {
        let legacy = face == Face::Legacy;
        let base = |&hook: &packetwalk_trace::Hook| {
            Some(Common::new(Chain {
                name: hook.name().into(),
                base: Some(BaseChain {
                    hook,
                    policy: Policy::Accept,
                    counters: Counters::ZERO,
                    exists: legacy,
                    counts: legacy,
                }),
                rules: Pages::new(),
                prints: Prints::default(),
                hooks: HookSet::of(&[hook]),
                height: 0,
                serial: 0,
                index: None,
            }))
        };
        let chains: Vec<_> = table_hooks(id).iter().map(base).collect();
        let free = chains.len();
        let named = Arc::default();
        let mut table = Self {
            id,
            face,
            family,
            chains,
            names: Common::default(),
            free,
            conntrack_users: 0,
            sharers: 0,
            made: 0,
            named,
            handles: 0,
        };
        for id in 0..free {
            table.enter(ChainId(id as u32));
        }
        table
    }

    /// What the namespace's rules share.
    pub(crate) fn named(&self) -> &Named {
        &self.named
    }

    pub(crate) fn set_named(&mut self, named: &Arc<Named>) {
        self.named = Arc::clone(named);
    }

    /// What its rules name or ask of the namespace.
    pub(crate) fn wants(&self, wanted: &mut Wanted) {
        if self.sharers == 0 {
            return;
        }
        for rule in self.rules() {
            rule.wants(self.family, wanted);
        }
    }

    /// Every rule.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.chains.iter().flatten().flat_map(|c| &c.rules)
    }

    /// Every rule's own state begins anew, as when the whole table goes into the kernel anew.
    pub fn renew(&mut self) {
        for rule in self.chains.iter_mut().flatten().flat_map(|c| c.rules.iter_mut()) {
            rule.renew();
        }
    }

    /// Which table.
    pub const fn id(&self) -> TableId {
        self.id
    }

    /// Which iptables.
    pub const fn face(&self) -> Face {
        self.face
    }

    /// IPv4 or IPv6.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// A built-in chain is in the kernel.
    pub fn is_live(&self) -> bool {
        let built_in = self.chains.iter().take(table_hooks(self.id).len());
        built_in.flatten().any(|c| c.base.is_some_and(|b| b.exists))
    }

    /// Some rule needs conntrack.
    pub const fn needs_conntrack(&self) -> bool {
        self.conntrack_users != 0
    }

    /// A chain by number.
    pub fn chain(&self, id: ChainId) -> Option<&Chain> {
        self.chains.get(id.index())?.as_deref()
    }

    fn slot(&mut self, id: ChainId) -> Option<&mut Chain> {
        self.chains.get_mut(id.index())?.as_deref_mut()
    }

    /// A chain by name.
    pub fn find(&self, name: &str) -> Option<ChainId> {
        self.by_name(name).ok().and_then(|at| self.names.get(at)).copied()
    }

    /// The same of a table that is made when it is asked for.
    pub fn find_in_new(id: TableId, name: &str) -> Option<ChainId> {
        let at = table_hooks(id).iter().position(|hook| hook.name() == name)?;
        Some(ChainId(at as u32))
    }

    /// Where a name stands among all, or would stand.
    fn by_name(&self, name: &str) -> Result<usize, usize> {
        self.names.binary_search_by(|id| self.chain(*id).map_or("", |c| &*c.name).cmp(name))
    }

    /// Puts a chain among the names.
    fn enter(&mut self, id: ChainId) {
        let name = self.chain(id).map_or("", |c| &*c.name);
        let (Ok(at) | Err(at)) = self.by_name(name);
        self.names.insert(at, id);
    }

    /// The built-in chain of a hook.
    pub fn base_of(&self, hook: packetwalk_trace::Hook) -> Option<ChainId> {
        // They were made first, in this order, and stay.
        let at = table_hooks(self.id).iter().position(|h| *h == hook)?;
        Some(ChainId(at as u32))
    }

    /// The built-in chains that are in the kernel, with their hooks.
    pub(crate) fn live_bases(&self) -> impl Iterator<Item = (ChainId, packetwalk_trace::Hook)> + '_ {
        let built_in = self.chains.iter().take(table_hooks(self.id).len());
        built_in.enumerate().filter_map(|(at, chain)| {
            let base = chain.as_ref()?.base.filter(|base| base.exists)?;
            Some((ChainId(at as u32), base.hook))
        })
    }

    /// Every chain in the order of printing: built-in ones by hook, then the user's by name.
    pub fn listed(&self) -> Vec<(ChainId, &Chain)> {
        let mut all: Vec<_> = self
            .chains
            .iter()
            .enumerate()
            .filter_map(|(i, c)| Some((ChainId(i as u32), c.as_deref()?)))
            .collect();
        all.order_by(|(_, a), (_, b)| match (&a.base, &b.base) {
            (Some(a), Some(b)) => a.hook.cmp(&b.hook),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => a.name.as_bytes().cmp(b.name.as_bytes()),
        });
        all
    }

    /// The user's chains, the oldest first.
    pub fn user_chains(&self) -> Vec<(ChainId, &Chain)> {
        let mut all: Vec<_> = self.listed().into_iter().filter(|(_, c)| c.base.is_none()).collect();
        all.order_by_key(|(_, c)| c.serial);
        all
    }

    /// How many rules jump or go to a chain (`-L` prints it).
    pub fn references(&self, id: ChainId) -> usize {
        self.chains.iter().flatten().flat_map(|c| &c.rules).filter(|r| r.target.chain() == Some(id)).count()
    }

    /// Makes a user's chain (`-N`).
    ///
    /// # Errors
    /// [`ChainError::Exists`], [`ChainError::TooMany`].
    pub fn new_chain(&mut self, name: &str) -> Result<ChainId, ChainError> {
        if self.find(name).is_some() {
            return Err(ChainError::Exists);
        }
        let chain = Common::new(Chain {
            name: name.into(),
            base: None,
            rules: Pages::new(),
            prints: Prints::default(),
            hooks: HookSet::NONE,
            height: 0,
            serial: self.made,
            index: None,
        });
        self.made = self.made.wrapping_add(1);
        self.handles = self.handles.wrapping_add(1);
        let taken = self.chains.iter().skip(self.free).take_while(|c| c.is_some()).count();
        let at = self.free + taken;
        let id = u32::try_from(at).map_err(|_| ChainError::TooMany)?;
        match self.chains.get_mut(at) {
            Some(slot) => *slot = Some(chain),
            None => self.chains.push(Some(chain)),
        }
        self.free = at + 1;
        self.enter(ChainId(id));
        Ok(ChainId(id))
    }

    /// Deletes a user's chain (`-X`).
    ///
    /// # Errors
    /// [`ChainError::Missing`], [`ChainError::BuiltIn`], [`ChainError::Referenced`],
    /// [`ChainError::NotEmpty`]; nothing changes.
    pub fn delete_chain(&mut self, id: ChainId) -> Result<(), ChainError> {
        let chain = self.chain(id).ok_or(ChainError::Missing)?;
        if chain.base.is_some() {
            return Err(ChainError::BuiltIn);
        }
        if !chain.rules.is_empty() {
            return Err(ChainError::NotEmpty);
        }
        if self.references(id) != 0 {
            return Err(ChainError::Referenced);
        }
        self.names.retain(|named| *named != id);
        self.free = self.free.min(id.index());
        if let Some(slot) = self.chains.get_mut(id.index()) {
            *slot = None;
        }
        Ok(())
    }

    /// Takes a built-in chain out of the kernel, as `-X` of the nft face does with an empty one whose
    /// policy is ACCEPT; false when it stays.
    pub fn dematerialize(&mut self, id: ChainId) -> bool {
        if self.face == Face::Legacy {
            return false;
        }
        let Some(chain) = self.slot(id) else { return false };
        let Some(base) = chain.base.as_mut() else { return false };
        if !chain.rules.is_empty() || base.policy != Policy::Accept || !base.exists {
            return false;
        }
        (base.exists, base.counts, base.counters) = (false, false, Counters::ZERO);
        true
    }

    /// Gives a user's chain another name (`-E`); jumps to it stay.
    ///
    /// # Errors
    /// [`ChainError::Missing`], [`ChainError::Exists`], [`ChainError::BuiltIn`].
    pub fn rename_chain(&mut self, id: ChainId, name: &str) -> Result<(), ChainError> {
        if self.find(name).is_some() {
            return Err(ChainError::Exists);
        }
        let chain = self.slot(id).ok_or(ChainError::Missing)?;
        if chain.base.is_some() {
            return Err(ChainError::BuiltIn);
        }
        chain.name = name.into();
        self.names.retain(|named| *named != id);
        self.enter(id);
        Ok(())
    }

    /// Sets a built-in chain's policy (`-P`); with `counters`, these too (`iptables-restore`), and the
    /// chain counts from then on.
    ///
    /// # Errors
    /// [`ChainError::Missing`], [`ChainError::NotBuiltIn`].
    pub fn set_policy(
        &mut self,
        id: ChainId,
        policy: Policy,
        counters: Option<Counters>,
    ) -> Result<(), ChainError> {
        let base = self.slot(id).ok_or(ChainError::Missing)?.base.as_mut().ok_or(ChainError::NotBuiltIn)?;
        base.exists = true;
        base.policy = policy;
        if let Some(counters) = counters {
            base.counts = true;
            base.counters = counters;
        }
        Ok(())
    }

    /// Brings a built-in chain into the kernel, as the nft face does before it uses one.
    pub fn materialize(&mut self, id: ChainId) {
        if let Some(base) = self.slot(id).and_then(|c| c.base.as_mut())
            && !base.exists
        {
            base.exists = true;
            self.handles = self.handles.wrapping_add(1);
        }
    }

    /// Puts a rule before rule number `at` (from 0); `at` equal to the number of rules appends.
    ///
    /// # Errors
    /// [`RuleError::NoChain`], [`RuleError::BadPosition`], [`RuleError::Loop`], [`RuleError::Invalid`];
    /// nothing changes.
    pub fn insert(&mut self, id: ChainId, at: usize, mut rule: Rule) -> Result<(), RuleError> {
        let chain = self.chain(id).ok_or(RuleError::NoChain)?;
        if at > chain.rules.len() {
            return Err(RuleError::BadPosition);
        }
        self.admit(id, &rule)?;
        self.materialize(id);
        self.conntrack_users += u32::from(rule.needs_conntrack());
        self.sharers += u32::from(rule.shares());
        let jump = rule.target.chain();
        self.handles = self.handles.wrapping_add(1);
        rule.handle = self.handles;
        if let Some(chain) = self.slot(id) {
            chain.prints.insert(at, rule.print());
            chain.rules.insert(at, rule);
            chain.reindex(|index| index.insert(at));
        }
        if let Some(to) = jump {
            self.link(id, to);
        }
        Ok(())
    }

    /// Puts a rule at the end (`-A`).
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub fn append(&mut self, id: ChainId, rule: Rule) -> Result<(), RuleError> {
        let at = self.chain(id).ok_or(RuleError::NoChain)?.rules.len();
        self.insert(id, at, rule)
    }

    /// Puts a rule in the place of rule number `at`, from 0 (`-R`); it takes over the handle.
    ///
    /// # Errors
    /// As [`Self::insert`], and [`RuleError::NoRule`]; nothing changes.
    pub fn replace(&mut self, id: ChainId, at: usize, rule: Rule) -> Result<(), RuleError> {
        let old = self.chain(id).ok_or(RuleError::NoChain)?.rules.get(at).ok_or(RuleError::NoRule)?.handle;
        let handles = self.handles;
        self.insert(id, at, rule)?;
        self.handles = handles;
        if let Some(rule) = self.slot(id).and_then(|c| c.rules.get_mut(at)) {
            rule.handle = old;
        }
        self.delete(id, at + 1)
    }

    /// Deletes rule number `at`, from 0 (`-D CHAIN N`).
    ///
    /// # Errors
    /// [`RuleError::NoChain`], [`RuleError::NoRule`].
    pub fn delete(&mut self, id: ChainId, at: usize) -> Result<(), RuleError> {
        let chain = self.slot(id).ok_or(RuleError::NoChain)?;
        let rule = chain.rules.remove(at).ok_or(RuleError::NoRule)?;
        chain.prints.remove(at);
        chain.reindex(|index| index.remove(at));
        self.forget(&rule);
        Ok(())
    }

    fn forget(&mut self, rule: &Rule) {
        self.conntrack_users = self.conntrack_users.saturating_sub(u32::from(rule.needs_conntrack()));
        self.sharers = self.sharers.saturating_sub(u32::from(rule.shares()));
        if rule.target.chain().is_some() {
            self.recompute_hooks();
        }
    }

    /// Number (from 0) of the first rule of this text (`-D CHAIN SPEC`, `-C`).
    ///
    /// # Errors
    /// [`RuleError::NoChain`], [`RuleError::NoMatch`].
    pub fn position(&self, id: ChainId, rule: &Rule) -> Result<usize, RuleError> {
        let chain = self.chain(id).ok_or(RuleError::NoChain)?;
        let same = |at: &usize| chain.rules.get(*at).is_some_and(|r| r.same_spec(rule));
        chain.prints.places(rule.print()).find(same).ok_or(RuleError::NoMatch)
    }

    /// Deletes a chain's rules (`-F CHAIN`).
    ///
    /// # Errors
    /// [`ChainError::Missing`].
    pub fn flush(&mut self, id: ChainId) -> Result<(), ChainError> {
        let chain = self.slot(id).ok_or(ChainError::Missing)?;
        chain.index = None;
        chain.prints = Prints::default();
        let rules = std::mem::take(&mut chain.rules);
        let users = rules.iter().filter(|r| r.needs_conntrack()).count() as u32;
        self.conntrack_users = self.conntrack_users.saturating_sub(users);
        let sharers = rules.iter().filter(|r| r.shares()).count() as u32;
        self.sharers = self.sharers.saturating_sub(sharers);
        self.recompute_hooks();
        Ok(())
    }

    /// Counts packets: a rule by its place, or the policy.
    pub(crate) fn count(&mut self, chain: ChainId, rule: Option<u32>, packets: Counters) {
        let Some(chain) = self.chains.get_mut(chain.index()).and_then(Option::as_mut) else { return };
        let counters = match rule {
            Some(rule) => chain.own_counters(rule as usize),
            None => chain.base.as_mut().map(|base| &mut base.counters),
        };
        if let Some(counters) = counters {
            counters.add(packets);
        }
    }

    /// Sets a chain's counters to zero, its policy's too (which counts from then on), or those of rule number `rule` (from 0) only
    /// (`-Z`). The nft face puts a rule that has counted into the kernel anew, and with it its own state.
    ///
    /// # Errors
    /// [`RuleError::NoChain`], [`RuleError::NoRule`].
    pub fn zero(&mut self, id: ChainId, rule: Option<usize>) -> Result<(), RuleError> {
        let chain = self.slot(id).ok_or(RuleError::NoChain)?;
        chain.settle();
        if let Some(at) = rule {
            let rule = chain.rules.get_mut(at).ok_or(RuleError::NoRule)?;
            rule.counters = Counters::ZERO;
            rule.renew();
            return Ok(());
        }
        for rule in chain.rules.iter_mut() {
            if rule.counters != Counters::ZERO {
                rule.renew();
            }
            rule.counters = Counters::ZERO;
        }
        if let Some(base) = chain.base.as_mut().filter(|b| b.exists) {
            base.counters = Counters::ZERO;
            base.counts = true;
        }
        Ok(())
    }
}
