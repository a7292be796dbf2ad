//! Neighbour states over time.
#![allow(clippy::unwrap_used)]

use std::net::IpAddr;

use packetwalk_link::{ArpHeard, Neighbours, NudState, Outcome, TimerEvent};
use packetwalk_wire::{IfIndex, Instant, IpHeader, Mac, Packet, Payload, Skb, Transport};

const DEV: IfIndex = IfIndex(2);
const MAC: Mac = Mac([2, 0, 0, 0, 0, 7]);
const SECOND: u64 = 1_000_000_000;

fn addr() -> IpAddr {
    "10.0.0.7".parse().unwrap()
}

fn skb() -> Skb {
    let ip = IpHeader::new("10.0.0.1".parse().unwrap(), addr());
    Skb::new(1, Packet { ip, transport: Transport::Opaque { protocol: 253 }, payload: Payload::EMPTY })
}

fn at(ms: u64) -> Instant {
    Instant(ms * SECOND / 1000)
}

/// Runs the clock up to `until` and writes down what happens, as `second:event`.
fn run(table: &mut Neighbours, until: Instant) -> Vec<String> {
    let mut log = Vec::new();
    while let Some(due) = table.next_deadline().filter(|&due| due <= until) {
        for event in table.on_timer(due) {
            let what = match event {
                TimerEvent::Solicit(s) if s.unicast.is_some() => "unicast".to_owned(),
                TimerEvent::Solicit(_) => "ask".to_owned(),
                TimerEvent::Failed { queue, .. } => format!("failed with {}", queue.len()),
            };
            log.push(format!("{}:{what}", due.secs()));
        }
    }
    log
}

fn state(table: &Neighbours) -> NudState {
    table.get(DEV, addr()).unwrap().state
}

/// `ping` of a missing neighbour on Linux 6.18: three requests a second apart, error after the third.
#[test]
fn asks_three_times() {
    let mut table = Neighbours::new(1);
    let Outcome::Queued { solicit: Some(first), dropped: 0 } = table.resolve(addr(), DEV, &skb(), at(0))
    else {
        panic!("not queued");
    };
    assert_eq!(
        (first.target, first.unicast, first.src_hint),
        (addr(), None, Some("10.0.0.1".parse().unwrap()))
    );
    assert_eq!(table.resolve(addr(), DEV, &skb(), at(500)), Outcome::Queued { solicit: None, dropped: 0 });
    assert_eq!(run(&mut table, at(60_000)), ["1:ask", "2:ask", "3:failed with 2"]);
    assert_eq!(state(&table), NudState::Failed);
    assert!(matches!(table.resolve(addr(), DEV, &skb(), at(9000)), Outcome::Queued { solicit: Some(_), .. }));
}

fn reply(mac: Mac, gratuitous: bool) -> ArpHeard {
    ArpHeard { dev: DEV, sender: addr(), mac, reply_to_us: true, gratuitous, accept: false }
}

#[test]
fn a_reply_releases_what_waits_and_goes_stale() {
    let mut table = Neighbours::new(1);
    assert!(
        table.arp_heard(reply(MAC, false), at(0)).is_none(),
        "no entry is made by a reply nobody asked for"
    );
    table.resolve(addr(), DEV, &skb(), at(0));
    let released = table.arp_heard(reply(MAC, false), at(1)).unwrap();
    assert_eq!((released.mac, released.packets.len()), (MAC, 1));
    assert_eq!(state(&table), NudState::Reachable);
    assert_eq!(table.resolve(addr(), DEV, &skb(), at(2)), Outcome::Ready(MAC));
    assert_eq!(run(&mut table, at(50_000)), Vec::<String>::new());
    assert_eq!(state(&table), NudState::Stale, "15 to 45 s later");
    assert_eq!(table.resolve(addr(), DEV, &skb(), at(60_000)), Outcome::Ready(MAC));
    assert_eq!(state(&table), NudState::Delay);
    let asked = run(&mut table, at(100_000));
    assert_eq!(asked, ["65:unicast", "66:unicast", "67:unicast", "68:failed with 0"]);
}

/// `net/ipv4/arp.c`: a MAC heard within `locktime` (1 s) of another is not believed.
#[test]
fn locktime() {
    let other = Mac([2, 0, 0, 0, 0, 8]);
    #[rustfmt::skip]
    let cases = [
        // ms after, gratuitous, MAC then
        (   500,     false,      MAC),
        (   500,     true,       other),
        (  1500,     false,      other),
    ];
    for (ms, gratuitous, expect) in cases {
        let mut table = Neighbours::new(1);
        table.resolve(addr(), DEV, &skb(), at(0));
        table.arp_heard(reply(MAC, false), at(10));
        table.arp_heard(reply(other, gratuitous), at(10 + ms));
        assert_eq!(table.get(DEV, addr()).unwrap().mac, expect, "{ms} {gratuitous}");
    }
}

#[test]
fn a_question_makes_a_stale_entry_and_permanent_ones_stay() {
    let mut table = Neighbours::new(1);
    table.asked(DEV, addr(), MAC, at(0));
    assert_eq!(state(&table), NudState::Stale);
    table.set(DEV, addr(), Some(MAC), NudState::Permanent, false, true, at(0));
    table.asked(DEV, addr(), Mac([2; 6]), at(5000));
    let entry = table.get(DEV, addr()).unwrap();
    assert_eq!((entry.state, entry.mac), (NudState::Permanent, MAC));
    assert_eq!(table.next_deadline(), None);
}
