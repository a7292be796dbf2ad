//! What the route tables answered of late.

use std::fmt;

use packetwalk_route::{Input, InputKey, Routing};
use packetwalk_wire::Family;

/// So many answers are kept.
const ROOM: usize = 16;

/// Answers to packets that came in, good for as long as nothing that routing knows changes.
#[derive(Default)]
pub struct RouteCache {
    generation: u64,
    slots: Vec<Option<(InputKey, Input)>>,
    /// Some rule looks at ports or protocol, by family.
    ports: [bool; 2],
}

impl fmt::Debug for RouteCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RouteCache")
    }
}

impl Clone for RouteCache {
    /// A copy finds out for itself.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl RouteCache {
    /// As [`Routing::input`].
    pub fn input(&mut self, routing: &Routing, mut key: InputKey) -> Input {
        if self.generation != routing.generation() || self.slots.is_empty() {
            self.generation = routing.generation();
            self.slots.clear();
            self.slots.resize(ROOM, None);
            self.ports = [Family::V4, Family::V6].map(|f| routing.needs_ports(f));
        }
        if !self.ports[Family::of(key.dst) as usize] {
            (key.proto, key.sport, key.dport) = (0, 0, 0);
        }
        let Some(slot) = self.slots.get_mut(place(&key)) else { return routing.input(&key) };
        match slot {
            Some((known, input)) if *known == key => *input,
            _ => slot.insert((key, routing.input(&key))).1,
        }
    }
}

fn place(key: &InputKey) -> usize {
    let low = |addr| match addr {
        std::net::IpAddr::V4(a) => a.to_bits(),
        std::net::IpAddr::V6(a) => a.to_bits() as u32,
    };
    let mixed = low(key.src).rotate_left(16) ^ low(key.dst) ^ key.dev.0.rotate_left(8);
    (mixed.wrapping_mul(0x9e37_79b1) >> 28) as usize
}
