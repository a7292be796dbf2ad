//! A page of the book, checked. `cargo bench -p packetwalk-book`.

use std::path::Path;

use divan::{Bencher, black_box};
use packetwalk_book::check;

const PAGE: &str = include_str!("../../../www/book/en/src/conntrack.md");
const DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/book/en/src");

fn main() {
    divan::main();
}

/// Its labs built, its commands and walks run, its claims compared.
#[divan::bench]
fn check_page(bencher: Bencher) {
    let report = check(PAGE, Path::new(DIR));
    assert_eq!(report.broken, []);
    assert!(report.labs > 0 && report.walks > 0 && report.claims > 0);
    bencher.bench_local(|| check(black_box(PAGE), Path::new(DIR)));
}
