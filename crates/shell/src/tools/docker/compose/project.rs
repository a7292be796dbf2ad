//! A compose file as one project.
//!
//! # Source
//! compose-spec/compose-go v2, `loader/loader.go`, `loader/normalize.go`, `loader/validate.go`, `types/project.go`.

use super::load::{dependency, entries, field, list, network, service, set, sorted};
use super::yaml;
use crate::tools::docker::json::{Json, object, text};
use packetwalk_wire::Order;

/// A project.
#[derive(Clone, Debug, Default)]
pub(super) struct Project {
    pub name: String,
    /// Where its files are, and which they are.
    pub folder: String,
    pub files: Vec<String>,
    /// Sorted by name, in canonical form.
    pub services: Vec<(String, Json)>,
    /// Those in use, sorted.
    pub networks: Vec<(String, Json)>,
    pub extensions: Vec<(String, Json)>,
}

/// Names that others need.
pub(super) fn needs(service: &Json) -> Vec<String> {
    entries(service.get("depends_on")).iter().map(|(name, _)| name.clone()).collect()
}

/// What a project's name may have.
pub(super) fn project_name(text: &str) -> String {
    let kept: String =
        text.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect();
    kept.trim_start_matches(['_', '-']).to_owned()
}

impl Project {
    /// A project of what a file says, after its variables are filled in.
    ///
    /// # Errors
    /// As `docker compose` says it.
    ///
    /// `active` are the profiles that are on; those of the services that `named` has are too.
    pub fn new(
        name: &str,
        file: &str,
        root: &Json,
        active: &[String],
        named: &[String],
    ) -> Result<Self, String> {
        const TOP: [&str; 9] =
            ["version", "name", "services", "networks", "volumes", "secrets", "configs", "include", "models"];
        let Json::Object(all) = root else { return Err("top-level object must be a mapping".to_owned()) };
        for (key, _) in all.iter().filter(|(key, _)| !key.starts_with("x-")) {
            if !TOP.contains(&key.as_str()) {
                return Err(format!("validating {file}:  additional properties '{key}' not allowed"));
            }
            if ["volumes", "secrets", "configs", "include", "models"].contains(&key.as_str()) {
                return Err(format!("packetwalk: compose's {key} is not simulated"));
            }
        }
        let word =
            |n: &str| n.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) && !n.is_empty();
        let mut services = Vec::new();
        for (key, node) in entries(root.get("services")) {
            if !word(key) {
                return Err(format!("validating {file}: services additional properties '{key}' not allowed"));
            }
            services.push((key.clone(), service(key, node, file)?));
        }
        services.order_by(|a, b| a.0.cmp(&b.0));
        for (_, service) in &mut services {
            implied(service);
        }
        let profiles = |service: &Json| list(service.get("profiles"));
        let mut on: Vec<String> = active.to_vec();
        on.extend(services.iter().filter(|(n, _)| named.contains(n)).flat_map(|(_, s)| profiles(s)));
        let is_on = |s: &Json| {
            let own = profiles(s);
            own.is_empty() || own.iter().any(|p| on.contains(p)) || on.iter().any(|p| p == "*")
        };
        let declared = entries(root.get("networks"));
        // All are looked at, whether they are on or not.
        for (key, service) in &services {
            for (network, _) in entries(service.get("networks")) {
                if network != "default" && !declared.iter().any(|(n, _)| n == network) {
                    return Err(format!(
                        "service \"{key}\" refers to undefined network {network}: invalid compose project"
                    ));
                }
            }
        }
        services.retain(|(_, s)| is_on(s));
        check(&services)?;
        let mut used: Vec<String> = Vec::new();
        for (key, service) in &services {
            for (network, _) in entries(service.get("networks")) {
                if network != "default" && !declared.iter().any(|(n, _)| n == network) {
                    return Err(format!(
                        "service \"{key}\" refers to undefined network {network}: invalid compose project"
                    ));
                }
                used.push(network.clone());
            }
        }
        for (key, node) in declared {
            network(name, key, node, file)?;
        }
        cycle(&services)?;
        used.order();
        used.dedup();
        let none = Json::Null;
        let mut networks = Vec::new();
        for key in used {
            let node = declared.iter().find(|(n, _)| *n == key).map_or(&none, |(_, v)| v);
            networks.push((key.clone(), network(name, &key, node, file)?));
        }
        let mut extensions: Vec<(String, Json)> =
            all.iter().filter(|(key, _)| key.starts_with("x-")).cloned().collect();
        extensions.order_by(|a, b| a.0.cmp(&b.0));
        let name = name.to_owned();
        Ok(Self { name, services, networks, extensions, ..Self::default() })
    }

    /// A service by name.
    pub fn service(&self, name: &str) -> Option<&Json> {
        self.services.iter().find(|(n, _)| n == name).map(|(_, s)| s)
    }

    /// The whole as it is printed: a `$` would be a variable when it is read again.
    fn tree(&self) -> Vec<(String, Json)> {
        let all = Json::Object(self.plain_tree());
        match escaped(&all) {
            Json::Object(all) => all,
            _ => Vec::new(),
        }
    }

    fn plain_tree(&self) -> Vec<(String, Json)> {
        let mut all = vec![
            ("name".to_owned(), text(self.name.clone())),
            ("services".to_owned(), Json::Object(self.services.clone())),
        ];
        if !self.networks.is_empty() {
            all.push(("networks".to_owned(), Json::Object(self.networks.clone())));
        }
        all.extend(self.extensions.iter().map(|(name, value)| (name.clone(), by_name(value))));
        all
    }

    /// `docker compose config`.
    pub fn yaml(&self) -> String {
        let mut out = String::new();
        yaml::write(&Json::Object(self.tree()), 0, &mut out);
        out
    }

    /// `docker compose config --format json`: top fields by name, and what Go never leaves out.
    pub fn json(&self) -> Json {
        let mut all = self.tree();
        all.order_by(|a, b| a.0.cmp(&b.0));
        for (name, value) in &mut all {
            let Json::Object(inner) = value else { continue };
            for (_, one) in inner.iter_mut() {
                if name == "services" {
                    for key in ["command", "entrypoint"] {
                        if one.get(key).is_none() {
                            set(one, key, Json::Null);
                        }
                    }
                } else if name == "networks" && one.get("ipam").is_none() {
                    let Json::Object(fields) = one else { continue };
                    let at = fields
                        .iter()
                        .position(|(n, _)| !matches!(n.as_str(), "name" | "driver" | "driver_opts"));
                    let at = at.unwrap_or(fields.len());
                    fields.insert(at, ("ipam".to_owned(), Json::Object(Vec::new())));
                }
            }
        }
        Json::Object(all)
    }
}

