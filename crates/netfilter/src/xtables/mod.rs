//! Tables, chains and rules of iptables, and their traversal.
//!
//! A [`Ruleset`] is what one face (`iptables-nft` or `iptables-legacy`) holds for one family. Its
//! [`Table`]s hold [`Chain`]s, these hold [`Rule`]s in one flat vector. Every change goes through a typed
//! operation of [`Table`] that fails as the kernel fails.

pub mod chain;
pub mod condition;
pub mod counters;
pub mod error;
pub mod gap;
mod index;
mod prints;
pub mod rule;
pub mod ruleset;
pub mod table;
pub mod traverse;
pub mod validate;

pub use chain::{BaseChain, Chain, Policy};
pub use condition::{Base, Cond, Field, IfPattern, Net};
pub use counters::Counters;
pub use error::{ChainError, RuleError};
pub use gap::Gap;
pub use rule::Rule;
pub use ruleset::{Face, Ruleset, TABLES};
pub use table::Table;
