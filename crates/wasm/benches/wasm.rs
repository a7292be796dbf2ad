//! A walk as JavaScript gets it, on this machine's own processor. `cargo bench -p packetwalk-wasm`.
#![allow(clippy::expect_used, reason = "a bench that cannot be set up may panic")]

use divan::{Bencher, black_box};
use packetwalk_wasm::engine::Engine;
use packetwalk_wasm::view::{Laid, Records};

const LAB: &str = include_str!("../../../tests/labs/article/docker-2015/lab.sh");
const PING: &str = "ping -c1 203.0.113.10";

fn main() {
    divan::main();
}

/// A lab's first walk.
#[divan::bench]
fn walk(bencher: Bencher) {
    let walked = |engine: &mut Engine| engine.walk("c1", black_box(PING)).expect("a walk").steps.len();
    assert!(walked(&mut Engine::new(LAB)) > 10);
    bencher.with_inputs(|| Engine::new(LAB)).bench_local_refs(walked);
}

/// A walk written as records.
#[divan::bench]
fn records(bencher: Bencher) {
    let mut engine = Engine::new(LAB);
    let walk = engine.walk("c1", PING).expect("a walk");
    let records = Records::from(walk);
    let Laid { ends, plain, wide, .. } = records.laid();
    assert!(records.words.len() > walk.steps.len());
    let bytes = (records.words.len() + ends.len()) * 4 + plain.len() + wide.len();
    bencher.counter(divan::counter::BytesCount::new(bytes)).bench_local(|| Records::from(black_box(walk)));
}
