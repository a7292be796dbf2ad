//! Places: who asks, and whom.

use std::net::IpAddr;

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;
use packetwalk_wire::Mac;

/// A namespace: a source, and the destinations that its addresses are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The namespace.
    pub ns: NsId,
    /// What people call it.
    pub label: String,
    /// Its addresses that others could ask for: not those of the loopback, nor of a link alone.
    pub addresses: Vec<IpAddr>,
    /// The MACs of its interfaces.
    pub macs: Vec<Mac>,
    /// The other ends of its interfaces, by name.
    pub ends: Vec<String>,
}

/// Every namespace of a lab.
pub fn places(lab: &Lab) -> Vec<Place> {
    let place = |(ns, space): (NsId, &packetwalk_lab::Space)| {
        let stack = &space.stack;
        let mut addresses = Vec::new();
        for dev in stack.routing.devs() {
            addresses.extend(dev.addrs4.iter().chain(&dev.addrs6).map(|a| a.local));
        }
        addresses.retain(|a| match a {
            IpAddr::V4(a) => !a.is_loopback() && !a.is_link_local(),
            IpAddr::V6(a) => !a.is_loopback() && a.segments()[0] & 0xffc0 != 0xfe80,
        });
        let ends = stack.links.iter().filter_map(|d| {
            let (ns, port) = d.peer()?;
            Some(lab.stack(ns)?.links.get(port)?.name.to_string())
        });
        Place {
            ns,
            label: lab.label(ns).to_owned(),
            addresses,
            macs: stack.links.iter().filter(|d| !d.is_loopback()).map(|d| d.mac).collect(),
            ends: ends.collect(),
        }
    };
    lab.spaces().map(place).collect()
}
