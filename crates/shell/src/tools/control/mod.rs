//! Commands that start, time and name others, and the builtins' counterparts of coreutils.

pub(super) mod env;
pub(super) mod kill;
pub(super) mod plain;
pub(super) mod sleep;
pub(super) mod timeout;
pub(super) mod which;

use crate::{Cx, Poll};

/// `NAME: TEXT` and the hint that coreutils add to it.
fn usage(cx: &mut Cx<'_>, text: &str, status: u8) -> Poll {
    let name = cx.args.first().map(|n| String::from_utf8_lossy(n).into_owned()).unwrap_or_default();
    write!(cx.stderr, "{name}: {text}\nTry '{name} --help' for more information.\n");
    Poll::Exit(status)
}
