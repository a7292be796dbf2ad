//! IPv6 extension headers, kept as bytes (RFC 8200 §4).

use crate::{Payload, Payloads};

/// Numbers of the headers that may stand between the IPv6 header and the upper layer.
pub mod kind {
    /// Hop-by-hop options.
    pub const HOP_BY_HOP: u8 = 0;
    /// Routing.
    pub const ROUTING: u8 = 43;
    /// Fragment.
    pub const FRAGMENT: u8 = 44;
    /// Authentication.
    pub const AUTH: u8 = 51;
    /// Nothing follows.
    pub const NONE: u8 = 59;
    /// Destination options.
    pub const DESTINATION: u8 = 60;
}

/// A packet's extension headers, all before the fragment header of a fragment. A fragment header that
/// tells of a whole datagram is one of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Extensions(
    /// The number of the first header, then the headers as they are on the wire.
    Payload,
);

impl Extensions {
    /// No header.
    pub const NONE: Self = Self(Payload::EMPTY);

    /// Keeps `headers`, the first of which is of this kind.
    pub fn new(first: u8, headers: &[u8], payloads: &mut Payloads) -> Self {
        if headers.is_empty() {
            return Self::NONE;
        }
        Self(payloads.intern(&[&[first], headers].concat()))
    }

    /// Bytes on the wire.
    pub const fn len(self) -> u16 {
        self.0.len().saturating_sub(1)
    }

    /// No header.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The number of the first header and the headers' bytes.
    pub fn read(self, payloads: &Payloads) -> Option<(u8, &[u8])> {
        payloads.bytes(self.0).split_first().map(|(first, headers)| (*first, headers))
    }

    /// The headers one by one: number, and the bytes from there to the last header's end.
    pub fn iter(self, payloads: &Payloads) -> impl Iterator<Item = (u8, &[u8])> {
        let mut at = self.read(payloads);
        std::iter::from_fn(move || {
            let (number, bytes) = at.filter(|(_, bytes)| !bytes.is_empty())?;
            let next = bytes.first().copied().unwrap_or(kind::NONE);
            at = len(number, bytes).and_then(|n| bytes.get(n..)).map(|rest| (next, rest));
            Some((number, bytes))
        })
    }
}

/// Length in bytes of the extension header of this number at the front of `bytes`; `None` for another
/// header, or when the length is cut off.
///
/// # Source
/// Linux v6.18, `include/net/ipv6.h`: `ipv6_optlen`, `ipv6_authlen`.
pub fn len(number: u8, bytes: &[u8]) -> Option<usize> {
    let field = usize::from(*bytes.get(1)?);
    match number {
        kind::HOP_BY_HOP | kind::ROUTING | kind::DESTINATION => Some((field + 1) * 8),
        kind::AUTH => Some((field + 2) * 4),
        kind::FRAGMENT => Some(8),
        _ => None,
    }
}
