//! `docker network`.

use packetwalk_wire::Order;

mod connect;
mod create;
mod disconnect;
mod inspect;
mod ls;
mod prune;
mod rm;

pub(super) use connect::{CONNECT, link};
pub(super) use create::{CREATE, prefix};
pub(super) use disconnect::DISCONNECT;
pub(super) use inspect::INSPECT;
pub(super) use ls::LS;
pub(super) use prune::PRUNE;
pub(super) use rm::RM;

/// `NAME=VALUE`, sorted; a name alone has no value.
pub(super) fn pairs<'p>(all: impl Iterator<Item = &'p str>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in all {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.retain(|(n, _)| n != name);
        pairs.push((name.to_owned(), value.to_owned()));
    }
    pairs.order();
    pairs
}
