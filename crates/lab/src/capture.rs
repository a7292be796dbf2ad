//! What was captured in a lab, as a file.

use packetwalk_trace::NsId;
use packetwalk_wire::IfIndex;

use crate::Lab;
use crate::pcap::{Captured, pcapng};

pub use packetwalk_wire::EPOCH;

impl Lab {
    /// Every frame captured so far as pcapng, one interface block for every interface of every
    /// namespace, named `NAMESPACE/INTERFACE` (the root namespace's by the interface alone).
    pub fn pcapng(&self) -> Vec<u8> {
        let mut names = Vec::new();
        let mut places: Vec<(NsId, IfIndex)> = Vec::new();
        for (id, space) in self.spaces() {
            for device in space.stack.links.iter() {
                let ns = &space.name;
                names.push(if ns.is_empty() {
                    device.name.to_string()
                } else {
                    format!("{ns}/{}", device.name)
                });
                places.push((id, device.index));
            }
        }
        let captured: Vec<Captured> = self
            .captures
            .frames
            .iter()
            .filter_map(|c| {
                let interface = places.iter().position(|&p| p == (c.ns, c.dev))?;
                Some(Captured {
                    at: c.at,
                    interface: interface as u32,
                    direction: c.direction,
                    frame: c.frame,
                })
            })
            .collect();
        pcapng(&names, &captured, &self.payloads, EPOCH * 1_000_000_000)
    }
}
