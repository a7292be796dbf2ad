//! A container's JSON, and its row in `ps`.
//!
//! # Source
//! moby v20.10.24, `api/types/types.go`: `ContainerJSON`, `NetworkSettings`; `daemon/inspect.go`; b985e231,
//! `api/types/container`.

use packetwalk_docker::{Container, Endpoint, Engine, RunState, Sandbox, Version};
use packetwalk_wire::{Family, Order};

use super::ports;
use crate::tools::docker::json::{Json, list_or_null, map, object, text};
use crate::tools::docker::time;

fn texts<'t>(all: impl IntoIterator<Item = &'t String>) -> Vec<Json> {
    all.into_iter().map(|t| text(t.clone())).collect()
}

fn address(ep: &Endpoint, family: Family) -> (Json, Json) {
    match ep.ip(family) {
        Some(net) => (text(net.addr().to_string()), Json::Number(i64::from(net.prefix_len()))),
        None => (text(""), Json::Number(0)),
    }
}

fn gateway(engine: &Engine, ep: &Endpoint, family: Family) -> Json {
    let none = String::new;
    let net = engine.network(&ep.network_id).ok().filter(|n| ep.is_up() && n.driver.has_interface());
    let shown = net.filter(|n| !(n.config.internal && engine.daemon.version == Version::V29));
    text(shown.and_then(|n| n.gateway(family)).map_or_else(none, |g| g.to_string()))
}

/// Other names of a container in a user's network.
fn aliases(engine: &Engine, c: &Container, ep: &Endpoint) -> Json {
    let mut all = ep.config.aliases.clone();
    let users = engine.network(&ep.network).is_ok_and(packetwalk_docker::Network::is_users);
    let v29 = engine.daemon.version == Version::V29;
    if users && ep.is_up() && !v29 {
        for name in [c.short_id(), c.hostname.as_str()] {
            if !all.iter().any(|a| a == name) {
                all.push(name.to_owned());
            }
        }
    }
    if all.is_empty() && ep.config.by_connect && !v29 {
        return Json::List(Vec::new());
    }
    list_or_null(texts(&all))
}

fn ipam(ep: &Endpoint) -> Json {
    let mut fields = Vec::new();
    for (name, ip) in [("IPv4Address", ep.config.ip4), ("IPv6Address", ep.config.ip6)] {
        fields.extend(ip.map(|ip| (name.to_owned(), text(ip.to_string()))));
    }
    if fields.is_empty() && !ep.config.by_connect { Json::Null } else { Json::Object(fields) }
}

