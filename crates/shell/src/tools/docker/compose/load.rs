//! Services and networks of a compose file in canonical form, as `docker compose config` prints them.
//!
//! # Source
//! compose-spec/compose-go v2, `loader/normalize.go`, `loader/validate.go`, `transform/ports.go`,
//! `types/types.go`: the order of fields; `schema/compose-spec.json`.

use packetwalk_docker::ports::{Style, parse};
use packetwalk_wire::Order;

use crate::tools::docker::json::{Json, text};

/// Keys of a service that are simulated, in the order of printing: the kind of each.
const SERVICE: &[(&str, Kind)] = &[
    ("cap_add", Kind::List),
    ("cap_drop", Kind::List),
    ("command", Kind::Command),
    ("container_name", Kind::Text),
    ("depends_on", Kind::Depends),
    ("dns", Kind::Texts),
    ("dns_opt", Kind::List),
    ("dns_search", Kind::Texts),
    ("entrypoint", Kind::Command),
    ("environment", Kind::Map),
    ("expose", Kind::List),
    ("extra_hosts", Kind::Hosts),
    ("hostname", Kind::Text),
    ("image", Kind::Text),
    ("init", Kind::Bool),
    ("labels", Kind::Map),
    ("links", Kind::List),
    ("mac_address", Kind::Text),
    ("network_mode", Kind::Text),
    ("networks", Kind::Networks),
    ("ports", Kind::Ports),
    ("privileged", Kind::Bool),
    ("profiles", Kind::List),
    ("pull_policy", Kind::Text),
    ("restart", Kind::Text),
    ("stdin_open", Kind::Bool),
    ("sysctls", Kind::Map),
    ("tty", Kind::Bool),
];

/// Keys that a real service has beside those.
const REAL: &[&str] = &[
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cgroup",
    "cgroup_parent",
    "configs",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "domainname",
    "env_file",
    "extends",
    "external_links",
    "gpus",
    "group_add",
    "healthcheck",
    "ipc",
    "isolation",
    "label_file",
    "logging",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "post_start",
    "pre_start",
    "pre_stop",
    "provider",
    "read_only",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "tmpfs",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
    "working_dir",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Bool,
    List,
    /// A text, or a list.
    Texts,
    Command,
    Map,
    Hosts,
    Depends,
    Networks,
    Ports,
}

/// A scalar as a text.
pub(super) fn shown(node: &Json) -> String {
    match node {
        Json::Text(text) => text.clone(),
        Json::Null => String::new(),
        other => other.compact(),
    }
}

/// A field as a text.
pub(super) fn field(node: &Json, name: &str) -> Option<String> {
    node.get(name).filter(|v| **v != Json::Null).map(shown)
}

/// The entries of a list.
pub(super) fn list(node: Option<&Json>) -> Vec<String> {
    match node {
        Some(Json::List(all)) => all.iter().map(shown).collect(),
        _ => Vec::new(),
    }
}

/// The entries of a map.
pub(super) fn entries(node: Option<&Json>) -> &[(String, Json)] {
    match node {
        Some(Json::Object(all)) => all,
        _ => &[],
    }
}

/// Words of a command in one text.
///
/// # Source
/// mattn/go-shellwords, `shellwords.go`: `Parse`, without variables.
fn split(text: &str) -> Vec<Json> {
    let (mut all, mut word, mut some, mut quote) = (Vec::new(), String::new(), false, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => {
                word.extend(chars.next());
                some = true;
            }
            (c, Some(q)) if c == q => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                some = true;
            }
            (c, None) if c.is_whitespace() => {
                if some {
                    all.push(Json::Text(std::mem::take(&mut word)));
                }
                some = false;
            }
            (c, _) => {
                word.push(c);
                some = true;
            }
        }
    }
    if some {
        all.push(Json::Text(word));
    }
    all
}

fn strings(all: &[Json]) -> Json {
    Json::List(all.iter().map(|v| Json::Text(shown(v))).collect())
}

/// `KEY=VALUE` or a mapping, as a sorted mapping of texts.
fn mapping(node: &Json) -> Json {
    let mut all: Vec<(String, Json)> = match node {
        Json::Object(all) => all
            .iter()
            .map(|(k, v)| (k.clone(), if *v == Json::Null { Json::Null } else { text(shown(v)) }))
            .collect(),
        Json::List(all) => all
            .iter()
            .map(shown)
            .map(|pair| match pair.split_once('=') {
                Some((k, v)) => (k.to_owned(), text(v)),
                None => (pair.clone(), Json::Null),
            })
            .collect(),
        _ => Vec::new(),
    };
    all.order_by(|a, b| a.0.cmp(&b.0));
    all.dedup_by(|b, a| {
        let same = a.0 == b.0;
        if same {
            a.1 = b.1.clone();
        }
        same
    });
    Json::Object(all)
}

