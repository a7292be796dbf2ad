//! `-j CT`.

use packetwalk_netfilter::conntrack::{HelperKind, ZoneDir};
use packetwalk_netfilter::targets::ct::Ct;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put, refuse};

const OPTS: &[Opt] = &[
    Opt::new("notrack", 0, Ty::None),
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
        Self::DEFAULT
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let refused = refuse(call.world.program, "target", &format!("CT --{}", call.opt.name));
        call.value()?;
        let text = call.arg;
        let Self::Track { zone, helper } = self else { return Ok(()) };
        match call.opt.name {
            "helper" => *helper = Some(HelperKind::of(text).ok_or(refused)?),
            "zone" | "zone-orig" | "zone-reply" => {
                zone.id = text.parse().map_err(|_| refused)?;
                zone.dir = match call.opt.name {
                    "zone-orig" => ZoneDir::Original,
                    "zone-reply" => ZoneDir::Reply,
                    _ => ZoneDir::Both,
                };
            }
            "notrack" => *self = Self::Notrack,
            _ => return Err(refused),
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        self.print(out, " --");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" CT");
        self.print(out, " ");
    }
}

trait Print {
    fn print(&self, out: &mut String, dash: &str);
}

impl Print for Ct {
    fn print(&self, out: &mut String, dash: &str) {
        let Self::Track { zone, helper } = *self else {
            put!(out, "{dash}notrack");
            return;
        };
        if let Some(helper) = helper {
            put!(out, "{dash}helper {}", helper.name());
        }
        if zone.id != 0 {
            let name = match zone.dir {
                ZoneDir::Both => "zone",
                ZoneDir::Original => "zone-orig",
                ZoneDir::Reply => "zone-reply",
            };
            put!(out, "{dash}{name} {}", zone.id);
        }
    }
}
