//! `-j NFQUEUE` and `-j QUEUE`.

use packetwalk_netfilter::targets::nfqueue::{Nfqueue, Queue};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const NUM: u8 = 0;
const BALANCE: u8 = 1;
const BYPASS: u8 = 2;
const FANOUT: u8 = 3;

const OPTS: &[Opt] = &[
    Opt::new("queue-num", NUM, Ty::Uint(u16::MAX as u64)).excl(1 << BALANCE),
    Opt::new("queue-balance", BALANCE, Ty::Uints(u16::MAX as u64, 2)).excl(1 << NUM),
    Opt::new("queue-bypass", BYPASS, Ty::None),
    Opt::new("queue-cpu-fanout", FANOUT, Ty::None).also(1 << BALANCE),
];

fn show(t: Nfqueue, out: &mut String, dashes: &str, balance: &str, num: &str) {
    if t.total > 1 {
        put!(out, " {balance} {}:{}", t.first, u32::from(t.first) + u32::from(t.total) - 1);
    } else {
        put!(out, " {num} {}", t.first);
    }
    if t.bypass {
        put!(out, " {dashes}bypass");
    }
    if t.fanout {
        put!(out, " {dashes}cpu-fanout");
    }
}

impl Ext for Nfqueue {
    fn new(_: Family) -> Self {
        Self { first: 0, total: 1, bypass: false, fanout: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match (call.opt.id, call.value()?) {
            (NUM, Value::Uint(n)) => self.first = n as u16,
            (BALANCE, Value::Uints(range)) => {
                let [first, last] = range[..] else {
                    return Err(Fail::param(format!("Bad range \"{}\"", call.arg)));
                };
                if first >= last {
                    return Err(Fail::param(format!("{first} should be less than {last}")));
                }
                self.first = first as u16;
                // 0:65535 comes round to no queue at all, which the kernel refuses.
                self.total = (last - first + 1) as u16;
            }
            (BYPASS, _) => self.bypass = true,
            _ => self.fanout = true,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        show(*self, out, "--queue-", "--queue-balance", "--queue-num");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        show(*self, out, "", "NFQUEUE balance", "NFQUEUE num");
    }
}

impl Ext for Queue {
    fn new(_: Family) -> Self {
        Self
    }

    fn opts(&self) -> &'static [Opt] {
        &[]
    }

    fn parse(&mut self, _: &mut Call<'_>) -> Result<(), Fail> {
        Ok(())
    }

    fn save(&self, _: &mut String, _: Family) {}

    fn list(&self, _: &mut String, _: &Listing<'_>) {}
}
