//! One probe, and the rules by which it waits and expires.

use std::net::IpAddr;

use packetwalk_lab::SockId;
use packetwalk_wire::Instant;

use super::options::Options;

/// A packet sent to find one hop.
#[derive(Clone, Debug, Default)]
pub(super) struct Probe {
    /// An answer came, or it has expired.
    pub done: bool,
    /// The answer is of the target, or says that there is no way on.
    pub last: bool,
    /// Who answered.
    pub from: Option<IpAddr>,
    pub sent: Option<Instant>,
    pub received: Option<Instant>,
    /// TTL of the answer.
    pub ttl: u8,
    /// The socket that it holds.
    pub sock: Option<SockId>,
    /// Port or sequence number by which the answer is known; 0 is none.
    pub seq: u32,
    /// What `-O info` shows.
    pub flags: Option<String>,
    /// `!H` and the like.
    pub mark: String,
}

impl Probe {
    /// The time that the answer took, in seconds, when one came and took any.
    fn took(&self) -> Option<f64> {
        let (sent, received) = (self.sent?, self.received?);
        let nanos = received.since(sent).as_nanos();
        (self.done && nanos > 0).then_some(nanos as f64 / 1e9)
    }
}

/// Hops that a packet with this TTL has come, when it began with 64, 128 or 255.
pub(super) const fn hops_of(ttl: u8) -> i32 {
    let start = match ttl {
        0..=64 => 65,
        65..=128 => 129,
        _ => 256,
    };
    start - ttl as i32
}

/// Seconds that probe `at` may take.
///
/// # Source
/// traceroute 2.1.2, `traceroute/traceroute.c`: `get_timeout`.
pub(super) fn timeout(probes: &[Probe], at: usize, options: &Options) -> f64 {
    // One millisecond more, against clocks that are not precise.
    let limit = |took: f64, factor: f64| ((took + 0.001) * factor).min(options.wait);
    let queries = options.queries as usize;
    if options.here != 0.0 {
        let hop = at - at % queries;
        let same_hop = probes.get(hop..hop + queries).unwrap_or_default();
        if let Some(took) = same_hop.iter().find_map(Probe::took) {
            return limit(took, options.here);
        }
    }
    if options.near != 0.0 {
        let later = probes.get(at + 1..).unwrap_or_default();
        if let Some(took) = later.iter().take_while(|p| p.sent.is_some()).find_map(Probe::took) {
            return limit(took, options.near);
        }
    }
    options.wait
}

/// Probe `at` has expired: perhaps a later answer of the last hop belongs in its place.
///
/// # Source
/// traceroute 2.1.2, `traceroute/traceroute.c`: `check_expired`.
pub(super) fn expired(probes: &mut [Probe], at: usize, options: &Options) {
    let queries = options.queries as usize;
    let hop = at - at % queries;
    let before = probes.get(hop..at).unwrap_or_default();
    if before.iter().any(|p| !p.done || !p.last) {
        return;
    }
    let some_before = !before.is_empty();
    let later = probes.get(at + 1..).unwrap_or_default();
    let answered = later.iter().take_while(|p| p.sent.is_some()).position(|p| p.done);
    let Some(found) = answered.map(|n| at + 1 + n) else { return };
    let Some(end) = probes.get(found).filter(|p| p.last && !p.mark.is_empty()).cloned() else { return };
    let earlier = || probes.get(..at).unwrap_or_default().iter().rev();
    let ttl = (at / queries) as i32 + 1;
    let fits = some_before
        || at % queries + (found - at) < queries
        || earlier().any(|p| p.from.is_some() && p.from == end.from)
        || end.ttl != 0 && {
            let mut hops = hops_of(end.ttl);
            let near = probes
                .get(..at)
                .unwrap_or_default()
                .iter()
                .enumerate()
                .rev()
                .find(|(_, p)| p.done && !p.last && p.ttl != 0 && hops_of(p.ttl) < hops);
            if let Some((n, p)) = near {
                hops = hops - hops_of(p.ttl) + (n / queries) as i32 + 1;
            }
            hops <= ttl
        };
    if !fits {
        return;
    }
    if let Some(place) = probes.get_mut(at) {
        *place = end;
    }
    if let Some(place) = probes.get_mut(found) {
        // It is not sent again.
        *place = Probe { sent: Some(Instant::ZERO), ..Probe::default() };
    }
}
