//! What tools print, a file per tool.

pub mod conntrack;
pub(crate) mod gap;
pub mod tcpdump;
pub mod walk;
