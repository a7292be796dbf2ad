//! What tools print, a file per tool.

pub mod tcpdump;
