//! What `inspect`, `ls` and `ps` show of the engine's things.

pub(super) mod container;
pub(super) mod network;
pub(super) mod ports;
mod table;

pub(super) use table::{Table, print, rows};
