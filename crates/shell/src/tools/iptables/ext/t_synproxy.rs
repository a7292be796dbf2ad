//! `-j SYNPROXY`.

use packetwalk_netfilter::targets::synproxy::Synproxy;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const SACK: u8 = 0;
const TIMESTAMP: u8 = 1;
const WSCALE: u8 = 2;
const TOP: u64 = u32::MAX as u64;

const OPTS: &[Opt] = &[
    Opt::new("sack-perm", SACK, Ty::None),
    Opt::new("timestamp", TIMESTAMP, Ty::None),
    Opt::new("wscale", WSCALE, Ty::Uint(TOP)),
    Opt::new("mss", 3, Ty::Uint(TOP)),
    Opt::new("ecn", 4, Ty::None),
];

/// Each option with `before` and `after` it.
fn text(t: &Synproxy, out: &mut String, before: &str, after: &str) {
    let mut one = |given: bool, text: String| {
        if given {
            put!(out, "{before}{text}{after}");
        }
    };
    one(t.sack, "sack-perm".to_owned());
    one(t.timestamp, "timestamp".to_owned());
    one(t.wscale.is_some(), format!("wscale {}", t.wscale.unwrap_or_default()));
    one(t.mss.is_some(), format!("mss {}", t.mss.unwrap_or_default()));
    one(t.ecn, "ecn".to_owned());
}

impl Ext for Synproxy {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        match (call.opt.id, value) {
            (WSCALE, Value::Uint(n)) => self.wscale = Some(n as u8),
            (_, Value::Uint(n)) => self.mss = Some(n as u16),
            (SACK, _) => self.sack = true,
            (TIMESTAMP, _) => self.timestamp = true,
            _ => self.ecn = true,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        text(self, out, " --", "");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" SYNPROXY ");
        text(self, out, "", " ");
    }
}
