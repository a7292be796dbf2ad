//! `-m rateest`.

use packetwalk_netfilter::matches::rateest::{Compare, Rateest};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::number;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, bang, cut, put};

const RATEEST1: u8 = 1;
const RATEEST2: u8 = 2;
const BPS1: u8 = 3;
const PPS1: u8 = 4;
const BPS2: u8 = 5;
const PPS2: u8 = 6;
const DELTA: u8 = 7;
const LT: u8 = 8;
const GT: u8 = 9;
const EQ: u8 = 10;
/// Bytes of a name.
pub(super) const LONGEST: usize = 15;

const OPTS: &[Opt] = &[
    Opt::new("rateest1", RATEEST1, Ty::Old(true)),
    Opt::new("rateest", RATEEST1, Ty::Old(true)),
    Opt::new("rateest2", RATEEST2, Ty::Old(true)),
    Opt::new("rateest-bps1", BPS1, Ty::Old(false)),
    Opt::new("rateest-pps1", PPS1, Ty::Old(false)),
    Opt::new("rateest-bps2", BPS2, Ty::Old(false)),
    Opt::new("rateest-pps2", PPS2, Ty::Old(false)),
    Opt::new("rateest-bps", BPS2, Ty::Old(false)),
    Opt::new("rateest-pps", PPS2, Ty::Old(false)),
    Opt::new("rateest-delta", DELTA, Ty::Old(false)),
    Opt::new("rateest-lt", LT, Ty::Old(false)),
    Opt::new("rateest-gt", GT, Ty::Old(false)),
    Opt::new("rateest-eq", EQ, Ty::Old(false)),
];

/// The number that a text begins with (`strtod`), and what follows it.
pub(super) fn float(text: &str) -> Option<(f64, &str)> {
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let len = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
        if let Some(n) = hex.get(..len).and_then(|t| u64::from_str_radix(t, 16).ok()) {
            return Some((n as f64, hex.get(len..)?));
        }
    }
    let number = |c: &u8| c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'+');
    let mut len = text.bytes().take_while(|c| number(c)).count();
    let exponent = text.get(len..).filter(|r| r.starts_with(['e', 'E']) && len > 0).map_or(0, |r| {
        let sign = usize::from(r.get(1..).is_some_and(|r| r.starts_with(['-', '+'])));
        let digits = r.bytes().skip(1 + sign).take_while(u8::is_ascii_digit).count();
        if digits > 0 { 1 + sign + digits } else { 0 }
    });
    len += exponent;
    while len > 0 {
        if let Some(n) = text.get(..len).and_then(|t| t.parse().ok()) {
            return Some((n, text.get(len..)?));
        }
        len -= 1;
    }
    None
}

/// A rate in bytes.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_rateest.c`: `rateest_get_rate`.
fn rate(text: &str) -> Option<u32> {
    const SUFFIXES: [(&str, f64); 18] = [
        ("bit", 1.0),
        ("Kibit", 1024.0),
        ("kbit", 1e3),
        ("Mibit", 1_048_576.0),
        ("mbit", 1e6),
        ("Gibit", 1_073_741_824.0),
        ("gbit", 1e9),
        ("Tibit", 1_099_511_627_776.0),
        ("tbit", 1e12),
        ("Bps", 8.0),
        ("KiBps", 8192.0),
        ("KBps", 8e3),
        ("MiBps", 8_388_608.0),
        ("MBps", 8e6),
        ("GiBps", 8_589_934_592.0),
        ("GBps", 8e9),
        ("TiBps", 8_796_093_022_208.0),
        ("TBps", 8e12),
    ];
    let (n, rest) = float(text)?;
    let scale = if rest.is_empty() {
        1.0
    } else {
        SUFFIXES.iter().find(|(name, _)| name.eq_ignore_ascii_case(rest))?.1
    };
    // The low 32 bits, as the conversion leaves them.
    Some((n * scale / 8.0) as i64 as u32)
}

fn put_rate(out: &mut String, rate: u32, numeric: bool) {
    let bits = u64::from(rate) * 8;
    // Halves go to the even number.
    let round = |unit: u64| {
        let (n, rest) = (bits / unit, bits % unit);
        n + u64::from(rest * 2 > unit || rest * 2 == unit && n % 2 == 1)
    };
    match bits {
        _ if numeric => put!(out, " {rate}"),
        1_000_000_000.. => put!(out, " {}Mbit", round(1_000_000)),
        1_000_000.. => put!(out, " {}Kbit", round(1000)),
        _ => put!(out, " {bits}bit"),
    }
}

