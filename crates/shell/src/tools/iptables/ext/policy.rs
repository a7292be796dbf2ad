//! `-m policy`.

use packetwalk_netfilter::matches::policy::{Direction, Element, IpsecMode, Policy};
use packetwalk_netfilter::xtables::condition::bits_addr;
use packetwalk_netfilter::xtables::{Cond, Net};
use packetwalk_wire::{Family, proto};

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::super::{addr, names};
use super::{Ext, Listing, bang, put};

const DIR: u8 = 0;
const POL: u8 = 1;
const STRICT: u8 = 2;
const REQID: u8 = 3;
const SPI: u8 = 4;
const PROTO: u8 = 5;
const MODE: u8 = 6;
const SRC: u8 = 7;
const DST: u8 = 8;
const NEXT: u8 = 9;
const TOP: u64 = u32::MAX as u64;
/// Most steps.
const MOST: usize = 4;

const OPTS: &[Opt] = &[
    Opt::new("dir", DIR, Ty::Str),
    Opt::new("pol", POL, Ty::Str),
    Opt::new("strict", STRICT, Ty::None),
    Opt::new("reqid", REQID, Ty::Uint(TOP)).multi().invertible(),
    Opt::new("spi", SPI, Ty::Uint(TOP)).multi().invertible(),
    Opt::new("tunnel-src", SRC, Ty::HostMask).multi().invertible(),
    Opt::new("tunnel-dst", DST, Ty::HostMask).multi().invertible(),
    Opt::new("proto", PROTO, Ty::Proto).multi().invertible(),
    Opt::new("mode", MODE, Ty::Str).multi().invertible(),
    Opt::new("next", NEXT, Ty::None).multi().also(1 << STRICT),
];

fn fail(text: &str) -> Fail {
    Fail::param(format!("policy match: {text}"))
}

/// Puts a condition in its place, which must be empty.
fn once<T>(place: &mut Option<Cond<T>>, not: bool, is: T, option: &str) -> Result<(), Fail> {
    if place.is_some() {
        return Err(fail(&format!("double --{option} option")));
    }
    *place = Some(Cond { not, is });
    Ok(())
}

const fn mode_name(mode: IpsecMode) -> &'static str {
    match mode {
        IpsecMode::Transport => "transport",
        IpsecMode::Tunnel => "tunnel",
    }
}

fn flags(m: &Policy, out: &mut String, prefix: &str) {
    let dir = if m.dir == Some(Direction::In) { "in" } else { "out" };
    let pol = if m.none { "none" } else { "ipsec" };
    put!(out, " {prefix}dir {dir} {prefix}pol {pol}");
    if m.strict {
        put!(out, " {prefix}strict");
    }
}

fn net(net: Net, family: Family) -> String {
    addr::text(bits_addr(family, net.addr)) + &addr::mask_suffix(net, family)
}

fn element(e: &Element, out: &mut String, prefix: &str, numeric: bool, family: Family) {
    if let Some(c) = e.reqid {
        put!(out, "{} {prefix}reqid {}", bang(c.not), c.is);
    }
    if let Some(c) = e.spi {
        put!(out, "{} {prefix}spi 0x{:x}", bang(c.not), c.is);
    }
    if let Some(c) = e.proto {
        put!(out, "{} {prefix}proto ", bang(c.not));
        match c.is {
            n if numeric => put!(out, "{n}"),
            proto::AH => out.push_str("ah"),
            proto::ESP => out.push_str("esp"),
            _ => out.push_str("ipcomp"),
        }
    }
    if let Some(c) = e.mode {
        put!(out, "{} {prefix}mode {}", bang(c.not), mode_name(c.is));
    }
    if let Some(c) = e.dst {
        put!(out, "{} {prefix}tunnel-dst {}", bang(c.not), net(c.is, family));
    }
    if let Some(c) = e.src {
        put!(out, "{} {prefix}tunnel-src {}", bang(c.not), net(c.is, family));
    }
}

impl Ext for Policy {
    fn new(_: Family) -> Self {
        Self { elements: vec![Element::default()], ..Self::default() }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        let (not, arg) = (call.invert, call.arg);
        let last = self.elements.len();
        let Some(e) = self.elements.last_mut() else { return Ok(()) };
        match (call.opt.id, value) {
            (DIR, _) => {
                self.dir = Some(match arg {
                    "in" => Direction::In,
                    "out" => Direction::Out,
                    _ => return Err(Fail::param(format!("policy_match: invalid dir \"{arg}\""))),
                });
            }
            (POL, _) => match arg {
                "none" => self.none = true,
                "ipsec" => {}
                _ => return Err(fail(&format!("invalid policy \"{arg}\""))),
            },
            (STRICT, _) => self.strict = true,
            (REQID, Value::Uint(n)) => once(&mut e.reqid, not, n as u32, "reqid")?,
            (SPI, Value::Uint(n)) => once(&mut e.spi, not, n as u32, "spi")?,
            (PROTO, Value::Byte(n)) => {
                if e.proto.is_some() {
                    return Err(fail("double --proto option"));
                }
                if names::protocol("ipcomp") != Ok(n) && !matches!(n, proto::AH | proto::ESP) {
                    return Err(fail("protocol must be ah/esp/ipcomp"));
                }
                e.proto = Some(Cond { not, is: n });
            }
            (MODE, _) => {
                if e.mode.is_some() {
                    return Err(fail("double --mode option"));
                }
                let mode = match arg {
                    "transport" => IpsecMode::Transport,
                    "tunnel" => IpsecMode::Tunnel,
                    _ => return Err(fail(&format!("invalid mode \"{arg}\""))),
                };
                e.mode = Some(Cond { not, is: mode });
            }
            (SRC, Value::Net(net)) => once(&mut e.src, not, net, "tunnel-src")?,
            (DST, Value::Net(net)) => once(&mut e.dst, not, net, "tunnel-dst")?,
            _ if last == MOST => return Err(fail("maximum policy depth reached")),
            _ => self.elements.push(Element::default()),
        }
        Ok(())
    }

    fn check(&mut self, _: u32) -> Result<(), Fail> {
        if self.dir.is_none() {
            return Err(fail("neither --dir in nor --dir out specified"));
        }
        if self.none {
            if self.strict {
                return Err(fail("policy none but --strict given"));
            }
            if self.elements.len() > 1 {
                return Err(fail("policy none but policy given"));
            }
            self.elements.clear();
        }
        for (i, e) in self.elements.iter().enumerate() {
            if self.strict && *e == Element::default() {
                return Err(fail(&format!(
                    "empty policy element {i}. --strict is in effect, but at least one of reqid, spi, \
                     tunnel-src, tunnel-dst, proto or mode is required."
                )));
            }
            // Without --mode it is transport.
            let c = e.mode.unwrap_or(Cond::new(IpsecMode::Transport));
            if (e.src.is_some() || e.dst.is_some()) && (c.is == IpsecMode::Tunnel) == c.not {
                return Err(fail("--tunnel-src/--tunnel-dst is only valid in tunnel mode"));
            }
        }
        Ok(())
    }

    fn save(&self, out: &mut String, family: Family) {
        flags(self, out, "--");
        for (i, e) in self.elements.iter().enumerate() {
            if i != 0 {
                out.push_str(" --next");
            }
            element(e, out, "--", false, family);
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" policy match");
        flags(self, out, "");
        for (i, e) in self.elements.iter().enumerate() {
            if self.elements.len() > 1 {
                put!(out, " [{i}]");
            }
            element(e, out, "", how.numeric, how.family);
        }
    }
}
