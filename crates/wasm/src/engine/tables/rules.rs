//! `iptables -S`, table by table.

use packetwalk_lab::Stack;
use packetwalk_netfilter::xtables::{Counters, Face, Table};
use packetwalk_shell::iptables::rule_text;
use packetwalk_shell::print::walk::rule_key;
use packetwalk_wire::Family;

use super::Wanted;
use crate::view::RuleRow;

/// Every table that is there, of both faces of iptables; of IPv6 only if there is none of IPv4.
pub fn rules(stack: &Stack, wanted: Wanted<'_>) -> Vec<RuleRow> {
    let of = |family| {
        let tables =
            [Face::Nft, Face::Legacy].into_iter().flat_map(move |f| stack.nf.rules(f, family).created());
        tables.filter(|t| t.is_live()).collect::<Vec<_>>()
    };
    let v4 = of(Family::V4);
    let tables = if v4.is_empty() { of(Family::V6) } else { v4 };
    let mut rows = Vec::new();
    for table in tables {
        add(&mut rows, table, wanted);
    }
    rows
}

fn add(rows: &mut Vec<RuleRow>, table: &Table, wanted: Wanted<'_>) {
    let listed = table.listed();
    let mut row = |chain: &str, number: u32, counters: Counters, text: &dyn Fn() -> String| {
        let key = rule_key(table.id(), chain, number);
        if wanted(&key) {
            rows.push(RuleRow {
                key,
                table: table.id().name().to_owned(),
                chain: chain.to_owned(),
                number,
                text: text(),
                packets: counters.packets,
                bytes: counters.bytes,
            });
        }
    };
    for (_, chain) in &listed {
        let name = &chain.name;
        match &chain.base {
            Some(base) => row(name, 0, base.counters, &|| format!("-P {name} {}", base.policy.name())),
            None => row(name, 0, Counters::ZERO, &|| format!("-N {name}")),
        }
    }
    for (_, chain) in &listed {
        for ((at, rule), number) in chain.rules.iter().enumerate().zip(1u32..) {
            row(&chain.name, number, chain.counters(at), &|| rule_text(rule, &chain.name, table));
        }
    }
}
