//! `-m realm`.

use packetwalk_netfilter::matches::realm::Realm;
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, number};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("realm", 0, Ty::Str).mandatory().invertible()];

/// The one name in `/etc/iproute2/rt_realms`.
const NAME: &str = "cosmos";

/// # Source
/// iptables 1.8.9, `libxtables/xtables.c`: `xtables_parse_val_mask`.
fn masked(text: &str) -> Result<(u32, u32), Fail> {
    let top = u64::from(u32::MAX);
    let named = || {
        let text = format!("realm: could not map name {text} to an integer value for option \"--realm\".\n");
        Err(Fail::param(text))
    };
    match number::prefix(text, 0, top) {
        Some((n, "")) => Ok((n as u32, u32::MAX)),
        Some((n, rest)) if rest.starts_with('/') => {
            let (mask, rest) =
                number::prefix(rest.get(1..).unwrap_or_default(), 0, top).ok_or_else(|| {
                    Fail::param("realm: bad integer value for option \"--realm\", or out of range.\n")
                })?;
            if rest.is_empty() {
                Ok((n as u32, mask as u32))
            } else {
                Err(Fail::param("realm: trailing garbage after value for option \"--realm\".\n"))
            }
        }
        _ if text == NAME => Ok((0, u32::MAX)),
        _ => named(),
    }
}

fn value(out: &mut String, realm: &Realm, numeric: bool) {
    if realm.mask != u32::MAX {
        put!(out, " 0x{:x}/0x{:x}", realm.id, realm.mask);
    } else if realm.id == 0 && !numeric {
        put!(out, " {NAME}");
    } else {
        put!(out, " 0x{:x}", realm.id);
    }
}

impl Ext for Realm {
    fn new(_: Family) -> Self {
        Self { not: false, id: 0, mask: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        (self.id, self.mask) = masked(call.arg)?;
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --realm", bang(self.not));
        value(out, self, false);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        put!(out, "{} realm", bang(self.not));
        value(out, self, how.numeric);
    }
}
