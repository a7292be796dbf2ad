//! `-j IDLETIMER`.

use packetwalk_netfilter::targets::idletimer::Idletimer;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, cut, put};

const TIMEOUT: u8 = 0;
const LABEL: u8 = 1;
const ALARM: u8 = 2;

const OPTS: &[Opt] = &[
    Opt::new("timeout", TIMEOUT, Ty::Uint(u32::MAX as u64)).mandatory(),
    Opt::new("label", LABEL, Ty::Str).mandatory(),
    Opt::new("alarm", ALARM, Ty::None),
];

impl Ext for Idletimer {
    fn new(_: Family) -> Self {
        Self { timeout: 0, label: "".into(), alarm: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match (call.opt.id, call.value()?) {
            (TIMEOUT, Value::Uint(n)) => self.timeout = n as u32,
            (ALARM, _) => self.alarm = true,
            _ => self.label = cut(call.arg, 27).into(),
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --timeout {} --label {}", self.timeout, self.label);
        out.push_str(if self.alarm { " --alarm" } else { "" });
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " timeout:{} label:{}", self.timeout, self.label);
        out.push_str(if self.alarm { " alarm" } else { "" });
    }
}
