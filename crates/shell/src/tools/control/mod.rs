//! Commands that start, time and name others, and the builtins' counterparts of coreutils.

// Two ways of a command read as a match like all others.
#![allow(clippy::single_match_else)]

pub(super) mod alternatives;
pub(super) mod env;
pub(super) mod kill;
pub(super) mod nsenter;
pub(super) mod plain;
pub(super) mod sleep;
pub(super) mod timeout;
pub(super) mod which;
pub(super) mod wrap;

use crate::{Cx, Poll};

/// `NAME: TEXT` and the hint that coreutils add to it.
fn usage(cx: &mut Cx<'_>, text: &str, status: u8) -> Poll {
    let name = cx.args.first().map(|n| String::from_utf8_lossy(n).into_owned()).unwrap_or_default();
    writeln!(cx.stderr, "{name}: {text}\nTry '{name} --help' for more information.");
    Poll::Exit(status)
}
