//! `-j RATEEST`.

use packetwalk_netfilter::targets::rateest::Rateest;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::rateest::{LONGEST, float};
use super::{Ext, Listing, cut, put};

const NAME: u8 = 0;
const INTERVAL: u8 = 1;
const SECOND: u32 = 1_000_000;

const OPTS: &[Opt] = &[
    Opt::new("rateest-name", NAME, Ty::Str).mandatory(),
    Opt::new("rateest-interval", INTERVAL, Ty::Str).mandatory(),
    Opt::new("rateest-ewmalog", 2, Ty::Str).mandatory(),
];

/// A time in microseconds.
fn time(text: &str) -> Option<u32> {
    let (n, rest) = float(text)?;
    let is = |names: [&str; 3]| names.iter().any(|name| name.eq_ignore_ascii_case(rest));
    let scale = if is(["s", "sec", "secs"]) {
        1e6
    } else if is(["ms", "msec", "msecs"]) {
        1e3
    } else if rest.is_empty() || is(["us", "usec", "usecs"]) {
        1.0
    } else {
        return None;
    };
    Some((n * scale) as i64 as u32)
}

fn put_time(out: &mut String, time: u32) {
    // Halves go to the even number.
    let tenths = |unit: u32| {
        let (n, rest) = (u64::from(time) * 10 / u64::from(unit), u64::from(time) * 10 % u64::from(unit));
        let half = u64::from(unit);
        let n = n + u64::from(rest * 2 > half || rest * 2 == half && n % 2 == 1);
        format!("{}.{}", n / 10, n % 10)
    };
    match time {
        SECOND.. => put!(out, " {}s", tenths(SECOND)),
        1000.. => put!(out, " {}ms", tenths(1000)),
        _ => put!(out, " {time}us"),
    }
}

fn text(t: &Rateest, out: &mut String, prefix: &str) {
    let interval = SECOND.wrapping_shl((i32::from(t.params.interval) + 2) as u32) / 4;
    put!(out, " {prefix}name {} {prefix}interval", t.name);
    put_time(out, interval);
    put!(out, " {prefix}ewmalog");
    put_time(out, interval.wrapping_mul(1_u32.wrapping_shl(t.params.ewma_log.into())));
}

impl Ext for Rateest {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let read = |what: &str| {
            time(call.arg).ok_or_else(|| Fail::param(format!("RATEEST: bad {what} value \"{}\"", call.arg)))
        };
        match call.opt.id {
            NAME => self.name = cut(call.arg, LONGEST).into(),
            INTERVAL => self.given.0 = read("interval")?,
            _ => self.given.1 = read("ewmalog")?,
        }
        Ok(())
    }

    fn check(&mut self, _: u32) -> Result<(), Fail> {
        let (interval, average) = self.given;
        let log = (0..=5).find(|i| interval <= (SECOND / 4) << i);
        let log = log.ok_or_else(|| Fail::param("RATEEST: interval value is too large"))?;
        let longer = |log: &u32| {
            // In C the shift by 31 is negative.
            let weight = 1.0 - 1.0 / f64::from(1_i32.wrapping_shl(*log));
            f64::from(interval) / -weight.ln() > f64::from(average)
        };
        let ewma_log = (1..32).find(longer).unwrap_or(32) - 1;
        if ewma_log == 0 || ewma_log >= 31 {
            return Err(Fail::param("RATEEST: ewmalog value is out of range"));
        }
        (self.params.interval, self.params.ewma_log) = (log as i8 - 2, ewma_log as u8);
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        text(self, out, "--rateest-");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        text(self, out, "");
    }
}
