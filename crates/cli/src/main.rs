//! packetwalk cli
fn main() {}
