//! A network's JSON.
//!
//! # Source
//! moby v20.10.24, `api/types/types.go`: `NetworkResource`; b985e231, `api/types/network`: `Inspect`;
//! `daemon/network.go`: `buildNetworkResource`, `buildIPAMResources`.

use packetwalk_docker::{Driver, Engine, Network, SubnetConfig, Version};
use packetwalk_wire::Family;

use crate::tools::docker::json::{Json, map, object, text};
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

fn configs(net: &Network) -> Json {
    let six = |c: &&SubnetConfig| c.subnet.contains(':');
    let mut all: Vec<Json> = Vec::new();
    for family in [Family::V4, Family::V6] {
        let of_family = |c: &&SubnetConfig| six(c) == (family == Family::V6) && !c.subnet.is_empty();
        let asked: Vec<&SubnetConfig> = net.config.subnets.iter().filter(of_family).collect();
        if asked.is_empty() {
            all.extend(given(net, family).iter().map(subnet));
        }
        all.extend(asked.into_iter().map(subnet));
    }
    Json::List(all)
}

/// `docker network inspect`.
pub(in crate::tools::docker) fn inspect(engine: &Engine, net: &Network) -> Json {
    let mut containers: Vec<(String, Json)> = engine
        .endpoints(net)
        .map(|(c, e)| {
            let addr = |a: Option<ipnet::IpNet>| text(a.map(|a| a.to_string()).unwrap_or_default());
            let fields = object([
                ("Name", text(c.name.clone())),
                ("EndpointID", text(e.id.clone())),
                (
                    "MacAddress",
                    text(
                        e.mac
                            .filter(|_| net.driver == Driver::Bridge)
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
    containers.sort_by(|a, b| a.0.cmp(&b.0));
    let options = if net.is_users() { Json::Object(Vec::new()) } else { Json::Null };
    let v29 = engine.daemon.version == Version::V29;
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
        ("IPAM", object([("Driver", text("default")), ("Options", options), ("Config", configs(net))])),
        ("Internal", Json::Bool(net.config.internal)),
        ("Attachable", Json::Bool(net.config.attachable)),
        ("Ingress", Json::Bool(false)),
        ("ConfigFrom", object([("Network", text(""))])),
        ("ConfigOnly", Json::Bool(false)),
        ("Containers", Json::Object(containers)),
        ("Options", map(&net.config.options)),
        ("Labels", map(&net.config.labels)),
    ]);
    Json::Object(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
}

/// A row of `docker network ls`.
pub(in crate::tools::docker) fn row(net: &Network, whole: bool) -> Json {
    let id = if whole { net.id.as_str() } else { net.id.get(..12).unwrap_or(&net.id) };
    let labels: Vec<String> = net.config.labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    object([
        ("CreatedAt", text(time::rfc3339(net.created))),
        ("Driver", text(net.driver.name())),
        ("ID", text(id)),
        ("IPv6", text(net.config.ipv6.to_string())),
        ("Internal", text(net.config.internal.to_string())),
        ("Labels", text(labels.join(","))),
        ("Name", text(net.name())),
        ("Scope", text("local")),
    ])
}
