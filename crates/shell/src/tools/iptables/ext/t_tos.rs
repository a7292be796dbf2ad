//! `-j TOS`.

use packetwalk_netfilter::targets::tos::Tos;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::tos::symbol;
use super::{Ext, Listing, put};

const SET: u8 = 0;
const AND: u8 = 1;
const OR: u8 = 2;
const XOR: u8 = 3;
const ANY: u32 = 0b1111;

const OPTS: &[Opt] = &[
    Opt::new("set-tos", SET, Ty::TosMask(0x3f)).excl(ANY),
    Opt::new("and-tos", AND, Ty::Uint(255)).excl(ANY),
    Opt::new("or-tos", OR, Ty::Uint(255)).excl(ANY),
    Opt::new("xor-tos", XOR, Ty::Uint(255)).excl(ANY),
];

impl Ext for Tos {
    fn new(_: Family) -> Self {
        Self { value: 0, mask: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        (self.value, self.mask) = match (call.opt.id, call.value()?) {
            (_, Value::Masked(value, mask)) => (value as u8, mask as u8),
            (AND, Value::Uint(n)) => (0, !(n as u8)),
            (OR, Value::Uint(n)) => (n as u8, n as u8),
            (_, Value::Uint(n)) => (n as u8, 0),
            _ => (0, 0),
        };
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & ANY == 0 { Err(Fail::param("TOS: An action is required")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --set-tos 0x{:02x}/0x{:02x}", self.value, self.mask);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        let (value, mask) = (self.value, self.mask);
        match symbol(value, mask) {
            _ if how.numeric => put!(out, " TOS set 0x{value:02x}/0x{mask:02x}"),
            Some(name) => put!(out, "  TOS set{name}"),
            None if value == 0 => put!(out, " TOS and 0x{:02x}", !mask),
            None if value == mask => put!(out, " TOS or 0x{value:02x}"),
            None if mask == 0 => put!(out, " TOS xor 0x{value:02x}"),
            None => put!(out, " TOS set 0x{value:02x}/0x{mask:02x}"),
        }
    }
}
