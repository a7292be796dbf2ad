//! `-j CONNMARK`.

use packetwalk_netfilter::targets::connmark::Connmark;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::t_mark::{describe, xmark};
use super::{Ext, Listing, put, refuse};

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

/// The masks as they stand: packet's, connection's.
const fn masks(t: Connmark) -> (u32, u32) {
    match t {
        Connmark::Set { mask, .. } => (u32::MAX, mask),
        Connmark::Save { nfmask, ctmask } | Connmark::Restore { nfmask, ctmask } => (nfmask, ctmask),
    }
}

impl Ext for Connmark {
    fn new(_: Family) -> Self {
        Self::Set { mark: 0, mask: u32::MAX }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        let (mut nfmask, mut ctmask) = masks(*self);
        let id = call.opt.id;
        match (id, &value) {
            (SAVE, _) => *self = Self::Save { nfmask, ctmask },
            (RESTORE, _) => *self = Self::Restore { nfmask, ctmask },
            (LEFT | RIGHT, Value::Uint(0)) => {}
            (LEFT | RIGHT, _) => return Err(refuse(call.world.program, "option", "--left-shift-mark")),
            (CTMASK | NFMASK | MASK, Value::Uint(n)) => {
                let n = *n as u32;
                if id != NFMASK {
                    ctmask = n;
                }
                if id != CTMASK {
                    nfmask = n;
                }
                *self = match *self {
                    Self::Set { mark, .. } => Self::Set { mark, mask: ctmask },
                    Self::Save { .. } => Self::Save { nfmask, ctmask },
                    Self::Restore { .. } => Self::Restore { nfmask, ctmask },
                };
            }
            _ => {
                let (mark, mask) = xmark(&value, id == SET, id == AND, id == OR);
                *self = Self::Set { mark, mask };
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
        match *self {
            Self::Set { mark, mask } => put!(out, " --set-xmark 0x{mark:x}/0x{mask:x}"),
            Self::Save { nfmask, ctmask } => {
                put!(out, " --save-mark --nfmask 0x{nfmask:x} --ctmask 0x{ctmask:x}");
            }
            Self::Restore { nfmask, ctmask } => {
                put!(out, " --restore-mark --nfmask 0x{nfmask:x} --ctmask 0x{ctmask:x}");
            }
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" CONNMARK ");
        match *self {
            Self::Set { mark, mask } => describe(out, mark, mask),
            Self::Save { nfmask: u32::MAX, ctmask: u32::MAX } => out.push_str("save"),
            Self::Save { nfmask, ctmask } if nfmask == ctmask => put!(out, "save mask 0x{nfmask:x}"),
            Self::Save { nfmask, ctmask } => put!(out, "save nfmask 0x{nfmask:x} ctmask ~0x{ctmask:x}"),
            Self::Restore { nfmask: u32::MAX, ctmask: u32::MAX } => out.push_str("restore"),
            Self::Restore { nfmask, ctmask } if nfmask == ctmask => put!(out, "restore mask 0x{ctmask:x}"),
            Self::Restore { nfmask, ctmask } => {
                put!(out, "restore ctmask 0x{ctmask:x} nfmask ~0x{nfmask:x}");
            }
        }
    }
}
