//! Makes the two parts of the module.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail};
use walrus::ir::{
    Call, Const, Instr, InstrLocId, InstrSeq, InstrSeqId, MemArg, RefFunc, Value, Visitor, dfs_in_order,
};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalKind,
    ImportKind, ImportedFunction, LocalFunction, MemoryId, Module, TableId, TypeId, ValType,
};

use super::objects::{Needed, Objects};
use super::{data, local};

/// Name under which the rest imports what the first part exports.
const FIRST: &str = "first";

/// The module that has `load`, which sees to it that the rest is there.
const LOADER: &str = "/rest.js";

/// What functions mention, by index: an id is of one copy of the module, and an index the same in each.
#[derive(Default)]
struct Mentions {
    functions: BTreeSet<usize>,
    globals: BTreeSet<usize>,
    tables: BTreeSet<usize>,
    memories: BTreeSet<usize>,
    /// Functions that are more than called.
    pointed_to: BTreeSet<usize>,
    numbers: BTreeSet<u32>,
}

impl Visitor<'_> for Mentions {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.functions.insert(function.index());
    }

    fn visit_global_id(&mut self, global: &walrus::GlobalId) {
        self.globals.insert(global.index());
    }

    fn visit_table_id(&mut self, table: &TableId) {
        self.tables.insert(table.index());
    }

    fn visit_memory_id(&mut self, memory: &MemoryId) {
        self.memories.insert(memory.index());
    }

    fn visit_ref_func(&mut self, instr: &RefFunc) {
        self.pointed_to.insert(instr.func.index());
    }

    fn visit_const(&mut self, instr: &Const) {
        match instr.value {
            Value::I32(value) => self.numbers.extend([value.cast_unsigned()]),
            // The optimiser may have made one of two.
            Value::I64(value) => {
                let halves = [value, value >> 32].map(|half| u32::try_from(half & 0xffff_ffff));
                self.numbers.extend(halves.into_iter().flatten());
            }
            _ => {}
        }
    }

    fn visit_load(&mut self, instr: &walrus::ir::Load) {
        self.offset(instr.arg);
    }

    fn visit_store(&mut self, instr: &walrus::ir::Store) {
        self.offset(instr.arg);
    }
}

impl Mentions {
    fn of(module: &Module, functions: impl Iterator<Item = FunctionId>) -> Self {
        let mut found = Self::default();
        for id in functions {
            let function = local(module, id);
            dfs_in_order(&mut found, function, function.entry_block());
        }
        found
    }

    fn offset(&mut self, arg: MemArg) {
        self.numbers.extend(u32::try_from(arg.offset));
    }
}

/// All sequences of a function.
#[derive(Default)]
struct Seqs(Vec<InstrSeqId>);

impl<'a> Visitor<'a> for Seqs {
    fn start_instr_seq(&mut self, seq: &'a InstrSeq) {
        self.0.push(seq.id());
    }
}

/// What goes where, by index.
pub struct Plan {
    /// Functions of the first part.
    hot: BTreeSet<usize>,
    /// Functions of the rest that the first part calls, in the order of their places in the table.
    called: Vec<usize>,
    /// Those of them that are pointed to: they have a stub in the first part.
    pointed_to: BTreeSet<usize>,
    /// The rest's functions in the table, by place.
    table: BTreeMap<u32, usize>,
    /// What the rest wants of the first part.
    wanted: Mentions,
    /// The rest's constants.
    data: Vec<Range<u32>>,
    /// The constants that none uses.
    unused: Vec<Range<u32>>,
}

/// The ids of this copy, by index.
macro_rules! ids {
    ($of:expr) => {
        $of.iter().map(|item| item.id()).collect::<Vec<_>>()
    };
}

/// The functions of the module's table, by place.
fn functions_of_table(module: &Module) -> Result<BTreeMap<u32, usize>> {
    let mut found = BTreeMap::new();
    for element in module.elements.iter() {
        let (ElementKind::Active { offset, .. }, ElementItems::Functions(functions)) =
            (&element.kind, &element.items)
        else {
            bail!("an element segment of expressions, or without a place");
        };
        let ConstExpr::Value(Value::I32(begin)) = offset else { bail!("an element segment without a place") };
        found.extend((begin.cast_unsigned()..).zip(functions.iter().map(walrus::FunctionId::index)));
    }
    Ok(found)
}

