//! `-m connbytes`.

use packetwalk_netfilter::conntrack::Dir;
use packetwalk_netfilter::matches::connbytes::{Connbytes, What};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const BYTES: u8 = 0;
const DIR: u8 = 1;

const OPTS: &[Opt] = &[
    Opt::new("connbytes", BYTES, Ty::Uints(u64::MAX, 2)).mandatory().invertible(),
    Opt::new("connbytes-dir", DIR, Ty::Str).mandatory(),
    Opt::new("connbytes-mode", 2, Ty::Str).mandatory(),
];

fn range(m: &Connbytes, out: &mut String, prefix: &str) {
    let (from, to, not) = if m.from > m.to { (m.to, m.from, " !") } else { (m.from, m.to, "") };
    put!(out, "{not} {prefix}connbytes {from}");
    if to != 0 && to != u64::MAX {
        put!(out, ":{to}");
    }
}

const fn mode(m: &Connbytes) -> &'static str {
    match m.what {
        What::Packets => "packets",
        What::Bytes => "bytes",
        What::AvgPkt => "avgpkt",
    }
}

const fn dir(m: &Connbytes) -> &'static str {
    match m.dir {
        Some(Dir::Original) => "original",
        Some(Dir::Reply) => "reply",
        None => "both",
    }
}

impl Ext for Connbytes {
    fn new(_: Family) -> Self {
        Self { from: 0, to: 0, what: What::Packets, dir: Some(Dir::Original) }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if let Value::Uints(all) = call.value()? {
            let from = all.first().copied().unwrap_or(0);
            let to = all.get(1).copied().unwrap_or(u64::MAX);
            if to < from {
                return Err(Fail::param(format!("{from} should be less than {to}")));
            }
            (self.from, self.to) = if call.invert { (to, from) } else { (from, to) };
            return Ok(());
        }
        match (call.opt.id, call.arg) {
            (DIR, "original") => self.dir = Some(Dir::Original),
            (DIR, "reply") => self.dir = Some(Dir::Reply),
            (DIR, "both") => self.dir = None,
            (DIR, arg) => return Err(Fail::param(format!("Unknown --connbytes-dir `{arg}'"))),
            (_, "packets") => self.what = What::Packets,
            (_, "bytes") => self.what = What::Bytes,
            (_, "avgpkt") => self.what = What::AvgPkt,
            (_, arg) => return Err(Fail::param(format!("Unknown --connbytes-mode `{arg}'"))),
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        range(self, out, "--");
        put!(out, " --connbytes-mode {} --connbytes-dir {}", mode(self), dir(self));
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        range(self, out, "");
        put!(out, " connbytes mode {} connbytes direction {}", mode(self), dir(self));
    }
}
