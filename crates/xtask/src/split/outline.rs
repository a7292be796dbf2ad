//! Makes functions of what was never reached in functions that were.
//!
//! Such a run takes the locals that it reads as its parameters. It hands back those that it sets, and a number for the
//! way by which it was left: one of these as its result, and the others in globals, which its caller reads at once.
//! Several results would do as well, but V8 11.3, of Node 20, then loses locals of the caller.

use std::collections::BTreeMap;

use walrus::ir::{
    BinaryOp, Binop, Block, Br, BrIf, Call, Const, GlobalGet, GlobalSet, IfElse, Instr, InstrLocId, LocalGet,
    LocalSet, Return, Unreachable, Value,
};
use walrus::{
    ConstExpr, FunctionBuilder, FunctionId, GlobalId, LocalId, Module, ModuleGlobals, ModuleLocals, ValType,
};

use super::copy::Copy;
use super::points::Reached;
use super::runs::{Exit, Run, in_order, runs};
use super::stack::Code;

/// Globals for what runs hand back, by type: the same for all of them.
#[derive(Default)]
pub struct Outs(BTreeMap<ValType, Vec<GlobalId>>);

impl Outs {
    /// The one of a type and a place among those.
    fn of(&mut self, globals: &mut ModuleGlobals, ty: ValType, place: usize) -> Option<GlobalId> {
        let zero = zero(ty)?;
        let list = self.0.entry(ty).or_default();
        while list.len() <= place {
            list.push(globals.add_local(ty, true, false, ConstExpr::Value(zero)));
        }
        list.get(place).copied()
    }

    /// One for each of these types.
    fn all(&mut self, globals: &mut ModuleGlobals, types: &[ValType]) -> Option<Vec<GlobalId>> {
        let place = |at: usize, ty: &ValType| types.iter().take(at).filter(|of| *of == ty).count();
        types.iter().enumerate().map(|(at, ty)| self.of(globals, *ty, place(at, ty))).collect()
    }
}

fn zero(ty: ValType) -> Option<Value> {
    Some(match ty {
        ValType::I32 => Value::I32(0),
        ValType::I64 => Value::I64(0),
        ValType::F32 => Value::F32(0.0),
        ValType::F64 => Value::F64(0.0),
        _ => return None,
    })
}

/// Takes all such runs out of a function.
pub fn outline(module: &mut Module, id: FunctionId, reached: &Reached, outs: &mut Outs) {
    let found = {
        let code = Code { module, function: module.funcs.get(id).kind.unwrap_local() };
        in_order(runs(code, reached))
    };
    // The caller's own local for the way out.
    let mut number = None;
    for run in found {
        if let Some(back) = Back::of(module, &run, outs) {
            take_out(module, id, &run, &back, &mut number);
        }
    }
}

/// What a run hands back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Out {
    /// What it leaves on the stack.
    Push(ValType),
    /// What its ways out carry, of a type.
    Value(ValType),
    Set(LocalId),
    /// The number of the way out.
    Number,
}

/// How it does.
struct Back {
    result: Option<Out>,
    globals: Vec<(Out, GlobalId)>,
}

impl Back {
    /// None if it cannot be done.
    fn of(module: &mut Module, run: &Run, outs: &mut Outs) -> Option<Self> {
        if run.pushes.len() > 1 {
            return None;
        }
        let mut all = Vec::new();
        all.extend(run.numbered().then_some(Out::Number));
        all.extend(run.pushes.iter().map(|ty| Out::Push(*ty)));
        all.extend(run.values().into_iter().map(Out::Value));
        all.extend(run.sets.iter().rev().map(|local| Out::Set(*local)));
        let mut all = all.into_iter();
        let result = all.next();
        let others: Vec<Out> = all.collect();
        let types: Vec<ValType> = others.iter().map(|out| out.ty(&module.locals)).collect();
        let globals = outs.all(&mut module.globals, &types)?;
        Some(Self { result, globals: others.into_iter().zip(globals).collect() })
    }

    fn global(&self, out: Out) -> Option<GlobalId> {
        self.globals.iter().find(|(of, _)| *of == out).map(|(_, global)| *global)
    }
}

impl Out {
    fn ty(self, locals: &ModuleLocals) -> ValType {
        match self {
            Self::Push(ty) | Self::Value(ty) => ty,
            Self::Set(local) => locals.get(local).ty(),
            Self::Number => ValType::I32,
        }
    }
}

