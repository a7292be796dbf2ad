//! `-j TCPMSS`.

use packetwalk_netfilter::targets::tcpmss::{Mss, Tcpmss};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const SET: u8 = 0;
const CLAMP: u8 = 1;

/// The greatest MSS is 65535 less the IP header: 20 bytes, or 40.
const OPTS: &[Opt] =
    &[Opt::new("set-mss", SET, Ty::Uint(65515)), Opt::new("clamp-mss-to-pmtu", CLAMP, Ty::None)];

impl Ext for Tcpmss {
    fn new(_: Family) -> Self {
        Self { mss: Mss::Set(0) }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if call.opt.id == SET && call.family() == Family::V6 {
            call.opt = call.opt.max(65495);
        }
        match call.value()? {
            Value::Uint(n) => {
                if self.mss != Mss::ClampToPmtu {
                    self.mss = Mss::Set(n as u16);
                }
            }
            _ => self.mss = Mss::ClampToPmtu,
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 {
            return Err(Fail::param("TCPMSS target: At least one parameter is required"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        match self.mss {
            Mss::Set(mss) => put!(out, " --set-mss {mss}"),
            Mss::ClampToPmtu => out.push_str(" --clamp-mss-to-pmtu"),
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        match self.mss {
            Mss::Set(mss) => put!(out, " TCPMSS set {mss}"),
            Mss::ClampToPmtu => out.push_str(" TCPMSS clamp to PMTU"),
        }
    }
}
