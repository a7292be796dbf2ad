//! Which rules of a long chain may take a packet, without asking each.
//!
//! The conditions that look at addresses, ports, protocol and interfaces alone are compiled into sets of rules
//! for each value ([`compiled`]); a packet's sets are intersected, and only what is in all of them is asked, in order. A
//! rule that is passed over would not have been met and has no part that would have noticed: counters, matches with a
//! state of their own and verdicts are those of the walk from rule to rule. A traced packet takes that walk, for it is told why each
//! rule was not met.
//!
//! A few rules put in or taken out do not make the sets anew: they are kept as [`Run`]s between the old ones.

mod compiled;
mod ranges;
mod sets;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use packetwalk_wire::{Family, Pages, Skb};

use self::compiled::Compiled;
pub(super) use self::compiled::Cursor;
use super::Rule;
use super::condition::Look;
use crate::env::HookState;

/// Chains of so many rules are asked rule by rule.
pub(super) const SMALL: usize = 16;

/// So many changes are kept beside the sets before these are made anew.
const CHANGES: usize = 64;

/// The index of a chain.
#[derive(Clone, Debug)]
pub struct Index {
    compiled: Arc<Compiled>,
    runs: Vec<Run>,
    changes: usize,
}

/// Rules that stand together in the chain.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Place of the first in the chain.
    at: usize,
    len: usize,
    /// The first one's number in the sets; `None` for rules that are not in them.
    old: Option<u32>,
}

impl Run {
    const fn end(&self) -> usize {
        self.at + self.len
    }

    /// The part from the `n`th on.
    fn after(&self, n: usize) -> Self {
        Self { at: self.at + n, len: self.len.saturating_sub(n), old: self.old.map(|o| o + n as u32) }
    }
}

impl Index {
    pub(super) fn new(rules: &Pages<Rule>, family: Family) -> Self {
        let known = rules.len().min(sets::MOST);
        let mut runs = vec![Run { at: 0, len: known, old: Some(0) }];
        if known < rules.len() {
            runs.push(Run { at: known, len: rules.len() - known, old: None });
        }
        Self { compiled: Arc::new(Compiled::new(rules, family)), runs, changes: 0 }
    }

    /// Where a packet begins.
    pub(super) fn cursor(&self, look: &Look, state: &HookState, skb: &Skb) -> Cursor {
        self.compiled.cursor(look, state, skb)
    }

    /// Place of the first rule from `from` on that may take the packet; the number of rules when there is none.
    pub(super) fn next(&self, cursor: &mut Cursor, from: usize) -> usize {
        for run in self.runs.iter().filter(|run| run.end() > from) {
            let at = from.max(run.at);
            let Some(old) = run.old else { return at };
            let found = self.compiled.next(cursor, old + (at - run.at) as u32);
            let place = found.map(|found| run.at + (found - old) as usize);
            if let Some(place) = place.filter(|p| *p < run.end()) {
                return place;
            }
        }
        self.runs.last().map_or(0, Run::end)
    }

    /// A rule was put in at `at`. False when the index is worn out.
    pub(super) fn insert(&mut self, at: usize) -> bool {
        self.cut(at);
        let n = self.runs.partition_point(|run| run.at < at);
        for run in self.runs.iter_mut().skip(n) {
            run.at += 1;
        }
        match n.checked_sub(1).and_then(|before| self.runs.get_mut(before)) {
            Some(run) if run.old.is_none() => run.len += 1,
            _ => self.runs.insert(n, Run { at, len: 1, old: None }),
        }
        self.changed()
    }

    /// The rule at `at` was taken out. False when the index is worn out.
    pub(super) fn remove(&mut self, at: usize) -> bool {
        self.cut(at);
        self.cut(at + 1);
        self.runs.retain(|run| run.at != at);
        for run in self.runs.iter_mut().filter(|run| run.at > at) {
            run.at -= 1;
        }
        self.changed()
    }

    /// Lets a run begin at `at`, unless that is the end.
    fn cut(&mut self, at: usize) {
        let n = self.runs.partition_point(|run| run.end() <= at);
        let Some(run) = self.runs.get_mut(n).filter(|run| run.at < at) else { return };
        let after = run.after(at - run.at);
        run.len = at - run.at;
        self.runs.insert(n + 1, after);
    }

    fn changed(&mut self) -> bool {
        self.changes += 1;
        self.changes <= CHANGES
    }
}
