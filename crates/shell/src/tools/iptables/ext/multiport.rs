//! `-m multiport`.

use packetwalk_netfilter::matches::multiport::{Multiport, Which};
use packetwalk_netfilter::matches::range::Range;
use packetwalk_wire::{Family, proto};

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, names};
use super::{Ext, Listing, bang, put};

const SOURCE: u8 = 0;
const DEST: u8 = 1;
const EITHER: u8 = 2;
const ANY: u32 = 0b111;
/// Places for ports; a range takes two.
const MOST: usize = 15;

const OPTS: &[Opt] = &[
    Opt::new("source-ports", SOURCE, Ty::Str).excl(ANY).invertible(),
    Opt::new("sports", SOURCE, Ty::Str).excl(ANY).invertible(),
    Opt::new("destination-ports", DEST, Ty::Str).excl(ANY).invertible(),
    Opt::new("dports", DEST, Ty::Str).excl(ANY).invertible(),
    Opt::new("ports", EITHER, Ty::Str).excl(ANY).invertible(),
];

const fn protocol(number: u8) -> Option<&'static str> {
    Some(match number {
        proto::TCP => "tcp",
        proto::UDP => "udp",
        proto::UDPLITE => "udplite",
        proto::SCTP => "sctp",
        33 => "dccp",
        _ => return None,
    })
}

fn ports(text: &str, protocol: &str) -> Result<Box<[Range<u16>]>, Fail> {
    let too_many = || Fail::param("too many ports specified");
    let mut ports = Vec::new();
    let mut places = 0;
    for one in text.split(',') {
        if places >= MOST {
            return Err(too_many());
        }
        let Some((min, max)) = one.split_once(':') else {
            ports.push(Range::one(names::parse_port(one, protocol)?));
            places += 1;
            continue;
        };
        if places == MOST - 1 {
            return Err(too_many());
        }
        let range = Range::new(names::parse_port(min, protocol)?, names::parse_port(max, protocol)?);
        if range.min >= range.max {
            return Err(Fail::param("invalid portrange specified"));
        }
        ports.push(range);
        places += 2;
    }
    Ok(ports.into())
}

impl Ext for Multiport {
    fn new(_: Family) -> Self {
        Self { not: false, which: Which::Source, ports: Box::default() }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let only = || Fail::param("multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP");
        let protocol = match call.proto {
            Some((_, true)) => return Err(only()),
            None | Some((0, _)) => {
                return Err(Fail::param(
                    "multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'",
                ));
            }
            Some((number, false)) => protocol(number).ok_or_else(only)?,
        };
        self.ports = ports(call.arg, protocol)?;
        self.which = match call.opt.id {
            SOURCE => Which::Source,
            DEST => Which::Destination,
            _ => Which::Either,
        };
        self.not |= call.invert;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 { Err(Fail::param("multiport expection an option")) } else { Ok(()) }
    }

    fn save(&self, out: &mut String, _: Family) {
        let name = match self.which {
            Which::Source => "sports",
            Which::Destination => "dports",
            Which::Either => "ports",
        };
        put!(out, "{} --{name} ", bang(self.not));
        for (i, r) in self.ports.iter().enumerate() {
            put!(out, "{}{}", if i == 0 { "" } else { "," }, r.min);
            if r.min != r.max {
                put!(out, ":{}", r.max);
            }
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        let name = match self.which {
            Which::Source => "sports ",
            Which::Destination => "dports ",
            Which::Either => "ports ",
        };
        put!(out, " multiport {name}{}", bang(self.not));
        let port = |n: u16| {
            let service = protocol(how.proto).and_then(|p| names::service(n, p));
            service.filter(|_| !how.numeric).map_or_else(|| n.to_string(), str::to_owned)
        };
        for (i, r) in self.ports.iter().enumerate() {
            put!(out, "{}{}", if i == 0 { "" } else { "," }, port(r.min));
            if r.min != r.max {
                put!(out, ":{}", port(r.max));
            }
        }
    }
}
