//! The table as `conntrack -L` and `nf_conntrack_count` show it.

use packetwalk_wire::{CtInfo, CtRef, Instant, Order};

use super::conn::Place;
use super::time::Jiffies;
use super::{Conn, Conntrack, Status, SysctlError};

impl Conntrack {
    /// Every connection in the table that has not expired, oldest first. (The kernel lists in the order
    /// of a hash that differs from boot to boot.)
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_netlink.c`: `ctnetlink_dump_table`, which does not see an entry
    /// inserted in spite of a clash.
    pub fn iter(&self, now: Instant) -> impl Iterator<Item = (CtRef, &Conn)> {
        let now = Jiffies::at(now);
        let mut all: Vec<(usize, &Conn)> = self
            .table
            .slots
            .iter()
            .filter(|(_, c)| {
                c.place == Place::Hashed && !c.is_expired(now) && !c.status.has(Status::NAT_CLASH)
            })
            .collect();
        all.order_by_key(|(_, c)| c.serial);
        all.into_iter().map(|(slot, c)| (self.table.ct_ref(slot, CtInfo::New), c))
    }

    /// `nf_conntrack_count`: entries, unconfirmed ones too.
    pub fn count(&mut self, now: Instant) -> u32 {
        self.sweep(now);
        self.table.count()
    }

    /// A sysctl's value by its name after `net.netfilter.`; `None` when there is no such name.
    pub fn sysctl(&mut self, name: &str, now: Instant) -> Option<i32> {
        if name == "nf_conntrack_count" { Some(self.count(now) as i32) } else { self.sysctls.get(name) }
    }

    /// Sets a sysctl from the text written to it.
    ///
    /// # Errors
    /// See [`SysctlError`].
    pub fn set_sysctl(&mut self, name: &str, text: &str) -> Result<(), SysctlError> {
        self.sysctls.set(name, text)
    }
}
