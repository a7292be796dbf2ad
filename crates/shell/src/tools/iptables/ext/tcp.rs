//! `-m tcp`.

use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::matches::tcp::Tcp;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, names, number};
use super::{Ext, Listing, bang, put};

const SPORT: u8 = 0;
const DPORT: u8 = 1;
const SYN: u8 = 2;
const FLAGS: u8 = 3;
const OPTION: u8 = 4;

const OPTS: &[Opt] = &[
    Opt::new("source-port", SPORT, Ty::Old(true)),
    Opt::new("sport", SPORT, Ty::Old(true)),
    Opt::new("destination-port", DPORT, Ty::Old(true)),
    Opt::new("dport", DPORT, Ty::Old(true)),
    Opt::new("syn", SYN, Ty::Old(false)),
    Opt::new("tcp-flags", FLAGS, Ty::Old(true)),
    Opt::new("tcp-option", OPTION, Ty::Old(true)),
];

/// Flag names in the order of their bits.
const NAMES: [(&str, u8); 8] = [
    ("FIN", 0x01),
    ("SYN", 0x02),
    ("RST", 0x04),
    ("PSH", 0x08),
    ("ACK", 0x10),
    ("URG", 0x20),
    ("ALL", 0x3f),
    ("NONE", 0),
];

fn ports(text: &str) -> Result<Range<u16>, Fail> {
    let Some((min, max)) = text.split_once(':') else {
        return Ok(Range::one(names::parse_port(text, "tcp")?));
    };
    let min = if min.is_empty() { 0 } else { names::parse_port(min, "tcp")? };
    let max = if max.is_empty() { u16::MAX } else { names::parse_port(max, "tcp")? };
    if min > max {
        return Err(Fail::param("invalid portrange (min > max)"));
    }
    Ok(Range::new(min, max))
}

fn flags(text: &str) -> Result<u8, Fail> {
    let mut flags = 0;
    for name in text.split(',').filter(|n| !n.is_empty()) {
        let (_, bits) = NAMES
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .ok_or_else(|| Fail::param(format!("Unknown TCP flag `{name}'")))?;
        flags |= bits;
    }
    Ok(flags)
}

/// Flags by name, with commas.
fn flag_names(flags: u8) -> String {
    let set: Vec<&str> = NAMES[..6].iter().filter(|(_, b)| flags & b != 0).map(|(n, _)| *n).collect();
    if set.is_empty() { "NONE".to_owned() } else { set.join(",") }
}

/// ` --sport 1:2` and the like; nothing for all ports.
pub(super) fn save_ports(out: &mut String, name: &str, c: Option<Cond<Range<u16>>>) {
    let Some(c) = c.filter(|c| c.is.min != 0 || c.is.max != u16::MAX) else { return };
    put!(out, "{} --{name} {}", bang(c.not), c.is.min);
    if c.is.min != c.is.max {
        put!(out, ":{}", c.is.max);
    }
}

/// ` spt:1`, ` spts:1:2`.
pub(super) fn list_ports(
    out: &mut String,
    name: &str,
    protocol: &str,
    c: Option<Cond<Range<u16>>>,
    numeric: bool,
) {
    let Some(c) = c.filter(|c| c.is.min != 0 || c.is.max != u16::MAX || c.not) else { return };
    let port = |n: u16| match names::service(n, protocol).filter(|_| !numeric) {
        Some(service) => service.to_owned(),
        None => n.to_string(),
    };
    let not = if c.not { "!" } else { "" };
    if c.is.min == c.is.max {
        put!(out, " {name}:{not}{}", port(c.is.min));
    } else {
        put!(out, " {name}s:{not}{}:{}", port(c.is.min), port(c.is.max));
    }
}

/// As it is shown.
pub(super) fn shown<T>(c: Option<Cond<T>>, not: bool) -> Option<Cond<T>> {
    c.map(|c| Cond { not: c.not || not, ..c })
}

impl Ext for Tcp {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = call.invert;
        let twice = |id: u8, text: &str| if call.seen(id) { Err(Fail::param(text)) } else { Ok(()) };
        match call.opt.id {
            SPORT => {
                twice(SPORT, "Only one `--source-port' allowed")?;
                self.sport = Some(Cond { not, is: ports(call.arg)? });
            }
            DPORT => {
                twice(DPORT, "Only one `--destination-port' allowed")?;
                self.dport = Some(Cond { not, is: ports(call.arg)? });
            }
            SYN => {
                twice(FLAGS, "Only one of `--syn' or `--tcp-flags'  allowed")?;
                self.flags = Some(Cond { not, is: (0x17, 0x02) });
                *call.flags |= 1 << FLAGS;
            }
            FLAGS => {
                twice(FLAGS, "Only one of `--syn' or `--tcp-flags'  allowed")?;
                let Some(set) = (call.next)() else {
                    return Err(Fail::param("--tcp-flags requires two args."));
                };
                self.flags = Some(Cond { not, is: (flags(call.arg)?, flags(&set)?) });
            }
            _ => {
                twice(OPTION, "Only one `--tcp-option' allowed")?;
                let kind = number::whole(call.arg, 1, 255)
                    .ok_or_else(|| Fail::param(format!("Bad TCP option \"{}\"", call.arg)))?;
                self.option = Some(Cond { not, is: kind as u8 });
            }
        }
        *call.flags |= 1 << call.opt.id;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        let [source, destination, flags] = self.shown_not;
        save_ports(out, "sport", shown(self.sport, source));
        save_ports(out, "dport", shown(self.dport, destination));
        if let Some(c) = self.option {
            put!(out, "{} --tcp-option {}", bang(c.not), c.is);
        }
        if let Some(c) = shown(self.flags, flags).filter(|c| c.is.0 != 0 || c.not) {
            put!(out, "{} --tcp-flags {} {}", bang(c.not), flag_names(c.is.0), flag_names(c.is.1));
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" tcp");
        let [source, destination, flags] = self.shown_not;
        list_ports(out, "spt", "tcp", shown(self.sport, source), how.numeric);
        list_ports(out, "dpt", "tcp", shown(self.dport, destination), how.numeric);
        let not = |not: bool| if not { "!" } else { "" };
        if let Some(c) = self.option {
            put!(out, " option={}{}", not(c.not), c.is);
        }
        if let Some(c) = shown(self.flags, flags).filter(|c| c.is.0 != 0 || c.not) {
            if how.numeric {
                put!(out, " flags:{}0x{:02X}/0x{:02X}", not(c.not), c.is.0, c.is.1);
            } else {
                put!(out, " flags:{}{}/{}", not(c.not), flag_names(c.is.0), flag_names(c.is.1));
            }
        }
    }
}
