//! Payload bytes, kept once in the lab and named by span.

use rustc_hash::FxHashMap;

/// A span of the lab's [`Payloads`]. Cutting it never copies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Payload {
    start: u32,
    len: u16,
}

impl Payload {
    /// No bytes.
    pub const EMPTY: Self = Self { start: 0, len: 0 };

    /// Length in bytes.
    pub const fn len(self) -> u16 {
        self.len
    }

    /// No bytes.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Its first `len` bytes; all of it when it is shorter.
    #[must_use]
    pub const fn truncated(self, len: u16) -> Self {
        Self { start: self.start, len: if len < self.len { len } else { self.len } }
    }

    /// What follows its first `n` bytes; empty when it is shorter.
    #[must_use]
    pub const fn skip(self, n: u16) -> Self {
        let n = if n < self.len { n } else { self.len };
        Self { start: self.start + n as u32, len: self.len - n }
    }
}

/// Every payload of a lab: equal bytes are kept once.
#[derive(Clone, Debug, Default)]
pub struct Payloads {
    bytes: Vec<u8>,
    spans: FxHashMap<Box<[u8]>, Payload>,
    /// Where each interned span ends in `bytes`, ascending.
    ends: Vec<u32>,
}

impl Payloads {
    /// Keeps `bytes` and names them. Cut at 65,535 bytes, an IP packet's most.
    pub fn intern(&mut self, bytes: &[u8]) -> Payload {
        let bytes = &bytes[..bytes.len().min(usize::from(u16::MAX))];
        if bytes.is_empty() {
            return Payload::EMPTY;
        }
        if let Some(&span) = self.spans.get(bytes) {
            return span;
        }
        let Ok(start) = u32::try_from(self.bytes.len()) else { return Payload::EMPTY };
        let span = Payload { start, len: bytes.len() as u16 };
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len() as u32);
        self.spans.insert(bytes.into(), span);
        span
    }

    /// `payload` and what followed it where it was cut from: up to the end of the interned span that
    /// it is a part of. Headers of fragments and quotes tell lengths and checksums of the whole.
    #[must_use]
    pub fn onwards(&self, payload: Payload) -> Payload {
        if payload.is_empty() {
            return payload;
        }
        let i = self.ends.partition_point(|&end| end <= payload.start);
        let end = self.ends.get(i).copied().unwrap_or(payload.start);
        let len = u16::try_from(end.saturating_sub(payload.start)).unwrap_or(u16::MAX);
        Payload { start: payload.start, len: len.max(payload.len) }
    }

    /// The bytes of a span of this store; empty for a span of another.
    pub fn bytes(&self, payload: Payload) -> &[u8] {
        let start = payload.start as usize;
        self.bytes.get(start..start + usize::from(payload.len)).unwrap_or(&[])
    }
}
