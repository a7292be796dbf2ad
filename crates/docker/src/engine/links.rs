//! `--link` on the default bridge: names, and rules where containers may not talk.
//!
//! # Source
//! moby b985e231, `drivers/bridge/bridge_linux.go`: `link`; `daemon/container_operations.go`:
//! `buildSandboxOptions`.

use super::{Engine, truncate};
use crate::Host;
use crate::firewall::{self, Change, LinkRule};

impl Engine {
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
