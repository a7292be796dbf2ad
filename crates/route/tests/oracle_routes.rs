//! Random tables and what the kernel answered to `ip route get`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use packetwalk_route::rule::{PortRange, RuleDev};
use packetwalk_route::*;
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex, IfName, Mac};
use serde_json::Value;

fn records() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("PACKETWALK_SHARED").map_or(root, PathBuf::from);
    let file = shared.join("oracle/records/routes.jsonl");
    file.exists().then_some(file)
}

fn prefix(text: &str) -> IpNet {
    match text {
        "default" => "0.0.0.0/0".parse().unwrap(),
        _ if text.contains('/') => text.parse().unwrap(),
        _ => IpNet::from(text.parse::<IpAddr>().unwrap()),
    }
}

fn number(text: &str) -> u32 {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

fn table(text: &str) -> u32 {
    match text {
        "local" => 255,
        "main" => 254,
        "default" => 253,
        _ => number(text),
    }
}

fn dev(routing: &Routing, name: &str) -> IfIndex {
    routing.devs().iter().find(|d| d.name.as_str() == name).unwrap().index
}

fn kind(text: &str) -> Option<RouteKind> {
    Some(match text {
        "unicast" => RouteKind::Unicast,
        "local" => RouteKind::Local,
        "broadcast" => RouteKind::Broadcast,
        "multicast" => RouteKind::Multicast,
        "blackhole" => RouteKind::Blackhole,
        "unreachable" => RouteKind::Unreachable,
        "prohibit" => RouteKind::Prohibit,
        "throw" => RouteKind::Throw,
        _ => return None,
    })
}

fn add_route(routing: &mut Routing, words: &[&str]) -> Result<(), RouteError> {
    let (ty, words) = match kind(words[0]) {
        Some(kind) => (kind, &words[1..]),
        None => (RouteKind::Unicast, words),
    };
    let mut route = Route { kind: ty, ..Route::new(prefix(words[0])) };
    let mut nh = NextHop::default();
    let (mut way, mut scope) = (false, None);
    for pair in words[1..].chunks(2) {
        match pair[0] {
            "via" => (nh.via, way) = (Some(pair[1].parse().unwrap()), true),
            "dev" => (nh.oif, way) = (dev(routing, pair[1]), true),
            "src" => route.prefsrc = Some(pair[1].parse().unwrap()),
            "metric" => route.metric = number(pair[1]),
            "tos" => route.tos = number(pair[1]) as u8,
            "mtu" => route.metrics.mtu = number(pair[1]),
            "table" => route.table = table(pair[1]),
            "scope" => scope = Some(if pair[1] == "link" { Scope::LINK } else { panic!("{pair:?}") }),
            _ => panic!("{pair:?}"),
        }
    }
    if way {
        route.nexthops.push(nh);
    }
    let guess = match ty {
        RouteKind::Local => Scope::HOST,
        RouteKind::Unicast if nh.via.is_none() => Scope::LINK,
        _ => Scope::UNIVERSE,
    };
    if ty == RouteKind::Local && route.table == 254 {
        route.table = 255;
    }
    route.scope = scope.unwrap_or(guess);
    routing.change_route(route, NlFlags::Add)
}

fn add_rule(routing: &mut Routing, words: &[&str]) -> Result<(), RouteError> {
    let mut rule = Rule::new(Family::V4, 0, RuleAction::Table(254));
    let name = |n: &str| RuleDev { name: IfName::new(n).unwrap(), index: None };
    let ports = |p: &str| {
        let (a, b) = p.split_once('-').unwrap_or((p, p));
        PortRange { start: a.parse().unwrap(), end: b.parse().unwrap() }
    };
    let mut at = words.iter().copied();
    while let Some(word) = at.next() {
        let mut next = || at.next().unwrap();
        match word {
            "not" => rule.invert = true,
            "from" => rule.src = Some(prefix(next())).filter(|n| n.prefix_len() > 0),
            "to" => rule.dst = Some(prefix(next())).filter(|n| n.prefix_len() > 0),
            "fwmark" => {
                let text = next();
                let (value, mask) = text.split_once('/').unwrap_or((text, "0xffffffff"));
                rule.mark = Some((number(value), number(mask)));
            }
            "iif" => rule.iif = Some(name(next())),
            "oif" => rule.oif = Some(name(next())),
            "ipproto" => rule.ipproto = Some(if next() == "udp" { 17 } else { 6 }),
            "sport" => rule.sport = Some(ports(next())),
            "dport" => rule.dport = Some(ports(next())),
            "tos" => rule.tos = number(next()) as u8,
            "lookup" => rule.action = RuleAction::Table(table(next())),
            "suppress_prefixlength" => rule.suppress_prefixlength = Some(number(next()) as u8),
            "goto" => rule.action = RuleAction::Goto(number(next())),
            "unreachable" => rule.action = RuleAction::Unreachable,
            "prohibit" => rule.action = RuleAction::Prohibit,
            "blackhole" => rule.action = RuleAction::Blackhole,
            "priority" => rule.priority = number(next()),
            _ => panic!("{word}"),
        }
    }
    routing.add_rule(rule)
}

fn host(state: &Value) -> Routing {
    let mut routing = Routing::new(1);
    for link in state["addr"].as_array().unwrap() {
        let index = IfIndex(link["ifindex"].as_u64().unwrap() as u32);
        let name = IfName::new(link["ifname"].as_str().unwrap()).unwrap();
        let mac: Mac = link["address"].as_str().unwrap().parse().unwrap();
        routing.add_dev(index, name, mac, 1500, name.as_str() == "lo");
        routing.set_carrier(index, true);
        routing.set_up(index, true);
        let conf = routing.conf_mut(index).unwrap();
        conf.forwarding = true;
    }
    for link in state["addr"].as_array().unwrap().iter().skip(1) {
        let index = IfIndex(link["ifindex"].as_u64().unwrap() as u32);
        for a in link["addr_info"].as_array().unwrap().iter().filter(|a| a["family"] == "inet") {
            let local = a["local"].as_str().unwrap().parse().unwrap();
            let mut address = Address::new(local, a["prefixlen"].as_u64().unwrap() as u8);
            address.broadcast = a["broadcast"].as_str().map(|b| b.parse().unwrap());
            routing.add_address(index, address).unwrap();
        }
    }
    routing
}

/// What the kernel answered, in a few words.
fn expected(lookup: &Value) -> String {
    let Some(result) = lookup.get("result") else {
        return lookup["err"].as_str().unwrap().trim_start_matches("RTNETLINK answers: ").to_owned();
    };
    let r = &result[0];
    let text = |key: &str| r.get(key).and_then(Value::as_str).unwrap_or("-").to_owned();
    let mtu = r["metrics"][0]["mtu"].as_u64().unwrap_or(0);
    let kind = if r.get("type").is_some() { text("type") } else { "unicast".into() };
    format!(
        "{kind} {} via {} dev {} table {} src {} mtu {mtu}",
        text("dst"),
        text("gateway"),
        text("dev"),
        text("table"),
        text("prefsrc")
    )
}

fn describe(routing: &Routing, r: &RouteResult, dst: IpAddr, show_src: bool) -> String {
    let kind = match r.kind {
        RouteKind::Unicast => "unicast",
        RouteKind::Local => "local",
        RouteKind::Broadcast => "broadcast",
        RouteKind::Multicast => "multicast",
        _ => "?",
    };
    let table = match r.table {
        0 | 254 => "-".to_owned(),
        255 if !routing.has_custom_rules(Family::V4) => "-".to_owned(),
        255 => "local".to_owned(),
        253 => "default".to_owned(),
        n => n.to_string(),
    };
    let opt = |a: Option<IpAddr>| a.map_or("-".to_owned(), |a| a.to_string());
    let src = if show_src { opt(r.src) } else { "-".to_owned() };
    let (name, via) = (routing.dev(r.oif).unwrap().name, opt(r.via));
    format!("{kind} {dst} via {via} dev {name} table {table} src {src} mtu {}", r.mtu.unwrap_or(0))
}

fn actual(routing: &Routing, get: &str) -> String {
    let words: Vec<&str> = get.split(' ').collect();
    let dst: IpAddr = words[0].parse().unwrap();
    let mut flow = Flow { proto: 17, ..Flow::new(dst) };
    let mut iif = None;
    for pair in words[1..].chunks(2) {
        match pair[0] {
            "mark" => flow.mark = number(pair[1]),
            "from" => flow.src = pair[1].parse().unwrap(),
            "iif" => iif = Some(dev(routing, pair[1])),
            "oif" => flow.oif = dev(routing, pair[1]),
            "tos" => flow.tos = number(pair[1]) as u8,
            "ipproto" => flow.proto = if pair[1] == "udp" { 17 } else { 6 },
            "sport" => flow.sport = pair[1].parse().unwrap(),
            "dport" => flow.dport = pair[1].parse().unwrap(),
            _ => panic!("{pair:?}"),
        }
    }
    let Some(iif) = iif else {
        let any = flow.src.is_unspecified();
        return match routing.output(&flow) {
            Ok(r) => describe(routing, &r, dst, any),
            Err(e) => e.text().to_owned(),
        };
    };
    let key = InputKey {
        src: flow.src,
        dst,
        tos: flow.tos,
        dev: iif,
        mark: flow.mark,
        proto: flow.proto,
        sport: flow.sport,
        dport: flow.dport,
    };
    match routing.input(&key) {
        Input::Local(mut r) => {
            r.oif = IfIndex::LO;
            describe(routing, &r, dst, false)
        }
        Input::Forward(r) => describe(routing, &r, dst, false),
        Input::Error { error, .. } => error.text().to_owned(),
        Input::Drop(_) => "Invalid argument".to_owned(),
    }
}

/// The lines of `ip route show table all` as far as they tell of IPv4: what the tables hold, in order.
fn listed(routing: &Routing) -> Vec<String> {
    let one = |r: Route| {
        let word = match r.kind {
            RouteKind::Unicast => String::new(),
            kind => format!("{kind:?} ").to_lowercase(),
        };
        let dst = if r.dst.prefix_len() == 0 {
            "default".to_owned()
        } else if r.dst.prefix_len() == 32 {
            r.dst.addr().to_string()
        } else {
            r.dst.to_string()
        };
        format!("{word}{dst}")
    };
    routing.routes(Family::V4).map(one).collect()
}

#[test]
fn every_answer_agrees_with_the_kernel() {
    let Some(file) = records() else {
        eprintln!("skipped: no routes.jsonl (PACKETWALK_SHARED)");
        return;
    };
    let (mut asked, mut wrong) = (0, Vec::new());
    for line in std::fs::read_to_string(file).unwrap().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let id = record["id"].as_str().unwrap();
        let mut routing = host(&record["state"]);
        for command in record["commands"].as_array().unwrap() {
            let text = command["cmd"].as_str().unwrap();
            let words: Vec<&str> = text.split(' ').collect();
            let result = match words[1] {
                "route" => add_route(&mut routing, &words[3..]),
                _ => add_rule(&mut routing, &words[3..]),
            };
            let got = result.err().map_or(String::new(), |e| e.to_string());
            let expect = command.get("err").and_then(Value::as_str).unwrap_or("");
            if got != expect {
                wrong.push(format!("{id}: {text}: `{got}`, kernel `{expect}`"));
            }
        }
        let expect: Vec<String> = record["state"]["route_text"]
            .as_str()
            .unwrap()
            .lines()
            .filter(|l| !l.contains("::"))
            .map(|l| {
                let mut words = l.split(' ');
                let first = words.next().unwrap();
                if kind(first).is_some() {
                    format!("{first} {}", words.next().unwrap())
                } else {
                    first.into()
                }
            })
            .collect();
        if listed(&routing) != expect {
            wrong.push(format!("{id}: listed {:?}\nkernel {expect:?}", listed(&routing)));
        }
        for lookup in record["lookups"].as_array().unwrap() {
            let get = lookup["get"].as_str().unwrap();
            let (got, expect) = (actual(&routing, get), expected(lookup));
            asked += 1;
            if got != expect {
                wrong.push(format!("{id}: get {get}: `{got}`, kernel `{expect}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked >= 1000, "only {asked} look-ups");
}
