//! `-m comment`.

use packetwalk_netfilter::matches::comment::Comment;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, cut, put, quoted};

const OPTS: &[Opt] = &[Opt::new("comment", 0, Ty::Str).mandatory()];

impl Ext for Comment {
    fn new(_: Family) -> Self {
        Self { text: "".into() }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        self.text = cut(call.arg, 255).into();
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        out.push_str(" --comment");
        quoted(out, &self.text);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " /* {} */", self.text);
    }
}
