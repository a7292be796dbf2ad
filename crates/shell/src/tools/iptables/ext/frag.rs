//! `-m frag`.

use packetwalk_netfilter::matches::frag::Frag;
use packetwalk_netfilter::matches::spi as any;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::spi::{self, TOP};
use super::{Ext, Listing, bang, put};

const ID: u8 = 0;
const LEN: u8 = 1;
const RES: u8 = 2;
const FIRST: u8 = 3;
const MORE: u8 = 4;
const LAST: u8 = 5;

const OPTS: &[Opt] = &[
    Opt::new("fragid", ID, Ty::Uints(TOP, 2)).invertible(),
    Opt::new("fraglen", LEN, Ty::Uint(TOP)).invertible(),
    Opt::new("fragres", RES, Ty::None),
    Opt::new("fragfirst", FIRST, Ty::None),
    Opt::new("fragmore", MORE, Ty::None).excl(1 << LAST),
    Opt::new("fraglast", LAST, Ty::None).excl(1 << MORE),
];

impl Ext for Frag {
    fn new(_: Family) -> Self {
        Self { ids: any::ANY, len: None, reserved: false, first: false, more: false, last: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = call.invert;
        match (call.opt.id, call.value()?) {
            (_, value @ Value::Uints(_)) => self.ids = Cond { not, is: spi::range(&value) },
            (_, Value::Uint(n)) => self.len = Some(Cond { not, is: n as u32 }),
            (RES, _) => self.reserved = true,
            (FIRST, _) => self.first = true,
            (MORE, _) => self.more = true,
            _ => self.last = true,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        spi::save(out, "fragid", self.ids);
        if let Some(c) = self.len {
            put!(out, "{} --fraglen {}", bang(c.not), c.is);
        }
        for (set, name) in [
            (self.reserved, " --fragres"),
            (self.first, " --fragfirst"),
            (self.more, " --fragmore"),
            (self.last, " --fraglast"),
        ] {
            out.push_str(if set { name } else { "" });
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" frag ");
        spi::list(out, "id", self.ids);
        if let Some(c) = self.len {
            put!(out, " length:{}{}", if c.not { "!" } else { "" }, c.is);
        }
        for (set, name) in
            [(self.reserved, " reserved"), (self.first, " first"), (self.more, " more"), (self.last, " last")]
        {
            out.push_str(if set { name } else { "" });
        }
    }
}
