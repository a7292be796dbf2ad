//! Sets of addresses, networks, ports and more, by name: what `ipset` fills and rules ask.
//!
//! A hash set is the kernel's own table, bucket for bucket, so that a set made with `initval` lists its
//! members in the kernel's order and says the kernel's size in memory.

pub mod adt;
pub mod bitmap;
pub mod elem;
pub mod error;
mod expand;
pub mod ext;
pub mod hash;
pub mod kind;
pub mod list;
pub mod packet;
pub mod set;
pub mod sets;
mod users;

pub use adt::{Adt, Op, Spec};
pub use elem::Elem;
pub use error::SetError;
pub use ext::{Ext, SkbInfo, With};
pub use kind::{Kind, Part};
pub use packet::{Ask, CounterTest, Dirs, Pkt};
pub use set::{Body, Set, View};
pub use sets::{Name, SetId, Sets};
