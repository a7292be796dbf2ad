//! `-j SECMARK` and `-j CONNSECMARK`.

use packetwalk_netfilter::targets::secmark::{Connsecmark, Secmark};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, cut, put};

impl Ext for Secmark {
    fn new(_: Family) -> Self {
        Self { context: "".into() }
    }

    fn opts(&self) -> &'static [Opt] {
        const OPTS: &[Opt] = &[Opt::new("selctx", 0, Ty::Str).mandatory()];
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        self.context = cut(call.arg, 255).into();
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --selctx {}", self.context);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " SECMARK selctx {}", self.context);
    }
}

const SAVE: u8 = 0;
const RESTORE: u8 = 1;

const fn name(t: Connsecmark) -> &'static str {
    match t {
        Connsecmark::Restore => "restore",
        Connsecmark::Save | Connsecmark::None => "save",
    }
}

impl Ext for Connsecmark {
    fn new(_: Family) -> Self {
        Self::None
    }

    fn opts(&self) -> &'static [Opt] {
        const OPTS: &[Opt] = &[
            Opt::new("save", SAVE, Ty::None).excl(1 << RESTORE),
            Opt::new("restore", RESTORE, Ty::None).excl(1 << SAVE),
        ];
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        *self = if call.opt.id == SAVE { Self::Save } else { Self::Restore };
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 { Err(Fail::param("CONNSECMARK target: parameter required")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --{}", name(*self));
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " CONNSECMARK {}", name(*self));
    }
}
