//! Tables that are read from what their tool prints.

use packetwalk_shell::print::walk::{fdb_key, neighbour_key};
use packetwalk_shell::{Collect, Shell};
use packetwalk_trace::NsId;

use super::Wanted;
use crate::view::Row;

/// What a command prints in a namespace, on a copy of the lab.
pub fn lines(shell: &Shell, ns: NsId, command: &str) -> Vec<String> {
    let mut output = Collect::default();
    shell.clone().run_line(ns, command.as_bytes(), &mut output);
    output.text().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The word after `name`.
pub fn after<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_whitespace().skip_while(|word| *word != name).nth(1)
}

pub fn neighbours(shell: &Shell, ns: NsId, wanted: Wanted<'_>) -> Vec<Row> {
    let rows = lines(shell, ns, "ip neigh").into_iter().filter_map(|text| {
        let addr = text.split(' ').next().and_then(|addr| addr.parse().ok());
        let key = addr.map_or_else(
            || text.clone(),
            |addr| neighbour_key(after(&text, "dev").unwrap_or_default(), addr),
        );
        wanted(&key).then_some(Row { key, text })
    });
    rows.collect()
}

pub fn fdb(shell: &Shell, ns: NsId, wanted: Wanted<'_>) -> Vec<Row> {
    let rows = lines(shell, ns, "bridge fdb").into_iter().filter_map(|text| {
        let mac = text.split(' ').next()?.parse().ok()?;
        // Group addresses that interfaces listen to; not what a bridge learnt.
        let key = fdb_key(after(&text, "master")?, mac);
        wanted(&key).then_some(Row { key, text })
    });
    rows.collect()
}
