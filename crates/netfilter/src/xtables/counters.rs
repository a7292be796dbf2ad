//! Packet and byte counters of rules and policies.

/// Packets and bytes; bytes count from the IP header on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Counters {
    /// None yet.
    pub const ZERO: Self = Self { packets: 0, bytes: 0 };

    /// Counts one packet of `len` bytes.
    #[inline]
    pub const fn count(&mut self, len: u16) {
        self.add(Self { packets: 1, bytes: len as u64 });
    }

    /// Counts more packets.
    #[inline]
    pub const fn add(&mut self, more: Self) {
        self.packets = self.packets.wrapping_add(more.packets);
        self.bytes = self.bytes.wrapping_add(more.bytes);
    }
}
