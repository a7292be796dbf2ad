//! `-j TCPOPTSTRIP`.

use packetwalk_netfilter::targets::tcpoptstrip::Tcpoptstrip;
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, number};
use super::{Ext, Listing, put};

const OPTS: &[Opt] = &[Opt::new("strip-options", 0, Ty::Str)];

/// Options by name (IANA, TCP option kinds).
const NAMES: [(&str, u8); 6] =
    [("wscale", 3), ("mss", 2), ("sack-permitted", 4), ("sack", 5), ("timestamp", 8), ("md5", 19)];

fn kinds(out: &mut String, target: Tcpoptstrip, numeric: bool) {
    for (i, kind) in (0..=u8::MAX).filter(|kind| target.has(*kind)).enumerate() {
        let comma = if i == 0 { "" } else { "," };
        match NAMES.iter().find(|(_, n)| *n == kind && !numeric) {
            Some((name, _)) => put!(out, "{comma}{name}"),
            None => put!(out, "{comma}{kind}"),
        }
    }
}

impl Ext for Tcpoptstrip {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        for one in call.arg.split(',') {
            let named = NAMES.iter().find(|(name, _)| *name == one).map(|(_, kind)| *kind);
            let kind = named
                .or_else(|| number::whole(one, 0, 255).map(|n| n as u8))
                .ok_or_else(|| Fail::param(format!("Bad TCP option value \"{one}\"")))?;
            if kind < 2 {
                return Err(Fail::param("Option value may not be 0 or 1"));
            }
            if self.has(kind) {
                return Err(Fail::param(format!("Option \"{one}\" already specified")));
            }
            self.add(kind);
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if *self != Self::default() {
            out.push_str(" --strip-options ");
            kinds(out, *self, true);
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        if *self != Self::default() {
            out.push_str(" TCPOPTSTRIP options ");
            kinds(out, *self, how.numeric);
        }
    }
}
