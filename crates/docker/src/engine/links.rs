//! `--link` on the default bridge: names, and rules where containers may not talk.
//!
//! # Source
//! moby b985e231, `drivers/bridge/bridge_linux.go`: `link`; `daemon/container_operations.go`:
//! `buildSandboxOptions`.

use super::{Engine, truncate};
use crate::firewall::{self, Change, LinkRule};
use crate::{Host, Refused, Version};

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
            let child = self.container(child)?;
            if !child.is_running() {
                let (to, own) = (&child.name, &c.name);
                return Err(Refused(format!(
                    "Cannot link to a non running container: /{to} AS /{own}/{alias}"
                )));
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
        if filtered {
            for (parent, child, port) in pairs {
                let link = LinkRule {
                    parent: parent.addr(),
                    child: child.addr(),
                    port: port.number,
                    proto: port.proto,
                };
                firewall::of(self.daemon.version).link(host, &rules, &link, change);
            }
        }
        if let Some(sandbox) = self.containers.get_mut(at).and_then(|c| c.sandbox.as_mut())
            && change == Change::Add
        {
            sandbox.hosts.splice(0..0, names);
        }
    }
}
