//! What tools print, a file per tool.

pub mod conntrack;
pub mod tcpdump;
pub mod walk;
