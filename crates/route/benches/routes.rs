//! Route tables of many sizes: time of a lookup, memory, time to build and to change. `cargo bench -p packetwalk-route`,
//! and in wasm by `cargo xtask bench`.
//!
//! The contenders answer the same keys by turns.
#![allow(clippy::disallowed_methods, reason = "a measurement is of real time")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::time::Instant;

use ip_network_table_deps_treebitmap::IpLookupTable;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use packetwalk_route::lpm::Prefixes;
use packetwalk_route::{Flow, NextHop, NlFlags, Route, Routing, Scope, bits, protocol};
use packetwalk_wire::{Family, IfIndex, IfName, Mac};
use peak_alloc::PeakAlloc;
use prefix_trie::PrefixMap;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const KEYS: usize = 1 << 19;
const TURNS: usize = 3;
/// Keys of a turn.
const CHUNK: usize = 1 << 12;
/// Different next hops.
const WAYS: u64 = 200;

/// Lengths of a backbone's table, in thousandths: 61 % are /24.
#[rustfmt::skip]
const LENGTHS4: [(u8, u64); 19] = [
    (8, 1), (10, 1), (12, 1), (13, 1), (14, 1), (15, 2), (16, 14), (17, 8), (18, 14), (19, 26), (20, 46),
    (21, 52), (22, 109), (23, 102), (24, 610), (26, 2), (28, 2), (30, 3), (32, 5),
];
/// The same of IPv6.
#[rustfmt::skip]
const LENGTHS6: [(u8, u64); 16] = [
    (20, 1), (24, 2), (28, 9), (29, 60), (30, 10), (32, 180), (33, 15), (34, 10), (36, 45), (38, 8), (40, 75),
    (42, 15), (44, 90), (46, 20), (48, 455), (64, 5),
];

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    fn wide(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }
}

/// Prefixes in the order of their addresses. IPv4's are anywhere in 1.0.0.0 to 223.255.255.255; IPv6's anywhere
/// in 2000::/3, most of them below one of the /32s.
fn prefixes(random: &mut Random, v6: bool, n: usize) -> Vec<(u128, u8)> {
    let lengths = if v6 { &LENGTHS6[..] } else { &LENGTHS4[..] };
    let sum = lengths.iter().map(|(_, share)| share).sum();
    let sites: Vec<u128> = (0..=n / 8).map(|_| random.wide() >> 3 | 1 << 125).collect();
    let mut all = BTreeSet::new();
    while all.len() < n {
        let mut left = random.below(sum);
        let &(len, _) = lengths
            .iter()
            .find(|(_, share)| {
                left < *share || {
                    left -= share;
                    false
                }
            })
            .unwrap();
        let address = match v6 {
            false => u128::from(random.below(0xdf00_0000) + 0x0100_0000) << 96,
            true if len <= 32 => sites[random.below(sites.len() as u64) as usize],
            true => sites[random.below(sites.len() as u64) as usize] & bits::mask(32) | random.wide() >> 32,
        };
        all.insert((address & bits::mask(len), len));
    }
    all.into_iter().collect()
}

/// A kind of keys, and the addresses.
type Keys = (&'static str, Vec<u128>);

fn keys(random: &mut Random, all: &[(u128, u8)], v6: bool) -> [Keys; 3] {
    let width = if v6 { !0 } else { !0 << 96 };
    let inside =
        |random: &mut Random, (bits, len): (u128, u8)| bits | random.wide() & !bits::mask(len) & width;
    let any = |random: &mut Random| all[random.below(all.len() as u64) as usize];
    let hot: Vec<_> = (0..64).map(|_| any(random)).collect();
    let uniform = |random: &mut Random| {
        if v6 {
            random.wide() >> 3 | 1 << 125
        } else {
            u128::from(random.below(0xdf00_0000) + 0x0100_0000) << 96
        }
    };
    [
        (
            "in-prefix",
            (0..KEYS)
                .map(|_| {
                    let of = any(random);
                    inside(random, of)
                })
                .collect(),
        ),
        ("uniform", (0..KEYS).map(|_| uniform(random)).collect()),
        (
            "hot",
            (0..KEYS)
                .map(|_| {
                    let at = random.below(64) as usize;
                    inside(random, hot[at])
                })
                .collect(),
        ),
    ]
}

fn ns(since: Instant, of: usize) -> f64 {
    since.elapsed().as_nanos() as f64 / of as f64
}

/// Heap that a table takes, and nanoseconds for each prefix to build it.
fn built<T>(n: usize, build: impl FnOnce() -> T) -> (T, usize, f64) {
    let before = HEAP.current_usage();
    let begin = Instant::now();
    let table = build();
    let time = ns(begin, n);
    (table, HEAP.current_usage() - before, time)
}

/// Nanoseconds for a key of each contender: by turns on a few keys each, of which the quickest tenth counts, as other
/// programs take their time too.
fn race(contenders: &mut [&mut dyn FnMut(Range<usize>) -> u64]) -> Vec<f64> {
    let mut times = vec![Vec::new(); contenders.len()];
    for begin in (0..TURNS).flat_map(|_| (0..KEYS).step_by(CHUNK)) {
        let mut sums = BTreeSet::new();
        for (run, times) in contenders.iter_mut().zip(&mut times) {
            let since = Instant::now();
            sums.insert(black_box(run(begin..begin + CHUNK)));
            times.push(ns(since, CHUNK));
        }
        assert!(sums.len() == 1, "the contenders disagree: {sums:?}");
    }
    let tenth = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 10]
    };
    times.iter_mut().map(tenth).collect()
}

