//! `-m hashlimit`.

use packetwalk_netfilter::matches::hashlimit::{Hashlimit, MOST};
use packetwalk_netfilter::shared::hashlimit::{BYTE_SHIFT, Config, Mode, SCALE};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::number;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bad_value, cut, put};

const UPTO: u8 = 0;
const ABOVE: u8 = 1;
const MODE: u8 = 3;
const SRCMASK: u8 = 4;
const DSTMASK: u8 = 5;
const NAME: u8 = 6;
const BURST: u8 = 7;
const SIZE: u8 = 8;
const MAX: u8 = 9;
const GC: u8 = 10;
const EXPIRE: u8 = 11;
const RATEMATCH: u8 = 12;
const INTERVAL: u8 = 13;
const TOP: u64 = u32::MAX as u64;
/// Bytes of a name.
const LONGEST: usize = 254;
/// Most of `--hashlimit-burst` in packets.
const MOST_BURST: u64 = 1_000_000;
/// `--hashlimit-htable-gcinterval` when it is not given.
const GC_INTERVAL: u32 = 1000;
/// Seconds until a bucket of bytes expires: without a burst, and with one.
const BYTE_EXPIRE: [u32; 2] = [15, 60];

const OPTS: &[Opt] = &[
    Opt::new("hashlimit-upto", UPTO, Ty::Str).excl(1 << ABOVE).invertible(),
    Opt::new("hashlimit-above", ABOVE, Ty::Str).excl(1 << UPTO).invertible(),
    Opt::new("hashlimit", UPTO, Ty::Str).excl(1 << ABOVE).invertible(),
    Opt::new("hashlimit-srcmask", SRCMASK, Ty::PrefixLen),
    Opt::new("hashlimit-dstmask", DSTMASK, Ty::PrefixLen),
    Opt::new("hashlimit-burst", BURST, Ty::Str),
    Opt::new("hashlimit-htable-size", SIZE, Ty::Uint(TOP)),
    Opt::new("hashlimit-htable-max", MAX, Ty::Uint(TOP)),
    Opt::new("hashlimit-htable-gcinterval", GC, Ty::Uint(TOP)),
    Opt::new("hashlimit-htable-expire", EXPIRE, Ty::Uint(TOP)),
    Opt::new("hashlimit-mode", MODE, Ty::Str),
    Opt::new("hashlimit-name", NAME, Ty::Str).min(1).mandatory(),
    Opt::new("hashlimit-rate-match", RATEMATCH, Ty::None),
    Opt::new("hashlimit-rate-interval", INTERVAL, Ty::Str),
];

const MODES: [(&str, Mode); 4] = [
    ("srcip", Mode::SRC_IP),
    ("srcport", Mode::SRC_PORT),
    ("dstip", Mode::DST_IP),
    ("dstport", Mode::DST_PORT),
];

/// The rate in bytes that a price stands for.
fn bytes_of(cost: u64) -> u64 {
    let top = u64::from(u32::MAX);
    top.checked_div(cost).unwrap_or(top).wrapping_sub(1) << BYTE_SHIFT
}

/// The price of a rate in bytes.
fn cost_of(bytes: u64) -> u64 {
    let r = (bytes >> BYTE_SHIFT) as u32;
    u64::from(u32::MAX.checked_div(r.wrapping_add(1)).unwrap_or(0))
}

const fn factor(unit: Option<u8>) -> u64 {
    match unit {
        Some(b'm') => 1 << 20,
        Some(b'k') => 1 << 10,
        _ => 1,
    }
}

fn burst_range() -> Fail {
    let text = format!("bad value for option \"--hashlimit-burst\", or out of range (1-{MOST_BURST}).");
    Fail::param(text)
}

fn burst(text: &str) -> Result<u64, Fail> {
    let (n, rest) = number::prefix(text, 1, u64::MAX).ok_or_else(burst_range)?;
    if rest.is_empty() && n > MOST_BURST {
        return Err(burst_range());
    }
    Ok(n.wrapping_mul(factor(rest.bytes().next())))
}

/// A rate in bytes, as its price; `None` for one in packets.
fn byte_rate(text: &str) -> Result<Option<u64>, Fail> {
    let Some(at) = text.find("b/s").filter(|at| *at > 0) else { return Ok(None) };
    let n = number::leading(text) as u64;
    if n == 0 {
        return Ok(None);
    }
    let cost = cost_of(n.wrapping_mul(factor(text.as_bytes().get(at - 1).copied())));
    if cost == 0 {
        return Err(Fail::param(format!("Rate too high \"{text}\"")));
    }
    Ok(Some(cost))
}

