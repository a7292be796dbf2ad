//! `-m rt`.

use std::net::Ipv6Addr;

use packetwalk_netfilter::matches::rt::Rt;
use packetwalk_netfilter::matches::spi as any;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::addr;
use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::spi::{self, TOP};
use super::{Ext, Listing, bang, put};

const TYPE: u8 = 0;
const LEFT: u8 = 1;
const LEN: u8 = 2;
const RES: u8 = 3;
const ADDRS: u8 = 4;
const LOOSE: u8 = 5;

const OPTS: &[Opt] = &[
    Opt::new("rt-type", TYPE, Ty::Uint(TOP)).invertible(),
    Opt::new("rt-segsleft", LEFT, Ty::Uints(TOP, 2)).invertible(),
    Opt::new("rt-len", LEN, Ty::Uint(TOP)).invertible(),
    Opt::new("rt-0-res", RES, Ty::None),
    Opt::new("rt-0-addrs", ADDRS, Ty::Str),
    Opt::new("rt-0-not-strict", LOOSE, Ty::None),
];

/// Addresses, at most (`IP6T_RT_HOPS`).
const MOST: usize = 16;

fn addresses(text: &str) -> Result<Box<[u128]>, Fail> {
    let mut all = Vec::new();
    for one in text.split(',') {
        if all.len() == MOST {
            return Err(Fail::param("too many addresses specified"));
        }
        let addr = one.parse::<Ipv6Addr>().map_err(|_| Fail::param(format!("bad address: {one}")))?;
        all.push(addr.to_bits());
    }
    Ok(all.into())
}

fn put_addresses(out: &mut String, addrs: &[u128]) {
    for (i, a) in addrs.iter().enumerate() {
        put!(out, "{}{}", if i == 0 { ' ' } else { ',' }, addr::text(Ipv6Addr::from_bits(*a).into()));
    }
}

impl Ext for Rt {
    fn new(_: Family) -> Self {
        Self { ty: None, left: any::ANY, len: None, reserved: false, addrs: None, loose: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = call.invert;
        let value = call.value()?;
        let needs = |what: &str| match self.ty {
            Some(Cond { not: false, is: 0 }) => Ok(()),
            _ => Err(Fail::param(format!("`--rt-type 0' required before `--{what}'"))),
        };
        match (call.opt.id, value) {
            (TYPE, Value::Uint(n)) => self.ty = Some(Cond { not, is: n as u32 }),
            (_, Value::Uint(n)) => self.len = Some(Cond { not, is: n as u32 }),
            (_, value @ Value::Uints(_)) => self.left = Cond { not, is: spi::range(&value) },
            (RES, _) => {
                needs("rt-0-res")?;
                self.reserved = true;
            }
            (ADDRS, _) => {
                needs("rt-0-addrs")?;
                self.addrs = Some(addresses(call.arg)?);
            }
            _ => {
                if !call.seen(ADDRS) {
                    return Err(Fail::param("`--rt-0-addr ...' required before `--rt-0-not-strict'"));
                }
                self.loose = true;
            }
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if let Some(c) = self.ty {
            put!(out, "{} --rt-type {}", bang(c.not), c.is);
        }
        spi::save(out, "rt-segsleft", self.left);
        if let Some(c) = self.len {
            put!(out, "{} --rt-len {}", bang(c.not), c.is);
        }
        if self.reserved {
            out.push_str(" --rt-0-res");
        }
        if let Some(addrs) = &self.addrs {
            out.push_str(" --rt-0-addrs");
            put_addresses(out, addrs);
        }
        if self.loose {
            out.push_str(" --rt-0-not-strict");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        let not = |not: bool| if not { "!" } else { "" };
        out.push_str(" rt");
        if let Some(c) = self.ty {
            put!(out, " type:{}{}", not(c.not), c.is.cast_signed());
        }
        spi::list(out, " segsleft", self.left);
        if let Some(c) = self.len {
            put!(out, " length:{}{}", not(c.not), c.is);
        }
        if self.reserved {
            out.push_str(" reserved");
        }
        if let Some(addrs) = &self.addrs {
            out.push_str(" 0-addrs");
            put_addresses(out, addrs);
        }
        if self.loose {
            out.push_str(" 0-not-strict");
        }
    }
}
