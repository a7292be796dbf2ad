//! Options of `run` and `create`.
//!
//! # Source
//! docker/cli, `cli/command/container/opts.go`: `addFlags`, `parse`, `parseNetworkOpts`.

use packetwalk_docker::ports::{Style, parse, parse_expose};
use packetwalk_docker::{ContainerConfig, Endpoint, EndpointConfig, Mode};

use super::super::cli::{Bad, Flag, Given, list, on, real, real_short, value};
use super::super::network::{address, link, pairs};
use super::super::{image, is_new};
use crate::Cx;

/// Every option.
pub(super) const FLAGS: &[Flag] = &[
    list("add-host", '-'),
    real("annotation"),
    real_short("attach", 'a'),
    list("cap-add", '-'),
    real("cap-drop"),
    real("cidfile"),
    value("cpus", '-'),
    on("detach", 'd'),
    list("dns", '-'),
    list("dns-option", '-'),
    list("dns-search", '-'),
    real("domainname"),
    value("entrypoint", '-'),
    list("env", 'e'),
    list("expose", '-'),
    value("hostname", 'h'),
    on("init", '-'),
    on("interactive", 'i'),
    value("ip", '-'),
    value("ip6", '-'),
    list("label", 'l'),
    list("link", '-'),
    value("mac-address", '-'),
    value("memory", 'm'),
    value("name", '-'),
    list("net", '-'),
    list("net-alias", '-'),
    list("network", '-'),
    list("network-alias", '-'),
    value("platform", '-'),
    on("privileged", '-'),
    list("publish", 'p'),
    on("publish-all", 'P'),
    value("pull", '-'),
    on("quiet", 'q'),
    value("restart", '-'),
    on("rm", '-'),
    on("sig-proxy", '-'),
    real("stop-signal"),
    real("stop-timeout"),
    list("sysctl", '-'),
    on("tty", 't'),
    real_short("user", 'u'),
    real_short("volume", 'v'),
    real_short("workdir", 'w'),
    real("device"),
    real("env-file"),
    real("gpus"),
    real("ipc"),
    real("link-local-ip"),
    real("mount"),
    real("pid"),
    real("read-only"),
    real("security-opt"),
    real("tmpfs"),
    real("ulimit"),
    real("userns"),
    real("volumes-from"),
];

/// `--network name=N,alias=A,ip=I,…`, or a name.
///
/// # Source
/// docker/cli, `opts/network.go`: `NetworkOpt.Set`.
fn network(text: &str) -> Result<(String, EndpointConfig), String> {
    let mut config = EndpointConfig::default();
    if !text.contains('=') {
        return Ok((text.to_owned(), config));
    }
    let mut name = String::new();
    for field in text.split(',') {
        let (key, value) = field.split_once('=').ok_or_else(|| format!("invalid field {field}"))?;
        let bad = |what: &str| format!("invalid {what} address: {value}");
        match key.to_ascii_lowercase().as_str() {
            "name" => value.clone_into(&mut name),
            "alias" => config.aliases.push(value.to_owned()),
            "ip" => config.ip4 = Some(value.parse().map_err(|_| bad("IPv4"))?),
            "ip6" => config.ip6 = Some(value.parse().map_err(|_| bad("IPv6"))?),
            "mac-address" => config.mac = Some(value.parse().map_err(|_| bad("MAC"))?),
            "driver-opt" => {
                let (k, v) = value.split_once('=').unwrap_or((value, ""));
                config.driver_opts.push((k.to_owned(), v.to_owned()));
            }
            "gw-priority" => {
                config.gw_priority = value.parse().map_err(|_| format!("invalid gw-priority: {value}"))?;
            }
            _ => return Err(format!("invalid field key {key}")),
        }
    }
    if name.is_empty() {
        return Err("network name/id is not specified".to_owned());
    }
    Ok((name, config))
}

fn networks(given: &Given) -> Result<(Mode, Vec<Endpoint>), Bad> {
    let flag = |text: &str, why: String| {
        Bad::Flag(format!("invalid argument \"{text}\" for \"--network\" flag: {why}"))
    };
    let mut all: Vec<(String, EndpointConfig)> = Vec::new();
    for text in given.all("network").chain(given.all("net")) {
        let (name, config) = network(text).map_err(|why| flag(text, why))?;
        if all.iter().any(|(n, _)| *n == name) {
            return Err(Bad::Own(format!("network \"{name}\" is specified multiple times")));
        }
        all.push((name, config));
    }
    let mode = Mode::parse(all.first().map_or("default", |(name, _)| name.as_str()));
    if all.len() > 1 && !all.iter().all(|(name, _)| matches!(Mode::parse(name), Mode::Network(_))) {
        let text = "conflicting options: cannot attach both user-defined and non-user-defined network-modes";
        return Err(Bad::Own(text.to_owned()));
    }
    if all.is_empty() {
        all.push(("bridge".to_owned(), EndpointConfig::default()));
    }
    if let Some((_, first)) = all.first_mut() {
        first.aliases.extend(given.all("network-alias").chain(given.all("net-alias")).map(str::to_owned));
        first.links.extend(given.all("link").map(link));
        if let Some(ip) = address(given.get("ip"), "ip")? {
            first.ip4 = Some(ip);
        }
        if let Some(ip) = address(given.get("ip6"), "ip6")? {
            first.ip6 = Some(ip);
        }
        if let Some(mac) = given.get("mac-address") {
            let bad = |_| Bad::Own(format!("{mac} is not a valid mac address"));
            first.mac = Some(mac.parse().map_err(bad)?);
        }
    }
    Ok((mode, all.into_iter().map(|(name, config)| Endpoint::new(&name, config)).collect()))
}

