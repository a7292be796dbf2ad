//! `-m ecn`.

use packetwalk_netfilter::matches::ecn::Ecn;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const CWR: u8 = 0;
const ECE: u8 = 1;
const ECT: u8 = 2;

const OPTS: &[Opt] = &[
    Opt::new("ecn-tcp-cwr", CWR, Ty::None).invertible(),
    Opt::new("ecn-tcp-ece", ECE, Ty::None).invertible(),
    Opt::new("ecn-ip-ect", ECT, Ty::Uint(255)).max(3).invertible(),
];

impl Ext for Ecn {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = call.invert;
        match (call.opt.id, call.value()?) {
            (_, Value::Uint(n)) => self.ect = Some(Cond { not, is: n as u8 }),
            (CWR, _) => self.cwr = Some(Cond { not, is: () }),
            _ => self.ece = Some(Cond { not, is: () }),
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 { Err(Fail::param("ECN match: some option required")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, _: Family) {
        if let Some(c) = self.ece {
            put!(out, "{} --ecn-tcp-ece", bang(c.not));
        }
        if let Some(c) = self.cwr {
            put!(out, "{} --ecn-tcp-cwr", bang(c.not));
        }
        if let Some(c) = self.ect {
            put!(out, "{} --ecn-ip-ect {}", bang(c.not), c.is);
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        let not = |not: bool| if not { "!" } else { "" };
        out.push_str(" ECN match");
        if let Some(c) = self.ece {
            put!(out, " {}ECE", not(c.not));
        }
        if let Some(c) = self.cwr {
            put!(out, " {}CWR", not(c.not));
        }
        if let Some(c) = self.ect {
            put!(out, " {}ECT={}", not(c.not), c.is);
        }
    }
}
