//! Splits the wasm module in two: what a page needs to come up, and the rest, which it fetches when it is up.
//!
//! What comes first is measured, on a copy that tells of each function that is called ([`probed`]). Functions that
//! were never called are of the rest, and so are the constants that only these need ([`objects`]). Both parts share
//! one memory and one table. A call from the first part into the rest gives the function's place in the table to a
//! function that sees to it that the rest is loaded (`crates/wasm/js/rest.js`).

mod data;
mod objects;
mod parts;

use std::collections::BTreeSet;

use anyhow::Result;
use walrus::ir::Value;
use walrus::{FunctionId, LocalFunction, Module, ModuleConfig, ValType};

use objects::Objects;
pub use objects::without;
use parts::Plan;

fn parse(wasm: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_producers_section(false).generate_name_section(false);
    config.parse(wasm)
}

/// The module's own functions, in order: a function's place here is its name for the measurement.
fn own(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter_local().map(|(id, _)| id).collect()
}

fn local(module: &Module, id: FunctionId) -> &LocalFunction {
    module.funcs.get(id).kind.unwrap_local()
}

/// A copy that calls the import `probe.hit` with a function's place as each function begins.
///
/// # Errors
/// The module cannot be read.
pub fn probed(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = parse(wasm)?;
    let all = own(&module);
    let ty = module.types.add(&[ValType::I32], &[]);
    let (hit, _) = module.add_import_func("probe", "hit", ty);
    for (place, id) in all.into_iter().enumerate() {
        let function = module.funcs.get_mut(id).kind.unwrap_local_mut();
        let place = i32::try_from(place)?;
        function.builder_mut().func_body().const_at(0, Value::I32(place)).call_at(1, hit);
    }
    Ok(module.emit_wasm())
}

/// The first part and the rest. `first` has the places of the first part's functions, and `linked` is the module as
/// the linker left it.
///
/// # Errors
/// A module cannot be read, or imports no `load`.
pub fn split(wasm: &[u8], linked: &[u8], first: &BTreeSet<usize>) -> Result<(Vec<u8>, Vec<u8>)> {
    let (module, mut rest) = (parse(wasm)?, parse(wasm)?);
    let all = own(&module);
    let hot = first.iter().filter_map(|&place| all.get(place)).map(FunctionId::index).collect();
    let plan = Plan::of(&module, &hot, &Objects::read(linked)?)?;
    let first = plan.first(module)?;
    plan.rest(&mut rest)?;
    Ok((first, rest.emit_wasm()))
}
