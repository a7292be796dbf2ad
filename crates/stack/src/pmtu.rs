//! What ICMP told of the largest packet on the way to a destination.

use std::net::IpAddr;
use std::time::Duration;

use packetwalk_wire::{Instant, sorted::Map};

/// `mtu_expires`.
const EXPIRES: Duration = Duration::from_secs(600);
/// `min_pmtu`: less is not believed.
const LEAST: u32 = 552;

/// Learnt path MTUs (`struct fib_nh_exception`).
#[derive(Clone, Debug, Default)]
pub struct PathMtus(Map<IpAddr, (u32, Instant)>);

impl PathMtus {
    /// Fragmentation needed, or packet too big, came back for a packet to `dst`; `mtu` in bytes.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `__ip_rt_update_pmtu`; `net/ipv6/route.c`: `__ip6_rt_update_pmtu`.
    pub fn learn(&mut self, dst: IpAddr, mtu: u32, now: Instant) {
        let least = if dst.is_ipv4() { LEAST } else { 1280 };
        self.0.insert(dst, (mtu.max(least), now + EXPIRES));
    }

    /// The path MTU to `dst` in bytes and how long it is still believed, as `ip route get` tells it.
    pub fn learnt(&self, dst: IpAddr, now: Instant) -> Option<(u32, Duration)> {
        let &(mtu, until) = self.0.get(&dst)?;
        (until > now).then(|| (mtu, until.since(now)))
    }

    /// The path MTU to `dst` in bytes, while it is believed.
    pub fn get(&self, dst: IpAddr, now: Instant) -> Option<u32> {
        self.0.get(&dst).filter(|&&(_, until)| until > now).map(|&(mtu, _)| mtu)
    }
}