fn row(v6: bool, n: usize) {
    let random = &mut Random(n as u64);
    let all = prefixes(random, v6, n);
    let ids: Vec<u32> = all.iter().map(|_| random.below(WAYS) as u32).collect();
    let entries: Vec<(u128, u8, u32)> = all.iter().zip(&ids).map(|(&(b, l), &id)| (b, l, id)).collect();
    let mut mixed = entries.clone();
    for at in (1..mixed.len()).rev() {
        mixed.swap(at, random.below(at as u64 + 1) as usize);
    }

    let build = |from: &[(u128, u8, u32)]| {
        let mut table = Prefixes::default();
        for &(bits, len, id) in from {
            table.insert(bits, len, id);
        }
        table
    };
    let (mut ours, ours_bytes, ours_build) = built(n, || build(&entries));
    let (_, mixed_bytes, mixed_build) = built(n, || build(&mixed));
    let v4 = |bits: u128| Ipv4Addr::from_bits((bits >> 96) as u32);
    let wide = Ipv6Addr::from_bits;
    let (trie4, trie4_bytes, trie4_build) = built(n, || {
        let of = |&(bits, len, id): &(u128, u8, u32)| (Ipv4Net::new_assert(v4(bits), len), id);
        entries.iter().filter(|_| !v6).map(of).collect::<PrefixMap<Ipv4Net, u32>>()
    });
    let (trie6, trie6_bytes, trie6_build) = built(n, || {
        let of = |&(bits, len, id): &(u128, u8, u32)| (Ipv6Net::new_assert(wide(bits), len), id);
        entries.iter().filter(|_| v6).map(of).collect::<PrefixMap<Ipv6Net, u32>>()
    });
    let (map4, map4_bytes, map4_build) = built(n, || {
        let mut map = IpLookupTable::new();
        for &(bits, len, id) in entries.iter().filter(|_| !v6) {
            map.insert(v4(bits), len.into(), id);
        }
        map
    });
    let (map6, map6_bytes, map6_build) = built(n, || {
        let mut map = IpLookupTable::new();
        for &(bits, len, id) in entries.iter().filter(|_| v6) {
            map.insert(wide(bits), len.into(), id);
        }
        map
    });

    let family = if v6 { "IPv6" } else { "IPv4" };
    let (trie_bytes, map_bytes) = (trie4_bytes.max(trie6_bytes), map4_bytes.max(map6_bytes));
    let kb = |bytes: usize| bytes as f64 / 1000.0;
    println!("{family} {n:>7}  ns        ours   prefix-trie   treebitmap");
    let print = |what: &str, a: f64, b: f64, c: f64| println!("  {what:<18}{a:>10.1}{b:>12.1}{c:>13.1}");
    for (what, keys) in keys(random, &all, v6) {
        // IPv4's are kept as narrow as its contenders' are.
        let narrow: Vec<u32> = keys.iter().map(|k| (k >> 96) as u32).collect();
        let take =
            |found: Option<(u8, u32)>| found.map_or(0, |(len, id)| u64::from(len) << 32 | u64::from(id));
        let our = |address| take(ours.longest(address).map(|m| (m.length(), m.id)));
        let best = if v6 {
            race(&mut [
                &mut |at| keys[at].iter().fold(0, |sum, &k| sum + our(k)),
                &mut |at| {
                    keys[at].iter().fold(0, |sum, &k| {
                        let net = Ipv6Net::new_assert(wide(k), 128);
                        sum + take(trie6.get_lpm(&net).map(|(p, id)| (p.prefix_len(), *id)))
                    })
                },
                &mut |at| {
                    keys[at].iter().fold(0, |sum, &k| {
                        sum + take(map6.longest_match(wide(k)).map(|(_, len, id)| (len as u8, *id)))
                    })
                },
            ])
        } else {
            race(&mut [
                &mut |at| narrow[at].iter().fold(0, |sum, &k| sum + our(u128::from(k) << 96)),
                &mut |at| {
                    narrow[at].iter().fold(0, |sum, &k| {
                        let net = Ipv4Net::new_assert(Ipv4Addr::from_bits(k), 32);
                        sum + take(trie4.get_lpm(&net).map(|(p, id)| (p.prefix_len(), *id)))
                    })
                },
                &mut |at| {
                    narrow[at].iter().fold(0, |sum, &k| {
                        let found = map4.longest_match(Ipv4Addr::from_bits(k));
                        sum + take(found.map(|(_, len, id)| (len as u8, *id)))
                    })
                },
            ])
        };
        print(what, best[0], best[1], best[2]);
    }
    print("build", ours_build, trie4_build.max(trie6_build), map4_build.max(map6_build));
    println!("  build, mixed      {mixed_build:>10.1}");
    print("kB", kb(ours_bytes), kb(trie_bytes), kb(map_bytes));
    println!("  kB, mixed         {:>10.1}", kb(mixed_bytes));

    let begin = Instant::now();
    let mut updates = 0;
    while updates < 400_000 {
        for &(bits, len, id) in mixed.iter().take(200_000) {
            black_box(ours.remove(bits, len));
            black_box(ours.insert(bits, len, id));
            updates += 2;
        }
    }
    println!("  an update         {:>10.1}", ns(begin, updates));
    println!("  kB, updated       {:>10.1}", kb(ours.bytes()));
    drop((trie4, trie6, map4, map6));
    whole(random, &mixed, v6);
}

