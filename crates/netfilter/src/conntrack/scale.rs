//! Many connections: what they take, when they go, and how long their chains are.

use packetwalk_trace::{Hook, Silent};
use packetwalk_wire::{
    Instant, IpHeader, Nfct, Packet, Payload, Payloads, Skb, Tcp, TcpFlags, TcpOptions, Transport, Udp,
};

use super::{Conntrack, Dir, Subject, TcpState, Tuple, Zone, hash};
use crate::env::Verdict;

const fn secs(secs: u64) -> Instant {
    Instant(secs * 1_000_000_000)
}

fn flow(n: u32) -> Packet {
    let src = std::net::Ipv4Addr::from_bits(0x0a00_0000 | n >> 8);
    let ip = IpHeader::new(src.into(), "192.0.2.1".parse().unwrap());
    let udp = Udp { sport: 1024 + (n & 0xff) as u16, dport: 53 };
    Packet { ip, transport: Transport::Udp(udp), payload: Payload::EMPTY }
}

fn send(ct: &mut Conntrack, packet: Packet, now: Instant) -> Verdict {
    let mut skb = Skb::new(1, packet);
    match ct.packet_in(Hook::Prerouting, &mut skb, &Payloads::default(), now, &mut Silent) {
        Verdict::Accept => ct.confirm(&mut skb, now, &mut Silent),
        verdict => verdict,
    }
}

fn begin(ct: &mut Conntrack, flows: std::ops::Range<u32>, now: Instant) {
    for n in flows {
        assert_eq!(send(ct, flow(n), now), Verdict::Accept);
    }
}

/// The table less what its queries do: entries, expired or not, unconfirmed or not.
fn kept(ct: &Conntrack) -> u32 {
    ct.table.count()
}

/// Design goal: at most 160 bytes a flow, with its parts of both hashes and of the wheel.
#[test]
fn bytes_of_a_flow() {
    let mut ct = Conntrack::new();
    for n in 0..150_000 {
        let mut skb = Skb::new(1, flow(n));
        ct.packet_in(Hook::Prerouting, &mut skb, &Payloads::default(), Instant::ZERO, &mut Silent);
        let Nfct::Tracked(conn) = skb.nfct else { panic!("{skb:?}") };
        ct.publish_source(conn);
        assert_eq!(ct.confirm(&mut skb, Instant::ZERO, &mut Silent), Verdict::Accept);
        let (flows, page) = (n as usize + 1, 128 * size_of::<super::Conn>());
        let bytes = flows * size_of::<super::Conn>() + ct.table.hash_bytes();
        assert!(bytes < 159 * flows + page, "{bytes} for {flows}");
    }
}

/// A packet that is tracked as one just like it was shortens its entry's life as any other does.
#[test]
fn a_shorter_timeout_holds_after_a_repeat_too() {
    let mut ct = Conntrack::new();
    ct.sysctls.udp_timeout = 600;
    begin(&mut ct, 0..1, Instant::ZERO);
    let tuple = Tuple::of_packet(&flow(0), &Payloads::default()).unwrap();
    let (conn, _) = ct.find(&tuple, Zone::DEFAULT, Instant::ZERO).unwrap();
    let known = ct.known(conn).unwrap();
    ct.sysctls.udp_timeout = 10;
    assert!(ct.repeat(&known, conn, &flow(0), flow(0).len(), secs(1)));
    ct.expire(secs(10));
    assert_eq!(kept(&ct), 1);
    ct.expire(secs(20));
    assert_eq!(kept(&ct), 0);
}

