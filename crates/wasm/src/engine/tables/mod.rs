//! The tables of a namespace, as their tools print them.

mod conntrack;
mod routes;
mod rules;
mod sockets;
mod tools;

use packetwalk_shell::Shell;
use packetwalk_trace::NsId;

use crate::view;

pub fn tables(shell: &Shell, ns: NsId) -> view::Tables {
    let Some(stack) = shell.lab.stack(ns) else { return view::Tables::default() };
    view::Tables {
        routes: routes::routes(shell, ns),
        rules: rules::rules(stack),
        conntrack: conntrack::conntrack(stack, shell.lab.now()),
        neighbours: tools::neighbours(shell, ns),
        fdb: tools::fdb(shell, ns),
        sockets: sockets::sockets(stack),
    }
}
