//! What labs cannot show: what all namespaces of a machine share, or only its first one may set.

use packetwalk_trace::{DropReason, Hook, Silent};
use packetwalk_wire::{Instant, IpHeader, Packet, Payload, Skb, Transport, Udp};

use super::{Conntrack, EventKind, Subject};
use crate::env::Verdict;

/// A datagram from port `sport` goes through, or from the other side back to it.
fn datagram(ct: &mut Conntrack, sport: u16, back: bool, now: Instant) -> Verdict {
    let (a, b) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
    let (ip, udp) = if back {
        (IpHeader::new(b, a), Udp { sport: 53, dport: sport })
    } else {
        (IpHeader::new(a, b), Udp { sport, dport: 53 })
    };
    let packet = Packet { ip, transport: Transport::Udp(udp), payload: Payload::EMPTY };
    let mut skb = Skb::new(1, packet);
    match ct.packet_in(Hook::Prerouting, &mut skb, now, &mut Silent) {
        Verdict::Accept => ct.confirm(&mut skb, now, &mut Silent),
        verdict => verdict,
    }
}

/// Linux v6.18, `nf_conntrack_core.c`: `early_drop`: what is not ASSURED makes room, what is does not.
#[test]
fn a_full_table_drops_early() {
    let mut ct = Conntrack::new();
    ct.sysctls.max = 1;
    let (start, later) = (Instant(1_000_000_000), Instant(5_000_000_000));
    // Whether an entry lies near enough hangs on the hash.
    let room: Vec<u16> =
        (1..400).filter(|&port| datagram(&mut ct, port, false, start) == Verdict::Accept).collect();
    assert!(room.len() > 1 && room.len() < 399, "{}", room.len());
    assert_eq!(ct.stats.early_drop, room.len() as u64 - 1);
    assert_eq!(ct.count(start), 1);
    // Traffic both ways for two seconds.
    let last = *room.last().unwrap();
    for (back, now) in [(true, start), (false, later), (true, later)] {
        assert_eq!(datagram(&mut ct, last, back, now), Verdict::Accept);
    }
    for port in 400..800 {
        assert_eq!(datagram(&mut ct, port, false, later), Verdict::Drop(DropReason::NetfilterDrop));
    }
    assert_eq!(ct.stats.drop, 399 - room.len() as u64 + 400);
}

/// Linux v6.18, `nf_conntrack_ecache.c`: `nf_ct_ecache_ext_add`: with `nf_conntrack_events` at 2 a
/// connection that began while nobody listened tells nothing, not even its end; with 1 it does; with 0
/// none does.
#[test]
fn only_those_that_began_while_somebody_listened_tell() {
    let now = Instant(1_000_000_000);
    for (events, before, after) in [(2, false, true), (1, true, true), (0, false, false)] {
        let mut ct = Conntrack::new();
        ct.sysctls.events = events;
        assert_eq!(datagram(&mut ct, 1, false, now), Verdict::Accept);
        let place = ct.listen(true, now);
        assert_eq!(datagram(&mut ct, 2, false, now), Verdict::Accept);
        assert_eq!(datagram(&mut ct, 2, false, now), Verdict::Accept);
        for (r, _) in ct.iter(now).map(|(r, c)| (r, *c)).collect::<Vec<_>>() {
            assert!(ct.delete_by(r, 7, now));
        }
        let told: Vec<(u16, EventKind, Option<u32>)> = ct
            .events(place, now)
            .iter()
            .filter_map(|event| match event.subject {
                Subject::Conn(conn) => {
                    Some((conn.conn.tuple(super::Dir::Original).sport, event.seen, event.portid))
                }
                Subject::Expect { .. } => None,
            })
            .collect();
        let mut expect = Vec::new();
        if after {
            expect.push((2, EventKind::New, None));
        }
        if before {
            expect.push((1, EventKind::Destroy, Some(7)));
        }
        if after {
            expect.push((2, EventKind::Destroy, Some(7)));
        }
        assert_eq!(told, expect, "nf_conntrack_events={events}");
        ct.unlisten(true, now);
        assert!(ct.events(0, now).is_empty());
    }
}
