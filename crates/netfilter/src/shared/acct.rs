//! Accounting objects of nfnetlink, which `nfacct` makes and rules count in.

/// How far an object may count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// So many.
    pub quota: u64,
    /// Packets, not bytes.
    pub packets: bool,
    /// The quota was reached.
    pub over: bool,
}

/// An accounting object (`struct nf_acct`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Its name, at most 31 bytes.
    pub name: Box<str>,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
    /// Its quota.
    pub limit: Option<Limit>,
}

impl Account {
    /// Counts a packet; false as long as the quota is not used up.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nfnetlink_acct.c`: `nfnl_acct_update`, `nfnl_acct_overquota`.
    pub(crate) fn count(&mut self, len: u16) -> bool {
        self.packets = self.packets.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(len.into());
        let Some(limit) = &mut self.limit else { return true };
        let now = if limit.packets { self.packets } else { self.bytes };
        limit.over |= now >= limit.quota;
        now > limit.quota
    }

    /// Counts from 0 again.
    pub fn reset(&mut self) {
        (self.packets, self.bytes) = (0, 0);
        if let Some(limit) = &mut self.limit {
            limit.over = false;
        }
    }
}

/// Why an accounting object is not made or taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountError {
    /// EBUSY: there is one of that name, or a rule counts in it.
    Busy,
    /// ENOENT: there is none.
    Missing,
}

impl AccountError {
    /// `strerror`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Busy => "Device or resource busy",
            Self::Missing => "No such file or directory",
        }
    }
}
