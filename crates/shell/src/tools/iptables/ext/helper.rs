//! `-m helper`.

use packetwalk_netfilter::matches::helper::Helper;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, bang, cut, put, quoted};

/// Bytes of a name.
const LONGEST: usize = 29;

const OPTS: &[Opt] = &[Opt::new("helper", 0, Ty::Str).mandatory().invertible()];

impl Ext for Helper {
    fn new(_: Family) -> Self {
        Self { not: false, name: "".into() }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        *self = Self { not: call.invert, name: cut(call.arg, LONGEST).into() };
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --helper", bang(self.not));
        quoted(out, &self.name);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " helper match {}\"{}\"", if self.not { "! " } else { "" }, self.name);
    }
}
