//! Fragments: made on the way out, put together for this host and for conntrack.

use std::net::IpAddr;

use packetwalk_netfilter::Random;
use packetwalk_trace::Observer;
use packetwalk_wire::{Fragment, Instant, Skb, Transport, sorted::Map};

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
    /// The parts of a packet that does not fit `mtu` bytes.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_output.c`: `ip_do_fragment`; `net/ipv6/ip6_output.c`: `ip6_fragment`.
    pub(crate) fn fragment(&mut self, skb: &Skb, mtu: u32) -> Vec<Skb> {
        let packet = skb.packet;
        let fragment = if packet.ip.src.is_ipv6() { 8 } else { 0 };
        let header = u32::from(packet.family().header_len() + packet.ip.ext.len() + fragment);
        let room = (mtu.saturating_sub(header) & !7) as u16;
        if room == 0 {
            return Vec::new();
        }
        let head = packet.transport_header_len();
        let total = head + packet.payload.len();
        let base = packet.ip.frag.map_or(0, |f| f.offset);
        let more_after = packet.ip.frag.is_some_and(|f| f.more);
        let id = if packet.ip.id == 0 { self.random.next_u32() & 0xffff } else { packet.ip.id };
        (0..total.div_ceil(room))
            .map(|n| {
                let start = n * room;
                let mut part = *skb;
                part.packet.ip.id = id;
                part.packet.ip.df &= skb.frag_max != 0;
                part.packet.ip.frag =
                    Some(Fragment { offset: base + start, more: total - start > room || more_after });
                if n == 0 {
                    part.packet.payload = packet.payload.truncated(room.saturating_sub(head));
                } else {
                    part.packet.transport = Transport::Opaque { protocol: packet.protocol() };
                    part.packet.payload = packet.payload.skip(start - head).truncated(room);
                }
                part
            })
            .collect()
    }

    /// Takes a fragment; the whole packet when it was the last that was missing.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_fragment.c`: `ip_defrag`.
    pub(crate) fn reassemble<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb) -> Option<Skb> {
        let now = cx.now;
        self.fragments.queues.retain(|_, q| now.since(q.since).as_secs() < TIMEOUT);
        let ip = skb.packet.ip;
        let key = Key { src: ip.src, dst: ip.dst, protocol: skb.packet.protocol(), id: ip.id };
        let queue = self.fragments.queues.or_insert_with(key, || Queue { since: now, parts: Vec::new() });
        let offset = |s: &Skb| s.packet.ip.frag.map_or(0, |f| f.offset);
        if !queue.parts.iter().any(|p| offset(p) == offset(skb)) {
            queue.parts.push(*skb);
            queue.parts.sort_by_key(offset);
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
        whole.ignore_df = true;
        whole.packet.ip = first.packet.ip;
        whole.packet.ip.df = longest(true) == whole.frag_max;
        whole.packet.ip.frag = None;
        whole.packet.transport = first.packet.transport;
        whole.packet.payload = cx.payloads.intern(&bytes);
        Some(whole)
    }
}
