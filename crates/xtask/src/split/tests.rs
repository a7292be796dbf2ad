//! What leaves a function that was called, and how.

use anyhow::{Result, ensure};
use walrus::ir::BinaryOp;
use walrus::{FunctionBuilder, LocalId, Module, ValType};

use super::{outlined, own, parse, points};

/// A function of one number: unless it is zero, it doubles it a few times, and adds it to a sum, which is its result.
/// At its end it may look at the number again.
fn example(again: bool) -> (Vec<u8>, usize) {
    let mut module = Module::default();
    let [given, sum] = [ValType::I32; 2].map(|ty| module.locals.add(ty));
    let mut builder = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
    builder.func_body().i32_const(5).local_set(sum).block(None, |block| {
        let out = block.id();
        block.local_get(given).unop(walrus::ir::UnaryOp::I32Eqz).br_if(out);
        doubled(block, given, 12);
        block.local_get(sum).local_get(given).binop(BinaryOp::I32Add).local_set(sum);
    });
    builder.func_body().local_get(sum);
    if again {
        builder.func_body().local_get(given).binop(BinaryOp::I32Add);
    }
    let id = builder.finish(vec![given], &mut module.funcs);
    module.exports.add("example", id);
    let count = points::points(super::local(&module, id)).len();
    (module.emit_wasm(), count)
}

fn doubled(block: &mut walrus::InstrSeqBuilder, local: LocalId, times: usize) {
    for _ in 0..times {
        block.local_get(local).local_get(local).binop(BinaryOp::I32Add).local_set(local);
    }
}

/// How many functions there are, and how many globals, when these points were reached. What comes of it is valid.
fn check(wasm: &[u8], reached: impl IntoIterator<Item = usize>) -> Result<(usize, usize)> {
    let (mut module, first) = outlined(wasm, &reached.into_iter().collect())?;
    ensure!(first.len() == 1, "one function was called");
    let module = parse(&module.emit_wasm())?;
    Ok((own(&module).len(), module.globals.iter().count()))
}

#[test]
fn what_was_never_reached_becomes_a_function() -> Result<()> {
    let cases =
        [(false, 0, "only the sum is read later: it is the result"), (true, 1, "a global has the other")];
    for (again, globals, why) in cases {
        let (wasm, count) = example(again);
        assert_eq!(check(&wasm, 0..count)?, (1, 0), "all was reached");
        assert_eq!(check(&wasm, 0..count - 1)?, (2, globals), "{why}");
    }
    Ok(())
}