/// `HOST:IP` or `HOST=IP`.
fn host(text: &str) -> Result<(String, String), Bad> {
    let split = text.split_once('=').or_else(|| text.split_once(':')).filter(|(name, _)| !name.is_empty());
    let bad = || {
        Bad::Flag(format!(
            "invalid argument \"{text}\" for \"--add-host\" flag: bad format for add-host: \"{text}\""
        ))
    };
    let (name, addr) = split.ok_or_else(bad)?;
    let addr = addr.trim_matches(['[', ']']);
    if addr != "host-gateway" && addr.parse::<std::net::IpAddr>().is_err() {
        let text = format!(
            "invalid argument \"{text}\" for \"--add-host\" flag: invalid IP address in add-host: \"{addr}\""
        );
        return Err(Bad::Flag(text));
    }
    Ok((name.to_owned(), addr.to_owned()))
}

fn ips<'g>(given: &'g Given, flag: &'g str) -> Result<Vec<std::net::IpAddr>, Bad> {
    given.all(flag).filter_map(|v| address(Some(v), flag).transpose()).collect()
}

/// What the options ask for.
pub(super) fn config(cx: &Cx<'_>, given: &Given) -> Result<ContainerConfig, Bad> {
    let style = if is_new(cx) { Style::Small } else { Style::Capital };
    let mut words = given.words.iter();
    let name = words.next().cloned().unwrap_or_default();
    if !image::is_reference(&name) {
        return Err(Bad::Own("invalid reference format".to_owned()));
    }
    let image = image::find(&name);
    let mut command: Vec<String> = words.cloned().collect();
    match given.get("entrypoint") {
        Some(entry) => command.insert(0, entry.to_owned()),
        None if command.is_empty() => {
            let own = image.map_or(&["sleep", "infinity"][..], |i| i.command);
            command = own.iter().map(|w| (*w).to_owned()).collect();
        }
        None => {}
    }
    let (mode, networks) = networks(given)?;
    if given.has("rm") && given.get("restart").is_some_and(|r| r != "no") {
        return Err(Bad::Own("conflicting options: cannot specify both --restart and --rm".to_owned()));
    }
    let mut published = Vec::new();
    for text in given.all("publish") {
        published.extend(parse(&long_form(text), style).map_err(Bad::Own)?);
    }
    let mut exposed: Vec<_> = published.iter().map(|p| p.port).collect();
    for text in given.all("expose") {
        exposed.extend(parse_expose(text).map_err(Bad::Own)?);
    }
    for (number, proto) in image.map_or(&[][..], |i| i.exposed) {
        exposed.extend(parse_expose(&format!("{number}/{proto}")).map_err(Bad::Own)?);
    }
    Ok(ContainerConfig {
        name: given.get("name").map(str::to_owned),
        image: name,
        command,
        hostname: given.get("hostname").map(str::to_owned),
        mode,
        networks,
        published,
        exposed,
        publish_all: given.has("publish-all"),
        dns: ips(given, "dns")?,
        dns_search: given.all("dns-search").map(str::to_owned).collect(),
        dns_options: given.all("dns-option").map(str::to_owned).collect(),
        hosts: given.all("add-host").map(host).collect::<Result<_, _>>()?,
        sysctls: pairs(given.all("sysctl")),
        privileged: given.has("privileged"),
        cap_add: given.all("cap-add").map(str::to_owned).collect(),
        auto_remove: given.has("rm"),
        env: given.all("env").map(str::to_owned).collect(),
        labels: pairs(given.all("label")),
        restart: given.get("restart").unwrap_or("no").to_owned(),
    })
}

/// `published=8080,target=80,protocol=udp` in the short form.
fn long_form(text: &str) -> String {
    if !text.contains('=') {
        return text.to_owned();
    }
    let field = |name: &str| {
        text.split(',').find_map(|f| f.split_once('=').filter(|(k, _)| k.trim() == name)).map(|(_, v)| v)
    };
    let target = field("target").or_else(|| field("dst")).unwrap_or_default();
    let proto = field("protocol").map(|p| format!("/{p}")).unwrap_or_default();
    match field("published").or_else(|| field("src")) {
        Some(published) => format!("{published}:{target}{proto}"),
        None => format!("{target}{proto}"),
    }
}
