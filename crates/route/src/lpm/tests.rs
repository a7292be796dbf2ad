//! Against a list that is read through.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::node::{Node, STRIDE, bits_of, place};
use super::pool::HEAD;
use super::{ANY, Match, Prefixes, Row};
use crate::bits::mask;

/// What is done to a table.
#[derive(Clone, Debug)]
enum Do {
    Insert(u128, u8, u32),
    Remove(usize),
}

/// Prefixes near to one another, so that they nest, and a few far off; numbers of both widths.
fn prefix(v4: bool) -> impl Strategy<Value = (u128, u8)> {
    let most: u8 = if v4 { 32 } else { 128 };
    let near = prop_oneof![Just(0x0a00_0000u32), Just(0x0a00_4000), Just(0xc0a8_0000), any::<u32>()];
    let len = prop_oneof![0..=most, Just(24.min(most)), Just(most), 17u8..=19];
    (near, any::<u16>(), any::<u64>(), len).prop_map(move |(top, middle, low, len)| {
        let spread = if low & 1 == 0 { u32::from(middle) } else { u32::from(middle & 0x1ff) };
        let deep = if v4 { 0 } else { u128::from(low & 0xff00_00ff_8000_0003) };
        ((u128::from(top ^ spread) << 96 | deep) & mask(len), len)
    })
}

fn changes(v4: bool) -> impl Strategy<Value = Vec<Do>> {
    let id = prop_oneof![0..9u32, 0..9u32, 65_534..65_538u32, Just(u32::MAX)];
    let insert = (prefix(v4), id).prop_map(|((bits, len), id)| Do::Insert(bits, len, id));
    let change = prop_oneof![3 => insert, 2 => any::<usize>().prop_map(Do::Remove)];
    prop::collection::vec(change, 0..400)
}

fn naive(rows: &[Row], address: u128, below: u8) -> Option<Match> {
    let covers = |r: &&Row| r.len < below && (r.bits ^ address) & mask(r.len) == 0;
    rows.iter().filter(covers).max_by_key(|r| r.len).map(|r| Match::new(r.len, r.id))
}

fn sorted(prefixes: &Prefixes) -> Vec<Row> {
    let mut rows = Vec::new();
    prefixes.each(&mut |row| rows.push(row));
    rows.sort_by_key(|r| (r.bits, r.len));
    rows
}