/// Keys of a port in the long form.
const PORT: [&str; 7] = ["name", "mode", "host_ip", "target", "published", "protocol", "app_protocol"];

/// What a dependency can wait for.
const CONDITIONS: [&str; 3] = ["service_started", "service_healthy", "service_completed_successfully"];

fn ports(node: &[Json], path: &str) -> Result<Json, String> {
    let mut all = Vec::new();
    let put =
        |mode: Option<String>, ip: Option<String>, target: u16, published: Option<String>, proto: &str| {
            let mut fields = vec![("mode".to_owned(), text(mode.unwrap_or_else(|| "ingress".to_owned())))];
            fields.extend(ip.map(|ip| ("host_ip".to_owned(), text(ip))));
            fields.push(("target".to_owned(), Json::Number(i64::from(target))));
            fields.extend(published.map(|p| ("published".to_owned(), text(p))));
            fields.push(("protocol".to_owned(), text(proto)));
            Json::Object(fields)
        };
    for (n, entry) in node.iter().enumerate() {
        if let Json::Object(_) = entry {
            let target = field(entry, "target").unwrap_or_default();
            let missing = || format!("service ports {path}.[{n}] is missing a target port");
            let target = target.parse::<u16>().ok().filter(|t| *t > 0).ok_or_else(missing)?;
            let published = field(entry, "published").filter(|p| !p.is_empty());
            let proto = field(entry, "protocol").unwrap_or_else(|| "tcp".to_owned());
            if let Some((name, _)) =
                entries(Some(entry)).iter().find(|(n, _)| !PORT.contains(&n.as_str()) && !n.starts_with("x-"))
            {
                return Err(format!("{path}.{n} additional properties '{name}' not allowed"));
            }
            let mut new = put(field(entry, "mode"), field(entry, "host_ip"), target, published, &proto);
            if let (Json::Object(fields), Some(name)) = (&mut new, field(entry, "name")) {
                fields.insert(0, ("name".to_owned(), text(name)));
            }
            if let (Json::Object(fields), Some(app)) = (&mut new, field(entry, "app_protocol")) {
                fields.push(("app_protocol".to_owned(), text(app)));
            }
            all.push(new);
            continue;
        }
        for p in parse(&shown(entry), Style::Capital)? {
            let range = p.binding.range.map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") });
            let ip = p.binding.host_ip.map(|ip| ip.to_string());
            all.push(put(None, ip, p.port.number, range, p.port.proto.name()));
        }
    }
    Ok(Json::List(all))
}

/// An endpoint's settings in the order of printing.
const ENDPOINT: [&str; 8] = [
    "aliases",
    "driver_opts",
    "gw_priority",
    "interface_name",
    "ipv4_address",
    "ipv6_address",
    "mac_address",
    "priority",
];

fn endpoint(node: &Json, path: &str) -> Result<Json, String> {
    let Json::Object(all) = node else { return Ok(Json::Null) };
    if all.is_empty() {
        return Ok(node.clone());
    }
    if let Some((name, _)) = all.iter().find(|(n, _)| !ENDPOINT.contains(&n.as_str()) && !n.starts_with("x-"))
    {
        return Err(format!("{path} additional properties '{name}' not allowed"));
    }
    let fields: Vec<(String, Json)> = ENDPOINT
        .iter()
        .filter_map(|name| {
            let value = node.get(name)?;
            let value = match *name {
                "aliases" => strings(match value {
                    Json::List(all) => all,
                    _ => &[],
                }),
                "driver_opts" => mapping(value),
                "gw_priority" | "priority" => value.clone(),
                _ => text(shown(value)),
            };
            Some(((*name).to_owned(), value))
        })
        .collect();
    Ok(if fields.is_empty() { Json::Null } else { Json::Object(fields) })
}

pub(super) fn sorted(mut all: Vec<(String, Json)>) -> Json {
    all.order_by(|a, b| a.0.cmp(&b.0));
    Json::Object(all)
}

