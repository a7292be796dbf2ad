//! `iptables -S`, table by table.

use packetwalk_lab::Stack;
use packetwalk_netfilter::xtables::{Counters, Face, Table};
use packetwalk_shell::iptables::rule_text;
use packetwalk_shell::print::walk::rule_key;
use packetwalk_wire::Family;

use crate::view::RuleRow;

/// Every table that is there, of both faces of iptables; of IPv6 only if there is none of IPv4.
pub fn rules(stack: &Stack) -> Vec<RuleRow> {
    let of = |family| {
        let tables =
            [Face::Nft, Face::Legacy].into_iter().flat_map(move |f| stack.nf.rules(f, family).created());
        tables.filter(|t| t.is_live()).flat_map(rows).collect::<Vec<_>>()
    };
    let v4 = of(Family::V4);
    if v4.is_empty() { of(Family::V6) } else { v4 }
}

fn rows(table: &Table) -> Vec<RuleRow> {
    let listed = table.listed();
    let row = |chain: &str, number: u32, text: String, counters: Counters| RuleRow {
        key: rule_key(table.id(), chain, number),
        table: table.id().name().to_owned(),
        chain: chain.to_owned(),
        number,
        text,
        packets: counters.packets,
        bytes: counters.bytes,
    };
    let mut rows: Vec<RuleRow> = Vec::new();
    for (_, chain) in &listed {
        rows.push(match &chain.base {
            Some(base) => {
                let text = format!("-P {} {}", chain.name, base.policy.name());
                row(&chain.name, 0, text, base.counters)
            }
            None => row(&chain.name, 0, format!("-N {}", chain.name), Counters::ZERO),
        });
    }
    for (_, chain) in &listed {
        for (rule, number) in chain.rules.iter().zip(1u32..) {
            rows.push(row(&chain.name, number, rule_text(rule, &chain.name, table), rule.counters));
        }
    }
    rows
}
