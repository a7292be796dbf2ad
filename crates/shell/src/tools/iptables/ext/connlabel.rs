//! `-m connlabel`.

use packetwalk_netfilter::matches::connlabel::Connlabel;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::number;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, bang, put};

const LABEL: u8 = 0;

const OPTS: &[Opt] =
    &[Opt::new("label", LABEL, Ty::Str).min(1).mandatory().invertible(), Opt::new("set", 1, Ty::None)];

/// The file of names, which Debian does not have.
const NO_NAMES: &str = "Warning: cannot open /etc/xtables/connlabel.conf: No such file or directory\n";

impl Ext for Connlabel {
    fn new(_: Family) -> Self {
        Self { not: false, bit: 0, set: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        if call.opt.id != LABEL {
            self.set = true;
            return Ok(());
        }
        // The number is an `int` in the end: a negative one is no label.
        let bit = number::strtoumax(call.arg).filter(|(_, _, rest)| rest.is_empty()).map(|(n, ..)| n as i32);
        let Some(bit) = bit.filter(|bit| *bit >= 0) else {
            call.warn.push_str(NO_NAMES);
            return Err(Fail::param(format!("label '{}' not found or invalid value", call.arg)));
        };
        self.bit = bit as u16;
        self.not = call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --label \"{}\"", bang(self.not), self.bit);
        if self.set {
            out.push_str(" --set");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " connlabel{} {}", bang(self.not), self.bit);
        if self.set {
            out.push_str(" set");
        }
    }

    fn grumbles(&self) -> &'static str {
        NO_NAMES
    }
}
