//! The constants of a module, one by one, and what each points to: from the symbols and relocations that the linker
//! leaves with `--emit-relocs`.
//!
//! # Source
//! WebAssembly's tool conventions, `Linking.md`, version 2.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail};

/// A constant, or some that overlap.
#[derive(Debug, Default)]
struct Object {
    at: Range<u32>,
    /// In a segment that is never written.
    constant: bool,
    /// Objects by their place in the list.
    points_to: BTreeSet<usize>,
    /// Places in the table of functions that it has pointers to.
    slots: BTreeSet<u32>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Objects {
    list: Vec<Object>,
    /// Objects that code means by an address.
    meant: BTreeMap<u32, BTreeSet<usize>>,
    /// Places in the table of functions that code has pointers to.
    slots: BTreeSet<u32>,
}

/// What code needs of them.
#[derive(Debug, Default)]
pub struct Needed {
    /// Constants that are not needed.
    pub others: Vec<Range<u32>>,
    /// Places in the table of functions.
    pub slots: BTreeSet<u32>,
}

/// How far from an object code may have its address when the optimiser made it.
const NEAR: u32 = 256;

impl Objects {
    /// Reads what the linker says of a module.
    ///
    /// # Errors
    /// It was not linked with `--emit-relocs`, or is not understood.
    pub fn read(linked: &[u8]) -> Result<Self> {
        let linked = Linked::read(linked)?;
        let mut found = Self { list: linked.objects(), ..Self::default() };
        for relocation in &linked.in_data {
            let at = linked.address(relocation.offset).context("a relocation outside of data")?;
            let Some(holder) = found.at(at) else { continue };
            let targets = linked.targets(relocation, &found);
            let Some(object) = found.list.get_mut(holder) else { continue };
            object.points_to.extend(targets.objects);
            object.slots.extend(targets.slots);
        }
        for relocation in &linked.in_code {
            let targets = linked.targets(relocation, &found);
            found.slots.extend(targets.slots);
            if let Some(address) = targets.address {
                found.meant.entry(address).or_default().extend(targets.objects);
            }
        }
        Ok(found)
    }

    fn at(&self, address: u32) -> Option<usize> {
        let after = self.list.partition_point(|object| object.at.start <= address);
        let place = after.checked_sub(1)?;
        self.list.get(place)?.at.contains(&address).then_some(place)
    }

    /// What code with these numbers in it needs, and what that points to.
    pub fn needed(&self, numbers: &BTreeSet<u32>) -> Needed {
        let changing = self.list.iter().enumerate().filter(|(_, object)| !object.constant);
        let mut todo: Vec<usize> = changing.map(|(place, _)| place).collect();
        for number in numbers {
            todo.extend(self.at(*number));
            match self.meant.get(number) {
                Some(places) => todo.extend(places),
                // Not as the linker wrote it: the optimiser has added something to it, or taken.
                None if self.inside(*number) => {
                    let near = number.saturating_sub(NEAR)..number.saturating_add(NEAR);
                    let overlaps = |object: &Object| object.at.start < near.end && near.start < object.at.end;
                    let places = self.list.iter().enumerate().filter(|(_, object)| overlaps(object));
                    todo.extend(places.map(|(place, _)| place));
                }
                None => {}
            }
        }
        let mut needed = BTreeSet::new();
        let mut slots: BTreeSet<u32> = self.slots.intersection(numbers).copied().collect();
        while let Some(place) = todo.pop() {
            let Some(object) = self.list.get(place) else { continue };
            if needed.insert(place) {
                todo.extend(&object.points_to);
                slots.extend(&object.slots);
            }
        }
        let others = self.list.iter().enumerate().filter(|(place, _)| !needed.contains(place));
        Needed { others: others.map(|(_, object)| object.at.clone()).collect(), slots }
    }

