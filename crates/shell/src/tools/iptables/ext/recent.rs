//! `-m recent`.

use packetwalk_netfilter::matches::recent::{Recent, Side};
use packetwalk_netfilter::shared::recent::Op;
use packetwalk_netfilter::xtables::condition::{addr_bits, bits_addr};
use packetwalk_wire::Family;

use super::super::addr;
use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, cut, put};

const SET: u8 = 0;
const RCHECK: u8 = 1;
const UPDATE: u8 = 2;
const REMOVE: u8 = 3;
const SECONDS: u8 = 4;
const HITCOUNT: u8 = 5;
const RTTL: u8 = 6;
const NAME: u8 = 7;
const RSOURCE: u8 = 8;
const RDEST: u8 = 9;
const REAP: u8 = 10;
const MASK: u8 = 11;
const OPS: u32 = 1 << SET | 1 << RCHECK | 1 << UPDATE | 1 << REMOVE;
/// Bytes of a name.
const LONGEST: usize = 199;
const TOP: u64 = u32::MAX as u64;

const OPTS: &[Opt] = &[
    Opt::new("set", SET, Ty::None).excl(OPS).invertible(),
    Opt::new("rcheck", RCHECK, Ty::None).excl(OPS).invertible(),
    Opt::new("update", UPDATE, Ty::None).excl(OPS).invertible(),
    Opt::new("remove", REMOVE, Ty::None).excl(OPS).invertible(),
    Opt::new("seconds", SECONDS, Ty::Uint(TOP)).min(1),
    Opt::new("reap", REAP, Ty::None).also(1 << SECONDS),
    Opt::new("hitcount", HITCOUNT, Ty::Uint(TOP)),
    Opt::new("rttl", RTTL, Ty::None).excl(1 << SET | 1 << REMOVE),
    Opt::new("name", NAME, Ty::Str),
    Opt::new("rsource", RSOURCE, Ty::None),
    Opt::new("rdest", RDEST, Ty::None),
    Opt::new("mask", MASK, Ty::Host),
];

fn mask(m: &Recent, family: Family) -> String {
    let shift = 128 - u32::from(family.bits());
    addr::text(bits_addr(family, m.mask >> shift))
}

impl Ext for Recent {
    fn new(_: Family) -> Self {
        Self {
            name: "DEFAULT".into(),
            op: None,
            not: false,
            seconds: 0,
            hits: 0,
            reap: false,
            same_ttl: false,
            side: Side::Source,
            mask: u128::MAX,
        }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        let mut op = |op| {
            self.op = Some(op);
            self.not |= call.invert;
        };
        match (call.opt.id, value) {
            (SET, _) => op(Op::Set),
            (RCHECK, _) => op(Op::Check),
            (UPDATE, _) => op(Op::Update),
            (REMOVE, _) => op(Op::Remove),
            (SECONDS, Value::Uint(n)) => self.seconds = n as u32,
            (_, Value::Uint(n)) => self.hits = n as u32,
            (_, Value::Addr(mask)) => {
                let shift = 128 - u32::from(call.family().bits());
                self.mask = addr_bits(mask) << shift;
            }
            (REAP, _) => self.reap = true,
            (RTTL, _) => self.same_ttl = true,
            (NAME, _) => self.name = cut(call.arg, LONGEST).into(),
            (RSOURCE, _) => self.side = Side::Source,
            _ => self.side = Side::Dest,
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & OPS == 0 {
            let text = "recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'";
            return Err(Fail::param(text));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, family: Family) {
        out.push_str(bang(self.not));
        match self.op {
            Some(Op::Set) => out.push_str(" --set"),
            Some(Op::Check) => out.push_str(" --rcheck"),
            Some(Op::Update) => out.push_str(" --update"),
            Some(Op::Remove) => out.push_str(" --remove"),
            None => {}
        }
        if self.seconds != 0 {
            put!(out, " --seconds {}", self.seconds as i32);
        }
        if self.reap {
            out.push_str(" --reap");
        }
        if self.hits != 0 {
            put!(out, " --hitcount {}", self.hits as i32);
        }
        if self.same_ttl {
            out.push_str(" --rttl");
        }
        let side = if self.side == Side::Source { "rsource" } else { "rdest" };
        put!(out, " --name {} --mask {} --{side}", self.name, mask(self, family));
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        put!(out, "{} recent:", bang(self.not));
        match self.op {
            Some(Op::Set) => out.push_str(" SET"),
            Some(Op::Check) => out.push_str(" CHECK"),
            Some(Op::Update) => out.push_str(" UPDATE"),
            Some(Op::Remove) => out.push_str(" REMOVE"),
            None => {}
        }
        if self.seconds != 0 {
            put!(out, " seconds: {}", self.seconds as i32);
        }
        if self.reap {
            out.push_str(" reap");
        }
        if self.hits != 0 {
            put!(out, " hit_count: {}", self.hits as i32);
        }
        if self.same_ttl {
            out.push_str(" TTL-Match");
        }
        let side = if self.side == Side::Source { "source" } else { "dest" };
        put!(out, " name: {} side: {side} mask: {}", self.name, mask(self, how.family));
    }
}
