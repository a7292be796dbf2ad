//! The module's data, parted.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, MemoryId, Module};

/// A gap of fewer bytes costs less than another segment.
const GAP: u32 = 8;

/// Bytes and their address.
struct Part {
    at: Range<u32>,
    bytes: Vec<u8>,
}

/// Takes a module's data out of it.
fn take(module: &mut Module) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let ids: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for id in ids {
        let data = module.data.get(id);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } = data.kind else {
            bail!("a data segment without an address");
        };
        let begin = offset.cast_unsigned();
        parts.push(Part { at: begin..begin + u32::try_from(data.value.len())?, bytes: data.value.clone() });
        module.data.delete(id);
    }
    module.memories.iter_mut().for_each(|memory| memory.data_segments.clear());
    parts.sort_by_key(|part| part.at.start);
    Ok(parts)
}

fn put(module: &mut Module, memory: MemoryId, parts: &[Part], at: &Range<u32>) -> Result<()> {
    for part in parts {
        let (begin, end) = (at.start.max(part.at.start), at.end.min(part.at.end));
        if begin >= end {
            continue;
        }
        let within = (begin - part.at.start) as usize..(end - part.at.start) as usize;
        let bytes = part.bytes.get(within).context("a part of data")?.to_vec();
        let offset = ConstExpr::Value(Value::I32(begin.cast_signed()));
        let data = module.data.add(DataKind::Active { memory, offset }, bytes);
        module.memories.get_mut(memory).data_segments.insert(data);
    }
    Ok(())
}

fn memory(module: &Module) -> Result<MemoryId> {
    Ok(module.memories.iter().next().context("no memory")?.id())
}

/// Keeps only these.
///
/// # Errors
/// The data has no fixed addresses.
pub fn keep(module: &mut Module, ranges: &[Range<u32>]) -> Result<()> {
    let (parts, memory) = (take(module)?, memory(module)?);
    ranges.iter().try_for_each(|range| put(module, memory, &parts, range))
}

/// Keeps all but these.
///
/// # Errors
/// The data has no fixed addresses.
pub fn drop(module: &mut Module, ranges: &[Range<u32>]) -> Result<()> {
    let (parts, memory) = (take(module)?, memory(module)?);
    let mut begin = 0;
    for range in ranges {
        if range.end - range.start > GAP {
            put(module, memory, &parts, &(begin..range.start))?;
            begin = range.end;
        }
    }
    put(module, memory, &parts, &(begin..u32::MAX))
}

/// Joins ranges that touch, of a list in order.
pub fn joined(ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    let mut joined: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}
