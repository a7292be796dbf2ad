//! `-j DSCP`.

use packetwalk_netfilter::targets::dscp::Dscp;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::dscp::class;
use super::{Ext, Listing, put};

const VALUE: u8 = 0;
const CLASS: u8 = 1;

const OPTS: &[Opt] = &[
    Opt::new("set-dscp", VALUE, Ty::Uint(255)).max(63).excl(1 << CLASS),
    Opt::new("set-dscp-class", CLASS, Ty::Str).excl(1 << VALUE),
];

impl Ext for Dscp {
    fn new(_: Family) -> Self {
        Self { dscp: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        self.dscp = match call.value()? {
            Value::Uint(n) => n as u8,
            _ => class(call.arg)?,
        };
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 {
            return Err(Fail::param("DSCP target: Parameter --set-dscp is required"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --set-dscp 0x{:02x}", self.dscp);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " DSCP set 0x{:02x}", self.dscp);
    }
}