/// The hashes grow, by one bucket here and one there, and everything is found in them.
#[test]
fn all_are_found_as_the_hash_grows() {
    let mut ct = Conntrack::new();
    for n in 0..5000 {
        begin(&mut ct, n..n + 1, Instant::ZERO);
        let old = Tuple::of_packet(&flow(n / 2), &Payloads::default()).unwrap();
        for (tuple, dir) in [(old, Dir::Original), (old.invert().unwrap(), Dir::Reply)] {
            assert_eq!(ct.find(&tuple, Zone::DEFAULT, Instant::ZERO).map(|(_, dir)| dir), Some(dir));
        }
    }
    assert!(ct.table.longest_chain() <= 12, "{}", ct.table.longest_chain());
    ct.flush();
    assert_eq!((kept(&ct), ct.table.longest_chain()), (0, 0));
}

/// Flows that all fall into one bucket of a table of up to 4,096 by the fast hash.
fn aimed() -> Vec<Packet> {
    let low = |p: &Packet| hash::tuple(None, &Tuple::of_packet(p, &Payloads::default()).unwrap(), 0) & 0xfff;
    (0..1 << 20).map(flow).filter(|p| low(p) == 0).take(200).collect()
}

#[test]
fn a_flood_makes_long_chains_unless_the_hash_is_safe() {
    let flood = aimed();
    assert_eq!(flood.len(), 200);
    let mut longest = [0; 3];
    for (longest, key) in longest.iter_mut().zip([None, Some([1, 2]), Some([3, 4])]) {
        let mut ct = Conntrack::new();
        assert!(ct.set_flood_safe(key));
        for packet in &flood {
            assert_eq!(send(&mut ct, *packet, Instant::ZERO), Verdict::Accept);
        }
        *longest = ct.table.longest_chain();
        assert!(!ct.set_flood_safe(None), "there are connections");
        assert_eq!(kept(&ct), 200);
    }
    assert!(longest[0] >= 200 && longest[1] <= 8 && longest[2] <= 8, "{longest:?}");
}

/// Every second another thousand begins, a third of them is renewed for a while; entries go as they expire, though
/// nobody asks, and none goes that has not expired.
#[test]
fn those_that_expired_go_as_others_come() {
    let mut ct = Conntrack::new();
    for second in 0..200_u32 {
        for tenth in 0..10 {
            let now = Instant(u64::from(second * 10 + tenth) * 100_000_000);
            begin(&mut ct, second * 1000 + tenth * 100..second * 1000 + tenth * 100 + 100, now);
        }
        let now = secs(u64::from(second) + 1);
        for batch in second.saturating_sub(50)..second {
            if (second - batch) % 20 == 0 {
                begin(&mut ct, batch * 1000..batch * 1000 + 333, now);
            }
        }
        // Those of 30 seconds, and a third of those renewed after 20 and after 40; beside them what two seconds left.
        let live = ct.iter(now).count();
        let kept = kept(&ct) as usize;
        assert!((live..live + 3000).contains(&kept), "{second}: {kept} of {live}");
        if second > 80 {
            assert!((42_000..45_000).contains(&live), "{second}: {live}");
        }
    }
    let now = secs(200);
    assert_eq!(ct.count(now) as usize, ct.iter(now).count());
    assert_eq!(ct.count(secs(300)), 0);
}

/// A timeout that becomes shorter counts at once: by a packet, by hand, by REJECT.
#[test]
fn shorter_timeouts_count_at_once() {
    let mut ct = Conntrack::new();
    let tcp = |back: bool, flags: TcpFlags, seq, ack| {
        let (a, b) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let (ip, sport, dport) =
            if back { (IpHeader::new(b, a), 80, 1) } else { (IpHeader::new(a, b), 1, 80) };
        let tcp = Tcp { sport, dport, seq, ack, flags, window: 1000, options: TcpOptions::default() };
        Packet { ip, transport: Transport::Tcp(tcp), payload: Payload::EMPTY }
    };
    let now = secs(1);
    send(&mut ct, tcp(false, TcpFlags::SYN, 0, 0), now);
    send(&mut ct, tcp(true, TcpFlags::SYN.with(TcpFlags::ACK), 0, 1), now);
    send(&mut ct, tcp(false, TcpFlags::ACK, 1, 1), now);
    let state = |ct: &Conntrack, now| ct.iter(now).next().and_then(|(_, c)| c.tcp().map(|tcp| tcp.state));
    assert_eq!(state(&ct, secs(400_000)), Some(TcpState::Established));
    send(&mut ct, tcp(true, TcpFlags::RST, 1, 0), secs(2));
    assert_eq!(state(&ct, secs(11)), Some(TcpState::Close));
    assert_eq!((ct.count(secs(11)), kept(&ct)), (1, 1));
    assert_eq!((ct.count(secs(12)), kept(&ct)), (0, 0));

    begin(&mut ct, 0..1, secs(20));
    let r = ct.iter(secs(20)).next().unwrap().0;
    let change = super::Change { timeout: Some(3), ..super::Change::default() };
    ct.change(r, &change, 0, secs(21)).unwrap();
    assert_eq!((ct.count(Instant(23_990_000_000)), ct.count(secs(24))), (1, 0));
}

