//! `-j CT`.

use packetwalk_netfilter::targets::ct::Ct;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::number;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, cut, put};

const NOTRACK: u8 = 0;
const HELPER: u8 = 1;
const TIMEOUT: u8 = 2;
const CTEVENTS: u8 = 3;
const EXPEVENTS: u8 = 4;
const ZONE_ORIG: u8 = 6;
const ZONE_REPLY: u8 = 7;

const OPTS: &[Opt] = &[
    Opt::new("notrack", NOTRACK, Ty::None),
    Opt::new("helper", HELPER, Ty::Str),
    Opt::new("timeout", TIMEOUT, Ty::Str),
    Opt::new("ctevents", CTEVENTS, Ty::Str),
    Opt::new("expevents", EXPEVENTS, Ty::Str),
    Opt::new("zone-orig", ZONE_ORIG, Ty::Str),
    Opt::new("zone-reply", ZONE_REPLY, Ty::Str),
    Opt::new("zone", 5, Ty::Str),
];

/// Names of events, and their bits.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_CT.c`: `ct_event_tbl`, `exp_event_tbl`; Linux v6.18,
/// `include/uapi/linux/netfilter/nf_conntrack_common.h`: `enum ip_conntrack_events`.
const EVENTS: [(&str, u16); 10] = [
    ("new", 1 << 0),
    ("related", 1 << 1),
    ("destroy", 1 << 2),
    ("reply", 1 << 3),
    ("assured", 1 << 4),
    ("protoinfo", 1 << 5),
    ("helper", 1 << 6),
    ("mark", 1 << 7),
    ("natseqinfo", 1 << 8),
    ("secmark", 1 << 9),
];
const EXP_EVENTS: [(&str, u16); 1] = [("new", 1 << 0)];

fn events(text: &str, names: &[(&str, u16)]) -> Result<u16, Fail> {
    text.split(',').try_fold(0, |mask, word| {
        let found = names.iter().find(|(name, _)| *name == word);
        let (_, bit) = found.ok_or_else(|| Fail::param(format!("Unknown event type \"{word}\"")))?;
        Ok(mask | bit)
    })
}

fn put_events(out: &mut String, label: &str, mask: u16, names: &[(&str, u16)]) {
    if mask != 0 {
        let set: Vec<&str> = names.iter().filter(|(_, bit)| mask & bit != 0).map(|(name, _)| *name).collect();
        put!(out, " {label} {}", set.join(","));
    }
}

fn show(t: &Ct, out: &mut String, dashes: &str) {
    if t.notrack {
        put!(out, " {dashes}notrack");
    }
    for (name, value) in [("helper", &t.helper), ("timeout", &t.timeout)] {
        if !value.is_empty() {
            put!(out, " {dashes}{name} {value}");
        }
    }
    put_events(out, &format!("{dashes}ctevents"), t.events, &EVENTS);
    put_events(out, &format!("{dashes}expevents"), t.exp_events.into(), &EXP_EVENTS);
    if t.zone_mark || t.zone != 0 {
        let side = match (t.zone_orig, t.zone_reply) {
            (true, false) => "-orig",
            (false, true) => "-reply",
            _ => "",
        };
        put!(out, " {dashes}zone{side} ");
        if t.zone_mark {
            out.push_str("mark");
        } else {
            put!(out, "{}", t.zone);
        }
    }
}

impl Ext for Ct {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let arg = call.arg;
        match call.opt.id {
            NOTRACK => self.notrack = true,
            HELPER => self.helper = cut(arg, 15).into(),
            TIMEOUT => self.timeout = cut(arg, 31).into(),
            CTEVENTS => self.events = events(arg, &EVENTS)?,
            EXPEVENTS => self.exp_events = events(arg, &EXP_EVENTS)? as u8,
            id => {
                self.zone_orig |= id == ZONE_ORIG;
                self.zone_reply |= id == ZONE_REPLY;
                self.zone = 0;
                if arg.eq_ignore_ascii_case("mark") {
                    self.zone_mark = true;
                } else {
                    let zone = number::whole(arg, 0, u16::MAX.into());
                    let bad = || Fail::param(format!("Cannot parse {arg} as a zone ID"));
                    self.zone = zone.ok_or_else(bad)? as u16;
                }
            }
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        show(self, out, "--");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" CT");
        show(self, out, "");
    }
}
