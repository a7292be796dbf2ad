//! A table by pages: what is shown is made, however long the table is.

use std::collections::BTreeSet;

use packetwalk_shell::Shell;
use packetwalk_trace::NsId;

use super::read;
use crate::view::{Page, TableName, Tables};

/// Rows of a page.
const ROWS: usize = 200;

/// Which page: the one that has the row of this key, or if there is none the one that has the row of this number.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Key of a row.
    pub key: Option<&'a str>,
    /// Number of a row, from 0.
    pub from: u32,
}

/// A page of what a filter of keys leaves of a table.
pub fn page(
    shell: &Shell,
    ns: NsId,
    table: TableName,
    place: Place<'_>,
    is_shown: &dyn Fn(&str) -> bool,
) -> Page {
    let (mut total, mut keyed) = (0, None);
    let mut make = |from: usize| {
        let mut tables = Tables::default();
        total = 0;
        read(&mut tables, shell, ns, table, &mut |key| {
            if !is_shown(key) {
                return false;
            }
            if place.key == Some(key) {
                keyed = keyed.or(Some(total));
            }
            total += 1;
            total > from && total <= from + ROWS
        });
        (tables, total, keyed)
    };
    let begin = |at: usize| at - at % ROWS;
    let guess = begin(place.from as usize);
    let (mut tables, total, keyed) = make(guess);
    let from = begin(keyed.unwrap_or_else(|| guess.min(total.saturating_sub(1))));
    if from != guess {
        tables = make(from).0;
    }
    Page { from: from as u32, total: total as u32, tables, fresh: Vec::new() }
}

/// The keys of a table's rows that were not there in an earlier lab.
pub fn fresh(tables: &Tables, table: TableName, earlier: &Shell, ns: NsId) -> Vec<String> {
    let mut keys: BTreeSet<&str> = tables.keys(table).collect();
    read(&mut Tables::default(), earlier, ns, table, &mut |key| {
        keys.remove(key);
        false
    });
    tables.keys(table).filter(|key| keys.contains(key)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{Place, ROWS};
    use crate::engine::Engine;
    use crate::view::TableName;

    /// A host with so many rules in INPUT, and so many routes in its main table.
    fn host(rules: u32, routes: u32) -> Engine {
        let mut lab = String::from(
            "ip netns add a
ip link add veth1 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev veth1
ip link set veth1 up
ip -n a addr add 10.0.0.2/24 dev eth0
ip -n a link set eth0 up
",
        );
        lab.extend((1..=rules).map(|port| format!("iptables -A INPUT -p tcp --dport {port} -j DROP\n")));
        lab.extend(
            (1..routes)
                .map(|net| format!("ip route add 10.{}.{}.0/24 via 10.0.0.2\n", 1 + net / 256, net % 256)),
        );
        Engine::new(&lab)
    }

    #[test]
    fn pages_are_all_of_a_table() {
        let mut engine = host(450, 301);
        let all = engine.tables("").expect("it is there");
        for (table, total) in [(TableName::Rules, 453), (TableName::Routes, 301)] {
            let mut keys = Vec::new();
            while keys.len() < total {
                let place = Place { key: None, from: keys.len() as u32 };
                let page = engine.page("", table, place, (None, None)).expect("there is a page");
                assert_eq!((page.from as usize, page.total as usize), (keys.len(), total));
                assert!(page.tables.keys(table).count() <= ROWS);
                keys.extend(page.tables.keys(table).map(str::to_owned));
            }
            let shown = all.keys(table).filter(|key| table == TableName::Rules || !key.starts_with("255/"));
            assert!(shown.eq(keys.iter().map(String::as_str)), "{table:?}");
        }
        let last = engine.page("", TableName::Rules, Place { key: None, from: 9999 }, (None, None));
        assert_eq!(last.expect("the last one").from, 400);
    }

    #[test]
    fn a_page_is_found_by_a_row() {
        let mut engine = host(450, 301);
        let mut at = |key| {
            let page = engine.page("", TableName::Rules, Place { key: Some(key), from: 0 }, (None, None));
            let page = page.expect("there is one");
            (page.from, page.tables.keys(TableName::Rules).any(|row| row == key))
        };
        assert_eq!(at("filter/INPUT/0"), (0, true));
        // Policies of three chains come first.
        assert_eq!(at("filter/INPUT/197"), (0, true));
        assert_eq!(at("filter/INPUT/198"), (200, true));
        assert_eq!(at("filter/INPUT/450"), (400, true));
        assert_eq!(at("filter/INPUT/451"), (0, false));
    }

    #[test]
    fn what_a_step_brought_is_new() {
        let mut engine = host(3, 3);
        let walk = engine.walk("", "ping -c1 10.0.0.2").expect("it walks");
        let steps = walk.steps.len() as u32;
        for table in super::super::ALL {
            for step in 1..steps {
                let place = Place { key: None, from: 0 };
                let page = engine.page("", table, place, (Some(step), Some(step - 1))).expect("a page");
                let before = engine.state_at(step - 1, "").expect("there is such a step");
                let mut new: Vec<&str> = page.tables.keys(table).collect();
                new.retain(|key| before.keys(table).all(|known| known != *key));
                assert_eq!(page.fresh, new, "{table:?}, step {step}");
            }
        }
        let page = engine.page("", TableName::Conntrack, Place { key: None, from: 0 }, (None, Some(0)));
        assert_eq!(page.expect("a page").fresh.len(), 0, "nothing tracks connections here yet");
        assert!(
            engine.page("", TableName::Rules, Place { key: None, from: 0 }, (Some(steps), None)).is_err()
        );
    }

    #[test]
    fn what_a_line_changes_is_told_from_what_it_does_not() {
        let mut engine = host(3, 3);
        assert!(!engine.is_changed(), "nothing was typed");
        for (line, changes) in [
            ("ip route show", false),
            ("iptables -S", false),
            ("sysctl net.ipv4.ip_forward", false),
            ("sysctl -q net.ipv4.ip_forward=1", true),
            ("ip route add 10.9.0.0/24 via 10.0.0.2", true),
            ("ip netns add b", true),
            ("ip -n a link set eth0 down", true),
            ("ip -n a route", false),
        ] {
            engine.type_line("", line).expect("it is taken");
            assert_eq!(engine.is_changed(), changes, "{line}");
        }
    }
}
