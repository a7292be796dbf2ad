//! packetwalk wasm
