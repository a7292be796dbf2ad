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

/// The bits of the places that ask a table, by table.
const PLACES: [u32; 5] = {
    let mut places = [0; 5];
    let mut at = 0;
    while at < HOOKS.len() {
        match HOOKS[at].step {
            Step::Table(id) => places[id as usize] |= 1 << at,
            Step::Nat(_) => places[TableId::Nat as usize] |= 1 << at,
            _ => {}
        }
        at += 1;
    }
    places
};

/// The bits of the places of a step that asks no table.
const fn places(of: &[Step]) -> u32 {
    let mut places = 0;
    let mut at = 0;
    while at < HOOKS.len() {
        let mut n = 0;
        while n < of.len() {
            let same = matches!(
                (HOOKS[at].step, of[n]),
                (Step::Defrag, Step::Defrag)
                    | (Step::Conntrack, Step::Conntrack)
                    | (Step::Confirm, Step::Confirm)
                    | (Step::Synproxy, Step::Synproxy)
            );
            if same {
                places |= 1 << at;
            }
            n += 1;
        }
        at += 1;
    }
    places
}

const DEFRAG: u32 = places(&[Step::Defrag]);
const CONNTRACK: u32 = places(&[Step::Conntrack, Step::Confirm]);
const SYNPROXY: u32 = places(&[Step::Synproxy]);

impl Plan {
    /// Without rules there is nothing to do.
    pub const IDLE: Self = Self { busy: 0, bases: [[None; 2]; HOOKS.len()] };

    /// What both faces' rules of one family make of the hooks.
    pub fn new(faces: [&Ruleset; 2], registered: Registered) -> Self {
        let mut plan = Self::IDLE;
        for (face, rules) in faces.into_iter().enumerate() {
            for table in rules.created() {
                for (id, hook) in table.live_bases() {
                    let places = PLACES[table.id() as usize] & MASKS[hook as usize];
                    let mut left = places;
                    while left != 0 {
                        if let Some(bases) = plan.bases.get_mut(left.trailing_zeros() as usize) {
                            bases[face] = Some(id);
                        }
                        left &= left - 1;
                    }
                    plan.busy |= places;
                }
            }
        }
        // The nat table is asked by NAT's steps alone.
        plan.busy &= !PLACES[TableId::Nat as usize];
        let Registered { conntrack, defrag, nat, synproxy } = registered;
        for (busy, places) in [
            (defrag, DEFRAG),
            (conntrack, CONNTRACK),
            (synproxy, SYNPROXY),
            (nat, PLACES[TableId::Nat as usize]),
        ] {
            if busy {
                plan.busy |= places;
            }
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
