//! In which order the engine takes a container's ports.

use super::{Binding, Port, Proto, Published};
use packetwalk_wire::Order;

/// Greater host port first, then greater container port, then TCP. It is not an order: what comes out
/// depends on what goes in, which a real engine takes from a hash table; here it is by port.
///
/// # Source
/// docker/go-connections, `nat/sort.go`: `SortPortMap`.
fn before(a: &(Port, Option<Binding>), b: &(Port, Option<Binding>)) -> bool {
    // A range of ports is no number.
    let host = |entry: &(Port, Option<Binding>)| match entry.1.and_then(|b| b.range) {
        Some((from, to)) if from == to => from,
        _ => 0,
    };
    let same = a.0.number == b.0.number;
    host(a) > host(b) || a.0.number > b.0.number || (same && a.0.proto == Proto::Tcp && a.0 != b.0)
}

/// The ports that a container exposes, each with its bindings, in the engine's order.
pub fn sorted(exposed: &[Port], published: &[Published]) -> Vec<(Port, Vec<Binding>)> {
    let mut ports = exposed.to_vec();
    ports.order();
    ports.dedup();
    let mut entries: Vec<(Port, Option<Binding>)> = Vec::new();
    for port in ports {
        let bound: Vec<_> =
            published.iter().filter(|p| p.port == port).map(|p| (port, Some(p.binding))).collect();
        if bound.is_empty() {
            entries.push((port, None));
        }
        entries.extend(bound);
    }
    for at in 1..entries.len() {
        let mut at = at;
        while let Some([a, b]) = at.checked_sub(1).and_then(|from| entries.get(from..=at))
            && before(b, a)
        {
            entries.swap(at - 1, at);
            at -= 1;
        }
    }
    let mut out: Vec<(Port, Vec<Binding>)> = Vec::new();
    for (port, binding) in entries {
        match out.iter_mut().find(|(p, _)| *p == port) {
            Some((_, all)) => all.extend(binding),
            None => out.push((port, binding.into_iter().collect())),
        }
    }
    out
}
