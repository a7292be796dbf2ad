//! What matches and targets work on.

use packetwalk_trace::{Hook, Table as TableId};
use packetwalk_wire::{Family, Skb};

use crate::Conntrack;
use crate::env::{Env, HookState, Host};
use crate::shared::Shared;
use crate::xtables::chain::HookSet;
use crate::xtables::{Face, Table};

/// A packet in a rule, with its surroundings.
pub struct Cx<'a, 'e, H: Host> {
    /// The packet; matches leave it as it is.
    pub skb: &'a mut Skb,
    /// The hook call.
    pub state: &'a HookState,
    /// Connections.
    pub ct: &'a mut Conntrack,
    /// The face whose rules are asked.
    pub face: Face,
    /// What rules share by name.
    pub shared: &'a mut Shared,
    /// The host, time and chance.
    pub env: &'a mut Env<'e, H>,
}

/// How a match ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Met {
    /// The condition is met.
    Yes,
    /// It is not.
    No,
    /// The packet is malformed: dropped at once (`par->hotdrop`).
    Hotdrop,
    /// It is malformed, and a negated condition is met for it: the legacy face counts the rule first.
    HotdropMet,
    /// It asks something that is not modelled.
    NotModelled,
}

impl From<bool> for Met {
    #[inline]
    fn from(met: bool) -> Self {
        if met { Self::Yes } else { Self::No }
    }
}

/// Where a match or target may be used; the kernel answers EINVAL elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope {
    /// Only in this table.
    pub tables: &'static [TableId],
    /// Only in chains that these hooks reach.
    pub hooks: HookSet,
    /// Only with `-p` one of these.
    pub protos: &'static [u8],
    /// Only for this family.
    pub family: Option<Family>,
}

impl Scope {
    /// Everywhere.
    pub const ANY: Self = Self { tables: &[], hooks: HookSet::ALL, protos: &[], family: None };

    /// Only in one table.
    pub const fn table(tables: &'static [TableId]) -> Self {
        Self { tables, ..Self::ANY }
    }

    /// Only with these protocols.
    pub const fn proto(protos: &'static [u8]) -> Self {
        Self { protos, ..Self::ANY }
    }

    /// The same, only for this family.
    #[must_use]
    pub const fn family(self, family: Family) -> Self {
        Self { family: Some(family), ..self }
    }

    /// The same, only in these hooks.
    #[must_use]
    pub const fn hooks(self, hooks: &[Hook]) -> Self {
        Self { hooks: HookSet::of(hooks), ..self }
    }

    /// Whether a rule of `table`, reached from `hooks`, with `-p proto` (not negated) may use it.
    pub fn admits(&self, table: &Table, hooks: HookSet, proto: Option<u8>) -> bool {
        (self.tables.is_empty() || self.tables.contains(&table.id()))
            && self.family.is_none_or(|f| f == table.family())
            && hooks.within(self.hooks)
            && (self.protos.is_empty() || proto.is_some_and(|p| self.protos.contains(&p)))
    }
}
