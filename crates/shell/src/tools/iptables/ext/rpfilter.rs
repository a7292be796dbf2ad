//! `-m rpfilter`.

use packetwalk_netfilter::matches::rpfilter::Rpfilter;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put};

const LOOSE: u8 = 0;
const VALIDMARK: u8 = 1;
const ACCEPT_LOCAL: u8 = 2;
const INVERT: u8 = 3;

const OPTS: &[Opt] = &[
    Opt::new("loose", LOOSE, Ty::None),
    Opt::new("validmark", VALIDMARK, Ty::None),
    Opt::new("accept-local", ACCEPT_LOCAL, Ty::None),
    Opt::new("invert", INVERT, Ty::None),
];

fn show(t: Rpfilter, out: &mut String, prefix: &str) {
    for (opt, on) in OPTS.iter().zip([t.loose, t.valid_mark, t.accept_local, t.invert]) {
        if on {
            put!(out, " {prefix}{}", opt.name);
        }
    }
}

impl Ext for Rpfilter {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        match call.opt.id {
            LOOSE => self.loose = true,
            VALIDMARK => self.valid_mark = true,
            ACCEPT_LOCAL => self.accept_local = true,
            _ => self.invert = true,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        show(*self, out, "--");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" rpfilter");
        show(*self, out, "");
    }
}