impl Plan {
    /// Looks at what the functions of the first part need, and the others.
    ///
    /// # Errors
    /// The module is not as Rust's are.
    pub fn of(module: &Module, hot: &BTreeSet<usize>, objects: &Objects) -> Result<Self> {
        let local: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
        let cold: BTreeSet<usize> =
            local.iter().map(FunctionId::index).filter(|index| !hot.contains(index)).collect();
        let of = |these: &BTreeSet<usize>| {
            Mentions::of(module, local.iter().copied().filter(|id| these.contains(&id.index())))
        };
        let (first, mut wanted) = (of(hot), of(&cold));
        let Needed { others, slots } = objects.needed(&first.numbers);
        let unused = objects.needed(&first.numbers.union(&wanted.numbers).copied().collect()).others;
        let mut table = functions_of_table(module)?;
        table.retain(|_, index| cold.contains(index));
        let mut pointed_to = first.pointed_to;
        pointed_to.extend(table.iter().filter(|(slot, _)| slots.contains(slot)).map(|(_, index)| *index));
        pointed_to.extend(module.exports.iter().filter_map(|export| match export.item {
            ExportItem::Function(id) => Some(id.index()),
            _ => None,
        }));
        pointed_to.retain(|index| cold.contains(index));
        let called: BTreeSet<usize> = first.functions.union(&pointed_to).copied().collect();
        let types: BTreeMap<usize, usize> =
            local.iter().map(|id| (id.index(), module.funcs.get(*id).ty().index())).collect();
        let mut called: Vec<usize> = called.intersection(&cold).copied().collect();
        called.sort_by_key(|index| types.get(index).copied());
        wanted.functions.retain(|index| !cold.contains(index));
        // The rest always fills the table of functions, and may fill the memory.
        wanted.tables.insert(main_table(module)?.index());
        wanted.memories.extend(module.memories.iter().map(|memory| memory.id().index()));
        let unneeded: BTreeSet<u32> = unused.iter().map(|range| range.start).collect();
        let data = others.into_iter().filter(|range| !unneeded.contains(&range.start)).collect();
        Ok(Self { hot: hot.clone(), called, pointed_to, table, wanted, data: data::joined(data), unused })
    }

    /// The first part.
    ///
    /// # Errors
    /// The module is not as Rust's are.
    pub fn first(&self, mut module: Module) -> Result<Vec<u8>> {
        let (functions, globals) = (ids!(module.funcs), ids!(module.globals));
        let (tables, memories) = (ids!(module.tables), ids!(module.memories));
        let table = main_table(&module)?;
        let of_functions = module.tables.get_mut(table);
        let base = i32::try_from(of_functions.initial)?;
        of_functions.initial += self.called.len() as u64;
        of_functions.maximum = None;
        let slots: BTreeMap<FunctionId, i32> =
            self.called.iter().map(|&index| functions[index]).zip(base..).collect();
        let mut ways = Ways::new(&mut module, table);
        for &index in &self.hot {
            ways.redirect(&mut module, functions[index], &slots);
        }
        for &index in &self.pointed_to {
            let id = functions[index];
            let stub = ways.stub(&mut module, id, slots[&id]);
            module.funcs.get_mut(id).kind = FunctionKind::Local(stub);
        }
        self.clear_table(&mut module, &functions);
        let mut absent = self.data.clone();
        absent.extend(self.unused.iter().cloned());
        absent.sort_by_key(|range| range.start);
        data::drop(&mut module, &data::joined(absent))?;
        let exports = &mut module.exports;
        for &index in &self.wanted.functions {
            exports.add(&name('f', index), functions[index]);
        }
        for &index in &self.wanted.globals {
            exports.add(&name('g', index), globals[index]);
        }
        for &index in &self.wanted.tables {
            exports.add(&name('t', index), tables[index]);
        }
        for &index in &self.wanted.memories {
            exports.add(&name('m', index), memories[index]);
        }
        walrus::passes::gc::run(&mut module);
        Ok(module.emit_wasm())
    }

    /// In the table, puts one function that fails in the place of each that the first part has no pointer to.
    fn clear_table(&self, module: &mut Module, functions: &[FunctionId]) {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
        builder.func_body().unreachable();
        let absent = builder.finish(Vec::new(), &mut module.funcs);
        let gone: BTreeSet<FunctionId> = self
            .table
            .values()
            .filter(|index| !self.pointed_to.contains(index))
            .map(|&index| functions[index])
            .collect();
        for element in module.elements.iter_mut() {
            if let ElementItems::Functions(items) = &mut element.items {
                items.iter_mut().filter(|id| gone.contains(id)).for_each(|id| *id = absent);
            }
        }
    }