fn escaped(node: &Json) -> Json {
    match node {
        Json::Text(text) => Json::Text(text.replace('$', "$$")),
        Json::Object(all) => Json::Object(all.iter().map(|(n, v)| (n.clone(), escaped(v))).collect()),
        Json::List(all) => Json::List(all.iter().map(escaped).collect()),
        other => other.clone(),
    }
}

fn by_name(node: &Json) -> Json {
    match node {
        Json::Object(all) => sorted(all.iter().map(|(n, v)| (n.clone(), by_name(v))).collect()),
        Json::List(all) => Json::List(all.iter().map(by_name).collect()),
        other => other.clone(),
    }
}

/// What follows from other keys: the default network, and the order that links and namespaces ask for.
fn implied(service: &mut Json) {
    if service.get("network_mode").is_none() && entries(service.get("networks")).is_empty() {
        set(service, "networks", object([("default", Json::Null)]));
    }
    let mut needed = entries(service.get("depends_on")).to_vec();
    let mut also: Vec<String> =
        list(service.get("links")).iter().map(|l| l.split(':').next().unwrap_or(l).to_owned()).collect();
    also.extend(field(service, "network_mode").and_then(|m| m.strip_prefix("service:").map(str::to_owned)));
    for name in also {
        if !needed.iter().any(|(n, _)| *n == name) {
            needed.push((name, dependency("service_started", true, true)));
        }
    }
    if !needed.is_empty() {
        set(service, "depends_on", sorted(needed));
    }
}

/// # Source
/// compose-spec/compose-go v2, `loader/validate.go`: `checkConsistency`.
fn check(services: &[(String, Json)]) -> Result<(), String> {
    for (name, service) in services {
        let bad = |why: &str| Err(format!("service \"{name}\" {why}: invalid compose project"));
        if field(service, "image").is_none_or(|i| i.is_empty()) {
            return bad("has neither an image nor a build context specified");
        }
        if service.get("network_mode").is_some() && !entries(service.get("networks")).is_empty() {
            return Err(format!(
                "service {name} declares mutually exclusive `network_mode` and `networks`: invalid compose project"
            ));
        }
        for needed in needs(service) {
            if !services.iter().any(|(n, _)| *n == needed) {
                return bad(&format!("depends on undefined service \"{needed}\""));
            }
        }
    }
    Ok(())
}

/// Services that wait for each other.
fn cycle(services: &[(String, Json)]) -> Result<(), String> {
    for (start, _) in services {
        let mut way = vec![start.clone()];
        let mut seen: Vec<String> = Vec::new();
        while let Some(at) = way.last().cloned() {
            let all = services.iter().find(|(n, _)| *n == at).map(|(_, s)| needs(s)).unwrap_or_default();
            if all.contains(start) {
                way.push(start.clone());
                return Err(format!("dependency cycle detected: {}", way.join(" -> ")));
            }
            match all.into_iter().find(|n| !seen.contains(n)) {
                Some(next) => {
                    seen.push(next.clone());
                    way.push(next);
                }
                None => {
                    way.pop();
                }
            }
        }
    }
    Ok(())
}
