//! `-m ttl` and `-m hl`.

use packetwalk_netfilter::matches::ttl::{Compare, Hl, Ttl};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const EQ: u8 = 0;
const LT: u8 = 1;
const GT: u8 = 2;
const ANY: u32 = 0b111;

const OPTS4: &[Opt] = &[
    Opt::new("ttl-lt", LT, Ty::Uint(255)).excl(ANY),
    Opt::new("ttl-gt", GT, Ty::Uint(255)).excl(ANY),
    Opt::new("ttl-eq", EQ, Ty::Uint(255)).excl(ANY).invertible(),
    Opt::new("ttl", EQ, Ty::Uint(255)).excl(ANY),
];

const OPTS6: &[Opt] = &[
    Opt::new("hl-lt", LT, Ty::Uint(255)).excl(ANY),
    Opt::new("hl-gt", GT, Ty::Uint(255)).excl(ANY),
    Opt::new("hl-eq", EQ, Ty::Uint(255)).excl(ANY).invertible(),
    Opt::new("hl", EQ, Ty::Uint(255)).excl(ANY),
];

fn parse(call: &mut Call<'_>) -> Result<(Compare, u8), Fail> {
    let value = call.value()?;
    let how = match (call.opt.id, call.invert) {
        (LT, _) => Compare::Lt,
        (GT, _) => Compare::Gt,
        (_, true) => Compare::Ne,
        (_, false) => Compare::Eq,
    };
    Ok((how, if let Value::Uint(n) = value { n as u8 } else { 0 }))
}

fn save(out: &mut String, name: &str, how: Compare, value: u8) {
    let (not, op) = match how {
        Compare::Eq => ("", "eq"),
        Compare::Ne => (" !", "eq"),
        Compare::Lt => ("", "lt"),
        Compare::Gt => ("", "gt"),
    };
    put!(out, "{not} --{name}-{op} {value}");
}

fn list(out: &mut String, name: &str, how: Compare, value: u8) {
    let op = match how {
        Compare::Eq => "==",
        Compare::Ne => "!=",
        Compare::Lt => "<",
        Compare::Gt => ">",
    };
    put!(out, " {name} match {name} {op} {value}");
}

impl Ext for Ttl {
    fn new(_: Family) -> Self {
        Self { how: Compare::Eq, value: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS4
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        (self.how, self.value) = parse(call)?;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & ANY == 0 {
            let text = "TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt";
            return Err(Fail::param(text));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        save(out, "ttl", self.how, self.value);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        list(out, "TTL", self.how, self.value);
    }
}

impl Ext for Hl {
    fn new(_: Family) -> Self {
        Self { how: Compare::Eq, value: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS6
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        (self.how, self.value) = parse(call)?;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & ANY == 0 {
            let text = "HL match: You must specify one of `--hl-eq', `--hl-lt', `--hl-gt'";
            return Err(Fail::param(text));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        save(out, "hl", self.how, self.value);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        list(out, "HL", self.how, self.value);
    }
}
