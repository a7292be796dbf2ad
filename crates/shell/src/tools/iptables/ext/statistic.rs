//! `-m statistic`.

use packetwalk_netfilter::matches::statistic::{Mode, Statistic};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const MODE: u8 = 0;
const PROBABILITY: u8 = 1;
const EVERY: u8 = 2;
const PACKET: u8 = 3;

const OPTS: &[Opt] = &[
    Opt::new("mode", MODE, Ty::Str).mandatory(),
    Opt::new("probability", PROBABILITY, Ty::Probability).excl(1 << EVERY | 1 << PACKET).invertible(),
    Opt::new("every", EVERY, Ty::Uint(u32::MAX as u64))
        .min(1)
        .excl(1 << PROBABILITY)
        .also(1 << PACKET)
        .invertible(),
    Opt::new("packet", PACKET, Ty::Uint(u32::MAX as u64)).excl(1 << PROBABILITY).also(1 << EVERY),
];

/// `p` of 2³¹ as a decimal fraction of eleven digits (`%.11f`).
fn fraction(p: u32) -> String {
    let scaled = u128::from(p) * 100_000_000_000;
    let (whole, rest) = (scaled >> 31, scaled & 0x7fff_ffff);
    let half = 1 << 30;
    let n = whole + u128::from(rest > half || (rest == half && whole % 2 == 1));
    format!("{}.{:011}", n / 100_000_000_000, n % 100_000_000_000)
}

fn text(m: &Statistic, out: &mut String, prefix: &str) {
    match m.mode {
        Mode::Random { probability } => {
            put!(out, " {prefix}mode random{} {prefix}probability {}", bang(m.not), fraction(probability));
        }
        Mode::Nth { every, packet } => {
            put!(out, " {prefix}mode nth{} {prefix}every {}", bang(m.not), every.wrapping_add(1));
            if packet != 0 || !prefix.is_empty() {
                put!(out, " {prefix}packet {packet}");
            }
        }
    }
}

impl Ext for Statistic {
    fn new(_: Family) -> Self {
        Self::new(false, Mode::Random { probability: 0 })
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = self.not || call.invert;
        let value = call.value()?;
        let (every, packet) = match self.mode {
            Mode::Nth { every, packet } => (every, packet),
            Mode::Random { .. } => (0, 0),
        };
        let mode = match (call.opt.id, value) {
            (MODE, _) if call.arg == "random" => match self.mode {
                Mode::Random { .. } => self.mode,
                Mode::Nth { .. } => Mode::Random { probability: 0 },
            },
            (MODE, _) if call.arg == "nth" => Mode::Nth { every, packet },
            (MODE, _) => return Err(Fail::param(format!("Bad mode \"{}\"", call.arg))),
            (PROBABILITY, Value::Uint(n)) => Mode::Random { probability: n as u32 },
            (EVERY, Value::Uint(n)) => Mode::Nth { every: (n as u32).wrapping_sub(1), packet },
            (_, Value::Uint(n)) => Mode::Nth { every, packet: n as u32 },
            _ => self.mode,
        };
        *self = Self::new(not, mode);
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        match self.mode {
            Mode::Random { .. } if flags & (1 << PROBABILITY) == 0 => {
                Err(Fail::param("--probability must be specified when using random mode"))
            }
            Mode::Nth { .. } if flags & (1 << EVERY | 1 << PACKET) == 0 => {
                Err(Fail::param("--every and --packet must be specified when using nth mode"))
            }
            Mode::Nth { every, packet } if packet > every => {
                Err(Fail::param("the --packet p must be 0 <= p <= n-1"))
            }
            _ => Ok(()),
        }
    }

    fn save(&self, out: &mut String, _: Family) {
        text(self, out, "--");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" statistic");
        text(self, out, "");
    }
}

#[cfg(test)]
mod tests {
    use super::fraction;

    /// iptables 1.8.9 prints `--probability 0.33333333349` for `--probability 0.33333333349` (kube-proxy).
    #[test]
    fn fractions() {
        let p = |f: f64| (f * f64::from(1_u32 << 31)).round() as u32;
        assert_eq!(fraction(p(0.333_333_333_49)), "0.33333333349");
        assert_eq!(fraction(p(0.5)), "0.50000000000");
        assert_eq!(fraction(1 << 31), "1.00000000000");
    }
}
