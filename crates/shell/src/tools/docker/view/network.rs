//! A network's JSON.
//!
//! # Source
//! moby v20.10.24, `api/types/types.go`: `NetworkResource`; b985e231, `api/types/network`: `Inspect`;
//! `daemon/network.go`: `buildNetworkResource`, `buildIPAMResources`.

use packetwalk_docker::{Engine, Network, SubnetConfig, Version};
use packetwalk_wire::{Family, Order};

use crate::tools::docker::json::{Json, address, map, object, text};
use crate::tools::docker::time;

fn subnet(config: &SubnetConfig) -> Json {
    let mut fields = Vec::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            fields.push((name.to_owned(), text(value)));
        }
    };
    put("Subnet", &config.subnet);
    put("IPRange", &config.ip_range);
    put("Gateway", &config.gateway);
    if !config.aux.is_empty() {
        fields.push(("AuxiliaryAddresses".to_owned(), map(&config.aux)));
    }
    Json::Object(fields)
}

/// What a network got of a family, where nothing was asked for.
fn given(net: &Network, family: Family) -> Option<SubnetConfig> {
    let pool = net.pool(family)?;
    Some(SubnetConfig {
        subnet: pool.subnet().to_string(),
        gateway: pool.gateway.map(|g| g.to_string()).unwrap_or_default(),
        ..SubnetConfig::default()
    })
}

/// How many addresses are taken, and how many are left.
///
/// # Source
/// moby b985e231, `api/types/network/ipam_status.go`, `daemon/libnetwork/ipams/defaultipam/address_space.go`.
fn status(net: &Network) -> Json {
    let one = |pool: &packetwalk_docker::Pool| {
        let (used, free) = pool.addresses.usage();
        let number = |n: u128| Json::Number(i64::try_from(n).unwrap_or(i64::MAX));
        let counts = object([("IPsInUse", number(used)), ("DynamicIPsAvailable", number(free))]);
        (pool.subnet().to_string(), counts)
    };
    let subnets: Vec<(String, Json)> = net.pools.iter().map(one).collect();
    if subnets.is_empty() {
        return Json::Object(Vec::new());
    }
    object([("Subnets", Json::Object(subnets))])
}

fn configs(net: &Network, v29: bool) -> Json {
    if net.config.config_only && v29 {
        return Json::Null;
    }
    let six = |c: &&SubnetConfig| c.subnet.contains(':');
    let mut all: Vec<Json> = Vec::new();
    // Those that nobody chose come last in 29.
    let mut chosen: Vec<Json> = Vec::new();
    let six_first = net.bridge.default && net.config.subnets.first().as_ref().is_some_and(six);
    let order = if six_first { [Family::V6, Family::V4] } else { [Family::V4, Family::V6] };
    for family in order {
        if family == Family::V6 && !net.config.ipv6 && v29 {
            continue;
        }
        let of_family = |c: &&SubnetConfig| six(c) == (family == Family::V6) && !c.subnet.is_empty();
        let asked: Vec<&SubnetConfig> = net.config.subnets.iter().filter(of_family).collect();
        if asked.is_empty() {
            let list = if v29 { &mut chosen } else { &mut all };
            list.extend(given(net, family).iter().map(subnet));
            continue;
        }
        // Of a subnet without a gateway 29 tells the one that was chosen.
        let gateway = net.pool(family).filter(|_| v29).and_then(|p| p.gateway);
        all.extend(asked.into_iter().map(|s| {
            let gateway = if s.gateway.is_empty() { gateway } else { None };
            match gateway {
                Some(gateway) => subnet(&SubnetConfig { gateway: gateway.to_string(), ..s.clone() }),
                None => subnet(s),
            }
        }));
    }
    all.append(&mut chosen);
    if all.is_empty() && v29 { Json::Null } else { Json::List(all) }
}

/// `docker network inspect`.
pub(in crate::tools::docker) fn inspect(engine: &Engine, net: &Network) -> Json {
    let v29 = engine.daemon.version == Version::V29;
    let mut containers: Vec<(String, Json)> = engine
        .endpoints(net)
        .map(|(c, e)| {
            let addr = |a: Option<ipnet::IpNet>| address(a.map(|a| a.to_string()), v29, "invalid Prefix");
            let fields = object([
                ("Name", text(c.name.clone())),
                ("EndpointID", text(e.id.clone())),
                (
                    "MacAddress",
                    text(
                        e.mac
                            .filter(|_| net.driver.has_interface())
                            .map(|m| m.to_string())
                            .unwrap_or_default(),
                    ),
                ),
                ("IPv4Address", addr(e.ip4)),
                ("IPv6Address", addr(e.ip6)),
            ]);
            (c.id.clone(), fields)
        })
        .collect();
    containers.order_by(|a, b| a.0.cmp(&b.0));
    let options = if net.is_users() { map(&net.config.ipam_options) } else { Json::Null };
    let mut fields = vec![
        ("Name", text(net.name())),
        ("Id", text(net.id.clone())),
        ("Created", text(time::rfc3339(net.created))),
        ("Scope", text("local")),
        ("Driver", text(net.driver.name())),
    ];
    if v29 {
        fields.push(("EnableIPv4", Json::Bool(net.config.ipv4)));
    }
    fields.extend([
        ("EnableIPv6", Json::Bool(net.config.ipv6)),
        ("IPAM", object([("Driver", text("default")), ("Options", options), ("Config", configs(net, v29))])),
        ("Internal", Json::Bool(net.config.internal)),
        ("Attachable", Json::Bool(net.config.attachable)),
        ("Ingress", Json::Bool(false)),
        ("ConfigFrom", object([("Network", text(net.config.config_from.clone()))])),
        ("ConfigOnly", Json::Bool(net.config.config_only)),
    ]);
    let (options, labels) = (map(&net.config.options), map(&net.config.labels));
    let containers = Json::Object(containers);
    if v29 {
        fields.extend([
            ("Options", options),
            ("Labels", labels),
            ("Containers", containers),
            ("Status", object([("IPAM", status(net))])),
        ]);
    } else {
        fields.extend([("Containers", containers), ("Options", options), ("Labels", labels)]);
    }
    Json::Object(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
}

/// A row of `docker network ls`.
pub(in crate::tools::docker) fn row(net: &Network, whole: bool, new: bool) -> Json {
    let id = if whole { net.id.as_str() } else { net.id.get(..12).unwrap_or(&net.id) };
    let labels: Vec<String> = net.config.labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let mut fields = vec![
        ("CreatedAt", text(time::go(net.created))),
        ("Driver", text(net.driver.name())),
        ("ID", text(id)),
    ];
    if new {
        fields.push(("IPv4", text(net.config.ipv4.to_string())));
    }
    fields.extend([
        ("IPv6", text(net.config.ipv6.to_string())),
        ("Internal", text(net.config.internal.to_string())),
        ("Labels", text(labels.join(","))),
        ("Name", text(net.name())),
        ("Scope", text("local")),
    ]);
    Json::Object(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
}
