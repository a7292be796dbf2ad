//! `-j NFLOG`.

use packetwalk_netfilter::targets::nflog::Nflog;
use packetwalk_netfilter::xtables::Face;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, cut, put, quoted};

const GROUP: u8 = 0;
const PREFIX: u8 = 1;
const RANGE: u8 = 2;
const SIZE: u8 = 3;
const THRESHOLD: u8 = 4;

const OPTS: &[Opt] = &[
    Opt::new("nflog-group", GROUP, Ty::Uint(u16::MAX as u64)),
    Opt::new("nflog-prefix", PREFIX, Ty::Str).min(1),
    Opt::new("nflog-range", RANGE, Ty::Uint(u32::MAX as u64)).excl(1 << SIZE),
    Opt::new("nflog-size", SIZE, Ty::Uint(u32::MAX as u64)).excl(1 << RANGE),
    Opt::new("nflog-threshold", THRESHOLD, Ty::Uint(u16::MAX as u64)),
];

fn show(t: &Nflog, out: &mut String, dashes: &str) {
    if !t.prefix.is_empty() {
        put!(out, " {dashes}nflog-prefix");
        quoted(out, &t.prefix);
    }
    if t.group != 0 {
        put!(out, " {dashes}nflog-group {}", t.group);
    }
    match t.size {
        Some(size) => put!(out, " {dashes}nflog-size {size}"),
        None if t.range != 0 => put!(out, " {dashes}nflog-range {}", t.range),
        None => {}
    }
    if t.threshold != 0 {
        put!(out, " {dashes}nflog-threshold {}", t.threshold);
    }
}

impl Ext for Nflog {
    fn new(_: Family) -> Self {
        Self { group: 0, prefix: "".into(), size: None, range: 0, threshold: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let nft = call.world.program.face == Face::Nft;
        match (call.opt.id, call.value()?) {
            (GROUP, Value::Uint(n)) => self.group = n as u16,
            (THRESHOLD, Value::Uint(n)) => self.threshold = n as u16,
            (SIZE, Value::Uint(n)) => self.size = Some(n as u32),
            // The nft face's own expression has no such thing.
            (RANGE, Value::Uint(n)) => self.range = if nft { 0 } else { n as u32 },
            _ => {
                self.prefix = cut(call.arg, if nft { 127 } else { 63 }).into();
                if call.arg.contains('\n') {
                    return Err(Fail::param("Newlines not allowed in --log-prefix"));
                }
            }
        }
        Ok(())
    }

    fn warning(&self, flags: u32) -> &'static str {
        if flags & (1 << RANGE) == 0 {
            return "";
        }
        "warn: --nflog-range has never worked and is no longer supported, please use --nflog-size instead\n"
    }

    fn save(&self, out: &mut String, _: Family) {
        show(self, out, "--");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        show(self, out, "");
    }
}
