//! Options of `run` and `create`.
//!
//! # Source
//! docker/cli, `cli/command/container/opts.go`: `addFlags`, `parse`, `parseNetworkOpts`.

use packetwalk_docker::ports::{Style, parse, parse_expose};
use packetwalk_docker::{ContainerConfig, Endpoint, EndpointConfig, Mode};

use super::super::cli::{Bad, Flag, Given, check, list, on, real, real_short, value};
use super::super::network::{link, pairs};
use super::super::{image, is_new};
use crate::Cx;

/// Every option.
pub(in super::super) const FLAGS: &[Flag] = &[
    list("add-host", '-'),
    real("annotation"),
    list("attach", 'a'),
    list("cap-add", '-'),
    list("cap-drop", '-'),
    real("cidfile"),
    value("cpus", '-'),
    on("detach", 'd'),
    list("dns", '-').checked(check::dns),
    list("dns-opt", '-'),
    list("dns-option", '-'),
    list("dns-search", '-').checked(check::dns_search),
    value("domainname", '-'),
    value("entrypoint", '-'),
    list("env", 'e').checked(check::env),
    list("expose", '-'),
    value("hostname", 'h'),
    on("init", '-'),
    on("interactive", 'i'),
    value("ip", '-').checked(check::ip),
    value("ip6", '-').checked(check::ip),
    list("label", 'l').checked(check::label),
    list("link", '-').checked(check::link),
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
    on("quiet", 'q').since_28(),
    value("restart", '-'),
    on("rm", '-'),
    on("sig-proxy", '-'),
    real("stop-signal"),
    real("stop-timeout"),
    list("sysctl", '-').checked(check::sysctl),
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
/// docker/cli v29 and v20.10, `opts/network.go`: `NetworkOpt.Set`.
fn network(text: &str, new: bool) -> Result<(String, EndpointConfig), Bad> {
    let flag = |why: String| Bad::Flag(format!("invalid argument \"{text}\" for \"--network\" flag: {why}"));
    let mut config = EndpointConfig::default();
    if !text.contains('=') {
        return Ok((text.to_owned(), config));
    }
    let mut name = String::new();
    for field in text.split(',') {
        let lower = field.to_ascii_lowercase();
        let pair = lower.split_once('=').filter(|(key, _)| !key.is_empty());
        let (key, value) = pair.ok_or_else(|| flag(format!("invalid field {field}")))?;
        let (key, value) = (key.trim(), value.trim());
        let ip = |number: u8| {
            value.parse().map_err(|_| {
                if new {
                    flag(format!("ParseAddr(\"{value}\"): unable to parse IP"))
                } else {
                    Bad::Daemon(format!("invalid IPv{number} address: {value}"))
                }
            })
        };
        match key {
            "name" => value.clone_into(&mut name),
            "alias" => config.aliases.push(value.to_owned()),
            "ip" => config.ip4 = Some(ip(4)?),
            "ip6" => config.ip6 = Some(ip(6)?),
            "mac-address" if new => config.mac = Some(mac(value)?),
            "driver-opt" => {
                let bad = || flag("invalid key value pair format in driver options".to_owned());
                let (k, v) = value.split_once('=').filter(|(k, _)| !k.is_empty()).ok_or_else(bad)?;
                config.driver_opts.push((k.to_owned(), v.to_owned()));
            }
            "gw-priority" if new => {
                let bad = |_| flag(format!("invalid gw-priority ({value}): invalid syntax"));
                config.gw_priority = value.parse().map_err(bad)?;
            }
            "link-local-ip" => {
                return Err(Bad::Flag(format!("packetwalk: docker's option {key} is not simulated")));
            }
            _ => return Err(flag(format!("invalid field key {key}"))),
        }
    }
    if name.is_empty() {
        return Err(flag("network name/id is not specified".to_owned()));
    }
    Ok((name, config))
}

fn mac(text: &str) -> Result<packetwalk_wire::Mac, Bad> {
    text.trim().parse().map_err(|_| Bad::Own(format!("{text} is not a valid mac address")))
}

fn is_users(mode: &Mode) -> bool {
    matches!(mode, Mode::Network(name) if name != "bridge")
}

/// # Source
/// docker/cli v29, `cli/command/container/opts.go`: `parseNetworkOpts`, `applyContainerOptions`,
/// `parseNetworkAttachmentOpt`; those of v20.10, whose loop does not run without `--network`.
fn networks(given: &Given, new: bool) -> Result<(Mode, Vec<Endpoint>), Bad> {
    let own = |text: &str| Err(Bad::Own(text.to_owned()));
    let named: Vec<&str> = given.all("network").chain(given.all("net")).collect();
    let mut all: Vec<(String, EndpointConfig)> = Vec::new();
    for text in &named {
        all.push(network(text, new)?);
    }
    let mode = Mode::parse(all.first().map_or("default", |(name, _)| name.as_str()));
    if all.is_empty() {
        all.push(("bridge".to_owned(), EndpointConfig::default()));
    }
    let users = is_users(&mode);
    let aliases: Vec<String> =
        given.all("network-alias").chain(given.all("net-alias")).map(str::to_owned).collect();
    let ip = |flag: &str, four: bool| -> Result<Option<std::net::IpAddr>, Bad> {
        let Some(text) = given.get(flag).filter(|t| !t.is_empty()) else { return Ok(None) };
        match text.trim().parse::<std::net::IpAddr>() {
            Ok(ip) if ip.is_ipv4() == four => Ok(Some(ip)),
            // The command line of 29 takes what is of the other family for nothing.
            _ if new || named.is_empty() => Ok(None),
            _ => Err(Bad::Daemon(format!("invalid IPv{} address: {text}", if four { 4 } else { 6 }))),
        }
    };
    let (ip4, ip6) = (ip("ip", true)?, ip("ip6", false)?);
    if let Some((_, first)) = all.first_mut() {
        let cases = [
            (!first.aliases.is_empty() && !aliases.is_empty(), "--network-alias and per-network alias"),
            (first.ip4.is_some() && ip4.is_some(), "--ip and per-network IPv4 address"),
            (first.ip6.is_some() && ip6.is_some(), "--ip6 and per-network IPv6 address"),
            (
                first.mac.is_some() && given.get("mac-address").is_some(),
                "--mac-address and per-network MAC address",
            ),
        ];
        if let Some((_, both)) = cases.iter().find(|(wrong, _)| *wrong) {
            return own(&format!("conflicting options: cannot specify both {both}"));
        }
        // Those of a network that was not named are lost in 20.10.
        if new || !named.is_empty() {
            first.aliases.extend(aliases);
        }
        first.ip4 = ip4.or(first.ip4);
        first.ip6 = ip6.or(first.ip6);
        if let Some(text) = given.get("mac-address") {
            first.mac = Some(mac(text)?);
        }
        let links = given.all("link").next().is_some();
        if !users && !first.aliases.is_empty() {
            return own("network-scoped aliases are only supported for user-defined networks");
        }
        if !users && links && !new && !named.is_empty() && mode != Mode::Network("bridge".to_owned()) {
            return own("links are only supported for user-defined networks");
        }
        first.links.extend(given.all("link").map(link));
    }
    for (n, (name, config)) in all.iter().enumerate() {
        if !is_users(&Mode::parse(name)) && n > 0 && !config.aliases.is_empty() {
            return own("network-scoped aliases are only supported for user-defined networks");
        }
        if all.iter().take(n).any(|(other, _)| other == name) {
            return own(&format!("network \"{name}\" is specified multiple times"));
        }
    }
    let count = all.iter().filter(|(name, _)| is_users(&Mode::parse(name))).count();
    if count > 0 && count < all.len() {
        return own(
            "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
        );
    }
    Ok((mode, all.into_iter().map(|(name, config)| Endpoint::new(&name, config)).collect()))
}

/// `HOST:IP` or `HOST=IP`.
fn host(text: &str, new: bool) -> Result<(String, String), Bad> {
    let equals = text.split_once('=').filter(|_| new);
    let split = equals.or_else(|| text.split_once(':')).filter(|(name, _)| !name.is_empty());
    let bad = || {
        Bad::Flag(format!(
            "invalid argument \"{text}\" for \"--add-host\" flag: bad format for add-host: \"{text}\""
        ))
    };
    let (name, addr) = split.ok_or_else(bad)?;
    let addr = if new { addr.trim_matches(['[', ']']) } else { addr };
    if addr != "host-gateway" && addr.parse::<std::net::IpAddr>().is_err() {
        let text = format!(
            "invalid argument \"{text}\" for \"--add-host\" flag: invalid IP address in add-host: \"{addr}\""
        );
        return Err(Bad::Flag(text));
    }
    Ok((name.to_owned(), addr.to_owned()))
}

/// What the options ask for.
pub(in super::super) fn config(cx: &Cx<'_>, given: &Given) -> Result<ContainerConfig, Bad> {
    let style = if is_new(cx) { Style::Small } else { Style::Capital };
    let mut words = given.words.iter();
    let name = words.next().cloned().unwrap_or_default();
    if !image::is_reference(&name) {
        let why = match (image::is_reference(&name.to_lowercase()), is_new(cx)) {
            (false, _) => String::new(),
            (true, false) => ": repository name must be lowercase".to_owned(),
            (true, true) => {
                let library = if name.contains('/') { "" } else { "library/" };
                format!(": repository name ({library}{name}) must be lowercase")
            }
        };
        return Err(Bad::Own(format!("invalid reference format{why}")));
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
    let (mode, networks) = networks(given, is_new(cx))?;
    if given.has("rm") && given.get("restart").is_some_and(|r| r != "no") {
        return Err(Bad::Own(
            if is_new(cx) {
                "conflicting options: cannot specify both --restart and --rm"
            } else {
                "Conflicting options: --restart and --rm"
            }
            .to_owned(),
        ));
    }
    if let Some((_, count)) = given.get("restart").and_then(|r| r.split_once(':'))
        && count.parse::<i64>().is_err()
    {
        let head = if is_new(cx) { "invalid restart policy format: " } else { "" };
        return Err(Bad::Own(format!("{head}maximum retry count must be an integer")));
    }
    let mut published = Vec::new();
    for text in given.all("publish") {
        let text = long_form(text);
        // The command line of 20.10 takes no notice of a second protocol.
        let second = text.match_indices('/').nth(1).filter(|_| !is_new(cx)).map(|(at, _)| at);
        let text = text.get(..second.unwrap_or(text.len())).unwrap_or_default();
        published.extend(parse(text, style).map_err(Bad::Own)?);
    }
    let mut exposed: Vec<_> = published.iter().map(|p| p.port).collect();
    for text in given.all("expose") {
        exposed.extend(parse_expose(text, style).map_err(Bad::Own)?);
    }
    for (number, proto) in image.map_or(&[][..], |i| i.exposed) {
        exposed.extend(parse_expose(&format!("{number}/{proto}"), style).map_err(Bad::Own)?);
    }
    Ok(ContainerConfig {
        name: given.get("name").map(str::to_owned),
        image: name,
        command,
        hostname: given.get("hostname").map(str::to_owned),
        domainname: given.get("domainname").unwrap_or_default().to_owned(),
        mode,
        networks,
        published,
        exposed,
        publish_all: given.has("publish-all"),
        dns: given.all("dns").filter_map(|v| v.trim().parse().ok()).collect(),
        dns_search: given.all("dns-search").map(str::to_owned).collect(),
        dns_options: given.all("dns-opt").chain(given.all("dns-option")).map(str::to_owned).collect(),
        hosts: given.all("add-host").map(|h| host(h, is_new(cx))).collect::<Result<_, _>>()?,
        sysctls: pairs(given.all("sysctl")),
        privileged: given.has("privileged"),
        cap_drop: given.all("cap-drop").map(str::to_owned).collect(),
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
    let target = field("target").unwrap_or_default();
    let proto = field("protocol").unwrap_or("tcp");
    format!("{}:{target}/{proto}", field("published").unwrap_or_default())
}
