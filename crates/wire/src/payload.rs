//! Payload bytes, kept once in the lab and named by span.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::{Common, Pages};

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

/// Bytes of a part, as far as shorter ones are concerned.
const PART: usize = 4096;

/// Bytes of the store from one place on: one part for the short payloads that fit together, or for a long one, which
/// then stands in as many places as it is long.
#[derive(Clone, Debug)]
struct Part {
    base: u32,
    bytes: Common<Vec<u8>>,
}

/// What was interned.
#[derive(Clone, Copy, Debug)]
struct Span {
    payload: Payload,
    hash: u32,
    /// The next of its bucket, counted from 1.
    next: u32,
}

/// Every payload of a lab: equal bytes are kept once. Clones share what was there before.
#[derive(Clone, Debug, Default)]
pub struct Payloads {
    parts: Vec<Part>,
    /// In ascending order of their beginnings.
    spans: Pages<Span>,
    /// The first span of each bucket, counted from 1; 0 is none.
    buckets: Pages<u32>,
}

fn hash(bytes: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

impl Span {
    const fn end(&self) -> u32 {
        self.payload.start + self.payload.len as u32
    }
}

impl Payloads {
    /// Keeps `bytes` and names them. Cut at 65,535 bytes, an IP packet's most.
    pub fn intern(&mut self, bytes: &[u8]) -> Payload {
        let bytes = &bytes[..bytes.len().min(usize::from(u16::MAX))];
        if bytes.is_empty() {
            return Payload::EMPTY;
        }
        let hash = hash(bytes);
        let mut at = self.buckets.get(self.bucket(hash)).copied().unwrap_or(0);
        while let Some(span) = self.span(at) {
            if span.hash == hash && self.bytes(span.payload) == bytes {
                return span.payload;
            }
            at = span.next;
        }
        let Some(start) = self.keep(bytes) else { return Payload::EMPTY };
        let payload = Payload { start, len: bytes.len() as u16 };
        self.spans.push(Span { payload, hash, next: 0 });
        if self.spans.len() > self.buckets.len() {
            self.buckets = (0..(2 * self.spans.len()).next_power_of_two().max(16)).map(|_| 0).collect();
            (1..=self.spans.len() as u32).for_each(|at| self.link(at));
        } else {
            self.link(self.spans.len() as u32);
        }
        payload
    }

    fn bucket(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }

    fn span(&self, at: u32) -> Option<&Span> {
        self.spans.get((at as usize).checked_sub(1)?)
    }

    /// Puts a span into its bucket.
    fn link(&mut self, at: u32) {
        let Some(hash) = self.span(at).map(|span| span.hash) else { return };
        let bucket = self.bucket(hash);
        let Some(first) = self.buckets.get_mut(bucket) else { return };
        let next = core::mem::replace(first, at);
        if let Some(span) = self.spans.get_mut(at as usize - 1) {
            span.next = next;
        }
    }

    /// Puts bytes where there is room; where they begin.
    fn keep(&mut self, bytes: &[u8]) -> Option<u32> {
        let place = (self.parts.len() * PART).wrapping_sub(PART);
        if let Some(last) = self.parts.last_mut()
            && last.base as usize == place
            && last.bytes.len() + bytes.len() <= PART
        {
            let start = last.base + last.bytes.len() as u32;
            last.bytes.extend_from_slice(bytes);
            return Some(start);
        }
        let base = u32::try_from(self.parts.len() * PART).ok()?;
        let part = Part { base, bytes: bytes.to_vec().into() };
        self.parts.resize(self.parts.len() + bytes.len().div_ceil(PART), part);
        Some(base)
    }

    /// `payload` and what followed it where it was cut from: up to the end of the interned span that
    /// it is a part of. Headers of fragments and quotes tell lengths and checksums of the whole.
    #[must_use]
    pub fn onwards(&self, payload: Payload) -> Payload {
        if payload.is_empty() {
            return payload;
        }
        let at = self.spans.partition_point(|span| span.end() <= payload.start);
        let end = self.spans.get(at).map_or(payload.start, Span::end);
        let len = u16::try_from(end.saturating_sub(payload.start)).unwrap_or(u16::MAX);
        Payload { start: payload.start, len: len.max(payload.len) }
    }

    /// The bytes of a span of this store; empty for a span of another.
    pub fn bytes(&self, payload: Payload) -> &[u8] {
        let Some(part) = self.parts.get(payload.start as usize / PART) else { return &[] };
        let start = (payload.start - part.base) as usize;
        part.bytes.get(start..start + usize::from(payload.len)).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Short and long ones, around the size of a part; all are found again, once, and so are their parts.
    #[test]
    fn what_was_interned_is_found() {
        let text = |n: usize| -> Vec<u8> { (0..n).map(|at| (at * 7 + n + at / 251) as u8).collect() };
        let sizes = [1, 2, 60, 4095, 4096, 4097, 8191, 8192, 8193, 40, 65_535, 7, 1400, 1401, 1402, 1403, 3];
        let mut store = Payloads::default();
        let first: Vec<Payload> = sizes.map(|n| store.intern(&text(n))).to_vec();
        let before = store.clone();
        for n in 100..400 {
            store.intern(&text(n));
        }
        for (n, payload) in sizes.into_iter().zip(first) {
            assert_eq!(store.intern(&text(n)), payload);
            for store in [&store, &before] {
                assert_eq!(store.bytes(payload), text(n), "{n}");
                let (front, back) = (payload.truncated(n as u16 / 2), payload.skip(n as u16 / 2));
                assert_eq!([store.bytes(front), store.bytes(back)].concat(), text(n), "{n}");
                assert_eq!(store.onwards(front), if n < 2 { front } else { payload }, "{n}");
            }
        }
        assert_eq!(store.intern(&[]), Payload::EMPTY);
    }
}