/// One value of a service in canonical form.
fn value(kind: Kind, node: &Json, path: &str) -> Result<Json, String> {
    let must = |what: &str| Err(format!("{path} must be a {what}"));
    Ok(match (kind, node) {
        (_, Json::Null) => Json::Null,
        (Kind::Text, Json::List(_) | Json::Object(_)) => return must("string"),
        (Kind::Text, scalar) => text(shown(scalar)),
        (Kind::Bool, Json::Bool(_)) => node.clone(),
        (Kind::Bool, other) => match shown(other).as_str() {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ => return must("boolean"),
        },
        (Kind::List | Kind::Texts, Json::List(all)) => strings(all),
        (Kind::Texts, Json::Object(_)) => return must("string"),
        (Kind::Texts, scalar) => Json::List(vec![text(shown(scalar))]),
        (Kind::Command, Json::List(all)) => strings(all),
        (Kind::Command, Json::Object(_)) => return must("string"),
        (Kind::Command, scalar) => Json::List(split(&shown(scalar))),
        (Kind::Map, Json::List(_) | Json::Object(_)) => mapping(node),
        (Kind::Map, _) => return must("mapping"),
        (Kind::Hosts, Json::List(all)) => {
            let one = |entry: &Json| {
                let entry = shown(entry);
                let pair = entry.split_once('=').or_else(|| entry.split_once(':'));
                let bad = || {
                    let path = path.replacen("services.", "services[", 1).replacen(".extra", "].extra", 1);
                    let head = "decoding failed due to the following error(s):";
                    format!("{head}\n\n'{path}' invalid additional host, missing IP: {entry}")
                };
                let (name, addr) = pair.ok_or_else(bad)?;
                Ok::<_, String>(text(format!("{name}={addr}")))
            };
            Json::List(all.iter().map(one).collect::<Result<_, _>>()?)
        }
        (Kind::Hosts, Json::Object(all)) => {
            let of = |(k, v): &(String, Json)| match v {
                Json::List(all) => all.iter().map(|v| text(format!("{k}={}", shown(v)))).collect(),
                v => vec![text(format!("{k}={}", shown(v)))],
            };
            Json::List(all.iter().flat_map(of).collect())
        }
        (Kind::Depends, Json::List(all)) => {
            let one = |name: &Json| (shown(name), dependency("service_started", false, true));
            sorted(all.iter().map(one).collect())
        }
        (Kind::Depends, Json::Object(all)) => {
            let one = |(name, given): &(String, Json)| {
                let condition = field(given, "condition").unwrap_or_else(|| "service_started".to_owned());
                let restart = given.get("restart") == Some(&Json::Bool(true));
                let required = given.get("required") != Some(&Json::Bool(false));
                if !CONDITIONS.contains(&condition.as_str()) {
                    let known = CONDITIONS.map(|k| format!("'{k}'")).join(", ");
                    return Err(format!("{path}.{name}.condition value must be one of {known}"));
                }
                Ok((name.clone(), dependency(&condition, restart, required)))
            };
            sorted(all.iter().map(one).collect::<Result<_, String>>()?)
        }
        (Kind::Networks, Json::List(all)) => sorted(all.iter().map(|n| (shown(n), Json::Null)).collect()),
        (Kind::Networks, Json::Object(all)) => {
            let one = |(name, given): &(String, Json)| {
                Ok::<_, String>((name.clone(), endpoint(given, &format!("{path}.{name}"))?))
            };
            sorted(all.iter().map(one).collect::<Result<_, _>>()?)
        }
        (Kind::Ports, Json::List(all)) => ports(all, path)?,
        (Kind::List | Kind::Ports, _) => return must("array"),
        (Kind::Hosts | Kind::Depends | Kind::Networks, _) => return must("mapping"),
    })
}

pub(super) fn dependency(condition: &str, restart: bool, required: bool) -> Json {
    let mut fields = vec![("condition".to_owned(), text(condition))];
    if restart {
        fields.push(("restart".to_owned(), Json::Bool(true)));
    }
    fields.push(("required".to_owned(), Json::Bool(required)));
    Json::Object(fields)
}

/// A service in canonical form.
pub(super) fn service(name: &str, node: &Json, file: &str) -> Result<Json, String> {
    let Json::Object(all) = node else { return Err(format!("services.{name} must be a mapping")) };
    let validating = |why: String| {
        let own = why.contains(" must be ") || why.contains("additional properties");
        if own { format!("validating {file}: {why}") } else { why }
    };
    for (key, _) in all.iter().filter(|(key, _)| !key.starts_with("x-")) {
        if REAL.contains(&key.as_str()) {
            return Err(format!("packetwalk: compose's services.{name}.{key} is not simulated"));
        }
        if !SERVICE.iter().any(|(known, _)| known == key) {
            return Err(validating(format!("services.{name} additional properties '{key}' not allowed")));
        }
    }
    let own = name;
    if let Some(name) = field(node, "container_name")
        && !(name.len() > 1
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)))
    {
        return Err(format!(
            "validating {file}: services.{own}.container_name '{name}' does not match pattern \
             '[a-zA-Z0-9][a-zA-Z0-9_.-]+'"
        ));
    }
    let mut fields = Vec::new();
    for (key, kind) in SERVICE {
        let Some(given) = node.get(key) else { continue };
        let new = value(*kind, given, &format!("services.{name}.{key}")).map_err(validating)?;
        let empty = matches!(&new, Json::Null | Json::Bool(false))
            || matches!(&new, Json::List(l) if l.is_empty())
            || matches!(&new, Json::Text(t) if t.is_empty());
        if !empty {
            fields.push(((*key).to_owned(), new));
        }
    }
    let own: Vec<(String, Json)> = all.iter().filter(|(key, _)| key.starts_with("x-")).cloned().collect();
    if let Json::Object(own) = sorted(own) {
        fields.extend(own);
    }
    Ok(Json::Object(fields))
}

