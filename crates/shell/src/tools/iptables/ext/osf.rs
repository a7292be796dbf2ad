//! `-m osf`.

use packetwalk_netfilter::matches::osf::Osf;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, cut, put};

const TTL: u8 = 1;
const TOP: u64 = u32::MAX as u64;
/// Bytes of a name.
const LONGEST: usize = 31;

const OPTS: &[Opt] = &[
    Opt::new("genre", 0, Ty::Str).mandatory().invertible(),
    Opt::new("ttl", TTL, Ty::Uint(TOP)).max(2),
    Opt::new("log", 2, Ty::Uint(TOP)).max(2),
];

impl Ext for Osf {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        match (call.opt.id, value) {
            (TTL, Value::Uint(n)) => self.ttl = Some(n as u32),
            (_, Value::Uint(n)) => self.log = Some(n as u32),
            _ => (self.genre, self.not) = (cut(call.arg, LONGEST).into(), call.invert),
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --genre {}", bang(self.not), self.genre);
        if let Some(ttl) = self.ttl {
            put!(out, " --ttl {ttl}");
        }
        if let Some(log) = self.log {
            put!(out, " --log {log}");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " OS fingerprint match {}{}", if self.not { "! " } else { "" }, self.genre);
    }
}