/// Takes one run out.
fn take_out(module: &mut Module, id: FunctionId, run: &Run, back: &Back, number: &mut Option<LocalId>) {
    let from = module.funcs.get(id).kind.unwrap_local();
    let params: Vec<ValType> = run.params.iter().map(|local| module.locals.get(*local).ty()).collect();
    let results: Vec<ValType> = back.result.iter().map(|out| out.ty(&module.locals)).collect();
    let builder = FunctionBuilder::new(&mut module.types, &params, &results);
    let entry = builder.func_body_id();
    let mut copy = Copy::new(from, run, &mut module.locals, builder);
    let (all, way) = (copy.all, copy.number);
    let args: Vec<LocalId> = run.params.iter().map(|local| copy.local(*local)).collect();
    copy.instrs(&from.block(run.seq).instrs[run.begin..run.end], all);
    let left: Option<LocalId> = run.pushes.first().map(|ty| copy.locals.add(*ty));
    if let Some(local) = left {
        copy.add(all, LocalSet { local });
    }
    copy.add(entry, Block { seq: all });
    if !run.falls && run.exits.is_empty() {
        copy.add(entry, Unreachable {});
    }
    let give = |copy: &mut Copy, out: Out| {
        let local = match out {
            Out::Push(_) => left.unwrap_or(way),
            Out::Value(ty) => copy.values.of(copy.locals, ty),
            Out::Set(local) => copy.local(local),
            Out::Number => way,
        };
        copy.add(entry, LocalGet { local });
    };
    for (out, global) in &back.globals {
        give(&mut copy, *out);
        copy.add(entry, GlobalSet { global: *global });
    }
    if let Some(out) = back.result {
        give(&mut copy, out);
    }
    let taken = copy.builder.local_func(args);
    let taken = module.funcs.add_local(taken);
    put_call(module, id, run, taken, back, number);
}

/// Puts a call to it where the run was.
fn put_call(
    module: &mut Module,
    id: FunctionId,
    run: &Run,
    taken: FunctionId,
    back: &Back,
    number: &mut Option<LocalId>,
) {
    let mut instrs: Vec<Instr> = run.params.iter().map(|local| LocalGet { local: *local }.into()).collect();
    instrs.push(Call { func: taken }.into());
    let ways = run.exits.len() + usize::from(run.falls);
    // Two ways without anything else on the stack: the number can stay there until it decides.
    let kept = ways > 2 || !run.pushes.is_empty();
    let number = *number.get_or_insert_with(|| module.locals.add(ValType::I32));
    match back.result {
        Some(Out::Number) if kept => instrs.push(LocalSet { local: number }.into()),
        Some(Out::Set(local)) => instrs.push(LocalSet { local }.into()),
        _ => {}
    }
    for (out, global) in &back.globals {
        let global = GlobalGet { global: *global }.into();
        match out {
            Out::Push(_) => instrs.push(global),
            Out::Set(local) => instrs.extend([global, LocalSet { local: *local }.into()]),
            Out::Value(_) | Out::Number => {}
        }
    }
    let function = module.funcs.get_mut(id).kind.unwrap_local_mut();
    for (place, (exit, value)) in run.exits.iter().enumerate() {
        let mut go: Vec<Instr> = Vec::new();
        let value = value.and_then(|ty| back.global(Out::Value(ty)));
        go.extend(value.map(|global| GlobalGet { global }.into()));
        go.push(match exit {
            Exit::Return => Return {}.into(),
            Exit::To(block) => Br { block: *block }.into(),
        });
        if run.number(place) == 0 {
            instrs.append(&mut go);
            continue;
        }
        if kept {
            instrs.push(LocalGet { local: number }.into());
        }
        if ways > 2 {
            instrs.push(Const { value: Value::I32(run.number(place)) }.into());
            instrs.push(Binop { op: BinaryOp::I32Eq }.into());
        }
        if let (Exit::To(block), None) = (exit, value) {
            instrs.push(BrIf { block: *block }.into());
            continue;
        }
        let builder = function.builder_mut();
        let alternative = builder.dangling_instr_seq(None).id();
        let mut then = builder.dangling_instr_seq(None);
        for instr in go {
            then.instr(instr);
        }
        let consequent = then.id();
        instrs.push(IfElse { consequent, alternative }.into());
    }
    if !run.falls && run.exits.is_empty() {
        instrs.push(Unreachable {}.into());
    }
    let instrs = instrs.into_iter().map(|instr| (instr, InstrLocId::default()));
    function.block_mut(run.seq).instrs.splice(run.begin..run.end, instrs);
}
