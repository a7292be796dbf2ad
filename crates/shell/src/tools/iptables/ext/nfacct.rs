//! `-m nfacct`.

use packetwalk_netfilter::matches::nfacct::Nfacct;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, cut, put, quoted};

/// Bytes of a name.
const LONGEST: usize = 31;

const OPTS: &[Opt] = &[Opt::new("nfacct-name", 0, Ty::Str).min(1).mandatory()];

impl Ext for Nfacct {
    fn new(_: Family) -> Self {
        Self { name: "".into() }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        if call.arg.contains('\n') {
            return Err(Fail::param("Newlines not allowed in --nfacct-name"));
        }
        self.name = cut(call.arg, LONGEST).into();
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --nfacct-name ");
        quoted(out, &self.name);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " nfacct-name ");
        quoted(out, &self.name);
    }
}
