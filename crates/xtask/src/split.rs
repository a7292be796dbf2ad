//! Splits the wasm module in two: what a page needs to come up, and the rest, which it fetches when it is up.
//!
//! Which functions come first is measured, on a copy that tells of each call ([`probed`]). Both parts share one
//! memory and one table. A function of the rest that the first part mentions has a stub there, which sees to it
//! that the rest is loaded (`crates/wasm/js/rest.js`) and calls it by its place in the table.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use walrus::ir::{Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, ElementItems, ElementKind, FunctionBuilder, FunctionId, FunctionKind, GlobalId, GlobalKind,
    ImportKind, ImportedFunction, LocalFunction, MemoryId, Module, ModuleConfig, TableId, ValType,
};

/// Name under which the rest imports what the first part exports.
const FIRST: &str = "first";

/// What functions mention, by index: an id is of one copy of the module, and an index the same in each.
#[derive(Default)]
struct Mentions {
    functions: BTreeSet<usize>,
    globals: BTreeSet<usize>,
    tables: BTreeSet<usize>,
    memories: BTreeSet<usize>,
}

impl Visitor<'_> for Mentions {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.functions.insert(function.index());
    }

    fn visit_global_id(&mut self, global: &GlobalId) {
        self.globals.insert(global.index());
    }

    fn visit_table_id(&mut self, table: &TableId) {
        self.tables.insert(table.index());
    }

    fn visit_memory_id(&mut self, memory: &MemoryId) {
        self.memories.insert(memory.index());
    }
}

fn parse(wasm: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_producers_section(false).generate_name_section(false);
    config.parse(wasm)
}

