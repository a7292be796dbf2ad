//! `-j CT`.

use packetwalk_netfilter::targets::ct::Ct;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, refuse};

const NOTRACK: u8 = 0;

const OPTS: &[Opt] = &[
    Opt::new("notrack", NOTRACK, Ty::None),
    Opt::new("helper", 1, Ty::Str),
    Opt::new("timeout", 2, Ty::Str),
    Opt::new("ctevents", 3, Ty::Str),
    Opt::new("expevents", 4, Ty::Str),
    Opt::new("zone-orig", 5, Ty::Str),
    Opt::new("zone-reply", 6, Ty::Str),
    Opt::new("zone", 7, Ty::Str),
];

impl Ext for Ct {
    fn new(_: Family) -> Self {
        Self::Default
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        if call.opt.id != NOTRACK {
            return Err(refuse(call.world.program, "target", &format!("CT --{}", call.opt.name)));
        }
        *self = Self::Notrack;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        match self {
            Self::Default => {}
            Self::Notrack => out.push_str(" --notrack"),
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        match self {
            Self::Default => out.push_str(" CT"),
            Self::Notrack => out.push_str(" CT notrack"),
        }
    }
}
