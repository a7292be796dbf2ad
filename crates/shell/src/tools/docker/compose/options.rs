//! What a service and a network of a file are to the engine.
//!
//! # Source
//! docker/compose v2.40, `pkg/compose/create.go`: `getCreateConfigs`, `defaultNetworkSettings`, `getAliases`,
//! `createEndpointSettings`; `convergence.go`; `pkg/api/labels.go`.

use packetwalk_docker::{ContainerConfig, Endpoint, EndpointConfig, Mode, NetworkConfig, SubnetConfig};
use packetwalk_wire::Order;

use super::load::{entries, field, list};
use super::project::Project;
use super::{label, options};
use crate::Cx;
use crate::tools::docker::cli::{Bad, parse};
use crate::tools::docker::container::{FLAGS, config};
use crate::tools::docker::json::Json;

/// The version that it says it is.
pub(super) const VERSION: &str = "2.40.3";

/// A text's fingerprint: a change of it is all that matters.
fn hash(text: &str) -> String {
    let mut all = String::new();
    for seed in 0..4u64 {
        let step = |h: u64, b: u8| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        let n = text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ (seed << 32), step);
        all += &format!("{n:016x}");
    }
    all
}

/// A service's fingerprint.
pub(super) fn fingerprint(service: &Json) -> String {
    hash(&service.compact())
}

/// The container's name.
pub(super) fn container_name(project: &str, name: &str, service: &Json) -> String {
    field(service, "container_name").unwrap_or_else(|| format!("{project}-{name}-1"))
}

fn pairs(node: Option<&Json>) -> Vec<(String, String)> {
    entries(node).iter().map(|(k, v)| (k.clone(), super::load::shown(v))).collect()
}

fn sorted(mut all: Vec<(String, String)>) -> Vec<(String, String)> {
    all.order();
    all
}

/// The networks of a service: by priority, then by name.
fn endpoints(project: &Project, name: &str, service: &Json) -> Result<Vec<Endpoint>, Bad> {
    let mut all: Vec<(i64, String, Endpoint)> = Vec::new();
    for (key, own) in entries(service.get("networks")) {
        let number = |name: &str| field(own, name).and_then(|p| p.parse::<i64>().ok()).unwrap_or_default();
        let address = |name: &str| -> Result<Option<std::net::IpAddr>, Bad> {
            let bad =
                |text: &str| Bad::Daemon(format!("invalid JSON: ParseAddr(\"{text}\"): unable to parse IP"));
            field(own, name).map(|t| t.parse().map_err(|_| bad(&t))).transpose()
        };
        let real = project.networks.iter().find(|(n, _)| n == key).and_then(|(_, n)| field(n, "name"));
        let mut aliases = vec![container_name(&project.name, name, service), name.to_owned()];
        aliases.extend(list(own.get("aliases")));
        let mac = field(own, "mac_address");
        let bad = |text: &str| Bad::Daemon(format!("invalid JSON: address {text}: invalid MAC address"));
        let mut driver_opts = pairs(own.get("driver_opts"));
        if let Some(name) = field(own, "interface_name") {
            driver_opts.push(("com.docker.network.endpoint.ifname".to_owned(), name));
        }
        let links = list(service.get("links"));
        let link = |l: &String| {
            let (to, alias) = l.split_once(':').unwrap_or((l, l));
            let other = project.service(to).map(|s| container_name(&project.name, to, s));
            (other.unwrap_or_else(|| to.to_owned()), alias.to_owned())
        };
        let config = EndpointConfig {
            ip4: address("ipv4_address")?,
            ip6: address("ipv6_address")?,
            mac: mac.map(|m| m.parse().map_err(|_| bad(&m))).transpose()?,
            aliases,
            links: links.iter().map(link).collect(),
            driver_opts,
            gw_priority: number("gw_priority"),
            by_connect: false,
        };
        all.push((-number("priority"), key.clone(), Endpoint::new(&real.unwrap_or_default(), config)));
    }
    all.order_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut all: Vec<Endpoint> = all.into_iter().map(|(_, _, e)| e).collect();
    if let (Some(first), Some(text)) = (all.first_mut(), field(service, "mac_address")) {
        let bad = |_| Bad::Daemon(format!("invalid JSON: address {text}: invalid MAC address"));
        first.config.mac = Some(text.parse().map_err(bad)?);
    }
    Ok(all)
}

