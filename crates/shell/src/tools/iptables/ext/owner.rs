//! `-m owner`.

use packetwalk_netfilter::matches::owner::Owner;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::names::people::{GROUPS, USERS, id, name};
use super::super::number;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, bad_value, bang, put};

const USER: u8 = 0;
const GROUP: u8 = 1;
const SOCKET: u8 = 2;

const OPTS: &[Opt] = &[
    Opt::new("uid-owner", USER, Ty::Str).invertible(),
    Opt::new("gid-owner", GROUP, Ty::Str).invertible(),
    Opt::new("socket-exists", SOCKET, Ty::None).invertible(),
    Opt::new("suppl-groups", 3, Ty::None),
];

/// Numbers with `-` or `:` between them, or one number.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_owner.c`: `owner_parse_range`.
fn range(text: &str) -> Option<Range<u32>> {
    const TOP: u64 = u32::MAX as u64 - 1;
    let (from, rest) = number::prefix(text, 0, TOP)?;
    let to = match rest.strip_prefix(['-', ':']) {
        None if rest.is_empty() => from,
        None => return None,
        Some(to) => number::whole(to, 0, TOP)?,
    };
    Some(Range::new(from as u32, to as u32))
}

fn text(out: &mut String, label: &str, c: Option<Cond<Range<u32>>>, names: Option<&[(&str, u32)]>) {
    let Some(c) = c else { return };
    put!(out, "{} {label} ", bang(c.not));
    if c.is.min != c.is.max {
        put!(out, "{}-{}", c.is.min, c.is.max);
        return;
    }
    match names.and_then(|all| name(all, c.is.min)) {
        Some(name) => out.push_str(name),
        None => put!(out, "{}", c.is.min),
    }
}

impl Ext for Owner {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let not = call.invert;
        let read = |names: &[(&str, u32)], option| {
            let named = id(names, call.arg).map(|id| Range::new(id, id));
            let is = named.or_else(|| range(call.arg)).ok_or_else(|| bad_value("owner", option, call.arg))?;
            Ok(Some(Cond { not, is }))
        };
        match call.opt.id {
            USER => self.uid = read(USERS, "--uid-owner")?,
            GROUP => self.gid = read(GROUPS, "--gid-owner")?,
            SOCKET => self.socket = Some(Cond { not, is: () }),
            _ if self.gid.is_none() => {
                return Err(bad_value("owner", "--suppl-groups", "you need to use --gid-owner first"));
            }
            _ => self.groups = true,
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 {
            return Err(Fail::param(
                "owner: At least one of --uid-owner, --gid-owner or --socket-exists is required",
            ));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if let Some(c) = self.socket {
            put!(out, "{} --socket-exists", bang(c.not));
        }
        text(out, "--uid-owner", self.uid, None);
        text(out, "--gid-owner", self.gid, None);
        if self.groups {
            out.push_str(" --suppl-groups");
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        if let Some(c) = self.socket {
            put!(out, "{} owner socket exists", bang(c.not));
        }
        text(out, "owner UID match", self.uid, (!how.numeric).then_some(USERS));
        text(out, "owner GID match", self.gid, (!how.numeric).then_some(GROUPS));
        if self.groups {
            out.push_str(" incl. suppl. groups");
        }
    }
}