/// The module's own functions, in order: a function's place here is its name for the measurement.
fn own(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter_local().map(|(id, _)| id).collect()
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

/// The first part and the rest; `first` has the places of the first part's functions.
///
/// # Errors
/// The module cannot be read, or imports no `load`.
pub fn split(wasm: &[u8], first: &BTreeSet<usize>) -> Result<(Vec<u8>, Vec<u8>)> {
    let module = parse(wasm)?;
    let all = own(&module);
    let is_first = |place: &usize| first.contains(place);
    let (hot, cold): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(is_first);
    let later: BTreeSet<usize> = cold.iter().map(|&place| all[place].index()).collect();
    let mentions = |places: &[usize]| {
        let mut found = Mentions::default();
        for &place in places {
            let function = module.funcs.get(all[place]).kind.unwrap_local();
            dfs_in_order(&mut found, function, function.entry_block());
        }
        found
    };
    let mut called = mentions(&hot).functions;
    for element in module.elements.iter() {
        match &element.items {
            ElementItems::Functions(functions) => {
                called.extend(functions.iter().map(walrus::FunctionId::index));
            }
            ElementItems::Expressions(..) => bail!("an element segment of expressions"),
        }
    }
    called.extend(module.exports.iter().filter_map(|export| match export.item {
        walrus::ExportItem::Function(id) => Some(id.index()),
        _ => None,
    }));
    let mut wanted = mentions(&cold);
    wanted.functions.retain(|index| !later.contains(index));
    // The rest always fills the table of functions.
    wanted.tables.insert(table(&module)?.index());
    let called: Vec<usize> = called.intersection(&later).copied().collect();
    Ok((first_part(wasm, &called, &wanted)?, rest(wasm, &called, &wanted)?))
}

fn table(module: &Module) -> Result<TableId> {
    module.tables.main_function_table()?.context("no table of functions")
}

/// Name of something that both parts use.
fn name(kind: char, index: usize) -> String {
    format!("{kind}{index}")
}

/// The ids of this copy, by index.
macro_rules! ids {
    ($of:expr) => {
        $of.iter().map(|item| item.id()).collect::<Vec<_>>()
    };
}

fn first_part(wasm: &[u8], called: &[usize], wanted: &Mentions) -> Result<Vec<u8>> {
    let mut module = parse(wasm)?;
    let load = module
        .imports
        .iter()
        .filter(|import| import.name == "load")
        .find_map(|import| match import.kind {
            ImportKind::Function(id) if import.module.ends_with("/rest.js") => Some(id),
            _ => None,
        })
        .context("no import of `load`")?;
    let (functions, globals) = (ids!(module.funcs), ids!(module.globals));
    let (tables, memories) = (ids!(module.tables), ids!(module.memories));
    let ready = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    module.exports.add("rest_ready", ready);
    let table = table(&module)?;
    let of_functions = module.tables.get_mut(table);
    let base = i32::try_from(of_functions.initial)?;
    of_functions.initial += called.len() as u64;
    of_functions.maximum = None;
    for (slot, &index) in (base..).zip(called) {
        let id = functions[index];
        let stub = stub(&mut module, id, Target { load, ready, table, slot });
        module.funcs.get_mut(id).kind = FunctionKind::Local(stub);
    }
    let exports = &mut module.exports;
    for &index in &wanted.functions {
        exports.add(&name('f', index), functions[index]);
    }
    for &index in &wanted.globals {
        exports.add(&name('g', index), globals[index]);
    }
    for &index in &wanted.tables {
        exports.add(&name('t', index), tables[index]);
    }
    for &index in &wanted.memories {
        exports.add(&name('m', index), memories[index]);
    }
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// What a stub needs.
#[derive(Clone, Copy)]
struct Target {
    load: FunctionId,
    ready: GlobalId,
    table: TableId,
    slot: i32,
}

fn stub(module: &mut Module, id: FunctionId, to: Target) -> LocalFunction {
    let ty = module.funcs.get(id).ty();
    let (params, results) = module.types.params_results(ty);
    let (params, results) = (params.to_vec(), results.to_vec());
    let locals: Vec<_> = params.iter().map(|&param| module.locals.add(param)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    let mut body = builder.func_body();
    let missing = |missing: &mut walrus::InstrSeqBuilder| {
        missing.call(to.load);
    };
    body.global_get(to.ready).if_else(None, |_| {}, missing);
    for &local in &locals {
        body.local_get(local);
    }
    body.i32_const(to.slot).call_indirect(ty, to.table);
    builder.local_func(locals)
}

fn rest(wasm: &[u8], called: &[usize], wanted: &Mentions) -> Result<Vec<u8>> {
    let mut module = parse(wasm)?;
    let (functions, globals) = (ids!(module.funcs), ids!(module.globals));
    let (tables, memories) = (ids!(module.tables), ids!(module.memories));
    let table = table(&module)?;
    let base = i32::try_from(module.tables.get(table).initial)?;
    module.start = None;
    ids!(module.exports).into_iter().for_each(|id| module.exports.delete(id));
    ids!(module.elements).into_iter().for_each(|id| module.elements.delete(id));
    ids!(module.data).into_iter().for_each(|id| module.data.delete(id));
    module.tables.iter_mut().for_each(|table| table.elem_segments.clear());
    module.memories.iter_mut().for_each(|memory| memory.data_segments.clear());
    // What was imported before comes from the first part, too.
    ids!(module.imports).into_iter().for_each(|id| module.imports.delete(id));
    let imports = &mut module.imports;
    for &index in &wanted.functions {
        let id = functions[index];
        let import = imports.add(FIRST, &name('f', index), id);
        let ty = module.funcs.get(id).ty();
        module.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    for &index in &wanted.globals {
        let import = imports.add(FIRST, &name('g', index), globals[index]);
        module.globals.get_mut(globals[index]).kind = GlobalKind::Import(import);
    }
    for &index in &wanted.tables {
        let import = imports.add(FIRST, &name('t', index), tables[index]);
        let table = module.tables.get_mut(tables[index]);
        (table.import, table.maximum) = (Some(import), None);
    }
    for &index in &wanted.memories {
        let import = imports.add(FIRST, &name('m', index), memories[index]);
        let memory = module.memories.get_mut(memories[index]);
        (memory.import, memory.maximum) = (Some(import), None);
    }
    let offset = ConstExpr::Value(Value::I32(base));
    let called = called.iter().map(|&index| functions[index]).collect();
    let kind = ElementKind::Active { table, offset };
    let element = module.elements.add(kind, ElementItems::Functions(called));
    module.tables.get_mut(table).elem_segments.insert(element);
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}
