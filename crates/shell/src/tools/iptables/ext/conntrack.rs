//! `-m conntrack` and `-m state`.

use packetwalk_netfilter::conntrack::{Dir, Status};
use packetwalk_netfilter::matches::conntrack::{Conntrack, State, States};
use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::xtables::condition::bits_addr;
use packetwalk_netfilter::xtables::{Cond, Net};
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty, Value};
use super::super::{addr, fail::Fail};
use super::{Ext, Listing, bang, put};

const STATE: u8 = 0;
const PROTO: u8 = 1;
const ORIG_SRC: u8 = 2;
const ORIG_DST: u8 = 3;
const REPL_SRC: u8 = 4;
const REPL_DST: u8 = 5;
const ORIG_SPORT: u8 = 6;
const ORIG_DPORT: u8 = 7;
const REPL_SPORT: u8 = 8;
const REPL_DPORT: u8 = 9;
const STATUS: u8 = 10;
const EXPIRE: u8 = 11;
const DIR: u8 = 12;

const OPTS: &[Opt] = &[
    Opt::new("ctstate", STATE, Ty::Str).invertible(),
    Opt::new("ctproto", PROTO, Ty::Proto).invertible(),
    Opt::new("ctorigsrc", ORIG_SRC, Ty::HostMask).invertible(),
    Opt::new("ctorigdst", ORIG_DST, Ty::HostMask).invertible(),
    Opt::new("ctreplsrc", REPL_SRC, Ty::HostMask).invertible(),
    Opt::new("ctrepldst", REPL_DST, Ty::HostMask).invertible(),
    Opt::new("ctstatus", STATUS, Ty::Str).invertible(),
    Opt::new("ctexpire", EXPIRE, Ty::Uints(u32::MAX as u64, 2)).invertible(),
    Opt::new("ctorigsrcport", ORIG_SPORT, Ty::Ports).invertible(),
    Opt::new("ctorigdstport", ORIG_DPORT, Ty::Ports).invertible(),
    Opt::new("ctreplsrcport", REPL_SPORT, Ty::Ports).invertible(),
    Opt::new("ctrepldstport", REPL_DPORT, Ty::Ports).invertible(),
    Opt::new("ctdir", DIR, Ty::Str),
];

const STATE_OPTS: &[Opt] = &[Opt::new("state", STATE, Ty::Str).mandatory().invertible()];

/// In the order of printing.
const STATES: [(&str, States); 7] = [
    ("INVALID", States::INVALID),
    ("NEW", States::NEW),
    ("RELATED", States::RELATED),
    ("ESTABLISHED", States::ESTABLISHED),
    ("UNTRACKED", States::UNTRACKED),
    ("SNAT", States::SNAT),
    ("DNAT", States::DNAT),
];

/// The same names in the order in which an abbreviation is looked up.
const LOOKUP: [&str; 7] = ["INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED", "SNAT", "DNAT"];

const STATUSES: [(&str, u16); 5] = [
    ("NONE", 0),
    ("EXPECTED", Status::EXPECTED.0),
    ("SEEN_REPLY", Status::SEEN_REPLY.0),
    ("ASSURED", Status::ASSURED.0),
    ("CONFIRMED", Status::CONFIRMED.0),
];

/// Names separated by commas, each of which may be cut short; the error names what is left.
fn words(text: &str, mut take: impl FnMut(&str) -> bool) -> Result<(), &str> {
    let mut rest = text;
    loop {
        let (one, more) = match rest.split_once(',') {
            Some((one, more)) => (one, Some(more)),
            None => (rest, None),
        };
        if one.is_empty() || !take(one) {
            return Err(rest);
        }
        match more {
            Some(more) => rest = more,
            None => return Ok(()),
        }
    }
}

fn begins(name: &str, text: &str) -> bool {
    name.get(..text.len()).is_some_and(|n| n.eq_ignore_ascii_case(text))
}

fn states(text: &str, most: usize) -> Result<States, &str> {
    let mut all = States::default();
    words(text, |one| {
        let name = LOOKUP.iter().take(most).find(|n| begins(n, one));
        let found = name.and_then(|name| STATES.iter().find(|(n, _)| n == name));
        found.map(|(_, s)| all = all.with(*s)).is_some()
    })?;
    Ok(all)
}

fn state_names(states: States) -> String {
    let set: Vec<&str> = STATES.iter().filter(|(_, s)| states.meets(*s)).map(|(n, _)| *n).collect();
    set.join(",")
}

fn net(net: Net, family: Family, how: Option<&Listing<'_>>) -> String {
    match how.filter(|how| !how.numeric) {
        Some(_) if net.addr == 0 => "anywhere".to_owned(),
        Some(how) => {
            format!(
                "{}{}",
                addr::name(bits_addr(family, net.addr), how.hosts),
                addr::mask_suffix(net, family)
            )
        }
        None => addr::text(bits_addr(family, net.addr)) + &addr::mask_suffix(net, family),
    }
}

