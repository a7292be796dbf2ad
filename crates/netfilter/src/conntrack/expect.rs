//! Expected connections.

use std::net::IpAddr;

use packetwalk_wire::{CtRef, Instant};

use super::event::Seen;
use super::time::Jiffies;
use super::{Conntrack, Dir, HelperKind, Tuple, Zone};

/// The mapping that an expected connection gets, so that it follows its master.
///
/// # Source
/// Linux v6.18, `nf_nat_helper.c`: `nf_nat_follow_master`, by `exp->dir` and `exp->saved_proto`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Follow {
    /// Its own direction, as its master sees it.
    pub dir: Dir,
    /// The port that the payload told before NAT changed it.
    pub port: u16,
}

/// A connection that is expected (`struct nf_conntrack_expect`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Expect {
    /// Its tuple; any source port will do.
    pub tuple: Tuple,
    /// The connection that expects it.
    pub master: CtRef,
    /// The master's helper.
    pub helper: HelperKind,
    pub(super) zone: Zone,
    pub(super) expires: Jiffies,
    pub(super) follow: Option<Follow>,
}

impl Expect {
    /// The bits of the addresses that count.
    pub const fn mask(&self) -> IpAddr {
        match self.tuple.dst {
            IpAddr::V4(_) => IpAddr::V4(std::net::Ipv4Addr::BROADCAST),
            IpAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::from_bits(u128::MAX)),
        }
    }

    /// Whole seconds until it is no longer expected.
    pub const fn expires_in(&self, now: Instant) -> u32 {
        let left = self.expires.until(Jiffies::at(now));
        if left > 0 { left as u32 / super::HZ } else { 0 }
    }

    fn is(&self, tuple: &Tuple) -> bool {
        Tuple { sport: self.tuple.sport, ..*tuple } == self.tuple
    }

    fn has_master(&self, master: CtRef) -> bool {
        (self.master.index, self.master.generation) == (master.index, master.generation)
    }
}

/// Why a connection cannot be expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ExpectError {
    /// EBUSY: another expects the same.
    Busy,
    /// EMFILE: the table is full.
    Full,
}

/// Seconds that both helpers wait (`ftp_exp_policy`, `tftp_exp_policy`); both expect one connection at a
/// time.
const WAITS: i32 = 5 * 60;

impl Conntrack {
    /// Expects a connection.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_expect.c`: `nf_ct_expect_related_report`, `__nf_ct_expect_check`.
    pub(super) fn expect_related(
        &mut self,
        tuple: Tuple,
        master: CtRef,
        helper: HelperKind,
        follow: Option<Follow>,
        now: Instant,
    ) -> Result<(), ExpectError> {
        self.expire_expects(now);
        let zone = self.get(master).map_or(Zone::DEFAULT, super::Conn::zone);
        let id = |z: Zone| z.id_in(Dir::Original);
        let equal = self
            .expects
            .iter()
            .position(|e| e.has_master(master) && e.tuple == tuple && id(e.zone) == id(zone));
        if let Some(at) = equal {
            self.unexpect(at, now);
        } else if self.expects.iter().any(|e| e.tuple == tuple && id(e.zone) == id(zone)) {
            return Err(ExpectError::Busy);
        }
        if let Some(oldest) = self.expects.iter().position(|e| e.has_master(master)) {
            self.unexpect(oldest, now);
        }
        if i64::try_from(self.expects.len()).is_ok_and(|n| n >= i64::from(self.sysctls.expect_max)) {
            return Err(ExpectError::Full);
        }
        let expires = Jiffies::at(now).plus(Jiffies::secs(WAITS));
        let expect = Expect { tuple, master, helper, zone, expires, follow };
        self.expects.push(expect);
        self.expect_stats[1] += 1;
        self.expect_event(&expect, Seen::New, now);
        Ok(())
    }

    fn unexpect(&mut self, at: usize, now: Instant) {
        if at < self.expects.len() {
            let expect = self.expects.remove(at);
            self.expect_stats[2] += 1;
            self.expect_event(&expect, Seen::Destroy, now);
        }
    }

    /// The expectation that a new connection fulfils; it is taken out.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_expect.c`: `nf_ct_find_expectation`.
    pub(super) fn find_expectation(&mut self, tuple: &Tuple, zone: Zone, now: Instant) -> Option<Expect> {
        if self.expects.is_empty() {
            return None;
        }
        self.expire_expects(now);
        let at = self
            .expects
            .iter()
            .position(|e| e.is(tuple) && e.zone.id_in(Dir::Original) == zone.id_in(Dir::Original))?;
        let expect = *self.expects.get(at)?;
        let master = self.get(expect.master)?;
        if !master.is_confirmed() || master.status.has(super::Status::DYING) {
            return None;
        }
        self.unexpect(at, now);
        self.expect_stats[0] += 1;
        Some(expect)
    }

    fn expire_expects(&mut self, now: Instant) {
        let tick = Jiffies::at(now);
        while let Some(at) = self.expects.iter().position(|e| e.expires.until(tick) <= 0) {
            self.unexpect(at, now);
        }
    }

    /// A connection is gone, and what it expected with it.
    pub(super) fn remove_expectations(&mut self, master: CtRef, now: Instant) {
        while let Some(at) = self.expects.iter().position(|e| e.has_master(master)) {
            self.unexpect(at, now);
        }
    }

    /// The expectation table, newest first.
    pub fn expects(&mut self, now: Instant) -> Vec<Expect> {
        self.reap(now, None);
        self.expire_expects(now);
        self.expects.iter().rev().copied().collect()
    }

    /// Expectations that were fulfilled, made and taken out (`conntrack -S expect`).
    pub const fn expect_stats(&self) -> [u64; 3] {
        self.expect_stats
    }

    /// Empties the expectation table (`conntrack -F expect`).
    pub fn flush_expects(&mut self, now: Instant) {
        while !self.expects.is_empty() {
            self.unexpect(0, now);
        }
    }

    /// Takes out the expectation of this tuple; false when there is none.
    pub fn delete_expect(&mut self, tuple: &Tuple, now: Instant) -> bool {
        let at = self.expects.iter().position(|e| e.is(tuple));
        if let Some(at) = at {
            self.unexpect(at, now);
        }
        at.is_some()
    }
}
