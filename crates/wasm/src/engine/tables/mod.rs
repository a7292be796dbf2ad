//! The tables of a namespace, as their tools print them.

mod conntrack;
mod page;
mod routes;
mod rules;
mod sockets;
mod tools;

use packetwalk_shell::Shell;
use packetwalk_trace::NsId;
pub use page::{Place, fresh, page};
pub use tools::lines;

use crate::view::{TableName, Tables};

/// Is asked for each row of a table, in order, by its key: whether it is to be made.
type Wanted<'a> = &'a mut dyn FnMut(&str) -> bool;

/// Every table.
pub const ALL: [TableName; 6] = [
    TableName::Routes,
    TableName::Rules,
    TableName::Conntrack,
    TableName::Neighbours,
    TableName::Fdb,
    TableName::Sockets,
];

/// Puts a table's rows in their place.
pub fn read(to: &mut Tables, shell: &Shell, ns: NsId, table: TableName, wanted: Wanted<'_>) {
    let Some(stack) = shell.lab.stack(ns) else { return };
    match table {
        TableName::Routes => to.routes = routes::routes(shell, ns, wanted),
        TableName::Rules => to.rules = rules::rules(stack, wanted),
        TableName::Conntrack => to.conntrack = conntrack::conntrack(stack, shell.lab.now(), wanted),
        TableName::Neighbours => to.neighbours = tools::neighbours(shell, ns, wanted),
        TableName::Fdb => to.fdb = tools::fdb(shell, ns, wanted),
        TableName::Sockets => to.sockets = sockets::sockets(stack, wanted),
    }
}

/// All tables.
pub fn tables(shell: &Shell, ns: NsId) -> Tables {
    let mut tables = Tables::default();
    for table in ALL {
        read(&mut tables, shell, ns, table, &mut |_| true);
    }
    tables
}