fn rate(text: &str) -> Result<Option<(u64, u64)>, Fail> {
    let Some((n, unit)) = number::unit_seconds(text) else { return Ok(None) };
    match (SCALE * unit).checked_div(n as u64) {
        None => Ok(None),
        Some(0) => Err(Fail::param(format!("Rate too fast \"{text}\""))),
        Some(avg) => Ok(Some((avg, unit))),
    }
}

fn modes(text: &str) -> Option<Mode> {
    let mut words = text.split(',').filter(|w| !w.is_empty());
    words.try_fold(Mode::default(), |mode, word| {
        MODES.iter().find(|(name, _)| *name == word).map(|(_, bit)| mode.with(*bit))
    })
}

/// A rate in packets as it is told best, and its unit in milliseconds: the time until a bucket expires.
fn put_rate(out: &mut String, period: u64) -> u32 {
    const UNITS: [(&str, u64); 4] = [("day", 86_400), ("hour", 3600), ("min", 60), ("sec", 1)];
    if period == 0 {
        out.push_str(" inf");
        return 0;
    }
    let mut best = UNITS[0];
    for unit in &UNITS[1..] {
        let mult = unit.1 * SCALE;
        if period > mult || mult / period < mult % period {
            break;
        }
        best = *unit;
    }
    put!(out, " {}/{}", best.1 * SCALE / period, best.0);
    (best.1 * 1000) as u32
}

fn put_bytes(out: &mut String, c: &Config, prefix: &str) -> u32 {
    const UNITS: [(&str, u64); 3] = [("m", 1 << 20), ("k", 1 << 10), ("", 1)];
    let r = bytes_of(c.avg);
    // The mask has 32 bits only.
    let exact = |u: u64| r >= u && cost_of(r & u64::from(!(u as u32 - 1))) == c.avg;
    let (name, unit) = UNITS.into_iter().find(|(_, u)| *u == 1 || exact(*u)).unwrap_or(("", 1));
    put!(out, " {}{name}b/s", r / unit);
    if c.burst == 0 {
        return BYTE_EXPIRE[0] * 1000;
    }
    let r = r.wrapping_mul(c.burst);
    let (name, unit) = UNITS.into_iter().find(|(_, u)| *u == 1 || r >= *u).unwrap_or(("", 1));
    put!(out, " {prefix}burst {}{name}b", r / unit);
    BYTE_EXPIRE[1] * 1000
}

fn put_modes(out: &mut String, mode: Mode, separator: char) {
    let mut first = true;
    for (name, _) in MODES.iter().filter(|(_, bit)| mode.has(*bit)) {
        out.push(if first { ' ' } else { separator });
        out.push_str(name);
        first = false;
    }
}

/// What both forms of printing share; `prefix` before each option, `name` after the modes.
fn text(out: &mut String, c: &Config, family: Family, prefix: &str, name: Option<&str>, period: u64) {
    let all = MODES.iter().fold(Mode::default(), |all, (_, bit)| all.with(*bit));
    let quantum = if c.mode.has(Mode::BYTES) {
        put_bytes(out, c, prefix)
    } else {
        let quantum = put_rate(out, period);
        put!(out, " {prefix}burst {}", c.burst);
        quantum
    };
    if c.mode.any(all) {
        put!(out, " {prefix}mode");
        put_modes(out, c.mode, if name.is_some() { ',' } else { '-' });
    }
    if let Some(name) = name {
        put!(out, " {prefix}name {name}");
    }
    let (bits, rate) = (family.bits(), c.mode.has(Mode::RATE_MATCH));
    for (option, value, shown) in [
        ("htable-size", c.size, c.size != 0),
        ("htable-max", c.max, c.max != 0),
        ("htable-gcinterval", c.gc_interval, c.gc_interval != GC_INTERVAL),
        ("htable-expire", c.expire, c.expire != quantum),
        ("srcmask", c.src_mask.into(), c.src_mask != bits),
        ("dstmask", c.dst_mask.into(), c.dst_mask != bits),
    ] {
        if shown {
            put!(out, " {prefix}{option} {value}");
        }
    }
    if rate {
        put!(out, " {prefix}rate-match");
        if c.interval != 1 {
            put!(out, " {prefix}rate-interval {}", c.interval);
        }
    }
}

