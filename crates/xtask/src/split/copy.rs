//! A run's instructions, copied into a function of their own.

use std::collections::BTreeMap;

use walrus::ir::{
    Block, Br, BrIf, BrTable, Const, IfElse, Instr, InstrLocId, InstrSeqId, LocalGet, LocalSet, LocalTee,
    Loop, Value,
};
use walrus::{FunctionBuilder, LocalFunction, LocalId, ModuleLocals, ValType};

use super::runs::{Exit, Run};

/// Locals for values, by type.
#[derive(Default)]
pub struct Spare(Vec<(ValType, LocalId)>);

impl Spare {
    pub fn of(&mut self, locals: &mut ModuleLocals, ty: ValType) -> LocalId {
        if let Some((_, local)) = self.0.iter().find(|(of, _)| *of == ty) {
            return *local;
        }
        let local = locals.add(ty);
        self.0.push((ty, local));
        local
    }
}

/// What a run is copied with.
pub struct Copy<'a> {
    from: &'a LocalFunction,
    run: &'a Run,
    pub locals: &'a mut ModuleLocals,
    pub builder: FunctionBuilder,
    renamed: BTreeMap<LocalId, LocalId>,
    seqs: BTreeMap<InstrSeqId, InstrSeqId>,
    /// The sequence that every way out ends.
    pub all: InstrSeqId,
    /// For the number of the way out.
    pub number: LocalId,
    /// For what is carried.
    pub values: Spare,
    /// For what decides.
    held: Spare,
}

impl<'a> Copy<'a> {
    pub fn new(
        from: &'a LocalFunction,
        run: &'a Run,
        locals: &'a mut ModuleLocals,
        mut builder: FunctionBuilder,
    ) -> Self {
        Self {
            from,
            run,
            all: builder.dangling_instr_seq(None).id(),
            number: locals.add(ValType::I32),
            locals,
            builder,
            renamed: BTreeMap::new(),
            seqs: BTreeMap::new(),
            values: Spare::default(),
            held: Spare::default(),
        }
    }

    /// What stands for a local of the function.
    pub fn local(&mut self, local: LocalId) -> LocalId {
        if let Some(renamed) = self.renamed.get(&local) {
            return *renamed;
        }
        let renamed = self.locals.add(self.locals.get(local).ty());
        self.renamed.insert(local, renamed);
        renamed
    }

    pub fn add(&mut self, to: InstrSeqId, instr: impl Into<Instr>) {
        self.builder.instr_seq(to).instr(instr);
    }

    fn seq(&mut self, from: InstrSeqId) -> InstrSeqId {
        let seq = self.from.block(from);
        let to = self.builder.dangling_instr_seq(seq.ty).id();
        self.seqs.insert(from, to);
        let from = self.from;
        self.instrs(&from.block(seq.id()).instrs, to);
        to
    }

    /// The way out by a branch, none if it stays within.
    fn way(&self, block: InstrSeqId) -> Option<usize> {
        if self.seqs.contains_key(&block) {
            return None;
        }
        let exit = if block == self.from.entry_block() { Exit::Return } else { Exit::To(block) };
        self.run.exits.iter().position(|(way, _)| *way == exit)
    }

    /// Leaves by a way.
    fn leave(&mut self, way: usize, to: InstrSeqId) {
        if self.run.numbered() {
            self.add(to, Const { value: Value::I32(self.run.number(way)) });
            self.add(to, LocalSet { local: self.number });
        }
        self.add(to, Br { block: self.all });
    }

    pub fn instrs(&mut self, instrs: &[(Instr, InstrLocId)], to: InstrSeqId) {
        for (instr, _) in instrs {
            self.instr(instr, to);
        }
    }

