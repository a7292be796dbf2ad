//! `conntrack -L`.

use packetwalk_lab::Stack;
use packetwalk_shell::print::conntrack::{Entry, Style, line};
use packetwalk_wire::Instant;

use crate::view::Row;

/// A row's key is the entry's number, as `conntrack -L -o id` prints it.
pub fn conntrack(stack: &Stack, now: Instant) -> Vec<Row> {
    let table = &stack.nf.ct;
    let entries = table.iter(now).filter_map(|(at, conn)| Some((conn.id(), Entry::of(table, at)?)));
    let rows = entries.map(|(id, entry)| {
        let mut text = String::new();
        line(&entry, now, Style::default(), &mut text);
        Row { key: id.to_string(), text }
    });
    rows.collect()
}
