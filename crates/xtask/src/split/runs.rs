//! Runs of instructions that were never reached, in functions that were.

use std::collections::{BTreeMap, BTreeSet};

use walrus::ir::{Br, BrIf, BrTable, Instr, InstrLocId, InstrSeq, InstrSeqId, LocalSet, LocalTee, Loop};
use walrus::{LocalId, ValType};

use super::live::{Live, Locals};
use super::points::{Reached, inner};
use super::stack::{Code, types_of};

/// Least bytes that a run has to spare over what it costs to have it elsewhere.
const MARGIN: usize = 12;

/// A way out of a run, other than by its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    Return,
    To(InstrSeqId),
}

/// A run that becomes a function of its own.
pub struct Run {
    /// Where it is.
    pub seq: InstrSeqId,
    pub begin: usize,
    pub end: usize,
    /// What it leaves on the stack, at the end of its sequence.
    pub pushes: Vec<ValType>,
    /// Whether its end can be reached.
    pub falls: bool,
    /// Its other ways out, and the value that each carries.
    pub exits: Vec<(Exit, Option<ValType>)>,
    /// The locals that it reads of before.
    pub params: Vec<LocalId>,
    /// The locals that it sets and that are read after it.
    pub sets: Vec<LocalId>,
    weight: usize,
}

impl Run {
    /// Types of the values that ways out carry, each once.
    pub fn values(&self) -> Vec<ValType> {
        let mut found = Vec::new();
        for value in self.exits.iter().filter_map(|(_, value)| *value) {
            if !found.contains(&value) {
                found.push(value);
            }
        }
        found
    }

    /// Whether the ways out have numbers.
    pub fn numbered(&self) -> bool {
        self.exits.len() + usize::from(self.falls) > 1
    }

    /// Number of a way out, by its place: zero is the end, or else the last way.
    pub fn number(&self, place: usize) -> i32 {
        let last = !self.falls && place + 1 == self.exits.len();
        if last { 0 } else { i32::try_from(place + 1).unwrap_or(i32::MAX) }
    }
}

/// What is in a run.
#[derive(Default)]
struct Content {
    inner: BTreeSet<InstrSeqId>,
    exits: BTreeSet<Exit>,
    set: Locals,
    weight: usize,
    /// A table of branches goes out with these.
    tabled: BTreeSet<InstrSeqId>,
}

impl Content {
    fn read(&mut self, code: Code, instrs: &[(Instr, InstrLocId)]) {
        for (instr, _) in instrs {
            self.weight += Code::weight(instr);
            match instr {
                Instr::LocalSet(LocalSet { local }) | Instr::LocalTee(LocalTee { local }) => {
                    self.set.insert(*local);
                }
                Instr::Br(Br { block }) | Instr::BrIf(BrIf { block }) => self.goes(code, *block),
                Instr::BrTable(BrTable { blocks, default }) => {
                    for block in blocks.iter().chain([default]) {
                        self.goes(code, *block);
                        self.tabled.insert(*block);
                    }
                }
                Instr::Return(_) => {
                    self.exits.insert(Exit::Return);
                }
                _ => {}
            }
            for seq in inner(instr) {
                self.inner.insert(seq);
                self.read(code, &code.function.block(seq).instrs);
            }
        }
    }

    fn goes(&mut self, code: Code, block: InstrSeqId) {
        if block == code.function.entry_block() {
            self.exits.insert(Exit::Return);
        } else if !self.inner.contains(&block) {
            self.exits.insert(Exit::To(block));
        }
    }
}

/// The sequences of a function that are loops'.
fn loops(code: Code) -> BTreeSet<InstrSeqId> {
    let (mut found, mut todo) = (BTreeSet::new(), vec![code.function.entry_block()]);
    while let Some(id) = todo.pop() {
        for (instr, _) in &code.function.block(id).instrs {
            if let Instr::Loop(Loop { seq }) = instr {
                found.insert(*seq);
            }
            todo.extend(inner(instr));
        }
    }
    found
}