    fn instr(&mut self, instr: &Instr, to: InstrSeqId) {
        match instr {
            Instr::Block(Block { seq }) => {
                let seq = self.seq(*seq);
                self.add(to, Block { seq });
            }
            Instr::Loop(Loop { seq }) => {
                let seq = self.seq(*seq);
                self.add(to, Loop { seq });
            }
            Instr::IfElse(IfElse { consequent, alternative }) => {
                let (consequent, alternative) = (self.seq(*consequent), self.seq(*alternative));
                self.add(to, IfElse { consequent, alternative });
            }
            Instr::LocalGet(LocalGet { local }) => {
                let local = self.local(*local);
                self.add(to, LocalGet { local });
            }
            Instr::LocalSet(LocalSet { local }) => {
                let local = self.local(*local);
                self.add(to, LocalSet { local });
            }
            Instr::LocalTee(LocalTee { local }) => {
                let local = self.local(*local);
                self.add(to, LocalTee { local });
            }
            Instr::Return(_) => self.branch(self.from.entry_block(), to),
            Instr::Br(Br { block }) => self.branch(*block, to),
            Instr::BrIf(BrIf { block }) => self.branch_if(*block, to),
            Instr::BrTable(BrTable { blocks, default }) => self.branches(blocks, *default, to),
            other => self.add(to, other.clone()),
        }
    }

    fn carried(&mut self, way: usize) -> Option<LocalId> {
        let (_, value) = self.run.exits.get(way)?;
        value.map(|ty| self.values.of(self.locals, ty))
    }

    fn branch(&mut self, block: InstrSeqId, to: InstrSeqId) {
        let Some(way) = self.way(block) else {
            let block = self.seqs.get(&block).copied().unwrap_or(self.all);
            return self.add(to, Br { block });
        };
        if let Some(local) = self.carried(way) {
            self.add(to, LocalSet { local });
        }
        self.leave(way, to);
    }

    fn branch_if(&mut self, block: InstrSeqId, to: InstrSeqId) {
        let Some(way) = self.way(block) else {
            let block = self.seqs.get(&block).copied().unwrap_or(self.all);
            return self.add(to, BrIf { block });
        };
        if let Some(value) = self.carried(way) {
            let held = self.held.of(self.locals, ValType::I32);
            self.add(to, LocalSet { local: held });
            self.add(to, LocalTee { local: value });
            self.add(to, LocalGet { local: held });
        }
        if !self.run.numbered() {
            return self.add(to, BrIf { block: self.all });
        }
        let consequent = self.builder.dangling_instr_seq(None).id();
        self.leave(way, consequent);
        let alternative = self.builder.dangling_instr_seq(None).id();
        self.add(to, IfElse { consequent, alternative });
    }

    /// A table of branches: each that goes out has a block here, after which it leaves.
    fn branches(&mut self, blocks: &[InstrSeqId], default: InstrSeqId, to: InstrSeqId) {
        let mut ways: Vec<usize> = Vec::new();
        for way in blocks.iter().chain([&default]).filter_map(|block| self.way(*block)) {
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        let held = self.held.of(self.locals, ValType::I32);
        if !ways.is_empty() {
            self.add(to, LocalSet { local: held });
        }
        let seqs: Vec<InstrSeqId> = ways.iter().map(|_| self.builder.dangling_instr_seq(None).id()).collect();
        let place = |this: &Self, block: InstrSeqId| match this.way(block) {
            Some(way) => ways.iter().position(|of| *of == way).and_then(|at| seqs.get(at)).copied(),
            None => this.seqs.get(&block).copied(),
        };
        let table = BrTable {
            blocks: blocks.iter().filter_map(|block| place(self, *block)).collect(),
            default: place(self, default).unwrap_or(self.all),
        };
        let innermost = seqs.first().copied().unwrap_or(to);
        if !ways.is_empty() {
            self.add(innermost, LocalGet { local: held });
        }
        self.add(innermost, table);
        for (at, (way, seq)) in ways.iter().zip(&seqs).enumerate() {
            let outer = seqs.get(at + 1).copied().unwrap_or(to);
            self.add(outer, Block { seq: *seq });
            self.leave(*way, outer);
        }
    }
}