impl Ext for Hashlimit {
    fn new(family: Family) -> Self {
        let bits = family.bits();
        let config = Config {
            mode: Mode::default(),
            avg: 0,
            burst: 5,
            size: 0,
            max: 0,
            gc_interval: GC_INTERVAL,
            expire: 0,
            interval: 0,
            src_mask: bits,
            dst_mask: bits,
        };
        Self { name: "".into(), config, unit: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let value = call.value()?;
        let (c, arg) = (&mut self.config, call.arg);
        match (call.opt.id, value) {
            (BURST, _) => c.burst = burst(arg)?,
            (id @ (UPTO | ABOVE), _) => {
                if call.invert == (id == UPTO) {
                    c.mode = c.mode.with(Mode::INVERT);
                }
                let option = if id == UPTO { "--hashlimit-upto" } else { "--hashlimit-above" };
                if let Some(cost) = byte_rate(arg)? {
                    c.mode = c.mode.with(Mode::BYTES);
                    (c.avg, self.unit) = (cost, BYTE_EXPIRE[0]);
                } else {
                    let (avg, unit) = rate(arg)?.ok_or_else(|| bad_value("hashlimit", option, arg))?;
                    (c.avg, self.unit) = (avg, unit as u32);
                }
            }
            (MODE, _) => {
                let mode = modes(arg).ok_or_else(|| bad_value("hashlimit", "--hashlimit-mode", arg))?;
                c.mode = c.mode.with(mode);
            }
            (SRCMASK, Value::Byte(len)) => c.src_mask = len,
            (_, Value::Byte(len)) => c.dst_mask = len,
            // The kernel cuts both.
            (SIZE, Value::Uint(n)) => c.size = (n as u32).min(MOST),
            (MAX, Value::Uint(n)) => c.max = (n as u32).min(MOST),
            (GC, Value::Uint(n)) => c.gc_interval = n as u32,
            (_, Value::Uint(n)) => c.expire = n as u32,
            (NAME, _) => self.name = cut(arg, LONGEST).into(),
            (RATEMATCH, _) => c.mode = c.mode.with(Mode::RATE_MATCH),
            _ => {
                let n = number::leading(arg) as i32;
                if n <= 0 {
                    return Err(bad_value("hashlimit", "--hashlimit-rate-interval", arg));
                }
                c.interval = n as u32;
            }
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        let (c, has) = (&mut self.config, |id: u8| flags & (1 << id) != 0);
        if !has(UPTO) && !has(ABOVE) {
            return Err(Fail::param("You have to specify --hashlimit"));
        }
        if !has(EXPIRE) {
            c.expire = self.unit * 1000;
        }
        let bytes = c.mode.has(Mode::BYTES);
        if bytes {
            let mut burst = 0;
            if has(BURST) {
                let per = bytes_of(c.avg);
                if c.burst < per {
                    return Err(Fail::param(format!("burst cannot be smaller than {per}b")));
                }
                burst = u64::from((c.burst as u32).checked_div(per as u32).unwrap_or(0));
                burst += u64::from(c.burst.checked_rem(per).is_some_and(|rest| rest != 0));
                if !has(EXPIRE) {
                    c.expire = BYTE_EXPIRE[1] * 1000;
                }
            }
            c.burst = burst;
        } else if c.burst > MOST_BURST {
            return Err(burst_range());
        }
        if has(RATEMATCH) {
            if !bytes {
                c.avg /= u64::from(self.unit.max(1));
            }
            if c.interval == 0 {
                c.interval = if bytes { 1 } else { self.unit };
            }
        }
        Ok(())
    }

    fn save(&self, out: &mut String, family: Family) {
        let c = &self.config;
        out.push_str(if c.mode.has(Mode::INVERT) { " --hashlimit-above" } else { " --hashlimit-upto" });
        text(out, c, family, "--hashlimit-", Some(&self.name), c.avg);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        let c = &self.config;
        out.push_str(if c.mode.has(Mode::INVERT) { " limit: above" } else { " limit: up to" });
        let period = c.avg.wrapping_mul(u64::from(c.interval.max(1)));
        text(out, c, how.family, "", None, period);
    }
}