    fn inside(&self, address: u32) -> bool {
        let (first, last) = (self.list.first(), self.list.last());
        first.is_some_and(|first| first.at.start <= address) && last.is_some_and(|last| address < last.at.end)
    }
}

/// The module without the linker's account, which is wrong once the module is changed.
///
/// # Errors
/// It cannot be read.
pub fn without(linked: &[u8]) -> Result<Vec<u8>> {
    let (head, sections) = linked.split_at_checked(8).context("no module")?;
    let (mut all, mut kept) = (Reader(sections), head.to_vec());
    while !all.0.is_empty() {
        let before = all.0;
        let id = all.byte()?;
        let mut section = Reader(all.bytes()?);
        let name = if id == 0 { section.name()? } else { String::new() };
        if name != "linking" && !name.starts_with("reloc.") {
            kept.extend(before.get(..before.len() - all.0.len()).unwrap_or_default());
        }
    }
    Ok(kept)
}

/// A symbol of the linker.
#[derive(Debug)]
enum Symbol {
    Function(u32),
    Data { at: Range<u32>, segment: usize },
    Other,
}

#[derive(Debug)]
struct Relocation {
    kind: u8,
    offset: u32,
    symbol: usize,
    addend: i32,
}

/// Where a segment lies.
#[derive(Debug)]
struct Segment {
    /// In its section.
    offset: u32,
    /// In memory.
    address: u32,
    len: u32,
}

#[derive(Debug, Default)]
struct Linked {
    segments: Vec<Segment>,
    names: Vec<String>,
    symbols: Vec<Symbol>,
    /// Functions by their place in the table.
    table: BTreeMap<u32, u32>,
    in_code: Vec<Relocation>,
    in_data: Vec<Relocation>,
}

/// What a relocation means.
#[derive(Default)]
struct Targets {
    objects: BTreeSet<usize>,
    slots: Vec<u32>,
    address: Option<u32>,
}

impl Linked {
    fn read(wasm: &[u8]) -> Result<Self> {
        let mut all = Reader(wasm.get(8..).context("no module")?);
        let mut found = Self::default();
        let mut relocations: Vec<(usize, Vec<Relocation>)> = Vec::new();
        let (mut code, mut data) = (None, None);
        let mut place = 0;
        while !all.0.is_empty() {
            let id = all.byte()?;
            let mut section = Reader(all.bytes()?);
            match id {
                0 => {
                    let name = section.name()?;
                    if name == "linking" {
                        found.linking(section)?;
                    } else if name.starts_with("reloc.") {
                        relocations.push(read_relocations(section)?);
                    }
                }
                9 => found.elements(section)?,
                10 => code = Some(place),
                11 => {
                    data = Some(place);
                    found.segments(section)?;
                }
                _ => {}
            }
            place += 1;
        }
        if found.symbols.is_empty() {
            bail!("no symbols: linked without --emit-relocs?");
        }
        for symbol in &mut found.symbols {
            if let Symbol::Data { at, segment } = symbol {
                let address = found.segments.get(*segment).context("a symbol's segment")?.address;
                *at = at.start + address..at.end + address;
            }
        }
        for (section, list) in relocations {
            if Some(section) == code {
                found.in_code = list;
            } else if Some(section) == data {
                found.in_data = list;
            }
        }
        Ok(found)
    }

    fn segments(&mut self, mut section: Reader) -> Result<()> {
        let whole = section.0.len();
        for _ in 0..section.number()? {
            if section.number()? != 0 {
                bail!("a data segment that is not active");
            }
            let address = section.constant()?;
            let bytes = section.bytes()?;
            let offset = u32::try_from(whole - section.0.len() - bytes.len())?;
            self.segments.push(Segment { offset, address, len: u32::try_from(bytes.len())? });
        }
        Ok(())
    }

    fn elements(&mut self, mut section: Reader) -> Result<()> {
        for _ in 0..section.number()? {
            match section.number()? {
                0 => {}
                flags => bail!("an element segment of flags {flags}"),
            }
            let begin = section.constant()?;
            let count = section.number()?;
            for slot in begin..begin + count {
                self.table.insert(slot, section.number()?);
            }
        }
        Ok(())
    }

