//! Fragments as packet sockets show them.

use std::collections::BTreeMap;

use packetwalk_lab::{Captured, Direction, Lab};
use packetwalk_wire::{Body, Frame};

/// Changes what packet sockets captured of fragments into what they show. A socket's copy shares the
/// fragment's memory, and a router that put fragments together for connection tracking and cuts them again
/// writes the new header over the old one in place: so every earlier sight of a later fragment has the header
/// that it had last. A router that sends the packet whole ends that, and so does one that tracks nothing: it
/// changes the TTL in a copy.
///
/// # Source
/// Linux v6.18, `net/ipv4/ip_output.c`: `ip_do_fragment`, its fast path; `net/ipv4/ip_forward.c`: `ip_forward`;
/// `net/ipv6/ip6_output.c`: `ip6_fragment`.
pub fn share(lab: &mut Lab) {
    let tracks: Vec<bool> = lab
        .captures
        .frames
        .iter()
        .map(|c| match c.frame.body {
            Body::Ip(packet) => lab.stack(c.ns).is_some_and(|s| s.nf.tracks(packet.family())),
            Body::Arp(_) => false,
        })
        .collect();
    let frames = &mut lab.captures.frames;
    let mut seen: BTreeMap<(u32, u8), Vec<usize>> = BTreeMap::new();
    for (at, tracks) in tracks.into_iter().enumerate() {
        let Some(Captured { frame: Frame { body: Body::Ip(now), .. }, direction, .. }) =
            frames.get(at).copied()
        else {
            continue;
        };
        let earlier = seen.entry((now.ip.id, now.protocol())).or_default();
        let Some(frag) = now.ip.frag else {
            earlier.clear();
            continue;
        };
        if frag.offset == 0 {
            continue;
        }
        // A copy of TEE has DF, and memory of its own. A datagram may be cut again without the DF that it had,
        // but then nothing without it was seen before.
        let same = frames.iter().enumerate().any(|(n, c)| match c.frame.body {
            Body::Ip(old) => {
                let part = old.ip.frag.is_some_and(|f| f.offset == frag.offset);
                earlier.contains(&n) && part && old.ip.df == now.ip.df
            }
            Body::Arp(_) => false,
        });
        let cut_again = direction == Direction::Out && tracks && !same;
        let copied = direction == Direction::Out && !tracks;
        earlier.retain(|&before| match frames.get_mut(before) {
            Some(Captured { frame: Frame { body: Body::Ip(old), .. }, .. })
                if old.ip.frag.is_some_and(|f| f.offset == frag.offset)
                    && (old.ip.df == now.ip.df || cut_again) =>
            {
                if copied && old.ip != now.ip {
                    return false;
                }
                old.ip = now.ip;
                true
            }
            _ => true,
        });
        earlier.push(at);
    }
}
