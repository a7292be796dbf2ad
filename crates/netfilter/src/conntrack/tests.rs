//! What labs cannot show: what all namespaces of a machine share, or only its first one may set.

use packetwalk_trace::{DropReason, Hook, Silent};
use packetwalk_wire::{
    Instant, IpHeader, Packet, Payload, Payloads, Skb, Tcp, TcpFlags, TcpOptions, Transport, Udp,
};

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
    match ct.packet_in(Hook::Prerouting, &mut skb, &Payloads::default(), now, &mut Silent) {
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
        for (r, _) in ct.iter(now).map(|(r, c)| (r, c.clone())).collect::<Vec<_>>() {
            assert!(ct.delete_by(r, 7, now));
        }
        let told: Vec<(u16, EventKind, Option<u32>)> = ct
            .events(place, now)
            .iter()
            .filter_map(|event| match &event.subject {
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

/// Segments and what the kernel logged of them with `nf_conntrack_log_invalid` at 255, as nfnetlink_log told it: whether
/// it goes back, ports, numbers, flags, bytes of data.
#[test]
fn what_is_invalid_is_logged() {
    const S: u8 = 2;
    const A: u8 = 16;
    const R: u8 = 4;
    #[rustfmt::skip]
    let segments: [(bool, u16, u32, u32, u8, usize, &str); 19] = [
        (false, 2,   0,                   0,                  S | 1, 0,  "invalid tcp flag combination"),
        (false, 2,   0,                   0,                  R,     0,  "invalid new"),
        (false, 2,   0,                   0,                  S | A, 0,  "invalid new"),
        (false, 100, 1000,                0,                  S,     0,  ""),
        (true,  100, 5000,                1001,               S | A, 0,  ""),
        (false, 100, 1001,                5001,               A,     0,  ""),
        (false, 100, 90_000,              5001,               A,     10, "SEQ is over upper bound 9194 (over the window of the receiver)"),
        (false, 100, 1001,                95_001,             A,     10, "ACK is over upper bound 5002 (ACKed data not seen yet)"),
        (false, 100, 1001u32.wrapping_sub(100_000), 5001,     A,     10, "SEQ is under lower bound 4294960104 (already ACKed data retransmitted)"),
        (false, 100, 1001,                5001,               A,     10, ""),
        (false, 100, 1011,                5001u32.wrapping_sub(100_000), A, 10, "ignored ACK under lower bound 4294906296 (possible overly delayed)"),
        (false, 100, 1001,                0,                  S,     0,  "packet (index 0) in dir 0 ignored, state ESTABLISHED"),
        (true,  100, 1001,                0,                  S,     0,  "packet (index 0) in dir 1 invalid, state ESTABLISHED"),
        (false, 100, 1001,                5001,               S | A, 0,  "packet (index 1) in dir 0 invalid, state ESTABLISHED"),
        (true,  100, 5001,                1011,               A,     0,  ""),
        (false, 100, 500,                 0,                  R,     0,  "invalid rst"),
        (false, 101, 1000,                0,                  S,     0,  ""),
        (true,  101, 77,                  88,                 A,     0,  "packet (index 3) in dir 1 ignored, state SYN_SENT"),
        (false, 102, 1000,                0,                  1 | A, 0,  "invalid new"),
    ];
    let now = Instant(1_000_000_000);
    let mut payloads = Payloads::default();
    for log in [0, 6, 17, 255] {
        let mut ct = Conntrack::new();
        ct.sysctls.log_invalid = log;
        for (back, port, seq, ack, flags, data, said) in segments {
            let (a, b) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
            let (ip, sport, dport) =
                if back { (IpHeader::new(b, a), 80, port) } else { (IpHeader::new(a, b), port, 80) };
            let options = TcpOptions::default();
            let tcp = Tcp { sport, dport, seq, ack, flags: TcpFlags(flags), window: 8192, options };
            let payload = payloads.intern(&vec![b'x'; data]);
            let mut skb = Skb::new(1, Packet { ip, transport: Transport::Tcp(tcp), payload });
            ct.packet_in(Hook::Prerouting, &mut skb, &payloads, now, &mut Silent);
            ct.confirm(&mut skb, now, &mut Silent);
            let expect =
                (!said.is_empty() && matches!(log, 6 | 255)).then(|| format!("nf_ct_proto_6: {said} "));
            assert_eq!(ct.complaint.take(), expect, "{port} {seq} {ack} {flags}");
        }
    }
}