/// The runs of a function that are worth it, none in another.
pub fn runs(code: Code, reached: &Reached) -> Vec<Run> {
    let loops = loops(code);
    let carried = |block: InstrSeqId| code.carried(block, loops.contains(&block));
    let mut found = Vec::new();
    let mut todo = vec![code.function.entry_block()];
    while let Some(id) = todo.pop() {
        let seq = code.function.block(id);
        let mut cold = vec![false; seq.len()];
        let mut is_cold = false;
        for (at, mark) in cold.iter_mut().enumerate() {
            is_cold = reached.get(&(id, at)).map_or(is_cold, |reached| !reached);
            *mark = is_cold;
        }
        found.extend(candidates(code, seq, &cold, &carried));
        let taken: BTreeSet<usize> =
            found.iter().filter(|run| run.seq == id).flat_map(|run| run.begin..run.end).collect();
        for (at, (instr, _)) in seq.iter().enumerate() {
            if !taken.contains(&at) {
                todo.extend(inner(instr));
            }
        }
    }
    let live = Live::of(code.function, found.iter().map(|run| (run.seq, run.end)));
    found.retain_mut(|run| complete(code, run, &live));
    found
}

/// Parts of a sequence, all cold, that leave the stack below them alone.
fn candidates(
    code: Code,
    seq: &InstrSeq,
    cold: &[bool],
    carried: &dyn Fn(InstrSeqId) -> Vec<ValType>,
) -> Vec<Run> {
    let count = |block| carried(block).len();
    let Some(heights) = code.heights(seq, &count) else { return Vec::new() };
    let results = types_of(&code.module.types, seq.ty).1;
    let (mut found, mut begin) = (Vec::new(), 0);
    while begin < heights.len() {
        let (height, ..) = heights[begin];
        let mut best = None;
        for (at, (_, low, after)) in heights.iter().enumerate().skip(begin) {
            if !cold[at] || *low < height {
                break;
            }
            let last = at + 1 == seq.len();
            match after {
                None => best = Some((at + 1, false, Vec::new())),
                Some(after) if last && *after == results.len() => {
                    best = Some((at + 1, true, results[height..].to_vec()));
                }
                Some(after) if *after == height => best = Some((at + 1, true, Vec::new())),
                Some(_) => {}
            }
        }
        let run = best.and_then(|(end, falls, pushes)| run(code, seq, (begin, end), falls, pushes, carried));
        begin = run.as_ref().map_or(begin + 1, |run| run.end);
        found.extend(run);
    }
    found
}

/// A run, if it could be worth it.
fn run(
    code: Code,
    seq: &InstrSeq,
    (begin, end): (usize, usize),
    falls: bool,
    pushes: Vec<ValType>,
    carried: &dyn Fn(InstrSeqId) -> Vec<ValType>,
) -> Option<Run> {
    let mut content = Content::default();
    content.read(code, &seq.instrs[begin..end]);
    if content.weight < MARGIN {
        return None;
    }
    let results = code.module.types.results(code.function.ty());
    let mut exits = Vec::new();
    for exit in content.exits {
        let (carries, hard) = match exit {
            Exit::Return => (results.to_vec(), content.tabled.contains(&code.function.entry_block())),
            Exit::To(block) => (carried(block), content.tabled.contains(&block)),
        };
        match carries[..] {
            [] => exits.push((exit, None)),
            [value] if !hard => exits.push((exit, Some(value))),
            _ => return None,
        }
    }
    let (params, sets) = (Vec::new(), content.set.into_iter().collect());
    Some(Run { seq: seq.id(), begin, end, pushes, falls, exits, params, sets, weight: content.weight })
}

/// Finds what goes in and out. False if the run is not worth it.
fn complete(code: Code, run: &mut Run, live: &Live) -> bool {
    let mut after = Locals::new();
    if run.falls {
        after.extend(live.at.get(&(run.seq, run.end)).into_iter().flatten());
    }
    for (exit, _) in &run.exits {
        if let Exit::To(block) = exit {
            after.extend(live.labels.get(block).into_iter().flatten());
        }
    }
    run.sets.retain(|local| after.contains(local));
    let out: Locals = run.sets.iter().copied().collect();
    let instrs = &code.function.block(run.seq).instrs[run.begin..run.end];
    run.params = Live::before(code.function, instrs, &out).into_iter().collect();
    let ways = run.exits.len() + usize::from(run.falls);
    let cost = 6 + 2 * run.params.len() + 4 * run.sets.len() + 5 * ways.saturating_sub(1);
    run.weight >= cost + MARGIN
}

/// Runs by sequence, the last of each first: so each can be taken out without moving the next.
pub fn in_order(runs: Vec<Run>) -> Vec<Run> {
    let mut by_place: BTreeMap<(InstrSeqId, std::cmp::Reverse<usize>), Run> = BTreeMap::new();
    for run in runs {
        by_place.insert((run.seq, std::cmp::Reverse(run.begin)), run);
    }
    by_place.into_values().collect()
}