/// Every option, with `prefix` before its name; `how` for a listing.
fn dump(m: &Conntrack, out: &mut String, prefix: &str, family: Family, how: Option<&Listing<'_>>) {
    if let Some(c) = m.state {
        put!(out, "{} {prefix}ctstate", bang(c.not));
        if c.is != States::default() {
            put!(out, " {}", state_names(c.is));
        }
    }
    if let Some(c) = m.proto {
        put!(out, "{} {prefix}ctproto {}", bang(c.not), c.is);
    }
    let nets = [
        ("ctorigsrc", m.orig_src),
        ("ctorigdst", m.orig_dst),
        ("ctreplsrc", m.repl_src),
        ("ctrepldst", m.repl_dst),
    ];
    for (name, c) in nets {
        if let Some(c) = c {
            put!(out, "{} {prefix}{name} {}", bang(c.not), net(c.is, family, how));
        }
    }
    let ports = [
        ("ctorigsrcport", m.orig_sport),
        ("ctorigdstport", m.orig_dport),
        ("ctreplsrcport", m.repl_sport),
        ("ctrepldstport", m.repl_dport),
    ];
    for (name, c) in ports {
        let Some(c) = c else { continue };
        put!(out, "{} {prefix}{name} {}", bang(c.not), c.is.min);
        if c.is.max != 0 && c.is.max != c.is.min {
            put!(out, ":{}", c.is.max);
        }
    }
    if let Some(c) = m.status {
        let set: Vec<&str> = STATUSES[1..].iter().filter(|(_, b)| c.is.0 & b != 0).map(|(n, _)| *n).collect();
        put!(
            out,
            "{} {prefix}ctstatus {}",
            bang(c.not),
            if c.is.0 == 0 { "NONE".to_owned() } else { set.join(",") }
        );
    }
    if let Some(c) = m.expires {
        put!(out, "{} {prefix}ctexpire {}", bang(c.not), c.is.min);
        if c.is.max != c.is.min {
            put!(out, ":{}", c.is.max);
        }
    }
    match m.dir {
        None => {}
        Some(Dir::Original) => put!(out, " {prefix}ctdir ORIGINAL"),
        Some(Dir::Reply) => put!(out, " {prefix}ctdir REPLY"),
    }
}

impl Ext for Conntrack {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        let not = call.invert;
        match (call.opt.id, value) {
            (STATE, _) => {
                let is = states(call.arg, 7).map_err(|at| Fail::param(format!("Bad ctstate \"{at}\"")))?;
                self.state = Some(Cond { not, is });
            }
            (PROTO, Value::Byte(is)) => self.proto = Some(Cond { not, is }),
            (ORIG_SRC, Value::Net(is)) => self.orig_src = Some(Cond { not, is }),
            (ORIG_DST, Value::Net(is)) => self.orig_dst = Some(Cond { not, is }),
            (REPL_SRC, Value::Net(is)) => self.repl_src = Some(Cond { not, is }),
            (REPL_DST, Value::Net(is)) => self.repl_dst = Some(Cond { not, is }),
            (ORIG_SPORT, Value::Ports(a, b)) => self.orig_sport = Some(Cond { not, is: Range::new(a, b) }),
            (ORIG_DPORT, Value::Ports(a, b)) => self.orig_dport = Some(Cond { not, is: Range::new(a, b) }),
            (REPL_SPORT, Value::Ports(a, b)) => self.repl_sport = Some(Cond { not, is: Range::new(a, b) }),
            (REPL_DPORT, Value::Ports(a, b)) => self.repl_dport = Some(Cond { not, is: Range::new(a, b) }),
            (STATUS, _) => {
                let mut bits = 0;
                words(call.arg, |one| {
                    let found = STATUSES.iter().find(|(n, _)| begins(n, one));
                    found.map(|(_, b)| bits |= b).is_some()
                })
                .map_err(|at| Fail::param(format!("Bad ctstatus \"{at}\"")))?;
                self.status = Some(Cond { not, is: Status(bits) });
            }
            (EXPIRE, Value::Uints(all)) => {
                let min = all.first().copied().unwrap_or_default() as u32;
                let max = all.get(1).map_or(min, |n| *n as u32);
                self.expires = Some(Cond { not, is: Range::new(min, max) });
            }
            (DIR, _) if call.arg.eq_ignore_ascii_case("ORIGINAL") => self.dir = Some(Dir::Original),
            (DIR, _) if call.arg.eq_ignore_ascii_case("REPLY") => self.dir = Some(Dir::Reply),
            (DIR, _) => {
                let text = format!("conntrack: Bad value for \"--ctdir\" option: \"{}\"", call.arg);
                return Err(Fail::param(text));
            }
            _ => {}
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 { Err(Fail::param("conntrack: At least one option is required")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, family: Family) {
        dump(self, out, "--", family, None);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        dump(self, out, "", how.family, Some(how));
    }
}

impl Ext for State {
    fn new(_: Family) -> Self {
        Self { state: Cond::new(States::default()) }
    }

    fn opts(&self) -> &'static [Opt] {
        STATE_OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        self.state.is = states(call.arg, 5).map_err(|at| {
            Fail::param(if at.is_empty() {
                "\"--state\" requires a list of states with no spaces, e.g. ESTABLISHED,RELATED".to_owned()
            } else {
                format!("Bad state \"{at}\"")
            })
        })?;
        self.state.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --state {}", bang(self.state.not), state_names(self.state.is));
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, "{} state {}", bang(self.state.not), state_names(self.state.is));
    }
}
