//! `-m devgroup`.

use packetwalk_netfilter::matches::devgroup::{Devgroup, Group};
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::number;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, bang, mark_mask, put};

const SRC: u8 = 0;
const DST: u8 = 1;

const OPTS: &[Opt] =
    &[Opt::new("src-group", SRC, Ty::Str).invertible(), Opt::new("dst-group", DST, Ty::Str).invertible()];

/// Names of groups in Debian's `/etc/iproute2/group`.
const NAMES: [(&str, u32); 1] = [("default", 0)];

/// # Source
/// iptables 1.8.9, `libxtables/xtables.c`: `xtables_parse_val_mask`.
fn group(call: &Call<'_>) -> Result<Group, Fail> {
    let (ext, name, arg) = (call.ext, call.opt.name, call.arg);
    let top = u64::from(u32::MAX);
    let named = || {
        let found = NAMES.iter().find(|(n, _)| *n == arg).map(|(_, id)| Group { group: *id, mask: u32::MAX });
        found.ok_or_else(|| {
            Fail::param(format!(
                "{ext}: could not map name {arg} to an integer value for option \"--{name}\".\n"
            ))
        })
    };
    let Some((group, rest)) = number::prefix(arg, 0, top) else { return named() };
    if rest.is_empty() {
        return Ok(Group { group: group as u32, mask: u32::MAX });
    }
    let Some(mask) = rest.strip_prefix('/') else { return named() };
    match number::prefix(mask, 0, top) {
        Some((mask, "")) => Ok(Group { group: group as u32, mask: mask as u32 }),
        Some(_) => {
            Err(Fail::param(format!("{ext}: trailing garbage after value for option \"--{name}\".\n")))
        }
        None => {
            Err(Fail::param(format!("{ext}: bad integer value for option \"--{name}\", or out of range.\n")))
        }
    }
}

fn show(t: &Devgroup, out: &mut String, prefix: &str, numeric: bool) {
    for (side, c) in [("src", t.src), ("dst", t.dst)] {
        let Some(Cond { not, is }) = c else { continue };
        put!(out, "{} {prefix}{side}-group", bang(not));
        let name = NAMES.iter().find(|(_, id)| *id == is.group && is.mask == u32::MAX && !numeric);
        match name {
            Some((name, _)) => put!(out, " {name}"),
            None => mark_mask(out, is.group, is.mask),
        }
    }
}

impl Ext for Devgroup {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let cond = Some(Cond { not: call.invert, is: group(call)? });
        if call.opt.id == SRC {
            self.src = cond;
        } else {
            self.dst = cond;
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 {
            let text = "devgroup match: You must specify either '--src-group' or '--dst-group'";
            return Err(Fail::param(text));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        show(self, out, "--", false);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        show(self, out, "", how.numeric);
    }
}
