//! Splits the wasm module in two: what a page needs to come up, and the rest, which it fetches when it is up.
//!
//! What comes first is measured, on a copy that marks each point that it reaches ([`probed`]). Functions that were
//! never called are of the rest, and so is what was never reached in others ([`outline`]), and the constants that only
//! these need ([`objects`]). Both parts share one memory and one table. A call from the first part into the rest gives
//! the function's place in the table to a function that sees to it that the rest is loaded
//! (`crates/wasm/js/rest.js`).

mod copy;
mod data;
mod live;
mod objects;
mod outline;
mod parts;
mod points;
mod runs;
mod stack;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use walrus::ir::{Const, MemArg, Store, StoreKind, Value};
use walrus::{ConstExpr, FunctionId, LocalFunction, Module, ModuleConfig, ValType};

use objects::Objects;
pub use objects::without;
use outline::Outs;
use parts::Plan;

/// Bytes of a page of memory.
const PAGE: u64 = 1 << 16;

fn parse(wasm: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_producers_section(false).generate_name_section(false);
    config.parse(wasm)
}

/// The module without its names.
///
/// # Errors
/// It cannot be read.
pub fn nameless(wasm: &[u8]) -> Result<Vec<u8>> {
    Ok(parse(wasm)?.emit_wasm())
}

/// The module's own functions, in order.
fn own(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter_local().map(|(id, _)| id).collect()
}

fn local(module: &Module, id: FunctionId) -> &LocalFunction {
    module.funcs.get(id).kind.unwrap_local()
}

/// A copy that writes a byte as each point is reached, from the address that it exports as `probes` on: in pages that
/// are there when it starts, which its allocator does not look at.
///
/// # Errors
/// The module cannot be read.
pub fn probed(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = parse(wasm)?;
    let memory = module.memories.iter_mut().next().context("no memory")?;
    let begin = u32::try_from(memory.initial * PAGE)?;
    let memory = memory.id();
    let mut address = begin;
    for id in own(&module) {
        let mut points: Vec<_> = points::points(local(&module, id)).into_iter().zip(address..).collect();
        address += u32::try_from(points.len())?;
        points.sort_by_key(|((_, at), _)| std::cmp::Reverse(*at));
        let builder = module.funcs.get_mut(id).kind.unwrap_local_mut().builder_mut();
        for ((seq, at), address) in points {
            let mut seq = builder.instr_seq(seq);
            seq.instr_at(at, Const { value: Value::I32(address.cast_signed()) });
            seq.instr_at(at + 1, Const { value: Value::I32(1) });
            let (kind, arg) = (StoreKind::I32_8 { atomic: false }, MemArg { align: 1, offset: 0 });
            seq.instr_at(at + 2, Store { memory, kind, arg });
        }
    }
    module.memories.get_mut(memory).initial += u64::from(address - begin).div_ceil(PAGE);
    for (name, address) in [("probes", begin), ("probes_end", address)] {
        let value = ConstExpr::Value(Value::I32(address.cast_signed()));
        let global = module.globals.add_local(ValType::I32, false, false, value);
        module.exports.add(name, global);
    }
    Ok(module.emit_wasm())
}

/// What the allocator does depends on all that was before: it is of the first part as it is.
fn is_allocator(module: &Module, id: FunctionId) -> bool {
    module.funcs.get(id).name.as_ref().is_some_and(|name| name.contains("dlmalloc"))
}

/// A copy of the module with what was never reached in functions of their own, the same each time, and which of its
/// functions come first.
fn outlined(wasm: &[u8], hits: &BTreeSet<usize>) -> Result<(Module, BTreeSet<usize>)> {
    let mut module = parse(wasm)?;
    let (mut first, mut number, mut outs) = (BTreeSet::new(), 0, Outs::default());
    for id in own(&module) {
        let points = points::points(local(&module, id));
        let begin = number;
        number += points.len();
        if is_allocator(&module, id) {
            first.insert(id.index());
        } else if hits.contains(&begin) {
            first.insert(id.index());
            let reached =
                points.into_iter().zip(begin..).map(|(point, number)| (point, hits.contains(&number)));
            outline::outline(&mut module, id, &reached.collect(), &mut outs);
        }
    }
    Ok((module, first))
}

/// The first part and the rest. `hits` are the numbers of the points that were reached, and `linked` is the module as
/// the linker left it.
///
/// # Errors
/// A module cannot be read, or is not as Rust's are.
pub fn split(wasm: &[u8], linked: &[u8], hits: &BTreeSet<usize>) -> Result<(Vec<u8>, Vec<u8>)> {
    let (module, first) = outlined(wasm, hits)?;
    let plan = Plan::of(&module, &first, &Objects::read(linked)?)?;
    let mut rest = outlined(wasm, hits)?.0;
    let first = plan.first(module)?;
    plan.rest(&mut rest)?;
    Ok((first, rest.emit_wasm()))
}
