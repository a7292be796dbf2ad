//! `-m physdev`.

use packetwalk_netfilter::matches::physdev::Physdev;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{base, fail::Fail};
use super::{Ext, Listing, bang, put};

const IN: u8 = 0;
const OUT: u8 = 1;
const IS_IN: u8 = 2;
const IS_OUT: u8 = 3;
const IS_BRIDGED: u8 = 4;

const OPTS: &[Opt] = &[
    Opt::new("physdev-in", IN, Ty::Str).invertible(),
    Opt::new("physdev-out", OUT, Ty::Str).invertible(),
    Opt::new("physdev-is-in", IS_IN, Ty::None).invertible(),
    Opt::new("physdev-is-out", IS_OUT, Ty::None).invertible(),
    Opt::new("physdev-is-bridged", IS_BRIDGED, Ty::None).invertible(),
];

impl Ext for Physdev {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let not = call.invert;
        let flag = Some(Cond { not, is: () });
        match call.opt.id {
            IN | OUT => {
                let pattern = base::interface(call.arg, call.warn)?.map(|is| Cond { not, is });
                if call.opt.id == IN {
                    self.dev_in = pattern;
                } else {
                    self.dev_out = pattern;
                }
            }
            IS_IN => self.is_in = flag,
            IS_OUT => self.is_out = flag,
            _ => self.is_bridged = flag,
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 { Err(Fail::param("PHYSDEV: no physdev option specified")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, _: Family) {
        if let Some(c) = self.is_in {
            put!(out, "{} --physdev-is-in", bang(c.not));
        }
        if let Some(c) = &self.dev_in {
            put!(out, "{} --physdev-in {}", bang(c.not), c.is.as_str());
        }
        if let Some(c) = self.is_out {
            put!(out, "{} --physdev-is-out", bang(c.not));
        }
        if let Some(c) = &self.dev_out {
            put!(out, "{} --physdev-out {}", bang(c.not), c.is.as_str());
        }
        if let Some(c) = self.is_bridged {
            put!(out, "{} --physdev-is-bridged", bang(c.not));
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" PHYSDEV match");
        self.save(out, how.family);
    }
}
