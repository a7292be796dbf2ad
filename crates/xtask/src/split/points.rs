//! The points of a function at which it is seen which way was taken.

use std::collections::BTreeMap;

use walrus::LocalFunction;
use walrus::ir::{Block, IfElse, Instr, InstrSeqId, Loop};

/// A sequence, and the place of an instruction in it.
pub type Point = (InstrSeqId, usize);

/// Each point, and whether it was reached.
pub type Reached = BTreeMap<Point, bool>;

/// The sequences in an instruction.
pub fn inner(instr: &Instr) -> Vec<InstrSeqId> {
    match instr {
        Instr::Block(Block { seq }) | Instr::Loop(Loop { seq }) => vec![*seq],
        Instr::IfElse(IfElse { consequent, alternative }) => vec![*consequent, *alternative],
        _ => Vec::new(),
    }
}

/// Every begin of a sequence, and what follows an instruction that may go elsewhere. The first is the function's
/// begin; the order is the same for each copy of the module.
pub fn points(function: &LocalFunction) -> Vec<Point> {
    let entry = function.entry_block();
    let (mut found, mut todo) = (Vec::new(), vec![entry]);
    while let Some(id) = todo.pop() {
        let seq = function.block(id);
        if id == entry || !seq.is_empty() {
            found.push((id, 0));
        }
        for (at, (instr, _)) in seq.iter().enumerate() {
            let inner = inner(instr);
            let parts = !inner.is_empty() || matches!(instr, Instr::BrIf(_));
            todo.extend(inner);
            if parts && at + 1 < seq.len() {
                found.push((id, at + 1));
            }
        }
    }
    found
}
