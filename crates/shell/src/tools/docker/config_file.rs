//! `/etc/docker/daemon.json`: the daemon's flags in a file.
//!
//! # Source
//! moby b985e231, `daemon/config/config.go`: `getConflictFreeConfiguration`, `findConfigurationConflicts`; v20.10.24,
//! the same; Go, `encoding/json`, `scanner.go`, `decode.go`: the texts of errors.

use packetwalk_docker::Version;
use packetwalk_wire::Order;

use super::cli::Given;
use super::json::Json;

/// Names of the file that have a flag of the same name, or of the second.
const FLAGS: &[(&str, &str, Kind)] = &[
    ("allow-direct-routing", "allow-direct-routing", Kind::Bool),
    ("bip", "bip", Kind::Text),
    ("bip6", "bip6", Kind::Text),
    ("bridge", "bridge", Kind::Text),
    ("debug", "debug", Kind::Bool),
    ("default-address-pools", "default-address-pool", Kind::Pools),
    ("default-gateway", "default-gateway", Kind::Text),
    ("default-gateway-v6", "default-gateway-v6", Kind::Text),
    ("dns", "dns", Kind::Texts),
    ("experimental", "experimental", Kind::Bool),
    ("firewall-backend", "firewall-backend", Kind::Text),
    ("fixed-cidr", "fixed-cidr", Kind::Text),
    ("fixed-cidr-v6", "fixed-cidr-v6", Kind::Text),
    ("icc", "icc", Kind::Bool),
    ("ip", "ip", Kind::Text),
    ("ip-forward", "ip-forward", Kind::Bool),
    ("ip-forward-no-drop", "ip-forward-no-drop", Kind::Bool),
    ("ip-masq", "ip-masq", Kind::Bool),
    ("ip6tables", "ip6tables", Kind::Bool),
    ("iptables", "iptables", Kind::Bool),
    ("ipv6", "ipv6", Kind::Bool),
    ("live-restore", "live-restore", Kind::Bool),
    ("log-level", "log-level", Kind::Text),
    ("mtu", "mtu", Kind::Number),
    ("userland-proxy", "userland-proxy", Kind::Bool),
];

/// Names that are about other things than the network.
const OTHERS: &[&str] = &[
    "allow-nondistributable-artifacts",
    "authorization-plugins",
    "builder",
    "cgroup-parent",
    "containerd",
    "containerd-namespace",
    "containerd-plugins-namespace",
    "cpu-rt-period",
    "cpu-rt-runtime",
    "data-root",
    "default-cgroupns-mode",
    "default-ipc-mode",
    "default-runtime",
    "default-shm-size",
    "default-ulimits",
    "exec-opts",
    "exec-root",
    "features",
    "group",
    "hosts",
    "init",
    "init-path",
    "insecure-registries",
    "labels",
    "log-driver",
    "log-format",
    "log-opts",
    "max-concurrent-downloads",
    "max-concurrent-uploads",
    "max-download-attempts",
    "metrics-addr",
    "no-new-privileges",
    "node-generic-resources",
    "oom-score-adjust",
    "pidfile",
    "proxies",
    "raw-logs",
    "registry-mirrors",
    "runtimes",
    "seccomp-profile",
    "selinux-enabled",
    "shutdown-timeout",
    "storage-driver",
    "storage-opts",
    "swarm-default-advertise-addr",
    "tls",
    "tlscacert",
    "tlscert",
    "tlskey",
    "tlsverify",
    "userland-proxy-path",
];

/// Names that a real daemon has, and that are refused here.
const REFUSED: &[&str] = &[
    "cluster-advertise",
    "default-network-opts",
    "dns-opts",
    "dns-search",
    "host-gateway-ip",
    "host-gateway-ips",
    "userns-remap",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Number,
    Text,
    Texts,
    Pools,
}

/// Reads JSON. Nesting is bounded.
struct Reader<'t> {
    rest: &'t str,
    depth: u32,
}

