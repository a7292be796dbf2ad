//! `-m limit`.

use packetwalk_netfilter::matches::limit::{BURST, Limit, SCALE, per_unit};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::number::unit_seconds;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const LIMIT: u8 = 0;

const OPTS: &[Opt] =
    &[Opt::new("limit", LIMIT, Ty::Str), Opt::new("limit-burst", 1, Ty::Uint(u32::MAX as u64)).max(10_000)];

/// iptables 1.8.9, `extensions/libxt_limit.c`: `parse_rate`.
fn rate(text: &str) -> Result<u32, Fail> {
    let bad = || Fail::param(format!("bad rate \"{text}\"'"));
    let (n, unit) = unit_seconds(text).ok_or_else(bad)?;
    let n = n as u32;
    match (SCALE * unit as u32).checked_div(n) {
        None => Err(bad()),
        Some(0) => Err(Fail::param(format!("Rate too fast \"{text}\""))),
        Some(avg) => Ok(avg),
    }
}

fn text(out: &mut String, avg: u32) {
    match per_unit(avg) {
        None => out.push_str(" inf"),
        Some((n, 86_400)) => put!(out, " {n}/day"),
        Some((n, 3600)) => put!(out, " {n}/hour"),
        Some((n, 60)) => put!(out, " {n}/min"),
        Some((n, _)) => put!(out, " {n}/sec"),
    }
}

impl Ext for Limit {
    fn new(_: Family) -> Self {
        // Three an hour.
        Self::new(SCALE * 1200, BURST)
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match call.value()? {
            Value::Uint(n) => self.burst = n as u32,
            _ => self.avg = rate(call.arg)?,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        out.push_str(" --limit");
        text(out, self.avg);
        if self.burst != BURST {
            put!(out, " --limit-burst {}", self.burst);
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" limit: avg");
        text(out, self.avg);
        put!(out, " burst {}", self.burst);
    }
}
