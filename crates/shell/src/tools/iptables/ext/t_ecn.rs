//! `-j ECN`.

use packetwalk_netfilter::targets::ecn::EcnTarget;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const REMOVE: u8 = 0;
const CWR: u8 = 1;
const ECE: u8 = 2;
const ECT: u8 = 3;

const OPTS: &[Opt] = &[
    Opt::new("ecn-tcp-remove", REMOVE, Ty::None).excl(1 << CWR | 1 << ECE),
    Opt::new("ecn-tcp-cwr", CWR, Ty::Uint(255)).max(1).excl(1 << REMOVE),
    Opt::new("ecn-tcp-ece", ECE, Ty::Uint(255)).max(1).excl(1 << REMOVE),
    Opt::new("ecn-ip-ect", ECT, Ty::Uint(255)).max(3),
];

/// What `--ecn-tcp-remove` stands for.
const REMOVED: EcnTarget = EcnTarget { ece: Some(false), cwr: Some(false), ect: None };

impl Ext for EcnTarget {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match (call.opt.id, call.value()?) {
            (CWR, Value::Uint(n)) => self.cwr = Some(n != 0),
            (ECE, Value::Uint(n)) => self.ece = Some(n != 0),
            (_, Value::Uint(n)) => self.ect = Some(n as u8),
            _ => *self = REMOVED,
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 { Err(Fail::param("ECN target: An operation is required")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, _: Family) {
        if *self == REMOVED {
            out.push_str(" --ecn-tcp-remove");
            return;
        }
        for (name, bit) in [("ece", self.ece), ("cwr", self.cwr)] {
            if let Some(bit) = bit {
                put!(out, " --ecn-tcp-{name} {}", u8::from(bit));
            }
        }
        if let Some(ect) = self.ect {
            put!(out, " --ecn-ip-ect {ect}");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" ECN");
        if *self == REMOVED {
            out.push_str(" TCP remove");
            return;
        }
        for (name, bit) in [("ECE", self.ece), ("CWR", self.cwr)] {
            if let Some(bit) = bit {
                put!(out, " {name}={}", u8::from(bit));
            }
        }
        if let Some(ect) = self.ect {
            put!(out, " ECT codepoint={ect}");
        }
    }
}
