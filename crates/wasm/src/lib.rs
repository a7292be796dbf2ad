//! packetwalk for JavaScript: the only crate that knows of wasm-bindgen and serde.
//!
//! [`engine`] does the work in plain Rust; [`Lab`] hands it over: walks as records, all else by serde. Nothing panics on any input: what goes
//! wrong is an `Error` with `line` and `column` of the lab where there is one.

pub mod crossing;
pub mod engine;
mod error;
mod lab;
mod rest;
pub mod view;

pub use lab::{Lab, check, extensions};
pub use rest::{start, whole};
