//! `-m tos`.

use packetwalk_netfilter::matches::tos::Tos;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, TOS_NAMES, Ty, Value};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("tos", 1, Ty::TosMask(0x3f)).mandatory().invertible()];

/// The symbol of a value under the mask of symbols.
pub(super) fn symbol(value: u8, mask: u8) -> Option<&'static str> {
    TOS_NAMES.iter().find(|(v, _)| mask == 0x3f && *v == value).map(|(_, name)| *name)
}

impl Ext for Tos {
    fn new(_: Family) -> Self {
        Self { not: false, value: 0, mask: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if let Value::Masked(value, mask) = call.value()? {
            (self.value, self.mask) = (value as u8, mask as u8);
        }
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --tos 0x{:02x}/0x{:02x}", bang(self.not), self.value, self.mask);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        put!(out, " tos match{}", if self.not { "!" } else { "" });
        if let Some(name) = symbol(self.value, self.mask).filter(|_| !how.numeric) {
            put!(out, " {name}");
        } else {
            put!(out, "0x{:02x}/0x{:02x}", self.value, self.mask);
        }
    }
}
