//! Pieces of work whose instructions callgrind counts: `cargo xtask test counts` compares them with those of `crates/xtask/src/bench/counts.txt`.
//!
//! Only what happens in [`work`] is counted. Prints how many times the piece was done.

use std::hint::black_box;

use packetwalk_netfilter::conntrack::{Tuple, Zone};
use packetwalk_route::lpm::Prefixes;
use packetwalk_trace::NsId;
use packetwalk_wire::Instant;

use crate::published::{FLOWS, Published};
use crate::{containers, rules, seed};

type Done = Result<(), String>;

/// Does a piece: how many times.
type Piece = fn() -> Result<u32, String>;

/// The pieces, by name.
const PIECES: [(&str, Piece); 7] = [
    ("established", established),
    ("new-flow", new_flow),
    ("traced-ping", traced_ping),
    ("route-1m", route),
    ("rules-10k", rules::indexed),
    ("conntrack-64k", conntrack),
    ("containers", hundred),
];

/// Prints the names.
pub fn list() {
    for (name, _) in PIECES {
        println!("{name}");
    }
}

/// Does one piece.
pub fn run(name: &str) -> Done {
    let (_, piece) = PIECES.iter().find(|(n, _)| *n == name).ok_or(format!("no piece {name}"))?;
    println!("{}", piece()?);
    Ok(())
}

/// Callgrind knows this function by its name.
#[inline(never)]
pub fn work(run: &mut dyn FnMut() -> Done) -> Done {
    run()
}

/// A packet of a flow that was answered, through DNAT to the container's socket.
fn established() -> Result<u32, String> {
    let mut lab = Published::new("iptables-nft")?;
    lab.establish(1)?;
    lab.load(1, 128)?;
    work(&mut || lab.load(1, 2048))?;
    Ok(2048)
}

/// The first packet of a flow.
fn new_flow() -> Result<u32, String> {
    let mut lab = Published::new("iptables-nft")?;
    lab.establish(1)?;
    work(&mut || lab.load(FLOWS, 4096))?;
    Ok(4096)
}

/// A ping's packets in the lab of 2015, with ARP, every step kept.
fn traced_ping() -> Result<u32, String> {
    // Not clones of one: they would part with each other as they go.
    let mut shells = (0..10).map(|_| seed::built()).collect::<Result<Vec<_>, _>>()?;
    work(&mut || shells.iter_mut().try_for_each(|shell| seed::echo(shell).map(drop)))?;
    Ok(10)
}

/// A container of a hundred on five networks, from its command to its place in the lab.
fn hundred() -> Result<u32, String> {
    work(&mut || containers::start(5, 20))?;
    Ok(100)
}

/// Numbers without a pattern, the same each time.
pub struct Random(pub u64);

impl Random {
    /// The next one.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A lookup of an address in a table of a million prefixes of 16 to 24 bits, most of them of 24.
fn route() -> Result<u32, String> {
    let mut random = Random(1);
    let mut table = Prefixes::default();
    let mut known = Vec::new();
    for n in 0..1_000_000 {
        let (address, len) = (random.next(), random.next() % 64);
        let len = if len < 9 { 16 + len as u8 } else { 24 };
        let bits = u128::from(address >> 32 >> (32 - len) << (32 - len)) << 96;
        table.insert(bits, len, n % 200);
        if n % 500 == 0 {
            known.push(bits);
        }
    }
    work(&mut || {
        let found = known.iter().filter(|&&bits| black_box(table.longest(bits | 7 << 96)).is_some()).count();
        if found == known.len() { Ok(()) } else { Err("a prefix was not found".to_owned()) }
    })?;
    Ok(known.len() as u32)
}

/// A lookup of a flow among 65,536.
fn conntrack() -> Result<u32, String> {
    let mut lab = Published::new("iptables-nft")?;
    lab.begin(0..FLOWS)?;
    let tuples: Vec<Tuple> = (0..2000).map(|n| Published::tuple((n * 40503) & (FLOWS - 1))).collect();
    let stack = lab.shell.lab.stack_mut(NsId(0)).ok_or("no host")?;
    work(&mut || {
        let find = |tuple| black_box(stack.nf.ct.find(tuple, Zone::default(), Instant::ZERO)).is_some();
        let found = tuples.iter().map(find).filter(|found| *found).count();
        if found == tuples.len() { Ok(()) } else { Err(format!("{found} of {} flows", tuples.len())) }
    })?;
    Ok(tuples.len() as u32)
}