impl Reader<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn bad<T>(&self, place: &str) -> Result<T, String> {
        match self.rest.chars().next() {
            None => Err("unexpected end of JSON input".to_owned()),
            Some('\'') => Err(format!("invalid character '\\'' {place}")),
            Some(c) => Err(format!("invalid character '{c}' {place}")),
        }
    }

    fn eat(&mut self, sign: char) -> bool {
        self.blank();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Result<Json, String> {
        self.blank();
        if self.depth == 0 {
            return Err("exceeded max depth".to_owned());
        }
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
        {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(value);
            }
        }
        match self.rest.chars().next() {
            Some('{') => {
                self.depth -= 1;
                let done = self.object();
                self.depth += 1;
                done
            }
            Some('[') => {
                self.depth -= 1;
                let done = self.list();
                self.depth += 1;
                done
            }
            Some('"') => self.text().map(Json::Text),
            Some(c) if c == '-' || c.is_ascii_digit() => {
                let end = self
                    .rest
                    .find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)))
                    .unwrap_or(self.rest.len());
                let number = self.rest.get(..end).unwrap_or_default().to_owned();
                self.rest = self.rest.get(end..).unwrap_or_default();
                Ok(number.parse().map_or(Json::Text(number), Json::Number))
            }
            _ => self.bad("looking for beginning of value"),
        }
    }

    fn object(&mut self) -> Result<Json, String> {
        let mut all = Vec::new();
        self.eat('{');
        if self.eat('}') {
            return Ok(Json::Object(all));
        }
        loop {
            self.blank();
            if !self.rest.starts_with('"') {
                return self.bad("looking for beginning of object key string");
            }
            let name = self.text()?;
            if !self.eat(':') {
                return self.bad("after object key");
            }
            all.push((name, self.value()?));
            if self.eat('}') {
                return Ok(Json::Object(all));
            }
            if !self.eat(',') {
                return self.bad("after object key:value pair");
            }
        }
    }

    fn list(&mut self) -> Result<Json, String> {
        let mut all = Vec::new();
        self.eat('[');
        if self.eat(']') {
            return Ok(Json::List(all));
        }
        loop {
            all.push(self.value()?);
            if self.eat(']') {
                return Ok(Json::List(all));
            }
            if !self.eat(',') {
                return self.bad("after array element");
            }
        }
    }

    fn text(&mut self) -> Result<String, String> {
        let mut out = String::new();
        let mut chars = self.rest.get(1..).unwrap_or_default().chars();
        loop {
            match chars.next() {
                None => return Err("unexpected end of JSON input".to_owned()),
                Some('"') => break,
                Some('\n') => return Err("invalid character '\\n' in string literal".to_owned()),
                Some('\\') => match chars.next() {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('u') => {
                        let digits: String = chars.by_ref().take(4).collect();
                        let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                        out.push(code.unwrap_or('\u{fffd}'));
                    }
                    Some(c @ ('"' | '\\' | '/')) => out.push(c),
                    Some(c) => return Err(format!("invalid character '{c}' in string escape code")),
                    None => return Err("unexpected end of JSON input".to_owned()),
                },
                Some(c) => out.push(c),
            }
        }
        self.rest = chars.as_str();
        Ok(out)
    }
}

fn kind_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::Text(_) | Json::Invalid(_) => "string",
        Json::List(_) => "array",
        Json::Object(_) => "object",
    }
}

fn wrong<T>(value: &Json, name: &str, wanted: &str) -> Result<T, String> {
    let kind = kind_of(value);
    Err(format!("json: cannot unmarshal {kind} into Go struct field Config.{name} of type {wanted}"))
}

/// A setting as the values of its flag.
fn values(name: &str, kind: Kind, value: &Json) -> Result<Vec<String>, String> {
    Ok(match (kind, value) {
        (_, Json::Null) => Vec::new(),
        (Kind::Bool, Json::Bool(on)) => vec![on.to_string()],
        (Kind::Number, Json::Number(n)) => vec![n.to_string()],
        (Kind::Text, Json::Text(text)) => vec![text.clone()],
        (Kind::Texts, Json::List(all)) => all
            .iter()
            .map(|v| match v {
                Json::Text(text) => Ok(text.clone()),
                other => wrong(other, name, "string"),
            })
            .collect::<Result<_, _>>()?,
        (Kind::Pools, Json::List(all)) => all
            .iter()
            .map(|pool| match (pool.get("base"), pool.get("size")) {
                (Some(Json::Text(base)), Some(Json::Number(size))) => Ok(format!("base={base},size={size}")),
                (Some(Json::Text(base)), _) => Ok(format!("base={base},size=0")),
                (Some(other), _) => wrong(other, "default-address-pools.base", "string"),
                (None, _) => wrong(pool, name, "ipamutils.NetworkToSplit"),
            })
            .collect::<Result<_, _>>()?,
        (Kind::Bool, other) => return wrong(other, name, "bool"),
        (Kind::Number, other) => return wrong(other, name, "int"),
        (Kind::Text, other) => return wrong(other, name, "string"),
        (Kind::Texts, other) => return wrong(other, name, "[]string"),
        (Kind::Pools, other) => return wrong(other, name, "[]*ipamutils.NetworkToSplit"),
    })
}

