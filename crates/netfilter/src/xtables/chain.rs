//! A chain.

use std::fmt;

use packetwalk_trace::Hook;
use packetwalk_wire::Pages;

use super::index::Index;
use super::prints::Prints;
use super::{Counters, Rule};

/// What happens at the end of a built-in chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Policy {
    /// ACCEPT.
    #[default]
    Accept,
    /// DROP.
    Drop,
}

impl Policy {
    /// As printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "ACCEPT",
            Self::Drop => "DROP",
        }
    }
}

/// What a built-in chain has more than a user's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BaseChain {
    /// Where it hangs.
    pub hook: Hook,
    /// Its policy.
    pub policy: Policy,
    /// Packets that the policy decided.
    pub counters: Counters,
    /// It is in the kernel. The nft face makes a built-in chain when it is first needed and only
    /// pretends its presence before; the legacy face makes all at once.
    pub exists: bool,
    /// The policy counts. In the nft face only of a chain that was made with counters
    /// (`NFTA_CHAIN_COUNTERS`, by `iptables-restore`).
    pub counts: bool,
}

/// A chain: rules in order.
///
/// What a packet looks at comes first.
#[derive(Clone)]
#[repr(C)]
pub struct Chain {
    /// The rules.
    pub rules: Pages<Rule>,
    /// Its name, at most 28 bytes.
    pub name: Box<str>,
    /// Set for a built-in chain.
    pub base: Option<BaseChain>,
    /// Of one that is not tiny and has met a packet.
    pub(super) index: Option<Index>,
    /// [`super::Rule::print`] of each: a rule is found by its text.
    pub(super) prints: Prints,
    /// From which hooks its rules can be reached; kept by the table.
    pub(super) hooks: HookSet,
    /// Chains on the longest way up to a built-in one.
    pub(super) height: u8,
    /// Order in which the table's chains were made.
    pub(super) serial: u32,
}

/// Without the index, which is what the rules are, and not always there.
impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut settled = self.clone();
        settled.settle();
        f.debug_struct("Chain")
            .field("name", &self.name)
            .field("base", &self.base)
            .field("rules", &settled.rules)
            .field("prints", &self.prints)
            .field("hooks", &self.hooks)
            .field("height", &self.height)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// Whether a packet can meet it at all.
    pub fn is_live(&self) -> bool {
        self.base.is_none_or(|b| b.exists)
    }

    /// The counters of rule number `at`, from 0.
    pub fn counters(&self, at: usize) -> Counters {
        let mut counters = self.rules.get(at).map_or(Counters::ZERO, |rule| rule.counters);
        counters.add(self.index.as_ref().and_then(|index| index.counted(at)).unwrap_or_default());
        counters
    }

    /// The counters of a rule itself, to change.
    #[inline(never)]
    pub(super) fn own_counters(&mut self, at: usize) -> Option<&mut Counters> {
        self.rules.get_mut(at).map(|rule| &mut rule.counters)
    }

    /// Tells the index of a change; one that is worn out is made anew when it is needed.
    pub(super) fn reindex(&mut self, change: impl FnOnce(&mut Index) -> bool) {
        if self.index.as_mut().is_some_and(|index| !change(index)) {
            self.settle();
            self.index = None;
        }
    }

    /// Has all counters in the rules themselves.
    pub(super) fn settle(&mut self) {
        let Some(mut index) = self.index.take() else { return };
        for at in 0..self.rules.len() {
            if let Some(counted) = index.counted(at)
                && counted != Counters::ZERO
                && let Some(own) = self.own_counters(at)
            {
                own.add(counted);
            }
        }
        index.zero();
        self.index = Some(index);
    }
}

/// A set of hooks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HookSet(u8);

impl HookSet {
    /// None.
    pub const NONE: Self = Self(0);
    /// All five.
    pub const ALL: Self = Self(0x1f);

    /// Of a list.
    pub const fn of(hooks: &[Hook]) -> Self {
        let mut set = 0;
        let mut i = 0;
        while i < hooks.len() {
            set |= 1 << hooks[i] as u8;
            i += 1;
        }
        Self(set)
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Every hook of `self` is in `other`.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Any hook is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