    fn linking(&mut self, mut section: Reader) -> Result<()> {
        if section.number()? != 2 {
            bail!("symbols of another version");
        }
        while !section.0.is_empty() {
            let kind = section.byte()?;
            let mut part = Reader(section.bytes()?);
            match kind {
                5 => {
                    for _ in 0..part.number()? {
                        self.names.push(part.name()?);
                        part.number()?;
                        part.number()?;
                    }
                }
                8 => {
                    for _ in 0..part.number()? {
                        self.symbols.push(symbol(&mut part)?);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The symbols of data as objects, in order. Those that overlap are one.
    fn objects(&self) -> Vec<Object> {
        let mut symbols: Vec<(Range<u32>, usize)> = Vec::new();
        for symbol in &self.symbols {
            if let Symbol::Data { at, segment } = symbol
                && !at.is_empty()
            {
                symbols.push((at.clone(), *segment));
            }
        }
        symbols.sort_by_key(|(at, _)| (at.start, at.end));
        let mut list: Vec<Object> = Vec::new();
        for (at, segment) in symbols {
            let constant = self.names.get(segment).is_some_and(|name| name.starts_with(".rodata"));
            match list.last_mut() {
                Some(last) if at.start < last.at.end => last.at.end = last.at.end.max(at.end),
                _ => list.push(Object { at, constant, ..Object::default() }),
            }
        }
        list
    }

    /// Address of a place in the data section.
    fn address(&self, offset: u32) -> Option<u32> {
        let holds = |segment: &&Segment| (segment.offset..segment.offset + segment.len).contains(&offset);
        self.segments.iter().find(holds).map(|segment| offset - segment.offset + segment.address)
    }

    fn targets(&self, relocation: &Relocation, objects: &Objects) -> Targets {
        let mut found = Targets::default();
        match (relocation.kind, self.symbols.get(relocation.symbol)) {
            (TABLE_INDEX_SLEB | TABLE_INDEX_I32, Some(Symbol::Function(function))) => {
                let slots = self.table.iter().filter(|(_, of)| *of == function);
                found.slots = slots.map(|(slot, _)| *slot).collect();
            }
            (MEMORY_ADDR_LEB | MEMORY_ADDR_SLEB | MEMORY_ADDR_I32, Some(Symbol::Data { at, .. })) => {
                let address = at.start.wrapping_add_signed(relocation.addend);
                found.address = Some(address);
                found.objects = [at.start, address].iter().filter_map(|at| objects.at(*at)).collect();
            }
            _ => {}
        }
        found
    }
}

const TABLE_INDEX_SLEB: u8 = 1;
const TABLE_INDEX_I32: u8 = 2;
const MEMORY_ADDR_LEB: u8 = 3;
const MEMORY_ADDR_SLEB: u8 = 4;
const MEMORY_ADDR_I32: u8 = 5;
const FUNCTION_OFFSET_I32: u8 = 8;
const SECTION_OFFSET_I32: u8 = 9;

fn read_relocations(mut section: Reader) -> Result<(usize, Vec<Relocation>)> {
    let of = section.number()? as usize;
    let mut list = Vec::new();
    for _ in 0..section.number()? {
        let kind = section.byte()?;
        let (offset, symbol) = (section.number()?, section.number()? as usize);
        let addend = match kind {
            MEMORY_ADDR_LEB..=MEMORY_ADDR_I32 | FUNCTION_OFFSET_I32 | SECTION_OFFSET_I32 => {
                section.signed()?
            }
            // Of functions, types, globals, tags and tables.
            0..=2 | 6 | 7 | 10 | 13 | 20 => 0,
            _ => bail!("a relocation of kind {kind}"),
        };
        list.push(Relocation { kind, offset, symbol, addend });
    }
    Ok((of, list))
}

fn symbol(part: &mut Reader) -> Result<Symbol> {
    const UNDEFINED: u32 = 0x10;
    const EXPLICIT_NAME: u32 = 0x40;
    let kind = part.byte()?;
    let flags = part.number()?;
    let defined = flags & UNDEFINED == 0;
    Ok(match kind {
        1 => {
            part.name()?;
            if !defined {
                return Ok(Symbol::Other);
            }
            let segment = part.number()? as usize;
            let (begin, len) = (part.number()?, part.number()?);
            Symbol::Data { at: begin..begin + len, segment }
        }
        3 => {
            part.number()?;
            Symbol::Other
        }
        0 | 2 | 4 | 5 => {
            let index = part.number()?;
            if defined || flags & EXPLICIT_NAME != 0 {
                part.name()?;
            }
            if kind == 0 { Symbol::Function(index) } else { Symbol::Other }
        }
        _ => bail!("a symbol of kind {kind}"),
    })
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().context("the module ends early")?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<u32> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(u32::try_from(value)?);
            }
        }
        bail!("a number that is too long");
    }

    fn signed(&mut self) -> Result<i32> {
        let mut value = 0_i64;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 127) << shift;
            if byte < 128 {
                let beyond = 64 - shift - 7;
                return Ok(i32::try_from(value << beyond >> beyond)?);
            }
        }
        bail!("a number that is too long");
    }

    fn bytes(&mut self) -> Result<&'a [u8]> {
        let len = self.number()? as usize;
        let (bytes, rest) = self.0.split_at_checked(len).context("the module ends early")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn name(&mut self) -> Result<String> {
        Ok(String::from_utf8(self.bytes()?.to_vec())?)
    }

    /// The value of `i32.const N; end`.
    fn constant(&mut self) -> Result<u32> {
        let (begin, value, end) = (self.byte()?, self.signed()?, self.byte()?);
        if (begin, end) != (0x41, 0x0b) {
            bail!("an offset that is no constant");
        }
        Ok(value.cast_unsigned())
    }
}
