//! SCTP (RFC 9260). Its packets stay bytes; these read them.

/// Chunk types.
pub mod chunk {
    /// Payload data.
    pub const DATA: u8 = 0;
    /// Initiation.
    pub const INIT: u8 = 1;
    /// Initiation acknowledgement.
    pub const INIT_ACK: u8 = 2;
    /// Heartbeat request.
    pub const HEARTBEAT: u8 = 4;
    /// Heartbeat acknowledgement.
    pub const HEARTBEAT_ACK: u8 = 5;
    /// Abort.
    pub const ABORT: u8 = 6;
    /// Shutdown.
    pub const SHUTDOWN: u8 = 7;
    /// Shutdown acknowledgement.
    pub const SHUTDOWN_ACK: u8 = 8;
    /// Operation error.
    pub const ERROR: u8 = 9;
    /// State cookie.
    pub const COOKIE_ECHO: u8 = 10;
    /// Cookie acknowledgement.
    pub const COOKIE_ACK: u8 = 11;
    /// Shutdown complete.
    pub const SHUTDOWN_COMPLETE: u8 = 14;
}

/// A chunk's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// Type.
    pub ty: u8,
    /// Flags.
    pub flags: u8,
    /// Length in bytes as it tells, with its header, without padding.
    pub len: u16,
    /// Where it begins, from the SCTP header on.
    pub at: usize,
}

/// Bytes of the header before the chunks.
const HEADER: usize = 12;

/// The chunks of a packet, from its SCTP header on. Ends at a chunk whose header is cut short; one that tells a length
/// of 0 is the last.
pub fn chunks(packet: &[u8]) -> impl Iterator<Item = Chunk> {
    let mut next = Some(HEADER);
    std::iter::from_fn(move || {
        let at = next?;
        let [ty, flags, l0, l1] = *packet.get(at..)?.first_chunk()?;
        let len = u16::from_be_bytes([l0, l1]);
        next = (len != 0).then(|| at + usize::from(len).next_multiple_of(4));
        Some(Chunk { ty, flags, len, at })
    })
}

/// The verification tag.
pub fn vtag(packet: &[u8]) -> Option<u32> {
    packet.get(4..)?.first_chunk().map(|tag| u32::from_be_bytes(*tag))
}