/// Sets a field where the order of printing wants it.
pub(super) fn set(node: &mut Json, name: &str, value: Json) {
    let Json::Object(all) = node else { return };
    match all.iter_mut().find(|(n, _)| n == name) {
        Some((_, old)) => *old = value,
        None => {
            let at =
                all.iter().position(|(n, _)| n.as_str() > name || n.starts_with("x-")).unwrap_or(all.len());
            all.insert(at, (name.to_owned(), value));
        }
    }
}

/// A network in canonical form.
pub(super) fn network(project: &str, key: &str, node: &Json, file: &str) -> Result<Json, String> {
    const KNOWN: [&str; 10] = [
        "name",
        "driver",
        "driver_opts",
        "ipam",
        "external",
        "internal",
        "attachable",
        "labels",
        "enable_ipv4",
        "enable_ipv6",
    ];
    let wrong =
        |name: &str| format!("validating {file}: networks.{key} additional properties '{name}' not allowed");
    for (name, _) in entries(Some(node)).iter().filter(|(n, _)| !n.starts_with("x-")) {
        if !KNOWN.contains(&name.as_str()) {
            return Err(wrong(name));
        }
    }
    let external = match node.get("external") {
        Some(Json::Object(_) | Json::Bool(true)) => true,
        Some(other) => shown(other) == "true",
        None => false,
    };
    let old = node.get("external").and_then(|e| field(e, "name"));
    let default = if external { key.to_owned() } else { format!("{project}_{key}") };
    let mut fields = vec![("name".to_owned(), text(field(node, "name").or(old).unwrap_or(default)))];
    let mut put = |name: &str, value: Json| fields.push((name.to_owned(), value));
    if let Some(driver) = field(node, "driver") {
        put("driver", text(driver));
    }
    if let Some(opts) = node.get("driver_opts").filter(|o| !entries(Some(o)).is_empty()) {
        put("driver_opts", mapping(opts));
    }
    if let Some(ipam) = node.get("ipam") {
        let mut own = Vec::new();
        own.extend(field(ipam, "driver").map(|d| ("driver".to_owned(), text(d))));
        if let Some(Json::List(pools)) = ipam.get("config") {
            for (n, pool) in pools.iter().enumerate() {
                const POOL: [&str; 4] = ["subnet", "gateway", "ip_range", "aux_addresses"];
                if let Some((name, _)) = entries(Some(pool)).iter().find(|(k, _)| !POOL.contains(&k.as_str()))
                {
                    return Err(format!(
                        "validating {file}: networks.{key}.ipam.config.{n} additional properties '{name}' not allowed"
                    ));
                }
            }
            let one = |pool: &Json| {
                let names = ["subnet", "gateway", "ip_range"];
                let mut all: Vec<(String, Json)> =
                    names.iter().filter_map(|n| Some(((*n).to_owned(), text(field(pool, n)?)))).collect();
                all.extend(pool.get("aux_addresses").map(|a| ("aux_addresses".to_owned(), mapping(a))));
                Json::Object(all)
            };
            own.push(("config".to_owned(), Json::List(pools.iter().map(one).collect())));
        }
        own.extend(ipam.get("options").map(|o| ("options".to_owned(), mapping(o))));
        if !own.is_empty() {
            put("ipam", Json::Object(own));
        }
    }
    if external {
        put("external", Json::Bool(true));
    }
    for name in ["internal", "attachable"] {
        if field(node, name).as_deref() == Some("true") {
            put(name, Json::Bool(true));
        }
    }
    if let Some(labels) = node.get("labels").filter(|l| **l != Json::Null) {
        put("labels", mapping(labels));
    }
    for name in ["enable_ipv4", "enable_ipv6"] {
        if let Some(on) = field(node, name) {
            put(name, Json::Bool(on == "true"));
        }
    }
    Ok(Json::Object(fields))
}
