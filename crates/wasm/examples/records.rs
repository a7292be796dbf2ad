//! Prints `js/records.js`: `cargo xtask build` writes it.

fn main() {
    print!("{}", packetwalk_wasm::view::javascript());
}