fn endpoint(engine: &Engine, c: &Container, ep: &Endpoint) -> Json {
    let (ip4, len4) = address(ep, Family::V4);
    let (ip6, len6) = address(ep, Family::V6);
    let mac = text(ep.mac.filter(|_| !ep.ifname.is_empty()).map(|m| m.to_string()).unwrap_or_default());
    // Those of the default bridge are in `HostConfig`.
    let users = engine.network(&ep.network).is_ok_and(packetwalk_docker::Network::is_users);
    let links = ep.config.links.iter().filter(|_| users).map(|(name, alias)| format!("{name}:{alias}"));
    let links: Vec<String> = links.collect();
    let opts = if ep.config.driver_opts.is_empty() && !ep.config.by_connect {
        Json::Null
    } else {
        map(&ep.config.driver_opts)
    };
    let v29 = engine.daemon.version == Version::V29;
    let links = list_or_null(texts(&links));
    let mut fields = vec![("IPAMConfig", ipam(ep)), ("Links", links), ("Aliases", aliases(engine, c, ep))];
    if v29 {
        fields.extend([("DriverOpts", opts.clone()), ("GwPriority", Json::Number(ep.config.gw_priority))]);
    }
    fields.extend([
        ("NetworkID", text(ep.network_id.clone())),
        ("EndpointID", text(ep.id.clone())),
        ("Gateway", gateway(engine, ep, Family::V4)),
        ("IPAddress", ip4),
    ]);
    if v29 {
        fields.push(("MacAddress", mac.clone()));
    }
    fields.extend([
        ("IPPrefixLen", len4),
        ("IPv6Gateway", gateway(engine, ep, Family::V6)),
        ("GlobalIPv6Address", ip6),
        ("GlobalIPv6PrefixLen", len6),
    ]);
    if v29 {
        let mut names = vec![c.name.clone()];
        names.extend(ep.config.aliases.iter().filter(|a| **a != c.name).cloned());
        names.push(c.short_id().to_owned());
        if c.hostname != c.short_id() {
            names.push(c.hostname.clone());
        }
        for (name, value) in &mut fields {
            const ADDRESSES: [&str; 4] = ["Gateway", "IPAddress", "IPv6Gateway", "GlobalIPv6Address"];
            if ADDRESSES.contains(name) && *value == text("") {
                *value = Json::Invalid("invalid IP");
            }
        }
        let names = if users && ep.is_up() { texts(&names) } else { Vec::new() };
        fields.push(("DNSNames", list_or_null(names)));
    } else {
        fields.extend([("MacAddress", mac), ("DriverOpts", opts)]);
    }
    Json::Object(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
}

fn port_map(engine: &Engine, c: &Container) -> Json {
    let port = |number: u16| if number == 0 { String::new() } else { number.to_string() };
    let one = |bound: &packetwalk_docker::ports::Bound| {
        object([("HostIp", text(bound.host_ip.to_string())), ("HostPort", text(port(bound.host_port)))])
    };
    let all = engine.ports_of(c);
    Json::Object(
        all.iter().map(|(p, bound)| (p.to_string(), list_or_null(bound.iter().map(one).collect()))).collect(),
    )
}

/// `NetworkSettings`.
fn settings(engine: &Engine, c: &Container) -> Json {
    let old = engine.daemon.version != Version::V29;
    let sandbox = c.sandbox.as_ref().or(c.last_sandbox.as_ref().filter(|_| old)).filter(|s| !s.shared);
    let id = sandbox.map(|s| s.id.clone()).unwrap_or_default();
    let key = match sandbox {
        Some(Sandbox { key: None, .. }) => "/var/run/docker/netns/default".to_owned(),
        Some(s) => format!("/var/run/docker/netns/{}", s.id.get(..12).unwrap_or(&s.id)),
        None => String::new(),
    };
    let mut endpoints: Vec<&Endpoint> = c.endpoints.iter().collect();
    endpoints.order_by(|a, b| a.network.cmp(&b.network));
    let networks = endpoints.iter().map(|e| (e.network.clone(), endpoint(engine, c, e))).collect();
    if engine.daemon.version == Version::V29 {
        return object([
            ("SandboxID", text(id)),
            ("SandboxKey", text(key)),
            ("Ports", port_map(engine, c)),
            ("Networks", Json::Object(networks)),
        ]);
    }
    // Of the default bridge alone.
    let blank = Endpoint::new("", packetwalk_docker::EndpointConfig::default());
    let own = c.endpoints.iter().find(|e| e.network == "bridge").unwrap_or(&blank);
    let (ip4, len4) = address(own, Family::V4);
    let (ip6, len6) = address(own, Family::V6);
    object([
        ("Bridge", text("")),
        ("SandboxID", text(id)),
        ("HairpinMode", Json::Bool(false)),
        ("LinkLocalIPv6Address", text("")),
        ("LinkLocalIPv6PrefixLen", Json::Number(0)),
        ("Ports", port_map(engine, c)),
        ("SandboxKey", text(key)),
        ("SecondaryIPAddresses", Json::Null),
        ("SecondaryIPv6Addresses", Json::Null),
        ("EndpointID", text(own.id.clone())),
        ("Gateway", gateway(engine, own, Family::V4)),
        ("GlobalIPv6Address", ip6),
        ("GlobalIPv6PrefixLen", len6),
        ("IPAddress", ip4),
        ("IPPrefixLen", len4),
        ("IPv6Gateway", gateway(engine, own, Family::V6)),
        ("MacAddress", text(own.mac.filter(|_| own.is_up()).map(|m| m.to_string()).unwrap_or_default())),
        ("Networks", Json::Object(networks)),
    ])
}

/// `created`, `running`, `exited`.
pub(in crate::tools::docker) fn state_name(state: RunState) -> &'static str {
    match state {
        RunState::Created => "created",
        RunState::Running => "running",
        RunState::Exited(_) => "exited",
    }
}

