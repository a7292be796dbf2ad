//! Which locals are still wanted, where.

use std::collections::{BTreeMap, BTreeSet};

use walrus::ir::{
    Block, Br, BrIf, BrTable, IfElse, Instr, InstrLocId, InstrSeqId, LocalGet, LocalSet, LocalTee, Loop,
};
use walrus::{LocalFunction, LocalId};

use super::points::Point;

/// A set of locals.
pub type Locals = BTreeSet<LocalId>;

/// Goes through a function from its ends to its begin.
pub struct Live<'a> {
    function: &'a LocalFunction,
    /// At a branch to each sequence.
    pub labels: BTreeMap<InstrSeqId, Locals>,
    /// At a branch to a sequence that is not known.
    outside: Locals,
    /// Before the instruction at each point that was asked for.
    pub at: BTreeMap<Point, Locals>,
}

impl<'a> Live<'a> {
    /// Of a whole function; `asked` are the points of interest.
    pub fn of(function: &'a LocalFunction, asked: impl Iterator<Item = Point>) -> Self {
        let at = asked.map(|point| (point, Locals::new())).collect();
        let mut live = Self { function, labels: BTreeMap::new(), outside: Locals::new(), at };
        live.seq(function.entry_block(), Locals::new());
        live
    }

    /// What instructions want of before, when what comes after them wants `out`, wherever they go.
    pub fn before(function: &'a LocalFunction, instrs: &[(Instr, InstrLocId)], out: &Locals) -> Locals {
        let mut live = Self { function, labels: BTreeMap::new(), outside: out.clone(), at: BTreeMap::new() };
        instrs.iter().rev().fold(out.clone(), |after, (instr, _)| live.instr(instr, after))
    }

    /// `after` is wanted at its end.
    fn seq(&mut self, id: InstrSeqId, after: Locals) -> Locals {
        let function = self.function;
        let instrs = &function.block(id).instrs;
        let mut live = after;
        for (at, (instr, _)) in instrs.iter().enumerate().rev() {
            self.note((id, at + 1), &live);
            live = self.instr(instr, live);
        }
        self.note((id, 0), &live);
        live
    }

    fn note(&mut self, point: Point, live: &Locals) {
        if let Some(noted) = self.at.get_mut(&point) {
            noted.clone_from(live);
        }
    }

    fn label(&self, block: InstrSeqId) -> &Locals {
        self.labels.get(&block).unwrap_or(&self.outside)
    }

    fn instr(&mut self, instr: &Instr, mut live: Locals) -> Locals {
        match instr {
            Instr::LocalGet(LocalGet { local }) => {
                live.insert(*local);
            }
            Instr::LocalSet(LocalSet { local }) | Instr::LocalTee(LocalTee { local }) => {
                live.remove(local);
            }
            Instr::Block(Block { seq }) => {
                self.labels.insert(*seq, live.clone());
                live = self.seq(*seq, live);
            }
            Instr::Loop(Loop { seq }) => {
                let mut again = self.labels.get(seq).cloned().unwrap_or_default();
                loop {
                    self.labels.insert(*seq, again.clone());
                    let found = self.seq(*seq, live.clone());
                    if found.is_subset(&again) {
                        break;
                    }
                    again.extend(found);
                }
                live = again;
            }
            Instr::IfElse(IfElse { consequent, alternative }) => {
                self.labels.insert(*consequent, live.clone());
                self.labels.insert(*alternative, live.clone());
                let other = self.seq(*alternative, live.clone());
                live = self.seq(*consequent, live);
                live.extend(other);
            }
            Instr::Br(Br { block }) => live.clone_from(self.label(*block)),
            Instr::BrIf(BrIf { block }) => live.extend(self.label(*block)),
            Instr::BrTable(BrTable { blocks, default }) => {
                live.clone_from(self.label(*default));
                for block in blocks {
                    live.extend(self.label(*block));
                }
            }
            // What a run of instructions returns is not yet returned where it was taken from.
            Instr::Return(_) => live.clone_from(&self.outside),
            Instr::Unreachable(_) => live.clear(),
            _ => {}
        }
        live
    }
}
