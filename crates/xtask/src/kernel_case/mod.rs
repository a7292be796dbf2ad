//! A case of the differential fuzzer: a topology, settings, rules and packets; what came of it on one side; and the
//! simulator's side. `cargo xtask fuzz-kernel` adds the kernel's side; the CLI's tests replay recorded cases.

pub mod bytes;
pub mod case;
pub mod compare;
pub mod hide;
pub mod outcome;
pub mod reply;
pub mod sets;
pub mod simulate;
pub mod told;
pub mod topology;
