//! TCP headers (RFC 9293).

/// TCP's flag bits, in the header's order: `FIN` is bit 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// No more data from the sender.
    pub const FIN: Self = Self(0x01);
    /// Synchronize sequence numbers.
    pub const SYN: Self = Self(0x02);
    /// Reset the connection.
    pub const RST: Self = Self(0x04);
    /// Push.
    pub const PSH: Self = Self(0x08);
    /// The acknowledgement field is significant.
    pub const ACK: Self = Self(0x10);
    /// Urgent pointer is significant.
    pub const URG: Self = Self(0x20);
    /// ECN echo.
    pub const ECE: Self = Self(0x40);
    /// Congestion window reduced.
    pub const CWR: Self = Self(0x80);

    /// All of `other`'s bits are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The options that Linux sends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TcpOptions {
    /// Maximum segment size, only with SYN.
    pub mss: Option<u16>,
    /// SACK permitted, only with SYN.
    pub sack_permitted: bool,
    /// Timestamp value and echo.
    pub timestamp: Option<(u32, u32)>,
    /// Window scale shift, only with SYN.
    pub wscale: Option<u8>,
    /// Those of these that NOPs stand for.
    pub stripped: Stripped,
}

/// Options that were overwritten with NOPs where they stood.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stripped(u8);

impl Stripped {
    /// Maximum segment size.
    pub const MSS: Self = Self(1);
    /// Window scale.
    pub const WSCALE: Self = Self(2);
    /// SACK permitted.
    pub const SACK_PERMITTED: Self = Self(4);
    /// Timestamp.
    pub const TIMESTAMP: Self = Self(8);

    /// All of `other`'s are.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// None is.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl TcpOptions {
    /// Length in bytes, padded to four.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_output.c`: `tcp_options_write`; SACK-permitted shares the
    /// timestamp's padding when both are there.
    pub const fn len(&self) -> u16 {
        let gone = self.stripped;
        let mss = if self.mss.is_some() || gone.has(Stripped::MSS) { 4 } else { 0 };
        let ts = if self.timestamp.is_some() || gone.has(Stripped::TIMESTAMP) { 12 } else { 0 };
        let sack = self.sack_permitted || gone.has(Stripped::SACK_PERMITTED);
        let sack = if sack && ts == 0 { 4 } else { 0 };
        let ws = if self.wscale.is_some() || gone.has(Stripped::WSCALE) { 4 } else { 0 };
        mss + ts + sack + ws
    }

    /// Overwrites the option of this kind with NOPs.
    pub const fn strip(&mut self, kind: u8) {
        let option = match kind {
            2 if self.mss.is_some() => {
                self.mss = None;
                Stripped::MSS
            }
            3 if self.wscale.is_some() => {
                self.wscale = None;
                Stripped::WSCALE
            }
            4 if self.sack_permitted => {
                self.sack_permitted = false;
                Stripped::SACK_PERMITTED
            }
            8 if self.timestamp.is_some() => {
                self.timestamp = None;
                Stripped::TIMESTAMP
            }
            _ => return,
        };
        self.stripped.0 |= option.0;
    }

    /// No option at all.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A TCP header.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tcp {
    /// Source port.
    pub sport: u16,
    /// Destination port.
    pub dport: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Flags.
    pub flags: TcpFlags,
    /// Window, unscaled as in the header.
    pub window: u16,
    /// Options.
    pub options: TcpOptions,
}

impl Tcp {
    /// Header length in bytes, options included.
    pub const fn header_len(&self) -> u16 {
        20 + self.options.len()
    }
}
