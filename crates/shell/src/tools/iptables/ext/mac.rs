//! `-m mac`.

use packetwalk_netfilter::matches::mac::MacSource;
use packetwalk_wire::{Family, Mac};

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("mac-source", 0, Ty::Mac).mandatory().invertible()];

impl Ext for MacSource {
    fn new(_: Family) -> Self {
        Self { not: false, mac: Mac::ZERO }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        if let Value::Mac(mac) = call.value()? {
            self.mac = mac;
        }
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --mac-source {}", bang(self.not), self.mac);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " MAC {}{}", if self.not { "! " } else { "" }, self.mac);
    }
}
