//! Fragments: made on the way out, put together for this host and for conntrack.

use std::net::IpAddr;

use packetwalk_netfilter::Random;
use packetwalk_trace::Observer;
use packetwalk_wire::{Fragment, Instant, Order, Payloads, Skb, Transport, sorted::Map};

use crate::{Cx, Stack};

/// Which datagram a fragment is of (RFC 791 section 3.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Key {
    src: IpAddr,
    dst: IpAddr,
    protocol: u8,
    id: u32,
}

#[derive(Clone, Debug)]
struct Queue {
    since: Instant,
    parts: Vec<Skb>,
}

/// Datagrams that are not whole yet.
#[derive(Clone, Debug, Default)]
pub struct Reassembly {
    queues: Map<Key, Queue>,
}

/// `ipfrag_time`, in seconds.
const TIMEOUT: u64 = 30;

impl Stack {
    /// The parts of a packet that does not fit `mtu` bytes: the fragments that it was put together from, or new ones.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_output.c`: `ip_do_fragment`; `net/ipv6/ip6_output.c`: `ip6_fragment`.
    pub(crate) fn fragment(&mut self, skb: &Skb, mtu: u32, payloads: &Payloads) -> Vec<Skb> {
        let packet = skb.packet;
        let fragment = if packet.ip.src.is_ipv6() { 8 } else { 0 };
        let header = u32::from(packet.family().header_len() + packet.ip.ext.len() + fragment);
        let most = mtu.saturating_sub(header) as u16;
        let room = most & !7;
        if room == 0 {
            return Vec::new();
        }
        let head = packet.transport_header_len();
        let total = head + packet.payload.len();
        let base = packet.ip.frag.map_or(0, |f| f.offset);
        let more_after = packet.ip.frag.is_some_and(|f| f.more);
        let id = if packet.ip.id == 0 { self.random.next_u32() & 0xffff } else { packet.ip.id };
        let old = cuts(payloads.bytes(skb.frag_cuts), total, most);
        let df = skb.frag_pmtu && old.is_none();
        let lengths =
            old.unwrap_or_else(|| (0..total.div_ceil(room)).map(|n| room.min(total - n * room)).collect());
        let mut start = 0;
        let part = |len: u16| {
            let mut part = *skb;
            part.packet.ip.id = id;
            part.packet.ip.df = df;
            part.packet.ip.frag =
                Some(Fragment { offset: base + start, more: start + len < total || more_after });
            if start == 0 {
                part.packet.payload = packet.payload.truncated(len.saturating_sub(head));
            } else {
                part.packet.transport = Transport::Opaque { protocol: packet.protocol() };
                part.packet.payload = packet.payload.skip(start.saturating_sub(head)).truncated(len);
            }
            start += len;
            part
        };
        lengths.into_iter().map(part).collect()
    }

    /// Takes a fragment; the whole packet when it was the last that was missing.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_fragment.c`: `ip_defrag`, `ip_frag_reasm`.
    pub(crate) fn reassemble<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb) -> Option<Skb> {
        let now = cx.now;
        self.fragments.queues.retain(|_, q| now.since(q.since).as_secs() < TIMEOUT);
        let ip = skb.packet.ip;
        let key = Key { src: ip.src, dst: ip.dst, protocol: skb.packet.protocol(), id: ip.id };
        let queue = self.fragments.queues.or_insert_with(key, || Queue { since: now, parts: Vec::new() });
        let offset = |s: &Skb| s.packet.ip.frag.map_or(0, |f| f.offset);
        if !queue.parts.iter().any(|p| offset(p) == offset(skb)) {
            queue.parts.push(*skb);
            queue.parts.order_by_key(offset);
        }
        let mut end = 0;
        for part in &queue.parts {
            if offset(part) != end {
                return None;
            }
            end += part.packet.transport_header_len() + part.packet.payload.len();
        }
        let last = queue.parts.last()?;
        if last.packet.ip.frag.is_some_and(|f| f.more) {
            return None;
        }
        let queue = self.fragments.queues.remove(&key)?;
        let first = *queue.parts.first()?;
        let bytes: Vec<u8> =
            queue.parts.iter().flat_map(|p| cx.payloads.bytes(p.packet.payload).iter().copied()).collect();
        let mut whole = *skb;
        let longest = |df: bool| {
            let parts = queue.parts.iter().filter(|p| !df || p.packet.ip.df);
            parts.map(|p| p.packet.len()).max().unwrap_or(0)
        };
        whole.frag_max = longest(false);
        let lengths = queue.parts.iter().map(|p| p.packet.transport_header_len() + p.packet.payload.len());
        let lengths: Vec<u8> = lengths.flat_map(u16::to_be_bytes).collect();
        whole.frag_cuts = cx.payloads.intern(&lengths);
        whole.frag_pmtu = longest(true) == whole.frag_max;
        whole.packet.ip = first.packet.ip;
        whole.packet.ip.frag = None;
        whole.packet.ip.df = whole.frag_pmtu;
        whole.packet.transport = first.packet.transport;
        whole.packet.payload = cx.payloads.intern(&bytes);
        Some(whole)
    }
}

/// Lengths of the fragments that `total` bytes came in, if they can be sent so again: each at most `most`, and all but
/// the last of whole eights.
fn cuts(old: &[u8], total: u16, most: u16) -> Option<Vec<u16>> {
    let lengths: Vec<u16> =
        old.iter().zip(old.iter().skip(1)).step_by(2).map(|(a, b)| u16::from_be_bytes([*a, *b])).collect();
    let (_, before) = lengths.split_last()?;
    let sum: u32 = lengths.iter().map(|len| u32::from(*len)).sum();
    let fit = lengths.iter().all(|len| *len <= most) && before.iter().all(|len| len % 8 == 0);
    (fit && sum == u32::from(total)).then_some(lengths)
}
