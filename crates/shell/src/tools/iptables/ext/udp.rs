//! `-m udp`.

use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::matches::udp::Udp;
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::tcp::{list_ports, save_ports, shown};
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
        let [source, destination] = self.shown_not;
        save_ports(out, "sport", shown(self.sport, source));
        save_ports(out, "dport", shown(self.dport, destination));
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" udp");
        let [source, destination] = self.shown_not;
        list_ports(out, "spt", "udp", shown(self.sport, source), how.numeric);
        list_ports(out, "dpt", "udp", shown(self.dport, destination), how.numeric);
    }
}
