//! Counters and connections as the oracle tells them.

use std::collections::BTreeMap;

use packetwalk_lab::Stack;
use packetwalk_netfilter::conntrack::{Dir, Tuple};
use packetwalk_netfilter::xtables::Face;
use packetwalk_wire::{Family, Instant};
use serde_json::{Map, Value, json};

use super::event::protocol_name;

/// What a counter belongs to: tool, table, chain, rule number from 1 or 0 for the policy, policy name.
type Place = (&'static str, &'static str, String, usize, &'static str);

/// Packets and bytes of every rule and policy.
pub type Counts = BTreeMap<Place, (u64, u64)>;

/// Reads every counter of a namespace.
pub fn counters(stack: &Stack) -> Counts {
    let mut counts = Counts::new();
    for (family, tool) in [(Family::V4, "iptables"), (Family::V6, "ip6tables")] {
        for face in [Face::Legacy, Face::Nft] {
            for table in stack.nf.rules(face, family).created() {
                for (_, chain) in table.listed() {
                    let name = chain.name.to_string();
                    let place = |rule, policy| (tool, table.id().name(), name.clone(), rule, policy);
                    if let Some(base) = &chain.base {
                        let c = base.counters;
                        counts.insert(place(0, base.policy.name()), (c.packets, c.bytes));
                    }
                    for n in 0..chain.rules.len() {
                        let c = chain.counters(n);
                        counts.insert(place(n + 1, ""), (c.packets, c.bytes));
                    }
                }
            }
        }
    }
    counts
}

/// What was counted since `before`.
pub fn counted(before: &Counts, after: &Counts) -> Vec<Value> {
    let delta = |(place, after): (&Place, &(u64, u64))| {
        let was = before.get(place).copied().unwrap_or((0, 0));
        let (tool, table, chain, rule, policy) = place;
        let (pkts, bytes) =
            (after.0.cast_signed() - was.0.cast_signed(), after.1.cast_signed() - was.1.cast_signed());
        let mut row = json!({ "tool": tool, "table": table, "chain": chain, "pkts": pkts, "bytes": bytes });
        let (key, value) = if *rule == 0 { ("policy", json!(policy)) } else { ("rule", json!(rule)) };
        row[key] = value;
        (pkts != 0).then_some(row)
    };
    after.iter().filter_map(delta).collect()
}

/// Every connection of a namespace, as `/proc/net/nf_conntrack` has them.
pub fn connections(stack: &Stack, now: Instant) -> Vec<Value> {
    stack
        .nf
        .ct
        .iter(now)
        .filter(|(_, conn)| conn.is_confirmed())
        .map(|(_, conn)| {
            let orig = conn.tuple(Dir::Original);
            let mut e = Map::new();
            let l3 = if orig.family() == Family::V4 { "ipv4" } else { "ipv6" };
            e.insert("l3".into(), l3.into());
            e.insert("proto".into(), known(conn.protocol()).into());
            if let Some(tcp) = conn.tcp() {
                e.insert("state".into(), tcp.state.name().into());
            }
            let flags: Vec<&str> = [(!conn.seen_reply(), "UNREPLIED"), (conn.is_assured(), "ASSURED")]
                .into_iter()
                .filter_map(|(on, name)| on.then_some(name))
                .collect();
            if !flags.is_empty() {
                e.insert("flags".into(), json!(flags));
            }
            if conn.mark != 0 {
                e.insert("mark".into(), conn.mark.to_string().into());
            }
            e.insert("orig".into(), tuple(&orig));
            e.insert("reply".into(), tuple(&conn.tuple(Dir::Reply)));
            zone(&mut e, conn.zone().id_in(Dir::Original), conn.zone().id_in(Dir::Reply));
            Value::Object(e)
        })
        .collect()
}

fn zone(e: &mut Map<String, Value>, orig: u16, reply: u16) {
    let named =
        if orig == reply { [("zone", orig), ("", 0)] } else { [("zone-orig", orig), ("zone-reply", reply)] };
    for (key, id) in named {
        if id != 0 {
            e.insert(key.into(), id.to_string().into());
        }
    }
}

/// `/proc` names only the protocols that conntrack knows.
fn known(protocol: u8) -> String {
    match protocol {
        1 | 6 | 17 | 47 | 58 | 132 => protocol_name(protocol),
        _ => "unknown".into(),
    }
}

/// `/proc` writes IPv6 addresses in full.
fn address(addr: std::net::IpAddr) -> String {
    match addr {
        std::net::IpAddr::V4(a) => a.to_string(),
        std::net::IpAddr::V6(a) => a.segments().map(|s| format!("{s:04x}")).join(":"),
    }
}

fn tuple(t: &Tuple) -> Value {
    let mut e = Map::new();
    e.insert("src".into(), address(t.src).into());
    e.insert("dst".into(), address(t.dst).into());
    if t.is_icmp() {
        e.insert("type".into(), t.icmp_type().to_string().into());
        e.insert("code".into(), t.icmp_code().to_string().into());
        e.insert("id".into(), t.icmp_id().to_string().into());
    } else if matches!(t.protocol, 6 | 17 | 132) {
        e.insert("sport".into(), t.sport.to_string().into());
        e.insert("dport".into(), t.dport.to_string().into());
    }
    Value::Object(e)
}