    /// Makes the rest of a copy of the module.
    ///
    /// # Errors
    /// The module is not as Rust's are.
    pub fn rest(&self, module: &mut Module) -> Result<()> {
        let (functions, globals) = (ids!(module.funcs), ids!(module.globals));
        let (tables, memories) = (ids!(module.tables), ids!(module.memories));
        let table = main_table(module)?;
        let base = u32::try_from(module.tables.get(table).initial)?;
        module.start = None;
        ids!(module.exports).into_iter().for_each(|id| module.exports.delete(id));
        ids!(module.elements).into_iter().for_each(|id| module.elements.delete(id));
        module.tables.iter_mut().for_each(|table| table.elem_segments.clear());
        data::keep(module, &self.data)?;
        // What was imported before comes from the first part, too.
        ids!(module.imports).into_iter().for_each(|id| module.imports.delete(id));
        let imports = &mut module.imports;
        for &index in &self.wanted.functions {
            let id = functions[index];
            let import = imports.add(FIRST, &name('f', index), id);
            let ty = module.funcs.get(id).ty();
            module.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
        }
        for &index in &self.wanted.globals {
            let import = imports.add(FIRST, &name('g', index), globals[index]);
            module.globals.get_mut(globals[index]).kind = GlobalKind::Import(import);
        }
        for &index in &self.wanted.tables {
            let import = imports.add(FIRST, &name('t', index), tables[index]);
            let table = module.tables.get_mut(tables[index]);
            (table.import, table.maximum) = (Some(import), None);
        }
        for &index in &self.wanted.memories {
            let import = imports.add(FIRST, &name('m', index), memories[index]);
            let memory = module.memories.get_mut(memories[index]);
            (memory.import, memory.maximum) = (Some(import), None);
        }
        let mut all = self.table.clone();
        all.extend((base..).zip(self.called.iter().copied()));
        let mut segments: Vec<(u32, Vec<FunctionId>)> = Vec::new();
        for (slot, index) in all {
            match segments.last_mut() {
                Some((begin, items)) if *begin as usize + items.len() == slot as usize => {
                    items.push(functions[index]);
                }
                _ => segments.push((slot, vec![functions[index]])),
            }
        }
        for (begin, items) in segments {
            let offset = ConstExpr::Value(Value::I32(begin.cast_signed()));
            let kind = ElementKind::Active { table, offset };
            let element = module.elements.add(kind, ElementItems::Functions(items));
            module.tables.get_mut(table).elem_segments.insert(element);
        }
        walrus::passes::gc::run(module);
        Ok(())
    }
}

fn main_table(module: &Module) -> Result<TableId> {
    module.tables.main_function_table()?.context("no table of functions")
}

/// Name of something that both parts use.
fn name(kind: char, index: usize) -> String {
    format!("{kind}{index}")
}

/// The ways from the first part into the rest: for each type of function, one that takes a place in the table as well.
struct Ways {
    load: FunctionId,
    ready: walrus::GlobalId,
    table: TableId,
    by_type: BTreeMap<TypeId, FunctionId>,
}

impl Ways {
    fn new(module: &mut Module, table: TableId) -> Self {
        let load = module.imports.iter().filter(|import| import.name == "load");
        let load = load.into_iter().find_map(|import| match import.kind {
            ImportKind::Function(id) if import.module.ends_with(LOADER) => Some(id),
            _ => None,
        });
        // A module that was not made for JavaScript has none yet.
        let load = load.unwrap_or_else(|| {
            let ty = module.types.add(&[], &[]);
            module.add_import_func(LOADER, "load", ty).0
        });
        let ready = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
        module.exports.add("rest_ready", ready);
        Self { load, ready, table, by_type: BTreeMap::new() }
    }

    /// The way for functions of a type.
    fn of(&mut self, module: &mut Module, ty: TypeId) -> FunctionId {
        if let Some(way) = self.by_type.get(&ty) {
            return *way;
        }
        let (params, results) = module.types.params_results(ty);
        let (mut params, results) = (params.to_vec(), results.to_vec());
        params.push(ValType::I32);
        let locals: Vec<_> = params.iter().map(|&param| module.locals.add(param)).collect();
        let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
        let mut body = builder.func_body();
        let load = self.load;
        body.global_get(self.ready).if_else(
            None,
            |_| {},
            |missing| {
                missing.call(load);
            },
        );
        for &local in &locals {
            body.local_get(local);
        }
        body.call_indirect(ty, self.table);
        let way = builder.finish(locals, &mut module.funcs);
        self.by_type.insert(ty, way);
        way
    }

    /// Sends a function's calls into the rest by their ways.
    fn redirect(&mut self, module: &mut Module, id: FunctionId, slots: &BTreeMap<FunctionId, i32>) {
        let mut seqs = Seqs::default();
        let function = local(module, id);
        dfs_in_order(&mut seqs, function, function.entry_block());
        for seq in seqs.0 {
            let calls = |(at, (instr, _)): (usize, &(Instr, InstrLocId))| match instr {
                Instr::Call(Call { func }) => slots.get(func).map(|slot| (at, *func, *slot)),
                _ => None,
            };
            let found: Vec<_> =
                local(module, id).block(seq).instrs.iter().enumerate().filter_map(calls).collect();
            for (at, func, slot) in found.into_iter().rev() {
                let way = self.of(module, module.funcs.get(func).ty());
                let instrs: [Instr; 2] =
                    [Const { value: Value::I32(slot) }.into(), Call { func: way }.into()];
                let instrs = instrs.map(|instr| (instr, InstrLocId::default()));
                let function = module.funcs.get_mut(id).kind.unwrap_local_mut();
                function.block_mut(seq).instrs.splice(at..=at, instrs);
            }
        }
    }

    /// What stands for a function of the rest.
    fn stub(&mut self, module: &mut Module, id: FunctionId, slot: i32) -> LocalFunction {
        let ty = module.funcs.get(id).ty();
        let way = self.of(module, ty);
        let (params, results) = module.types.params_results(ty);
        let (params, results) = (params.to_vec(), results.to_vec());
        let locals: Vec<_> = params.iter().map(|&param| module.locals.add(param)).collect();
        let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
        let mut body = builder.func_body();
        for &local in &locals {
            body.local_get(local);
        }
        body.i32_const(slot).call(way);
        builder.local_func(locals)
    }
}
