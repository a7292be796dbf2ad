//! `conntrack -L`.

use packetwalk_lab::Stack;
use packetwalk_shell::print::conntrack::{Entry, Style, line};
use packetwalk_wire::Instant;

use super::Wanted;
use crate::view::Row;

/// A row's key is the entry's number, as `conntrack -L -o id` prints it.
pub fn conntrack(stack: &Stack, now: Instant, wanted: Wanted<'_>) -> Vec<Row> {
    let table = &stack.nf.ct;
    let rows = table.iter(now).filter_map(|(at, conn)| {
        let key = conn.id().to_string();
        if !wanted(&key) {
            return None;
        }
        let mut text = String::new();
        line(&Entry::of(table, at)?, now, Style::default(), &mut text);
        Some(Row { key, text })
    });
    rows.collect()
}
