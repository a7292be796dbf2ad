//! `-j CONNMARK`.

use packetwalk_netfilter::targets::connmark::{Connmark, Mode, Shift};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::t_mark::{describe, xmark};
use super::{Ext, Listing, put};

const SET: u8 = 0;
const SAVE: u8 = 1;
const RESTORE: u8 = 2;
const AND: u8 = 3;
const OR: u8 = 4;
const XOR: u8 = 5;
const LEFT: u8 = 6;
const RIGHT: u8 = 7;
const SET_XMARK: u8 = 8;
const CTMASK: u8 = 9;
const NFMASK: u8 = 10;
const MASK: u8 = 11;
const ANY: u32 = 1 << SET | 1 << SAVE | 1 << RESTORE | 1 << AND | 1 << OR | 1 << XOR | 1 << SET_XMARK;
const U32: Ty = Ty::Uint(u32::MAX as u64);

const OPTS: &[Opt] = &[
    Opt::new("set-xmark", SET_XMARK, Ty::MarkMask).excl(ANY),
    Opt::new("set-mark", SET, Ty::MarkMask).excl(ANY),
    Opt::new("and-mark", AND, U32).excl(ANY),
    Opt::new("or-mark", OR, U32).excl(ANY),
    Opt::new("xor-mark", XOR, U32).excl(ANY),
    Opt::new("save-mark", SAVE, Ty::None).excl(ANY),
    Opt::new("restore-mark", RESTORE, Ty::None).excl(ANY),
    Opt::new("left-shift-mark", LEFT, Ty::Uint(255)).max(32),
    Opt::new("right-shift-mark", RIGHT, Ty::Uint(255)).max(32),
    Opt::new("ctmask", CTMASK, U32).excl(1 << MASK),
    Opt::new("nfmask", NFMASK, U32).excl(1 << MASK),
    Opt::new("mask", MASK, U32).excl(1 << CTMASK | 1 << NFMASK),
];

/// The shift's name and bits, unless it moves nothing.
const fn shift(t: &Connmark) -> Option<(&'static str, u8)> {
    match t.shift {
        Shift::Left(0) | Shift::Right(0) => None,
        Shift::Left(bits) => Some(("left-shift-mark", bits)),
        Shift::Right(bits) => Some(("right-shift-mark", bits)),
    }
}

impl Ext for Connmark {
    fn new(_: Family) -> Self {
        Self { mode: Mode::Set, mark: 0, ctmask: u32::MAX, nfmask: u32::MAX, shift: Shift::NONE }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        let id = call.opt.id;
        match (id, &value) {
            (SAVE, _) => self.mode = Mode::Save,
            (RESTORE, _) => self.mode = Mode::Restore,
            (LEFT, Value::Uint(bits)) => self.shift = Shift::Left(*bits as u8),
            (RIGHT, Value::Uint(bits)) => self.shift = Shift::Right(*bits as u8),
            (CTMASK, Value::Uint(n)) => self.ctmask = *n as u32,
            (NFMASK, Value::Uint(n)) => self.nfmask = *n as u32,
            (MASK, Value::Uint(n)) => (self.nfmask, self.ctmask) = (*n as u32, *n as u32),
            _ => {
                self.mode = Mode::Set;
                (self.mark, self.ctmask) = xmark(&value, id == SET, id == AND, id == OR);
            }
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & ANY == 0 {
            return Err(Fail::param("CONNMARK target: No operation specified"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        let Self { mode, mark, ctmask, nfmask, .. } = self;
        match mode {
            Mode::Set => put!(out, " --set-xmark 0x{mark:x}/0x{ctmask:x}"),
            Mode::Save => put!(out, " --save-mark --nfmask 0x{nfmask:x} --ctmask 0x{ctmask:x}"),
            Mode::Restore => put!(out, " --restore-mark --nfmask 0x{nfmask:x} --ctmask 0x{ctmask:x}"),
        }
        if let Some((name, bits)) = shift(self) {
            put!(out, " --{name} {bits}");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" CONNMARK ");
        let Self { mode, mark, ctmask, nfmask, .. } = self;
        let all = (*nfmask, *ctmask) == (u32::MAX, u32::MAX);
        match mode {
            Mode::Set => describe(out, *mark, *ctmask),
            Mode::Save if all => out.push_str("save"),
            Mode::Save if nfmask == ctmask => put!(out, "save mask 0x{nfmask:x}"),
            Mode::Save => put!(out, "save nfmask 0x{nfmask:x} ctmask ~0x{ctmask:x}"),
            Mode::Restore if all => out.push_str("restore"),
            Mode::Restore if nfmask == ctmask => put!(out, "restore mask 0x{ctmask:x}"),
            Mode::Restore => put!(out, "restore ctmask 0x{ctmask:x} nfmask ~0x{nfmask:x}"),
        }
        if let Some((name, bits)) = shift(self) {
            put!(out, " {name} {bits}");
        }
    }
}
