//! The sysctls `net.ipv4.neigh.IF.*` and `net.ipv6.neigh.IF.*`.

use std::time::Duration;

/// One interface's and family's parameters (`struct neigh_parms`), in the sysctls' own units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NeighParams {
    /// `mcast_solicit`: how often to ask everybody.
    pub mcast_solicit: u32,
    /// `ucast_solicit`: how often to ask the known MAC.
    pub ucast_solicit: u32,
    /// `app_solicit`.
    pub app_solicit: u32,
    /// `mcast_resolicit`: how often to ask everybody again after the known MAC kept silent.
    pub mcast_resolicit: u32,
    /// `base_reachable_time_ms`: milliseconds; an answer is good for half to one and a half of it.
    pub base_reachable_time_ms: u32,
    /// `retrans_time_ms`: milliseconds between two questions.
    pub retrans_time_ms: u32,
    /// `delay_first_probe_time`: seconds a stale entry is used before it is asked again.
    pub delay_first_probe_time: u32,
    /// `gc_stale_time`: seconds.
    pub gc_stale_time: u32,
    /// `unres_qlen_bytes`: bytes that may wait for one answer.
    pub unres_qlen_bytes: u32,
    /// `locktime`: hundredths of a second during which a MAC is not overridden.
    pub locktime: u32,
    /// `anycast_delay`: hundredths of a second.
    pub anycast_delay: u32,
    /// `proxy_delay`: hundredths of a second.
    pub proxy_delay: u32,
    /// `proxy_qlen`: packets.
    pub proxy_qlen: u32,
    /// `interval_probe_time_ms`: milliseconds.
    pub interval_probe_time_ms: u32,
}

impl NeighParams {
    /// # Source
    /// Linux v6.18, `net/ipv4/arp.c`: `arp_tbl`.
    pub const IPV4: Self = Self {
        mcast_solicit: 3,
        ucast_solicit: 3,
        app_solicit: 0,
        mcast_resolicit: 0,
        base_reachable_time_ms: 30_000,
        retrans_time_ms: 1000,
        delay_first_probe_time: 5,
        gc_stale_time: 60,
        unres_qlen_bytes: 212_992,
        locktime: 100,
        anycast_delay: 100,
        proxy_delay: 80,
        proxy_qlen: 64,
        interval_probe_time_ms: 5000,
    };

    /// # Source
    /// Linux v6.18, `net/ipv6/ndisc.c`: `nd_tbl`.
    pub const IPV6: Self = Self { locktime: 0, ..Self::IPV4 };

    /// Every sysctl's name, as in `/proc/sys/net/ipv4/neigh/IF/`.
    pub const NAMES: [&'static str; 17] = [
        "anycast_delay",
        "app_solicit",
        "base_reachable_time",
        "base_reachable_time_ms",
        "delay_first_probe_time",
        "gc_stale_time",
        "interval_probe_time_ms",
        "locktime",
        "mcast_resolicit",
        "mcast_solicit",
        "proxy_delay",
        "proxy_qlen",
        "retrans_time",
        "retrans_time_ms",
        "ucast_solicit",
        "unres_qlen",
        "unres_qlen_bytes",
    ];

    /// What one packet in the waiting queue counts for `unres_qlen`: a full-sized frame's buffer.
    const TRUESIZE: u32 = 2104;

    /// The value of a sysctl; `None` for an unknown name.
    pub fn get(&self, name: &str) -> Option<u32> {
        Some(match name {
            "anycast_delay" => self.anycast_delay,
            "app_solicit" => self.app_solicit,
            "base_reachable_time" => self.base_reachable_time_ms / 1000,
            "base_reachable_time_ms" => self.base_reachable_time_ms,
            "delay_first_probe_time" => self.delay_first_probe_time,
            "gc_stale_time" => self.gc_stale_time,
            "interval_probe_time_ms" => self.interval_probe_time_ms,
            "locktime" => self.locktime,
            "mcast_resolicit" => self.mcast_resolicit,
            "mcast_solicit" => self.mcast_solicit,
            "proxy_delay" => self.proxy_delay,
            "proxy_qlen" => self.proxy_qlen,
            "retrans_time" => self.retrans_time_ms / 10,
            "retrans_time_ms" => self.retrans_time_ms,
            "ucast_solicit" => self.ucast_solicit,
            "unres_qlen" => self.unres_qlen_bytes / Self::TRUESIZE,
            "unres_qlen_bytes" => self.unres_qlen_bytes,
            _ => return None,
        })
    }

    /// Sets a sysctl; `false` for an unknown name.
    pub fn set(&mut self, name: &str, value: u32) -> bool {
        match name {
            "anycast_delay" => self.anycast_delay = value,
            "app_solicit" => self.app_solicit = value,
            "base_reachable_time" => self.base_reachable_time_ms = value.saturating_mul(1000),
            "base_reachable_time_ms" => self.base_reachable_time_ms = value,
            "delay_first_probe_time" => self.delay_first_probe_time = value,
            "gc_stale_time" => self.gc_stale_time = value,
            "interval_probe_time_ms" => self.interval_probe_time_ms = value.max(1),
            "locktime" => self.locktime = value,
            "mcast_resolicit" => self.mcast_resolicit = value,
            "mcast_solicit" => self.mcast_solicit = value,
            "proxy_delay" => self.proxy_delay = value,
            "proxy_qlen" => self.proxy_qlen = value,
            "retrans_time" => self.retrans_time_ms = value.saturating_mul(10),
            "retrans_time_ms" => self.retrans_time_ms = value,
            "ucast_solicit" => self.ucast_solicit = value,
            "unres_qlen" => self.unres_qlen_bytes = value.saturating_mul(Self::TRUESIZE),
            "unres_qlen_bytes" => self.unres_qlen_bytes = value,
            _ => return false,
        }
        true
    }

    /// Time between two questions, at least 10 ms.
    pub(crate) const fn retrans(&self) -> Duration {
        let ms = if self.retrans_time_ms < 10 { 10 } else { self.retrans_time_ms };
        Duration::from_millis(ms as u64)
    }

    pub(crate) const fn delay(&self) -> Duration {
        Duration::from_secs(self.delay_first_probe_time as u64)
    }

    /// Half to one and a half of the base time, by a random number.
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `neigh_rand_reach_time`.
    pub(crate) const fn reachable(&self, random: u32) -> Duration {
        let base = self.base_reachable_time_ms;
        if base == 0 {
            return Duration::ZERO;
        }
        Duration::from_millis((random % base) as u64 + (base / 2) as u64)
    }

    /// How often to ask in all before giving up: `probing` says the MAC was known.
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `neigh_max_probes`.
    pub(crate) const fn max_probes(&self, probing: bool) -> u32 {
        self.ucast_solicit
            + self.app_solicit
            + if probing { self.mcast_resolicit } else { self.mcast_solicit }
    }
}
