//! packetwalk xtask
fn main() {}