fn state(c: &Container) -> Json {
    let time = |t: Option<u64>| text(t.map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), time::rfc3339));
    let code = match c.state {
        RunState::Exited(code) => i64::from(code),
        _ if !c.error.is_empty() => 128,
        _ => 0,
    };
    object([
        ("Status", text(state_name(c.state))),
        ("Running", Json::Bool(c.is_running())),
        ("Paused", Json::Bool(false)),
        ("Restarting", Json::Bool(false)),
        ("OOMKilled", Json::Bool(false)),
        ("Dead", Json::Bool(false)),
        ("Pid", Json::Number(i64::from(c.pid))),
        ("ExitCode", Json::Number(code)),
        ("Error", text(c.error.clone())),
        ("StartedAt", time(c.times.0)),
        ("FinishedAt", time(c.times.1)),
    ])
}

/// Capabilities, sorted; since 28 by their whole names.
fn capabilities(all: &[String], new: bool) -> Vec<Json> {
    let whole = |name: &String| {
        let name = name.to_ascii_uppercase();
        if !new || name == "ALL" || name.starts_with("CAP_") { name } else { format!("CAP_{name}") }
    };
    let mut all: Vec<String> = all.iter().map(whole).collect();
    all.order();
    all.dedup();
    texts(&all)
}

fn host_config(c: &Container, new: bool) -> Json {
    let mut asked: Vec<(String, Vec<Json>)> = Vec::new();
    for p in &c.config.published {
        let binding = object([
            ("HostIp", text(p.binding.host_ip.map(|ip| ip.to_string()).unwrap_or_default())),
            (
                "HostPort",
                text(match p.binding.range {
                    None => String::new(),
                    Some((from, to)) if from == to => from.to_string(),
                    Some((from, to)) => format!("{from}-{to}"),
                }),
            ),
        ]);
        let name = p.port.to_string();
        match asked.iter_mut().find(|(n, _)| *n == name) {
            Some((_, all)) => all.push(binding),
            None => asked.push((name, vec![binding])),
        }
    }
    asked.order_by(|a, b| a.0.cmp(&b.0));
    let hosts: Vec<String> = c.config.hosts.iter().map(|(name, addr)| format!("{name}:{addr}")).collect();
    let links: Vec<String> = c
        .config
        .networks
        .iter()
        .flat_map(|e| &e.config.links)
        .map(|(name, alias)| format!("/{name}:/{}/{alias}", c.name))
        .collect();
    let mode = match c.config.mode.text() {
        mode if mode == "default" && new => "bridge".to_owned(),
        mode => mode,
    };
    let dns: Vec<Json> = c.config.dns.iter().map(|ip| text(ip.to_string())).collect();
    let policy = c.config.restart.split(':').next().filter(|p| !p.is_empty()).unwrap_or("no");
    object([
        ("NetworkMode", text(mode)),
        ("PortBindings", Json::Object(asked.into_iter().map(|(n, all)| (n, Json::List(all))).collect())),
        ("RestartPolicy", object([("Name", text(policy)), ("MaximumRetryCount", Json::Number(0))])),
        ("AutoRemove", Json::Bool(c.config.auto_remove)),
        ("CapAdd", list_or_null(capabilities(&c.config.cap_add, new))),
        ("CapDrop", list_or_null(capabilities(&c.config.cap_drop, new))),
        ("Dns", if new { list_or_null(dns) } else { Json::List(dns) }),
        ("DnsOptions", Json::List(texts(&c.config.dns_options))),
        ("DnsSearch", Json::List(texts(&c.config.dns_search))),
        ("ExtraHosts", list_or_null(texts(&hosts))),
        ("Links", list_or_null(texts(&links))),
        ("Privileged", Json::Bool(c.config.privileged)),
        ("PublishAllPorts", Json::Bool(c.config.publish_all)),
        ("Sysctls", if c.config.sysctls.is_empty() { Json::Null } else { map(&c.config.sysctls) }),
    ])
}

fn config(c: &Container) -> Json {
    let mut exposed = c.config.exposed.clone();
    exposed.order_by_key(ToString::to_string);
    exposed.dedup();
    let ports: Vec<_> = exposed.iter().map(|p| (p.to_string(), Json::Object(Vec::new()))).collect();
    let exposed = if ports.is_empty() { Json::Null } else { Json::Object(ports) };
    object([
        ("Hostname", text(c.hostname.clone())),
        ("Domainname", text(c.config.domainname.clone())),
        ("ExposedPorts", exposed),
        ("Env", Json::List(texts(&c.config.env))),
        ("Cmd", Json::List(texts(&c.config.command))),
        ("Image", text(c.config.image.clone())),
        ("Labels", map(&c.config.labels)),
    ])
}

