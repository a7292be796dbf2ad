//! `-m cgroup`.

use packetwalk_netfilter::matches::cgroup::Cgroup;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, cut, put, quoted};

/// Bytes of a path.
const LONGEST: usize = 511;

const OPTS: &[Opt] = &[
    Opt::new("path", 1, Ty::Str).invertible(),
    Opt::new("cgroup", 0, Ty::Uint(u32::MAX as u64)).invertible(),
];

impl Ext for Cgroup {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        let not = call.invert;
        match value {
            Value::Uint(n) => self.class = Some(Cond { not, is: n as u32 }),
            _ => self.path = Some(Cond { not, is: cut(call.arg, LONGEST).into() }),
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if let Some(c) = &self.path {
            put!(out, "{} --path", bang(c.not));
            quoted(out, &c.is);
        }
        if let Some(c) = &self.class {
            put!(out, "{} --cgroup {}", bang(c.not), c.is);
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" cgroup");
        let not = |not: bool| if not { "! " } else { "" };
        if let Some(c) = &self.path {
            put!(out, " {}{}", not(c.not), c.is);
        }
        if let Some(c) = &self.class {
            put!(out, " {}{}", not(c.not), c.is);
        }
    }
}
