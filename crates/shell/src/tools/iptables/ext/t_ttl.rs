//! `-j TTL` and `-j HL`.

use packetwalk_netfilter::targets::ttl::{Change, Hl, Ttl};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const SET: u8 = 0;
const INC: u8 = 1;
const DEC: u8 = 2;
const ANY: u32 = 0b111;

const OPTS4: &[Opt] = &[
    Opt::new("ttl-set", SET, Ty::Uint(255)).excl(ANY),
    Opt::new("ttl-dec", DEC, Ty::Uint(255)).excl(ANY).min(1),
    Opt::new("ttl-inc", INC, Ty::Uint(255)).excl(ANY).min(1),
];

const OPTS6: &[Opt] = &[
    Opt::new("hl-set", SET, Ty::Uint(255)).excl(ANY),
    Opt::new("hl-dec", DEC, Ty::Uint(255)).excl(ANY).min(1),
    Opt::new("hl-inc", INC, Ty::Uint(255)).excl(ANY).min(1),
];

fn parse(call: &mut Call<'_>) -> Result<Change, Fail> {
    let n = if let Value::Uint(n) = call.value()? { n as u8 } else { 0 };
    Ok(match call.opt.id {
        SET => Change::Set(n),
        INC => Change::Inc(n),
        _ => Change::Dec(n),
    })
}

const fn parts(change: Change) -> (&'static str, &'static str, u8) {
    match change {
        Change::Set(n) => ("set", "set to", n),
        Change::Dec(n) => ("dec", "decrement by", n),
        Change::Inc(n) => ("inc", "increment by", n),
    }
}

impl Ext for Ttl {
    fn new(_: Family) -> Self {
        Self(Change::Set(0))
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS4
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        self.0 = parse(call)?;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & ANY == 0 { Err(Fail::param("TTL: You must specify an action")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, _: Family) {
        let (name, _, n) = parts(self.0);
        put!(out, " --ttl-{name} {n}");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        let (_, text, n) = parts(self.0);
        put!(out, " TTL {text} {n}");
    }
}

impl Ext for Hl {
    fn new(_: Family) -> Self {
        Self(Change::Set(0))
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS6
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        self.0 = parse(call)?;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & ANY == 0 { Err(Fail::param("HL: You must specify an action")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, _: Family) {
        let (name, _, n) = parts(self.0);
        put!(out, " --hl-{name} {n}");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        let (_, text, n) = parts(self.0);
        put!(out, " HL {text} {n}");
    }
}