fn mode(m: &Rateest, out: &mut String, prefix: &str) {
    let name = match m.compare {
        Some(Compare::Equal) => "eq",
        Some(Compare::Less) => "lt",
        Some(Compare::Greater) => "gt",
        None => "",
    };
    put!(out, "{} {prefix}{name}", bang(m.not));
}

fn save_rate(m: &Rateest, out: &mut String, name: &str, r1: u32, r2: u32, numeric: bool) {
    if m.delta {
        put!(out, " --rateest-{name}1");
        put_rate(out, r1, numeric);
        mode(m, out, "--rateest-");
        put!(out, " --rateest-{name}2");
    } else {
        mode(m, out, "--rateest-");
        put!(out, " --rateest-{name}");
    }
    if m.second.is_none() || m.delta {
        put_rate(out, r2, numeric);
    }
}

impl Ext for Rateest {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let id = call.opt.id;
        let compares = matches!(id, LT | GT | EQ);
        let (name, said) = match id {
            RATEEST1 => ("rateest", "--rateest1"),
            RATEEST2 => ("rateest", "--rateest2"),
            BPS1 => ("rateest-bps", "--rateest-bps1"),
            PPS1 => ("rateest-pps", "--rateest-pps1"),
            BPS2 => ("rateest-bps", "--rateest-bps2"),
            PPS2 => ("rateest-pps", "--rateest-pps2"),
            DELTA => ("rateest-delta", "--rateest-delta"),
            _ => ("", "lt/gt/eq"),
        };
        if call.invert && !compares {
            return Err(Fail::param(format!("rateest: {name} can't be inverted")));
        }
        if call.seen(id) {
            return Err(Fail::param(format!("rateest: can't specify {said} twice")));
        }
        *call.flags |= 1 << id;
        match id {
            RATEEST1 => self.first = cut(call.arg, LONGEST).into(),
            RATEEST2 => self.second = Some(cut(call.arg, LONGEST).into()),
            BPS1 | BPS2 => {
                self.bytes = true;
                if let Some(word) = (call.next)() {
                    let rate = rate(&word)
                        .ok_or_else(|| Fail::param(format!("rateest: could not parse rate `{word}'")))?;
                    (if id == BPS1 { &mut self.rate1 } else { &mut self.rate2 }).bytes = rate;
                }
            }
            PPS1 | PPS2 => {
                self.packets = true;
                if let Some(word) = (call.next)() {
                    let n = number::whole(&word, 0, u32::MAX.into())
                        .ok_or_else(|| Fail::param(format!("rateest: could not parse pps `{word}'")))?;
                    (if id == PPS1 { &mut self.rate1 } else { &mut self.rate2 }).packets = n as u32;
                }
            }
            DELTA => self.delta = true,
            _ => {
                self.compare = Some(match id {
                    LT => Compare::Less,
                    GT => Compare::Greater,
                    _ => Compare::Equal,
                });
                self.not |= call.invert;
            }
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if self.delta {
            out.push_str(" --rateest-delta");
        }
        put!(out, " --rateest{} {}", if self.second.is_some() { "1" } else { "" }, self.first);
        if self.bytes {
            save_rate(self, out, "bps", self.rate1.bytes, self.rate2.bytes, false);
        }
        if self.packets {
            save_rate(self, out, "pps", self.rate1.packets, self.rate2.packets, true);
        }
        if let Some(second) = &self.second {
            put!(out, " --rateest2 {second}");
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        let numeric = how.numeric;
        put!(out, " rateest match {}", self.first);
        if self.delta {
            out.push_str(" delta");
        }
        if self.bytes {
            out.push_str(" bps");
            if self.delta {
                put_rate(out, self.rate1.bytes, numeric);
            }
            if self.second.is_none() {
                put_rate(out, self.rate2.bytes, numeric);
                mode(self, out, "");
            }
        }
        if self.packets {
            out.push_str(" pps");
            if self.delta {
                put!(out, " {}", self.rate1.packets);
            }
            if self.second.is_none() {
                mode(self, out, "");
                put!(out, " {}", self.rate2.packets);
            }
        }
        if let Some(second) = &self.second {
            mode(self, out, "");
            put!(out, " {second}");
            if self.bytes {
                out.push_str(" bps");
                if self.delta {
                    put_rate(out, self.rate2.bytes, numeric);
                }
            }
            if self.packets {
                out.push_str(" pps");
                if self.delta {
                    put!(out, " {}", self.rate2.packets);
                }
            }
        }
    }
}