/// Events of ends come in the order of slots and at their time, however far it is.
#[test]
fn ends_are_told_when_they_come() {
    let mut ct = Conntrack::new();
    ct.sysctls.udp_timeout = 3_000_000;
    let mut place = ct.listen(true, Instant::ZERO);
    begin(&mut ct, 0..3, secs(1));
    ct.sysctls.udp_timeout = 40;
    begin(&mut ct, 3..6, secs(1));
    begin(&mut ct, 4..5, secs(30));
    let mut told = Vec::new();
    let mut now = secs(30);
    while let Some(next) = ct.next_end(now) {
        now = next;
        for event in ct.events(place, now) {
            let Subject::Conn(conn) = &event.subject else { panic!("{event:?}") };
            if event.seen == super::EventKind::Destroy {
                told.push((conn.conn.tuple(Dir::Original).sport - 1024, now.0 / 1_000_000_000));
            }
        }
        place = ct.events(0, now).len();
    }
    let late = 3_000_001;
    assert_eq!(told, [(3, 41), (5, 41), (4, 70), (0, late), (1, late), (2, late)]);
    assert_eq!(kept(&ct), 0);
}

/// The ticks' 32 bits wrap, and a wheel that stood still for months finds its way.
#[test]
fn ticks_wrap() {
    let wrap = (1_u64 << 32) * 1_000_000_000 / u64::from(super::HZ);
    let mut ct = Conntrack::new();
    for start in [wrap - 10_000_000_000, 3 * wrap - 1_000_000] {
        begin(&mut ct, 0..300, Instant(start));
        assert_eq!(ct.count(Instant(start + 29_900_000_000)), 300);
        assert_eq!(ct.count(Instant(start + 30_000_000_000)), 0);
    }
    ct.sysctls.udp_timeout = 8_000_000;
    begin(&mut ct, 0..3, secs(1));
    assert_eq!(ct.count(secs(7_999_000)), 3);
    // Too long for the ticks, as for the kernel's: what counts is that this ends.
    ct.count(secs(20_000_000));
    ct.count(Instant(wrap + 9_000_000_000_000_000));
    begin(&mut ct, 0..3, secs(30_000_000));
    ct.count(secs(60_000_000));
    ct.flush();
    assert_eq!(kept(&ct), 0);
}

/// A round of the collector looks at no more than it may; the next one goes on; and the count is right all along.
#[test]
fn rounds_are_bounded() {
    let mut ct = Conntrack::new();
    begin(&mut ct, 0..10_000, Instant::ZERO);
    ct.expire(secs(29));
    assert_eq!(kept(&ct), 10_000);
    ct.expire(secs(30));
    let left = kept(&ct);
    assert!((9800..10_000).contains(&left), "{left}");
    assert_eq!(ct.iter(secs(30)).count(), 0);
    (0..100).for_each(|_| ct.expire(secs(30)));
    assert_eq!((kept(&ct), ct.table.wheel_is_empty()), (0, true));
    begin(&mut ct, 0..10_000, secs(40));
    assert_eq!(ct.count(secs(70)), 0);
}
