//! Which rules of a long chain may take a packet, without asking each.
//!
//! The conditions that look at addresses, ports, protocol and interfaces alone stand together in a few words for each rule
//! ([`brief`]). In a short chain a packet is held against those of each rule. Those of a long one are compiled into sets of
//! rules for each value ([`compiled`]): the packet is held against what is in the first short set that one of its values
//! finds; if all are long they are intersected, and it is held against what is in all of them. Only rules that it may meet by
//! these words are asked, in order. A rule that is passed over would not have been met and has no part that would have
//! noticed: counters, matches with a state of their own and verdicts are those of the walk from rule to rule. A traced packet
//! takes that walk, for it is told why each rule was not met.
//!
//! A rule that is met by these words and gives a verdict alone is not asked either: it is counted here.
//!
//! A few rules put in or taken out do not make the sets anew: they are kept as [`Run`]s between the old ones.

mod brief;
mod compiled;
mod ranges;
mod sets;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use packetwalk_wire::{Common, Family, Pages};

pub(super) use self::brief::{Found, How, Keys};
use self::compiled::Compiled;
pub(super) use self::compiled::Cursor;
use super::condition::Look;
use super::{Counters, Rule};
use crate::env::HookState;

/// Chains of so many rules are walked without an index.
pub(super) const TINY: usize = 5;

/// The index of a chain of so many has no sets.
const SMALL: usize = 16;

/// Counters that snapshots share.
type Page = Common<[Counters; PAGE]>;

/// So many are a page.
const PAGE: usize = 64;

/// So many changes are kept beside the sets before these are made anew.
const CHANGES: usize = 64;

/// The index of a chain.
#[derive(Clone, Debug)]
pub struct Index {
    compiled: Arc<Compiled>,
    /// None as long as the rules are those of the sets.
    runs: Vec<Run>,
    /// How many changes it still bears.
    changes: usize,
    /// What rules counted without being looked at, by their numbers in the sets; none in a short chain.
    counted: Vec<Page>,
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
        let mut runs = Vec::new();
        let known = sets::MOST;
        if known < rules.len() {
            runs.push(Run { at: 0, len: known, old: Some(0) });
            runs.push(Run { at: known, len: rules.len() - known, old: None });
        }
        let (changes, pages) =
            if rules.len() > SMALL { (CHANGES, rules.len().min(known).div_ceil(PAGE)) } else { (0, 0) };
        let counted = vec![Page::new([Counters::ZERO; PAGE]); pages];
        Self { compiled: Arc::new(Compiled::new(rules, family)), runs, changes, counted }
    }

    /// Where a packet begins.
    pub(super) fn cursor(&self, keys: &mut Keys, look: &Look, state: &HookState) -> Cursor {
        self.compiled.cursor(keys, look, state)
    }

    /// The first rule from `from` on that may take the packet, or where the chain ends.
    pub(super) fn next(&self, cursor: &mut Cursor, keys: &Keys, from: usize) -> Found {
        if self.runs.is_empty() {
            let found = self.compiled.next(cursor, keys, from);
            return found.unwrap_or(Found::ask(self.compiled.len()));
        }
        for run in self.runs.iter().filter(|run| run.end() > from) {
            let at = from.max(run.at);
            let Some(old) = run.old else { return Found::ask(at) };
            let old = old as usize;
            let found = self.compiled.next(cursor, keys, old + at - run.at);
            let found = found.map(|found| Found { place: run.at + found.place - old, ..found });
            if let Some(found) = found.filter(|found| found.place < run.end()) {
                return found;
            }
        }
        Found::ask(self.runs.last().map_or(0, Run::end))
    }

    /// The number in the sets of the rule at `at`, if it is in them.
    fn known(&self, at: usize) -> Option<usize> {
        if self.runs.is_empty() {
            return Some(at);
        }
        let run = self.runs.get(self.runs.partition_point(|run| run.end() <= at))?;
        Some(run.old? as usize + at - run.at)
    }

    /// What the rule at `at` counted without being looked at.
    pub(super) fn counted(&self, at: usize) -> Option<Counters> {
        let known = self.known(at)?;
        self.counted.get(known / PAGE)?.get(known % PAGE).copied()
    }

    /// Counts a packet of `len` bytes that the rule at `at` takes, unless only the rule itself can.
    pub(super) fn count(&mut self, at: usize, len: u16) -> Option<()> {
        let known = self.known(at)?;
        self.counted.get_mut(known / PAGE)?.get_mut(known % PAGE)?.count(len);
        Some(())
    }

    /// Forgets what rules counted without being looked at.
    pub(super) fn zero(&mut self) {
        self.counted.fill(Page::new([Counters::ZERO; PAGE]));
    }

    /// A rule was put in at `at`. False when the index is worn out.
    pub(super) fn insert(&mut self, at: usize) -> bool {
        self.part();
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
        self.part();
        self.cut(at);
        self.cut(at + 1);
        self.runs.retain(|run| run.at != at);
        for run in self.runs.iter_mut().filter(|run| run.at > at) {
            run.at -= 1;
        }
        self.changed()
    }

    /// The rules are no longer those of the sets.
    fn part(&mut self) {
        if self.runs.is_empty() {
            self.runs.push(Run { at: 0, len: self.compiled.len(), old: Some(0) });
        }
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
        let left = self.changes.checked_sub(1);
        self.changes = left.unwrap_or_default();
        left.is_some()
    }
}
