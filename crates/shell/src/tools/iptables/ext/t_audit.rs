//! `-j AUDIT`.

use packetwalk_netfilter::targets::audit::Audit;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put};

const OPTS: &[Opt] = &[Opt::new("type", 0, Ty::Str).mandatory()];
const NAMES: [(&str, Audit); 3] =
    [("accept", Audit::Accept), ("drop", Audit::Drop), ("reject", Audit::Reject)];

fn name(t: Audit) -> &'static str {
    NAMES.iter().find(|(_, is)| *is == t).map_or("", |(name, _)| name)
}

impl Ext for Audit {
    fn new(_: Family) -> Self {
        Self::Accept
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let found = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(call.arg));
        let Some((_, is)) = found else {
            return Err(Fail::param(format!("Bad action type value \"{}\"", call.arg)));
        };
        *self = *is;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --type {}", name(*self));
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " AUDIT {}", name(*self));
    }
}
