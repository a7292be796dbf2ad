//! `-m udp`.

use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::matches::udp::Udp;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::tcp::{list_ports, save_ports};
use super::{Ext, Listing};

const SPORT: u8 = 0;
const DPORT: u8 = 1;

const OPTS: &[Opt] = &[
    Opt::new("source-port", SPORT, Ty::Ports).invertible(),
    Opt::new("sport", SPORT, Ty::Ports).invertible(),
    Opt::new("destination-port", DPORT, Ty::Ports).invertible(),
    Opt::new("dport", DPORT, Ty::Ports).invertible(),
];

impl Ext for Udp {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let Value::Ports(min, max) = call.value()? else { return Ok(()) };
        let ports = Some(Cond { not: call.invert, is: Range::new(min, max) });
        if call.opt.id == SPORT {
            self.sport = ports;
        } else {
            self.dport = ports;
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        save_ports(out, "sport", self.sport);
        save_ports(out, "dport", self.dport);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" udp");
        list_ports(out, "spt", "udp", self.sport, how.numeric);
        list_ports(out, "dpt", "udp", self.dport, how.numeric);
    }
}