/// `docker inspect` of a container.
pub(in crate::tools::docker) fn inspect(engine: &Engine, c: &Container) -> Json {
    object([
        ("Id", text(c.id.clone())),
        ("Created", text(time::rfc3339(c.created))),
        ("Path", text(c.config.command.first().cloned().unwrap_or_default())),
        ("Args", Json::List(texts(c.config.command.iter().skip(1)))),
        ("State", state(c)),
        ("Image", text(c.config.image.clone())),
        ("Name", text(format!("/{}", c.name))),
        ("RestartCount", Json::Number(0)),
        ("Driver", text("overlay2")),
        ("Platform", text("linux")),
        ("HostConfig", host_config(c, engine.daemon.version == Version::V29)),
        ("Config", config(c)),
        ("NetworkSettings", settings(engine, c)),
    ])
}

/// `Up 2 hours`, `Exited (0) 3 seconds ago`, `Created`.
fn status(c: &Container, now: u64) -> String {
    let since = |t: Option<u64>| time::human(now.saturating_sub(t.unwrap_or(now)) / 1_000_000_000);
    match c.state {
        RunState::Created => "Created".to_owned(),
        RunState::Running => format!("Up {}", since(c.times.0)),
        RunState::Exited(code) => format!("Exited ({code}) {} ago", since(c.times.1)),
    }
}

/// A container's id, whole or short.
fn id_text(c: &Container, whole: bool) -> Json {
    text(if whole { c.id.clone() } else { c.short_id().to_owned() })
}

/// A row of `docker ps -q`.
pub(in crate::tools::docker) fn id(c: &Container, whole: bool) -> Json {
    Json::Object(vec![("ID".to_owned(), id_text(c, whole))])
}

/// A row of `docker ps`.
pub(in crate::tools::docker) fn row(engine: &Engine, c: &Container, now: u64, whole: bool) -> Json {
    let mut networks: Vec<&str> = c.endpoints.iter().map(|e| e.network.as_str()).collect();
    networks.order();
    let word = |w: &String| if w.contains([' ', '"', '\'']) { format!("'{w}'") } else { w.clone() };
    let command = c.config.command.iter().map(word).collect::<Vec<_>>().join(" ");
    let command = if command.chars().count() > 20 && !whole {
        command.chars().take(19).collect::<String>() + "\u{2026}"
    } else {
        command
    };
    let command = format!("\"{}\"", command.replace('\\', "\\\\").replace('"', "\\\""));
    let ago = time::human(now.saturating_sub(c.created) / 1_000_000_000);
    let labels: Vec<String> = c.config.labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    // Whole seconds.
    let created = time::go(c.created - c.created % 1_000_000_000);
    let new = engine.daemon.version == Version::V29;
    let mut fields = vec![("Command", text(command)), ("CreatedAt", text(created))];
    if new {
        fields.push(("HealthStatus", text("none")));
    }
    fields.extend([
        ("ID", id_text(c, whole)),
        ("Image", text(c.config.image.clone())),
        ("Labels", text(labels.join(","))),
        ("LocalVolumes", text("0")),
        ("Mounts", text("")),
        ("Names", text(c.name.clone())),
        ("Networks", text(networks.join(","))),
    ]);
    if new {
        fields.push(("Platform", Json::Null));
    }
    fields.extend([
        ("Ports", text(ports::displayable(engine, c))),
        ("RunningFor", text(format!("{ago} ago"))),
        ("Size", text("0B")),
        ("State", text(state_name(c.state))),
        ("Status", text(status(c, now))),
    ]);
    Json::Object(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
}

/// A row of nothing, to try a template on.
pub(in crate::tools::docker) fn blank(engine: &Engine, now: u64) -> Json {
    let nothing = Container {
        id: String::new(),
        name: String::new(),
        created: now,
        config: packetwalk_docker::ContainerConfig::default(),
        hostname: String::new(),
        endpoints: Vec::new(),
        state: RunState::Created,
        times: (None, None),
        sandbox: None,
        last_sandbox: None,
        error: String::new(),
        named: false,
        pid: 0,
        stopping: false,
        stopped: false,
    };
    row(engine, &nothing, now, false)
}
