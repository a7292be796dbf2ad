//! Address management: which subnet a network gets, and which address an endpoint.

mod addresses;
mod pools;

pub use addresses::{AddressError, Addresses};
pub(crate) use pools::overlaps;
pub use pools::{PoolError, Pools, default_pools};
