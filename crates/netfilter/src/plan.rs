//! Which steps of which hooks have anything to do, so that a packet does not ask the others.

use packetwalk_trace::{ChainId, Hook, Table as TableId};

use crate::hook::{HOOKS, Step};
use crate::xtables::Ruleset;

/// A family's hooks, as its rules are now.
#[derive(Clone, Debug)]
pub struct Plan {
    /// A bit for each place in [`HOOKS`] that is not idle.
    busy: u32,
    /// The built-in chain of each place that asks a table, by face.
    bases: [[Option<ChainId>; 2]; HOOKS.len()],
}

/// What is registered for a family beside the tables.
#[derive(Clone, Copy, Debug, Default)]
pub struct Registered {
    /// Connection tracking.
    pub conntrack: bool,
    /// Fragments are put together.
    pub defrag: bool,
    /// NAT.
    pub nat: bool,
    /// SYNPROXY.
    pub synproxy: bool,
}

/// The bits of a hook's places.
const MASKS: [u32; 5] = {
    let mut masks = [0; 5];
    let mut at = 0;
    while at < HOOKS.len() {
        masks[HOOKS[at].hook as usize] |= 1 << at;
        at += 1;
    }
    masks
};

impl Plan {
    /// Without rules there is nothing to do.
    pub const IDLE: Self = Self { busy: 0, bases: [[None; 2]; HOOKS.len()] };

    /// What both faces' rules of one family make of the hooks.
    pub fn new(faces: [&Ruleset; 2], registered: Registered) -> Self {
        let mut plan = Self::IDLE;
        for (place, entry) in HOOKS.iter().enumerate() {
            let live = |id: TableId| {
                faces.map(|rules| {
                    let table = rules.get(id)?;
                    let base = table.base_of(entry.hook)?;
                    table.chain(base).filter(|chain| chain.is_live()).map(|_| base)
                })
            };
            let busy = match entry.step {
                Step::Defrag => registered.defrag,
                Step::Conntrack | Step::Confirm => registered.conntrack,
                Step::Synproxy => registered.synproxy,
                Step::Nat(_) => {
                    plan.bases[place] = live(TableId::Nat);
                    registered.nat
                }
                Step::Table(id) => {
                    plan.bases[place] = live(id);
                    plan.bases[place].iter().any(Option::is_some)
                }
            };
            plan.busy |= u32::from(busy) << place;
        }
        plan
    }

    /// Whether a hook has anything to do.
    #[inline]
    pub const fn acts(&self, hook: Hook) -> bool {
        self.busy & MASKS[hook as usize] != 0
    }

    /// Places of a hook that are not idle, from `from` on: a bit for each.
    #[inline]
    pub const fn from(&self, hook: Hook, from: u8) -> u32 {
        self.busy & MASKS[hook as usize] & (u32::MAX << from)
    }

    /// The built-in chains of a place, by face.
    #[inline]
    pub fn bases(&self, place: u8) -> [Option<ChainId>; 2] {
        self.bases.get(usize::from(place)).copied().unwrap_or_default()
    }
}