/// What to ask the engine for.
pub(super) fn container(
    cx: &mut Cx<'_>,
    project: &Project,
    name: &str,
    service: &Json,
) -> Result<ContainerConfig, Bad> {
    let version = cx.sys.docker.version;
    let mut words: Vec<String> = Vec::new();
    let mut put = |flag: &str, value: String| words.extend([format!("--{flag}"), value]);
    let lists = [
        ("dns", "dns"),
        ("dns_search", "dns-search"),
        ("dns_opt", "dns-option"),
        ("extra_hosts", "add-host"),
        ("cap_add", "cap-add"),
        ("cap_drop", "cap-drop"),
        ("expose", "expose"),
    ];
    for (key, flag) in lists {
        for value in list(service.get(key)) {
            put(flag, value);
        }
    }
    for (key, flag) in [("sysctls", "sysctl"), ("environment", "env"), ("labels", "label")] {
        for (name, value) in entries(service.get(key)) {
            // A variable without a value is the user's own.
            let own = super::env(cx, name).filter(|_| key == "environment");
            let value = match value {
                Json::Null if key == "environment" && own.is_none() => continue,
                Json::Null => own.unwrap_or_default(),
                value => super::load::shown(value),
            };
            put(flag, format!("{name}={value}"));
        }
    }
    for (key, flag) in [("hostname", "hostname"), ("restart", "restart")] {
        if let Some(value) = field(service, key) {
            put(flag, value);
        }
    }
    if let Some(Json::List(ports)) = service.get("ports") {
        for port in ports {
            let text = |name: &str| field(port, name).unwrap_or_default();
            let ip = text("host_ip");
            let ip = if ip.contains(':') { format!("[{ip}]") } else { ip };
            put("publish", format!("{ip}:{}:{}/{}", text("published"), text("target"), text("protocol")));
        }
    }
    if field(service, "privileged").as_deref() == Some("true") {
        words.push("--privileged".to_owned());
    }
    let entry = list(service.get("entrypoint"));
    if let Some(first) = entry.first() {
        words.extend(["--entrypoint".to_owned(), first.clone()]);
    }
    words.push(field(service, "image").unwrap_or_default());
    words.extend(entry.into_iter().skip(1));
    words.extend(list(service.get("command")));
    let given = parse(FLAGS, &words, false, version).map_err(Bad::Own)?;
    let mut new = config(cx, &given)?;
    let label = |name: &str, value: &str| (options::label(name), value.to_owned());
    new.labels.extend([
        label("project", &project.name),
        label("service", name),
        label("container-number", "1"),
        label("oneoff", "False"),
        label("version", VERSION),
        label("config-hash", &fingerprint(service)),
        label("project.config_files", &project.files.join(",")),
        label("project.working_dir", &project.folder),
    ]);
    new.labels = sorted(new.labels);
    new.name = Some(container_name(&project.name, name, service));
    new.networks = endpoints(project, name, service)?;
    new.mode = match field(service, "network_mode") {
        None => match new.networks.first() {
            Some(first) => Mode::Network(first.network.clone()),
            None => Mode::None,
        },
        Some(mode) => match mode.strip_prefix("service:") {
            Some(other) => {
                let to = project.service(other).map(|s| container_name(&project.name, other, s));
                Mode::Container(to.unwrap_or_default())
            }
            None => Mode::parse(&mode),
        },
    };
    if new.networks.is_empty() {
        let network = match &new.mode {
            Mode::Network(name) => name.clone(),
            _ => "bridge".to_owned(),
        };
        new.networks = vec![Endpoint::new(&network, EndpointConfig::default())];
    }
    Ok(new)
}

/// A network to make.
pub(super) fn network(project: &str, key: &str, node: &Json) -> NetworkConfig {
    let ipam = node.get("ipam");
    let pools = match ipam.and_then(|i| i.get("config")) {
        Some(Json::List(all)) => all.as_slice(),
        _ => &[],
    };
    let subnet = |pool: &Json| SubnetConfig {
        subnet: field(pool, "subnet").unwrap_or_default(),
        ip_range: field(pool, "ip_range").unwrap_or_default(),
        gateway: field(pool, "gateway").unwrap_or_default(),
        aux: pairs(pool.get("aux_addresses")),
    };
    let mut labels = pairs(node.get("labels"));
    let label = |name: &str, value: &str| (options::label(name), value.to_owned());
    labels.extend([
        label("config-hash", &hash(&node.compact())),
        label("network", key),
        label("project", project),
        label("version", VERSION),
    ]);
    let on = |name: &str| field(node, name).as_deref() == Some("true");
    NetworkConfig {
        name: field(node, "name").unwrap_or_default(),
        driver: field(node, "driver").unwrap_or_default(),
        subnets: pools.iter().map(subnet).collect(),
        internal: on("internal"),
        attachable: on("attachable"),
        ipv4: field(node, "enable_ipv4").as_deref() != Some("false"),
        ipv6: on("enable_ipv6"),
        options: sorted(pairs(node.get("driver_opts"))),
        labels: sorted(labels),
        scope: String::new(),
        config_only: false,
        ipam_options: ipam.map(|i| pairs(i.get("options"))).unwrap_or_default(),
        config_from: String::new(),
    }
}
