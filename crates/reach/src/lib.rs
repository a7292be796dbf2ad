//! Who can reach whom: a matrix of sources, destinations and ports.
//!
//! What a cell says is what a copy of the lab does with one real SYN, or one datagram. Most are not asked for one by
//! one: `classes` finds the namespaces that nothing in the lab tells apart, and one pair stands for all that are alike.
//! Where a rule is met that goes by chance or by what it saw before, every pair is asked for itself.

mod alike;
mod asker;
mod classes;
mod facts;
mod matrix;
mod mention;
mod place;
mod probe;
mod rules;
mod touch;

pub use asker::Asker;
pub use matrix::{Alike, Key, Matrix, Share};
pub use place::Place;
pub use probe::{Cell, Probe, ProbeError, Proto, SETTLE, State, usual};
