//! A connection's status bits.

/// `enum ip_conntrack_status`, with the kernel's bit numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Status(pub u16);

impl Status {
    /// It was expected: a related connection (`IPS_EXPECTED`).
    pub const EXPECTED: Self = Self(1 << 0);
    /// Packets went both ways.
    pub const SEEN_REPLY: Self = Self(1 << 1);
    /// Never dropped early.
    pub const ASSURED: Self = Self(1 << 2);
    /// In the table.
    pub const CONFIRMED: Self = Self(1 << 3);
    /// The original direction needs its source rewritten.
    pub const SRC_NAT: Self = Self(1 << 4);
    /// The original direction needs its destination rewritten.
    pub const DST_NAT: Self = Self(1 << 5);
    /// Sequence numbers are adjusted.
    pub const SEQ_ADJUST: Self = Self(1 << 6);
    /// The source half of NAT is set up, by a rule or as a null binding.
    pub const SRC_NAT_DONE: Self = Self(1 << 7);
    /// The destination half of NAT is set up.
    pub const DST_NAT_DONE: Self = Self(1 << 8);
    /// Taken out of the table.
    pub const DYING: Self = Self(1 << 9);
    /// Its timeout is never renewed.
    pub const FIXED_TIMEOUT: Self = Self(1 << 10);
    /// A template of the CT target.
    pub const TEMPLATE: Self = Self(1 << 11);
    /// Inserted although its original tuple clashed.
    pub const NAT_CLASH: Self = Self(1 << 12);
    /// A helper was set by hand.
    pub const HELPER: Self = Self(1 << 13);
    /// Either rewriting (`IPS_NAT_MASK`).
    pub const NAT_MASK: Self = Self(Self::SRC_NAT.0 | Self::DST_NAT.0);
    /// Both halves are set up (`IPS_NAT_DONE_MASK`).
    pub const NAT_DONE_MASK: Self = Self(Self::SRC_NAT_DONE.0 | Self::DST_NAT_DONE.0);

    /// All of `bits` are set.
    pub const fn has(self, bits: Self) -> bool {
        self.0 & bits.0 == bits.0
    }

    /// One of `bits` is set.
    pub const fn any(self, bits: Self) -> bool {
        self.0 & bits.0 != 0
    }

    /// Sets `bits`.
    pub const fn set(&mut self, bits: Self) {
        self.0 |= bits.0;
    }
}
