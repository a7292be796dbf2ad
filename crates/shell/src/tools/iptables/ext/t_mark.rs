//! `-j MARK`.

use packetwalk_netfilter::targets::mark::Mark;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const SET: u8 = 0;
const AND: u8 = 1;
const OR: u8 = 2;
const XOR: u8 = 3;
const SET_XMARK: u8 = 4;
const ANY: u32 = 0b11111;

const OPTS: &[Opt] = &[
    Opt::new("set-xmark", SET_XMARK, Ty::MarkMask).excl(ANY),
    Opt::new("set-mark", SET, Ty::MarkMask).excl(ANY),
    Opt::new("and-mark", AND, Ty::Uint(u32::MAX as u64)).excl(ANY),
    Opt::new("or-mark", OR, Ty::Uint(u32::MAX as u64)).excl(ANY),
    Opt::new("xor-mark", XOR, Ty::Uint(u32::MAX as u64)).excl(ANY),
];

/// Value and mask of `--set-xmark` that an option comes down to.
pub(super) const fn xmark(value: &Value, set: bool, and: bool, or: bool) -> (u32, u32) {
    match *value {
        Value::Masked(mark, mask) if set => (mark, mark | mask),
        Value::Masked(mark, mask) => (mark, mask),
        Value::Uint(n) if and => (0, !(n as u32)),
        Value::Uint(n) if or => (n as u32, n as u32),
        Value::Uint(n) => (n as u32, 0),
        _ => (0, 0),
    }
}

/// `set 0x1` and the like (`mark_tg_print`).
pub(super) fn describe(out: &mut String, mark: u32, mask: u32) {
    if mark == 0 {
        put!(out, "and 0x{:x}", !mask);
    } else if mark == mask {
        put!(out, "or 0x{mark:x}");
    } else if mask == 0 {
        put!(out, "xor 0x{mark:x}");
    } else if mask == u32::MAX {
        put!(out, "set 0x{mark:x}");
    } else {
        put!(out, "xset 0x{mark:x}/0x{mask:x}");
    }
}

impl Ext for Mark {
    fn new(_: Family) -> Self {
        Self { mark: 0, mask: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        let id = call.opt.id;
        (self.mark, self.mask) = xmark(&value, id == SET, id == AND, id == OR);
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 {
            let text = "MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required";
            return Err(Fail::param(text));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --set-xmark 0x{:x}/0x{:x}", self.mark, self.mask);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" MARK ");
        describe(out, self.mark, self.mask);
    }
}