/// Puts what a file says beside the flags.
///
/// # Errors
/// What the daemon says after `unable to configure the Docker daemon with file …: `.
pub(super) fn merge(given: &mut Given, text: &str, version: Version) -> Result<(), String> {
    let json = |why: String| if version == Version::V29 { format!("invalid JSON: {why}") } else { why };
    if text.trim().is_empty() {
        return Ok(());
    }
    let mut reader = Reader { rest: text, depth: 64 };
    let value = reader.value().map_err(json)?;
    reader.blank();
    if !reader.rest.is_empty() {
        return Err(json(reader.bad::<()>("after top-level value").err().unwrap_or_default()));
    }
    let Json::Object(all) = value else {
        let kind = kind_of(&value);
        return Err(json(format!(
            "json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
        )));
    };
    let flag = |name: &str| FLAGS.iter().find(|(n, _, _)| *n == name);
    let mut unknown: Vec<&str> = all
        .iter()
        .map(|(n, _)| n.as_str())
        .filter(|n| flag(n).is_none() && !OTHERS.contains(n) && !REFUSED.contains(n))
        .collect();
    if !unknown.is_empty() {
        unknown.order();
        let names = unknown.join(", ");
        return Err(format!("the following directives don't match any configuration option: {names}"));
    }
    if let Some((name, _)) = all.iter().find(|(n, _)| REFUSED.contains(&n.as_str())) {
        return Err(format!("packetwalk: the daemon's setting {name} is not simulated"));
    }
    let mut conflicts = Vec::new();
    for (name, value) in &all {
        let Some((_, own, kind)) = flag(name) else { continue };
        let of_flag: Vec<&str> = given.all(own).collect();
        if of_flag.is_empty() {
            continue;
        }
        let shown = |list: Vec<&str>, many: bool| {
            if many { format!("[{}]", list.join(" ")) } else { list.join(" ") }
        };
        let many = matches!(kind, Kind::Texts | Kind::Pools);
        let of_file = values(name, *kind, value).unwrap_or_default();
        let of_file = shown(of_file.iter().map(String::as_str).collect(), many);
        conflicts.push(format!("{name}: (from flag: {}, from file: {of_file})", shown(of_flag, many)));
    }
    if !conflicts.is_empty() {
        let all = conflicts.join(", ");
        return Err(format!(
            "the following directives are specified both as a flag and in the configuration file: {all}"
        ));
    }
    for (name, value) in &all {
        let Some((_, own, kind)) = flag(name) else { continue };
        for text in values(name, *kind, value).map_err(json)? {
            check(own, &text, version)?;
            given.put(own, text);
        }
    }
    Ok(())
}

/// What the daemon checks of a file's values itself.
fn check(name: &str, text: &str, version: Version) -> Result<(), String> {
    let new = version == Version::V29;
    match name {
        "dns" if text.parse::<std::net::IpAddr>().is_err() => Err(if new {
            format!("invalid JSON: ParseAddr(\"{text}\"): unable to parse IP")
        } else {
            format!("configuration validation from file failed: {text} is not an ip address")
        }),
        "default-address-pool" if new => {
            let base = text.strip_prefix("base=").and_then(|t| t.split(',').next()).unwrap_or_default();
            super::network::prefix(base).map_err(|why| format!("invalid JSON: {why}"))
        }
        "mtu" if new && text.starts_with('-') => Err(format!(
            "merged configuration validation from file and command line flags failed: invalid default MTU: {text}"
        )),
        _ => Ok(()),
    }
}
