//! Netfilter: hooks, tables, connection tracking and NAT. Moves no packet itself.

pub mod conntrack;
pub mod context;
pub mod env;
pub mod extension;
pub mod hook;
pub mod ipset;
pub mod log;
pub mod matches;
pub mod nat;
mod plan;
mod raw;
pub mod shared;
pub mod synproxy;
pub mod targets;
pub mod xtables;

pub use conntrack::Conntrack;
pub use env::{Dev, Env, HookState, Host, Random, RejectWith, Verdict};
pub use hook::{Netfilter, Outcome, Resume};
