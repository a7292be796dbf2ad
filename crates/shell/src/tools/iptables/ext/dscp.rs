//! `-m dscp`.

use packetwalk_netfilter::matches::dscp::Dscp;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const VALUE: u8 = 0;
const CLASS: u8 = 1;

const OPTS: &[Opt] = &[
    Opt::new("dscp", VALUE, Ty::Uint(255)).max(63).excl(1 << CLASS).invertible(),
    Opt::new("dscp-class", CLASS, Ty::Str).excl(1 << VALUE).invertible(),
];

/// DiffServ classes in the order in which they are looked up.
const CLASSES: [(&str, u8); 22] = [
    ("CS0", 0x00),
    ("CS1", 0x08),
    ("CS2", 0x10),
    ("CS3", 0x18),
    ("CS4", 0x20),
    ("CS5", 0x28),
    ("CS6", 0x30),
    ("CS7", 0x38),
    ("BE", 0x00),
    ("AF11", 0x0a),
    ("AF12", 0x0c),
    ("AF13", 0x0e),
    ("AF21", 0x12),
    ("AF22", 0x14),
    ("AF23", 0x16),
    ("AF31", 0x1a),
    ("AF32", 0x1c),
    ("AF33", 0x1e),
    ("AF41", 0x22),
    ("AF42", 0x24),
    ("AF43", 0x26),
    ("EF", 0x2e),
];

/// The code point of a class; what follows the class's name is not looked at.
pub(super) fn class(text: &str) -> Result<u8, Fail> {
    let is = |name: &str| text.get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name));
    CLASSES
        .iter()
        .find(|(name, _)| is(name))
        .map(|(_, n)| *n)
        .ok_or_else(|| Fail::param(format!("Invalid DSCP value `{text}'")))
}

impl Ext for Dscp {
    fn new(_: Family) -> Self {
        Self { not: false, dscp: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        self.dscp = match call.value()? {
            Value::Uint(n) => n as u8,
            _ => class(call.arg)?,
        };
        self.not |= call.invert;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 {
            return Err(Fail::param("DSCP match: Parameter --dscp is required"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --dscp 0x{:02x}", bang(self.not), self.dscp);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " DSCP match {}0x{:02x}", if self.not { "!" } else { "" }, self.dscp);
    }
}
