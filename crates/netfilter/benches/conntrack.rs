//! Connection tracking with a million live flows: time of a packet, the longest pause, bytes of a flow. `cargo bench -p packetwalk-netfilter --bench conntrack`.
//!
//! `cargo bench … -- 65536` is of so many.
#![allow(clippy::disallowed_methods, reason = "a measurement is of real time")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant as Clock;

use packetwalk_netfilter::Conntrack;
use packetwalk_trace::{Hook, Silent};
use packetwalk_wire::{Instant, IpHeader, Nfct, Packet, Payload, Payloads, Skb, Transport, Udp};

use memory::memory;

#[path = "../../bench/src/memory.rs"]
mod memory;

/// Seconds that a flow lives; each begins so much after the one before that as many live as are wanted.
const LIVES: u64 = 600;
const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// Every call does the same work in each run: what another program took of the time is not in all of them.
const RUNS: usize = 3;

fn packet(flow: u32) -> Packet {
    let client = Ipv4Addr::from_bits(0x0a00_0000 | flow >> 6);
    let udp = Udp { sport: 1024 + (flow & 63) as u16, dport: 53 };
    Packet {
        ip: IpHeader::new(client.into(), SERVER),
        transport: Transport::Udp(udp),
        payload: Payload::EMPTY,
    }
}

fn send(ct: &mut Conntrack, payloads: &Payloads, flow: u32, now: Instant) -> bool {
    let mut skb = Skb::new(1, packet(flow));
    ct.packet_in(Hook::Prerouting, &mut skb, payloads, now, &mut Silent);
    ct.confirm(&mut skb, now, &mut Silent);
    matches!(skb.nfct, Nfct::Tracked(_))
}

/// Nanoseconds of each call of a phase: the least of all runs.
#[derive(Default)]
struct Phase(Vec<u32>);

impl Phase {
    fn run(&mut self, calls: u32, mut call: impl FnMut(u32)) {
        self.0.resize(calls as usize, u32::MAX);
        for (n, least) in (0..).zip(&mut self.0) {
            let begin = Clock::now();
            call(n);
            *least = (*least).min(u32::try_from(begin.elapsed().as_nanos()).unwrap_or(u32::MAX));
        }
    }

    fn tell(&self, name: &str) {
        let sum: u64 = self.0.iter().map(|&ns| u64::from(ns)).sum();
        let worst = self.0.iter().max().copied().unwrap_or(0);
        let mean = sum / (self.0.len() as u64).max(1);
        println!(
            "  {name:<26} {:>8} calls, {mean:>7} ns each, the longest {:>5} us",
            self.0.len(),
            worst / 1000
        );
    }
}

fn table(flows: u32, key: Option<[u64; 2]>) -> Conntrack {
    let mut ct = Conntrack::new();
    ct.sysctls.max = 3 * flows as i32;
    ct.sysctls.udp_timeout = LIVES as i32;
    ct.set_flood_safe(key);
    ct
}

/// Numbers without a pattern, the same each time.
struct Random(u64);

impl Random {
    const fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }
}

/// A table with this hash.
fn alone(name: &str, flows: u32, key: Option<[u64; 2]>) -> Result<(), String> {
    let payloads = Payloads::default();
    let mut phases: [Phase; 6] = Default::default();
    let mut taken = None;
    let at = |flow: u32| Instant(u64::from(flow) * LIVES * 1_000_000_000 / u64::from(flows));
    let mut whole = u128::MAX;
    for _ in 0..RUNS {
        let mut failed = 0;
        let [begin, hot, uniform, replace, expire, count] = &mut phases;
        begin.0.resize(flows as usize, u32::MAX);
        let before = memory();
        let mut ct = table(flows, key);
        begin.run(flows, |n| failed += u32::from(!send(&mut ct, &payloads, n, at(n))));
        taken = taken.or_else(|| Some(memory()?.saturating_sub(before?)));
        let mut random = Random(1);
        let now = at(flows - 1);
        hot.run(flows, |_| failed += u32::from(!send(&mut ct, &payloads, 7, now)));
        // The flows of the next phase are to come as these end, so that these are not renewed for good.
        let mut renewed = ct.clone();
        uniform.run(flows, |_| {
            failed += u32::from(!send(&mut renewed, &payloads, random.next() % flows, now));
        });
        drop(renewed);
        replace.run(flows, |n| failed += u32::from(!send(&mut ct, &payloads, flows + n, at(flows + n))));
        let mut late = ct.clone();
        let end = at(4 * flows);
        expire.run(flows / 100, |_| ct.expire(end));
        count.run(1, |_| failed += ct.count(end));
        if failed != 0 {
            return Err(format!("{failed} packets or flows went wrong"));
        }
        let begin = Clock::now();
        late.count(end);
        whole = whole.min(begin.elapsed().as_millis());
    }
    println!("{name}");
    if let Some(taken) = taken {
        println!("  {} bytes a flow of {flows}", taken / u64::from(flows));
    }
    let names = [
        "first packets",
        "packets of one flow",
        "of any flow",
        "first packets as others end",
        "rounds of expiry",
        "count after them",
    ];
    for (name, phase) in names.iter().zip(&phases) {
        phase.tell(name);
    }
    println!("  conntrack -C as all have expired: {whole} ms");
    Ok(())
}

fn main() -> Result<(), String> {
    let flows = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    alone("the fast hash", flows, None)?;
    alone("the flood-safe hash", flows, Some([1, 2]))
}
