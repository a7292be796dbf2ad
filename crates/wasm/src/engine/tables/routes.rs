//! `ip route`, and the columns of `route`.

use std::net::IpAddr;

use packetwalk_shell::Shell;
use packetwalk_shell::print::walk::route_key;
use packetwalk_trace::NsId;
use packetwalk_wire::Order;

use super::Wanted;
use super::tools::{after, lines};
use crate::view::RouteRow;

/// Routes of the main table and of every other but `local`, then those of `local`.
pub fn routes(shell: &Shell, ns: NsId, wanted: Wanted<'_>) -> Vec<RouteRow> {
    let mut rows: Vec<RouteRow> = Vec::new();
    rows.extend(lines(shell, ns, "ip -4 route show table all").iter().filter_map(|line| row(line, true)));
    let v6: Vec<_> =
        lines(shell, ns, "ip -6 route show table all").iter().filter_map(|line| row(line, false)).collect();
    // Every interface has link-local routes: they are shown when there is another IPv6 route.
    let is_quiet = |r: &RouteRow| ["fe80:", "ff00:", "::1"].iter().any(|own| r.destination.starts_with(own));
    if !v6.iter().all(is_quiet) {
        rows.extend(v6);
    }
    rows.order_by_key(|row| match row.table.as_str() {
        "main" => 0,
        "local" => 2,
        _ => 1,
    });
    rows.retain(|row| wanted(&row.key));
    rows
}

const KINDS: [&str; 9] = [
    "unicast",
    "local",
    "broadcast",
    "anycast",
    "multicast",
    "blackhole",
    "unreachable",
    "prohibit",
    "throw",
];

fn row(line: &str, v4: bool) -> Option<RouteRow> {
    let mut words = line.split_whitespace().peekable();
    let kind = words.next_if(|word| KINDS.contains(word)).unwrap_or("unicast");
    let target = words.next()?;
    let (addr, len) = network(target, v4)?;
    let table = after(line, "table").unwrap_or("main");
    let metric = after(line, "metric").and_then(|m| m.parse().ok()).unwrap_or(0);
    let via = after(line, "via");
    let full = if v4 { 32 } else { 128 };
    let refused = matches!(kind, "unreachable" | "prohibit" | "blackhole");
    let flags = match (refused, via.is_some(), len == full) {
        (true, _, _) => "!",
        (_, true, true) => "UGH",
        (_, true, false) => "UG",
        (_, false, true) => "UH",
        (_, false, false) => "U",
    };
    let number = match table {
        "local" => 255,
        "main" => 254,
        "default" => 253,
        other => other.parse().ok()?,
    };
    Some(RouteRow {
        key: route_key(number, addr, len, metric),
        table: table.to_owned(),
        text: line.trim().to_owned(),
        destination: if len == 0 { "default".to_owned() } else { addr.to_string() },
        gateway: via.unwrap_or(if refused { "-" } else { "*" }).to_owned(),
        genmask: mask(len, v4),
        flags: flags.to_owned(),
        metric,
        iface: after(line, "dev").unwrap_or(if refused { "-" } else { "" }).to_owned(),
    })
}

fn network(target: &str, v4: bool) -> Option<(IpAddr, u8)> {
    if target == "default" {
        let zero = if v4 { IpAddr::from([0; 4]) } else { IpAddr::from([0u16; 8]) };
        return Some((zero, 0));
    }
    let (addr, len) = target.split_once('/').unwrap_or((target, if v4 { "32" } else { "128" }));
    Some((addr.parse().ok()?, len.parse().ok()?))
}

fn mask(len: u8, v4: bool) -> String {
    if !v4 {
        return format!("/{len}");
    }
    let bits = u32::MAX.checked_shl(32 - u32::from(len.min(32))).unwrap_or(0);
    std::net::Ipv4Addr::from(bits).to_string()
}

#[cfg(test)]
mod tests {
    use super::row;

    /// Lines of iproute2 6.1, columns of net-tools 2.10 (with the article's `*` and `default`).
    #[test]
    fn a_line_of_ip_route_has_the_columns_of_route() {
        #[rustfmt::skip]
        let cases = [
            ("default via 192.168.0.1 dev eth0 ", "254/0.0.0.0/0/0", "default 192.168.0.1 0.0.0.0 UG 0 eth0"),
            ("172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.42.1 ", "254/172.17.0.0/16/0", "172.17.0.0 * 255.255.0.0 U 0 docker0"),
            ("10.0.0.1 via 10.1.0.1 dev eth0 metric 100 ", "254/10.0.0.1/32/100", "10.0.0.1 10.1.0.1 255.255.255.255 UGH 100 eth0"),
            ("unreachable 10.9.0.0/16 ", "254/10.9.0.0/16/0", "10.9.0.0 - 255.255.0.0 ! 0 -"),
            ("local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 ", "255/127.0.0.0/8/0", "127.0.0.0 * 255.0.0.0 U 0 lo"),
        ];
        for (line, key, columns) in cases {
            let row = row(line, true).unwrap();
            assert_eq!(row.key, key, "{line}");
            let found = format!(
                "{} {} {} {} {} {}",
                row.destination, row.gateway, row.genmask, row.flags, row.metric, row.iface
            );
            assert_eq!(found, columns, "{line}");
        }
    }
}
