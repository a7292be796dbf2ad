//! `-m addrtype`.

use packetwalk_netfilter::matches::addrtype::{Addrtype, LimitIface, NAMES, Types};
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, bang, put};

const SRC: u8 = 0;
const DST: u8 = 1;
const IN: u8 = 2;
const OUT: u8 = 3;

const OPTS: &[Opt] = &[
    Opt::new("src-type", SRC, Ty::Str).invertible(),
    Opt::new("dst-type", DST, Ty::Str).invertible(),
    Opt::new("limit-iface-in", IN, Ty::None).excl(1 << OUT),
    Opt::new("limit-iface-out", OUT, Ty::None).excl(1 << IN),
];

fn types(text: &str) -> Result<Types, Fail> {
    let mut mask = 0;
    let mut rest = text;
    loop {
        let (one, more) = match rest.split_once(',') {
            Some((one, more)) => (one, Some(more)),
            None => (rest, None),
        };
        let begins = |n: &&str| n.get(..one.len()).is_some_and(|n| n.eq_ignore_ascii_case(one));
        let at = NAMES.iter().position(|n| !one.is_empty() && begins(n));
        let Some(at) = at else {
            return Err(Fail::param(if more.is_some() {
                format!("addrtype: bad type `{rest}'")
            } else {
                format!("addrtype: bad type \"{rest}\"")
            }));
        };
        mask |= 1 << at;
        match more {
            Some(more) => rest = more,
            None => return Ok(Types(mask)),
        }
    }
}

fn names(types: Types) -> String {
    let set: Vec<&str> =
        NAMES.iter().enumerate().filter(|(i, _)| types.0 & (1 << i) != 0).map(|(_, n)| *n).collect();
    set.join(",")
}

impl Ext for Addrtype {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        match call.opt.id {
            SRC => self.src = Some(Cond { not: call.invert, is: types(call.arg)? }),
            DST => self.dst = Some(Cond { not: call.invert, is: types(call.arg)? }),
            IN => self.limit = Some(LimitIface::In),
            _ => self.limit = Some(LimitIface::Out),
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags & (1 << SRC | 1 << DST) == 0 {
            return Err(Fail::param("addrtype: you must specify --src-type or --dst-type"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        for (name, c) in [("src", self.src), ("dst", self.dst)] {
            if let Some(c) = c {
                put!(out, "{} --{name}-type {}", bang(c.not), names(c.is));
            }
        }
        out.push_str(match self.limit {
            None => "",
            Some(LimitIface::In) => " --limit-iface-in",
            Some(LimitIface::Out) => " --limit-iface-out",
        });
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" ADDRTYPE match");
        for (name, c) in [("src", self.src), ("dst", self.dst)] {
            if let Some(c) = c {
                put!(out, " {name}-type {}{}", if c.not { "!" } else { "" }, names(c.is));
            }
        }
        out.push_str(match self.limit {
            None => "",
            Some(LimitIface::In) => " limit-in",
            Some(LimitIface::Out) => " limit-out",
        });
    }
}