/// The same as routes, by all that the kernel looks at.
fn whole(random: &mut Random, entries: &[(u128, u8, u32)], v6: bool) {
    let family = if v6 { Family::V6 } else { Family::V4 };
    let mut routing = Routing::new(0);
    let dev = |index: u32| IfIndex(index + 1);
    for index in 0..WAYS as u32 {
        routing.add_dev(dev(index), IfName::new(&format!("d{index}")).unwrap(), Mac([2; 6]), 1500, false);
        routing.set_carrier(dev(index), true);
        routing.set_up(dev(index), true);
    }
    let before = routing.routes(family).count();
    let bytes = HEAP.current_usage();
    let begin = Instant::now();
    for &(bits, len, id) in entries {
        let nexthop = NextHop { oif: dev(id), ..NextHop::default() };
        let route = Route {
            scope: Scope::LINK,
            protocol: protocol::STATIC,
            metric: 20,
            nexthops: vec![nexthop],
            ..Route::new(IpNet::new(bits::addr(bits, family), len).unwrap())
        };
        routing.change_route(route, NlFlags::Add).unwrap();
    }
    let build = ns(begin, entries.len());
    let bytes = (HEAP.current_usage() - bytes) as f64 / 1000.0;
    let mut key = |_| {
        let (bits, len, _) = entries[random.below(entries.len() as u64) as usize];
        bits::addr(bits | random.wide() & !bits::mask(len), family)
    };
    let keys: Vec<IpAddr> = (0..KEYS).map(&mut key).collect();
    let mut lookup = |at: Range<usize>| {
        keys[at].iter().fold(0, |sum, &key| {
            sum + routing.fib_lookup(&Flow::new(key)).map_or(0, |hit| u64::from(hit.len))
        })
    };
    let best = race(&mut [&mut lookup]);
    println!("  ip route add      {build:>10.1}");
    println!("  fib_lookup        {:>10.1}", best[0]);
    println!("  kB of routes      {bytes:>10.1}");
    let begin = Instant::now();
    let copy = black_box(routing.clone());
    println!("  a snapshot        {:>10.1}", ns(begin, 1));
    assert_eq!(copy.routes(family).count(), before + entries.len());
}

fn main() {
    let only: Option<usize> = std::env::args().find_map(|arg| arg.parse().ok());
    for n in [1, 16, 1_000, 100_000, 1_000_000] {
        if only.is_none_or(|only| only == n) {
            row(false, n);
        }
    }
    if only.is_none_or(|only| only == 6) {
        row(true, 200_000);
    }
}
