//! The commands: one file or folder each, and the table of their names.

mod bridge;
mod clib;
mod conntrack;
mod ip;
pub(crate) mod iptables;
mod names;
mod ping;
pub(crate) mod proc_sys;
pub(crate) mod regex;
mod registry;
mod sysctl;

pub(crate) use registry::{Known, is_path_of_tool, known, path_of, start};
use registry::Tool;

/// Every command, sorted by name. To add one: a line here and a `mod` above.
///
/// `Tool::Function(ip::main)` for a command that does all at once, `Tool::Filter(sort::main)` for one
/// that needs its whole standard input first, `Tool::Process(ping::new)` for a state machine.
#[rustfmt::skip]
const TOOLS: &[(&str, Tool)] = &[
    ("bash", Tool::Process(crate::lang::interp::start_bash)),
    ("bridge", Tool::Function(bridge::main)),
    ("conntrack", Tool::Function(conntrack::main)),
    ("ip", Tool::Process(ip::new)),
    ("ip6tables", Tool::Process(iptables::new)),
    ("ip6tables-legacy", Tool::Process(iptables::new)),
    ("ip6tables-legacy-restore", Tool::Process(iptables::new)),
    ("ip6tables-legacy-save", Tool::Process(iptables::new)),
    ("ip6tables-nft", Tool::Process(iptables::new)),
    ("ip6tables-nft-restore", Tool::Process(iptables::new)),
    ("ip6tables-nft-save", Tool::Process(iptables::new)),
    ("ip6tables-restore", Tool::Process(iptables::new)),
    ("ip6tables-save", Tool::Process(iptables::new)),
    ("iptables", Tool::Process(iptables::new)),
    ("iptables-legacy", Tool::Process(iptables::new)),
    ("iptables-legacy-restore", Tool::Process(iptables::new)),
    ("iptables-legacy-save", Tool::Process(iptables::new)),
    ("iptables-nft", Tool::Process(iptables::new)),
    ("iptables-nft-restore", Tool::Process(iptables::new)),
    ("iptables-nft-save", Tool::Process(iptables::new)),
    ("iptables-restore", Tool::Process(iptables::new)),
    ("iptables-save", Tool::Process(iptables::new)),
    ("ping", Tool::Process(ping::new)),
    ("ping4", Tool::Process(ping::new)),
    ("ping6", Tool::Process(ping::new)),
    ("sh", Tool::Process(crate::lang::interp::start_bash)),
    ("sysctl", Tool::Function(sysctl::main)),
];