fn check(changes: &[Do]) {
    let (mut ours, mut rows) = (Prefixes::default(), Vec::<Row>::new());
    for (at, change) in changes.iter().enumerate() {
        match *change {
            Do::Insert(bits, len, id) => {
                let known = rows.iter_mut().find(|r| (r.bits, r.len) == (bits, len));
                let old = known.map(|r| std::mem::replace(&mut r.id, id));
                if old.is_none() {
                    rows.push(Row { bits, len, id });
                }
                assert_eq!(ours.insert(bits, len, id), old);
            }
            Do::Remove(any) if !rows.is_empty() => {
                let gone = rows.swap_remove(any % rows.len());
                assert_eq!(ours.remove(gone.bits, gone.len), Some(gone.id));
                assert_eq!(ours.remove(gone.bits, gone.len), None);
                assert_eq!(ours.get(gone.bits, gone.len), None);
            }
            Do::Remove(_) => {}
        }
        assert_eq!(ours.len(), rows.len());
        if at % 16 != 0 && at + 1 != changes.len() {
            continue;
        }
        rows.sort_by_key(|r| (r.bits, r.len));
        assert_eq!(sorted(&ours), rows);
        for row in &rows {
            assert_eq!(ours.get(row.bits, row.len), Some(row.id));
            for address in [row.bits, row.bits | !mask(row.len), row.bits ^ 1 << 100, row.bits ^ 1 << 127] {
                assert_eq!(ours.longest(address), naive(&rows, address, ANY), "{address:x}");
                let mut below = ANY;
                while let Some(found) = ours.find(address, below) {
                    assert_eq!(Some(found), naive(&rows, address, below), "{address:x} below {below}");
                    below = found.length();
                }
                assert_eq!(naive(&rows, address, below), None, "{address:x} below {below}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn agrees_with_a_list_ipv4(changes in changes(true)) {
        check(&changes);
    }

    #[test]
    fn agrees_with_a_list_ipv6(changes in changes(false)) {
        check(&changes);
    }

    #[test]
    fn a_node_knows_its_longest(short: [u64; 2], long: [u64; 2]) {
        let node = Node { short: short[0] & short[1] & (u64::MAX >> 1) & !1, long: long[0] & long[1] };
        for six in 0..64 {
            let best = (1..=STRIDE).rev().map(|bits| place(six, bits)).find(|&place| node.has(place));
            let wanted = best.map(|place| {
                let index = node.index(place);
                ((index as u32).wrapping_add(if index < 0 { 0 } else { HEAD }), bits_of(place))
            });
            assert_eq!(node.longest(six), wanted, "{node:x?} {six}");
        }
    }
}

/// By a map of exact prefixes, asked for every length.
fn chain(rows: &BTreeMap<(u128, u8), u32>, address: u128) -> Vec<Match> {
    let at = |len| rows.get(&(address & mask(len), len)).map(|&id| Match::new(len, id));
    (0..=128).rev().filter_map(at).collect()
}

/// The root has more slots as prefixes come, and fewer as they go.
#[test]
fn the_root_grows_and_shrinks() {
    let mut random = 1u64;
    let mut next = || {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        random >> 32
    };
    let (mut ours, mut rows) = (Prefixes::default(), BTreeMap::new());
    while rows.len() < 80_000 {
        let len = match next() % 8 {
            0 => (next() % 19) as u8,
            1 => (next() % 129) as u8,
            _ => 24,
        };
        let bits = u128::from(next() << 32 | next()) << 64 & mask(len);
        let id = (next() % 70_000) as u32;
        assert_eq!(ours.insert(bits, len, id), rows.insert((bits, len), id));
    }
    for left in [80_000, 60_000, 16_000, 2000, 50, 3] {
        while rows.len() > left {
            let from = u128::from(next()) << 96;
            let gone =
                rows.range((from, 0)..).next().or(rows.first_key_value()).map(|(key, _)| *key).unwrap();
            assert_eq!(ours.remove(gone.0, gone.1), rows.remove(&gone));
        }
        assert_eq!(sorted(&ours).len(), left);
        let known: Vec<u128> = rows.keys().step_by(37).map(|(bits, len)| bits | !mask(*len)).collect();
        for address in known.into_iter().chain((0..500).map(|_| u128::from(next()) << 96)) {
            let wanted = chain(&rows, address);
            assert_eq!(ours.longest(address), wanted.first().copied(), "{address:x} of {left}");
            let mut below = ANY;
            let steps = std::iter::from_fn(|| {
                let found = ours.find(address, below)?;
                below = found.length();
                Some(found)
            });
            assert_eq!(steps.collect::<Vec<_>>(), wanted, "{address:x} of {left}");
        }
    }
}

#[test]
fn what_was_deleted_is_given_back() {
    let mut prefixes = Prefixes::default();
    let rows: Vec<(u128, u8)> = (0..60_000u128).map(|i| ((i * 0x9e37 % 0x3_0000) << 104, 24)).collect();
    for &(bits, len) in &rows {
        prefixes.insert(bits, len, 1);
    }
    let most = prefixes.bytes();
    for _ in 0..5 {
        for &(bits, len) in &rows {
            prefixes.remove(bits, len);
        }
        assert!(prefixes.is_empty() && prefixes.bytes() < 1000, "{} bytes", prefixes.bytes());
        for &(bits, len) in rows.iter().rev() {
            prefixes.insert(bits, len, 70_000);
        }
    }
    assert!(prefixes.bytes() < most * 2, "{} bytes, then {}", most, prefixes.bytes());
}
