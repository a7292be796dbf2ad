//! `--link` on the default bridge: names, and rules where containers may not talk.
//!
//! # Source
//! moby b985e231, `drivers/bridge/bridge_linux.go`: `link`; `daemon/container_operations.go`:
//! `buildSandboxOptions`.

use super::{Engine, truncate};
use crate::firewall::{self, Change, LinkRule};
use crate::{Host, Refused, Version};
use packetwalk_wire::Order;

impl Engine {
    /// Whether all that a container of the default bridge is linked to can be.
    ///
    /// # Source
    /// moby b985e231, `daemon/container_operations_unix.go`: `setupLinkedContainers`, `addLegacyLinks`;
    /// v20.10.24, `getNetworkSandbox`'s `registerLinks`.
    pub(super) fn check_links(&self, at: usize) -> Result<(), Refused> {
        let Some(c) = self.containers.get(at) else { return Ok(()) };
        let v29 = self.daemon.version == Version::V29;
        for (child, alias) in
            c.endpoints.iter().filter(|e| e.network == "bridge").flat_map(|e| &e.config.links)
        {
            let found = self.container(child);
            // One that was removed is remembered by its name.
            let to = found.as_ref().map_or(child, |c| &c.name);
            let gone =
                || Refused(format!("Cannot link to a non running container: /{to} AS /{}/{alias}", c.name));
            let child = found.map_err(|_| gone())?;
            if !child.is_running() {
                return Err(gone());
            }
            if child.endpoint("bridge").is_none() {
                return Err(Refused(if v29 {
                    format!("container {} not attached to default bridge network", child.id)
                } else {
                    format!("Cannot link to /{}, as it does not belong to the default network", child.name)
                }));
            }
        }
        Ok(())
    }

    /// Variables that tell a container of those that it is linked to: before 28.
    ///
    /// # Source
    /// moby v20.10.24, `daemon/links/links.go`: `ToEnv`. Differs: no `_START` and `_END` of ports in a row.
    pub fn link_env(&self, c: &crate::Container) -> Vec<String> {
        let mut all = Vec::new();
        if self.daemon.version == Version::V29 {
            return all;
        }
        let linked = c.endpoints.iter().filter(|e| e.network == "bridge").flat_map(|e| &e.config.links);
        for (child, alias) in linked {
            let Ok(child) = self.container(child) else { continue };
            let Some(addr) = child.endpoint("bridge").and_then(|e| e.ip4).map(|a| a.addr()) else { continue };
            let head = alias.replace('-', "_").to_ascii_uppercase();
            all.push(format!("{head}_NAME=/{}/{alias}", c.name));
            let mut ports = child.config.exposed.clone();
            ports.order_by_key(|p| (p.number, p.proto.name()));
            ports.dedup();
            for (n, port) in ports.iter().enumerate() {
                let (number, proto) = (port.number, port.proto.name());
                let url = format!("{proto}://{addr}:{number}");
                if n == 0 {
                    all.push(format!("{head}_PORT={url}"));
                }
                let one = format!("{head}_PORT_{number}_{}", proto.to_ascii_uppercase());
                all.extend([
                    format!("{one}={url}"),
                    format!("{one}_ADDR={addr}"),
                    format!("{one}_PORT={number}"),
                    format!("{one}_PROTO={proto}"),
                ]);
            }
            let own = |e: &&String| !e.starts_with("HOME=") && !e.starts_with("PATH=") && e.contains('=');
            all.extend(child.config.env.iter().filter(own).map(|e| format!("{head}_ENV_{e}")));
        }
        all
    }

    /// Sets up the links of a container in a network, or takes them away.
    pub(super) fn links(&mut self, host: &mut dyn Host, at: usize, network: &str, change: Change) {
        let (Some(c), Ok(net)) = (self.containers.get(at), self.network(network)) else { return };
        let Some(own) = c.endpoint(&net.id).and_then(|e| e.ip4) else { return };
        if net.is_users() {
            return;
        }
        let (rules, filtered) = (net.rules(), !net.bridge.icc && self.daemon.iptables);
        let mut names = Vec::new();
        let mut pairs = Vec::new();
        let linked = c.endpoint(&net.id).map(|e| e.config.links.clone()).unwrap_or_default();
        for (child, alias) in &linked {
            let Ok(child) = self.container(child) else { continue };
            let Some(addr) = child.endpoint(&net.id).and_then(|e| e.ip4) else { continue };
            let mut all = vec![alias.clone(), truncate(&child.id).to_owned()];
            if child.name != *alias {
                all.push(child.name.clone());
            }
            names.push((addr.addr().to_string(), all.join(" ")));
            pairs.extend(child.config.exposed.iter().map(|port| (own, addr, *port)));
        }
        let firewall = firewall::of(self.daemon.version);
        let id = net.id.clone();
        let of = |(parent, child, port): (ipnet::IpNet, ipnet::IpNet, crate::ports::Port)| LinkRule {
            parent: parent.addr(),
            child: child.addr(),
            port: port.number,
            proto: port.proto,
        };
        let made: Vec<LinkRule> = pairs.into_iter().map(of).filter(|_| filtered).collect();
        let ep =
            self.containers.get_mut(at).and_then(|c| c.endpoints.iter_mut().find(|e| e.network_id == id));
        let all = match (change, ep) {
            (Change::Add, Some(ep)) => {
                ep.linked.clone_from(&made);
                made
            }
            // Those that were made: what it was linked to may be gone.
            (_, Some(ep)) => std::mem::take(&mut ep.linked),
            _ => made,
        };
        for link in &all {
            firewall.link(host, &rules, link, change);
        }
        if let Some(sandbox) = self.containers.get_mut(at).and_then(|c| c.sandbox.as_mut())
            && change == Change::Add
        {
            sandbox.hosts.splice(0..0, names);
        }
    }
}
