//! What instructions take from the stack and leave on it.

use walrus::ir::{
    Block, Br, BrIf, BrTable, Call, CallIndirect, IfElse, Instr, InstrSeq, InstrSeqId, InstrSeqType, Loop,
    Value,
};
use walrus::{LocalFunction, Module, ModuleTypes, ValType};

/// Types of what a sequence takes and leaves.
pub fn types_of(types: &ModuleTypes, ty: InstrSeqType) -> (Vec<ValType>, Vec<ValType>) {
    match ty {
        InstrSeqType::Simple(result) => (Vec::new(), result.into_iter().collect()),
        InstrSeqType::MultiValue(ty) => {
            let (params, results) = types.params_results(ty);
            (params.to_vec(), results.to_vec())
        }
    }
}

/// What an instruction does with the stack.
pub struct Effect {
    /// Values that it takes.
    pub takes: usize,
    /// Values that it leaves; nothing comes after it if it leaves none ever.
    pub leaves: Option<usize>,
}

/// A function of a module, with what its instructions refer to.
#[derive(Clone, Copy)]
pub struct Code<'a> {
    pub module: &'a Module,
    pub function: &'a LocalFunction,
}

impl Code<'_> {
    /// Types of what a branch to a sequence carries; `loops` tells whether it is a loop's.
    pub fn carried(&self, block: InstrSeqId, loops: bool) -> Vec<ValType> {
        let (params, results) = types_of(&self.module.types, self.function.block(block).ty);
        if loops { params } else { results }
    }

    /// None if it is not known.
    pub fn effect(&self, instr: &Instr, carried: &dyn Fn(InstrSeqId) -> usize) -> Option<Effect> {
        let types = &self.module.types;
        let some = |takes, leaves| Some(Effect { takes, leaves: Some(leaves) });
        let none = |takes| Some(Effect { takes, leaves: None });
        let inner = |seq: &InstrSeqId, more: usize| {
            let (params, results) = types_of(types, self.function.block(*seq).ty);
            some(params.len() + more, results.len())
        };
        match instr {
            Instr::Block(Block { seq }) | Instr::Loop(Loop { seq }) => inner(seq, 0),
            Instr::IfElse(IfElse { consequent, .. }) => inner(consequent, 1),
            Instr::Call(Call { func }) => {
                let (params, results) = types.params_results(self.module.funcs.get(*func).ty());
                some(params.len(), results.len())
            }
            Instr::CallIndirect(CallIndirect { ty, .. }) => {
                let (params, results) = types.params_results(*ty);
                some(params.len() + 1, results.len())
            }
            Instr::Br(Br { block }) => none(carried(*block)),
            Instr::BrIf(BrIf { block }) => some(carried(*block) + 1, carried(*block)),
            Instr::BrTable(BrTable { default, .. }) => none(carried(*default) + 1),
            Instr::Return(_) => none(types.results(self.function.ty()).len()),
            Instr::Unreachable(_) => none(0),
            Instr::LocalGet(_) | Instr::GlobalGet(_) | Instr::Const(_) => some(0, 1),
            Instr::MemorySize(_) | Instr::RefNull(_) | Instr::RefFunc(_) | Instr::TableSize(_) => some(0, 1),
            Instr::LocalSet(_) | Instr::GlobalSet(_) | Instr::Drop(_) => some(1, 0),
            Instr::LocalTee(_) | Instr::Unop(_) | Instr::Load(_) | Instr::MemoryGrow(_) => some(1, 1),
            Instr::RefIsNull(_) | Instr::TableGet(_) => some(1, 1),
            Instr::Binop(_) | Instr::TableGrow(_) => some(2, 1),
            Instr::Store(_) | Instr::TableSet(_) => some(2, 0),
            Instr::Select(_) => some(3, 1),
            Instr::MemoryCopy(_) | Instr::MemoryFill(_) | Instr::TableFill(_) => some(3, 0),
            _ => None,
        }
    }

    /// About how many bytes an instruction has, without what is in it.
    pub fn weight(instr: &Instr) -> usize {
        match instr {
            Instr::Binop(_) | Instr::Unop(_) | Instr::Return(_) | Instr::Unreachable(_) | Instr::Drop(_) => 1,
            Instr::Load(_) | Instr::Store(_) | Instr::Call(_) | Instr::Block(_) | Instr::Loop(_) => 3,
            Instr::IfElse(_) | Instr::MemoryCopy(_) | Instr::MemoryFill(_) | Instr::CallIndirect(_) => 4,
            Instr::BrTable(BrTable { blocks, .. }) => 3 + blocks.len(),
            Instr::Const(constant) => match constant.value {
                Value::I32(value) => 2 + usize::from(!(-64..64).contains(&value)) * 2,
                _ => 4,
            },
            _ => 2,
        }
    }

    /// The height of the stack before each instruction of a sequence, how low it is as the instruction runs, and
    /// its height after it: none if nothing comes after it, where the list ends. None if it is not known.
    pub fn heights(
        &self,
        seq: &InstrSeq,
        carried: &dyn Fn(InstrSeqId) -> usize,
    ) -> Option<Vec<(usize, usize, Option<usize>)>> {
        let mut height = types_of(&self.module.types, seq.ty).0.len();
        let mut found = Vec::new();
        for (instr, _) in &seq.instrs {
            let Effect { takes, leaves } = self.effect(instr, carried)?;
            let low = height.checked_sub(takes)?;
            let after = leaves.map(|leaves| low + leaves);
            found.push((height, low, after));
            let Some(after) = after else { break };
            height = after;
        }
        Some(found)
    }
}
