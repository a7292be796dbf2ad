//! How often ICMP errors are sent.

use std::net::IpAddr;

use packetwalk_wire::{Instant, sorted::Map};

use crate::sysctl::{Global, Sysctl};

/// A peer's tokens, in milliseconds: `ip_error` and ICMP's own limit draw on one bucket.
#[derive(Clone, Copy, Debug)]
struct Peer {
    tokens: u64,
    last: Instant,
}

/// Token buckets.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    peers: Map<IpAddr, Peer>,
    global: u64,
    global_at: Option<Instant>,
}

impl Limits {
    fn peer(&mut self, addr: IpAddr, now: Instant) -> (&mut Peer, u64) {
        // A new peer counts as last seen a minute ago (`inet_getpeer`).
        let peer = self.peers.or_insert_with(addr, || Peer { tokens: 60_000, last: now });
        let passed = now.since(peer.last).as_millis() as u64;
        peer.last = now;
        let tokens = peer.tokens + passed;
        (peer, tokens)
    }

    /// Linux v6.18, `net/ipv4/route.c`: `ip_error` (`error_cost` 1 s, `error_burst` 5 s).
    pub fn route_error(&mut self, src: IpAddr, now: Instant) -> bool {
        let (peer, tokens) = self.peer(src, now);
        peer.tokens = tokens.min(5000);
        let send = peer.tokens >= 1000;
        if send {
            peer.tokens -= 1000;
        }
        send
    }

    /// Linux v6.18, `net/ipv4/inetpeer.c`: `inet_peer_xrlim_allow`; `timeout` in milliseconds.
    fn xrlim(&mut self, addr: IpAddr, timeout: u64, now: Instant) -> bool {
        let (peer, tokens) = self.peer(addr, now);
        peer.tokens = tokens.min(6 * timeout);
        let allow = peer.tokens >= timeout;
        if allow {
            peer.tokens -= timeout;
        }
        allow
    }

    /// Whether a redirect may be sent to a host, or about one: each second, bursts of six.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/ip6_output.c`: `ip6_forward`; `net/ipv6/ndisc.c`: `ndisc_send_redirect`.
    pub fn redirect(&mut self, addr: IpAddr, now: Instant) -> bool {
        self.xrlim(addr, 1000, now)
    }

    /// Linux v6.18, `net/ipv4/icmp.c`: `icmp_global_allow`: 1,000 a second, bursts of 50.
    fn global(&mut self, sysctl: &Sysctl, now: Instant) -> bool {
        let rate = sysctl.get(Global::IcmpMsgsPerSec).max(0) as u64;
        let burst = sysctl.get(Global::IcmpMsgsBurst).max(0) as u64;
        let passed = self.global_at.map_or(1000, |at| now.since(at).as_millis() as u64).min(1000);
        let more = rate * passed / 1000;
        if more > 0 {
            self.global = (self.global + more).min(burst);
            self.global_at = Some(now);
        }
        if self.global == 0 {
            return false;
        }
        self.global -= 1;
        true
    }

    /// Whether an ICMP message of type `ty` may be sent to `to`; `over_lo` is never limited by peer.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/icmp.c`: `icmpv4_mask_allow`, `icmpv4_xrlim_allow`;
    /// `net/ipv6/icmp.c`: `icmpv6_xrlim_allow`.
    pub fn icmp(&mut self, to: IpAddr, ty: u8, over_lo: bool, sysctl: &Sysctl, now: Instant) -> bool {
        let (limited, timeout) = match to {
            IpAddr::V4(_) => {
                let mask = sysctl.get(Global::IcmpRatemask) as u32;
                (ty < 32 && mask & (1 << ty) != 0, sysctl.get(Global::IcmpRatelimit).max(0) as u64)
            }
            // Too big is never limited (`ratemask` 0-1,3-127).
            IpAddr::V6(_) => (ty < 128 && ty != 2, sysctl.get(Global::Icmp6Ratelimit).max(0) as u64),
        };
        if !limited {
            return true;
        }
        if !over_lo && !self.global(sysctl, now) {
            return false;
        }
        over_lo || self.xrlim(to, timeout, now)
    }
}
