//! `/etc/hosts`, `/etc/resolv.conf` and the resolver at 127.0.0.11 of a container.
//!
//! # Source
//! moby b985e231, `libnetwork/resolver_unix.go`: `setupIptablesNAT`; `libnetwork/etchosts/etchosts.go`; v20.10.24,
//! the same.

use packetwalk_wire::Family;

use super::{Engine, resolv_conf};
use crate::firewall::rule::address;
use crate::host::RESOLVER;
use crate::sandbox::Sandbox;
use crate::{Container, Host, Op, Place, Version, Words};

/// The lines with which `/etc/hosts` begins.
const HOSTS: [(&str, &str); 6] = [
    ("127.0.0.1", "localhost"),
    ("::1", "localhost ip6-localhost ip6-loopback"),
    ("fe00::", "ip6-localnet"),
    ("ff00::", "ip6-mcastprefix"),
    ("ff02::1", "ip6-allnodes"),
    ("ff02::2", "ip6-allrouters"),
];

impl Engine {
    /// Nat rules of the embedded resolver, once for each container.
    pub(super) fn start_resolver(&mut self, host: &mut dyn Host, at: usize) {
        let ports = (self.random.port(), self.random.port());
        let version = self.daemon.version;
        let Some(c) = self.containers.get_mut(at) else { return };
        let Some(sandbox) = c.sandbox.as_mut().filter(|s| s.resolver.is_none()) else { return };
        let Some(key) = sandbox.key else { return };
        sandbox.resolver = Some(ports);
        let resolver = address(RESOLVER.into());
        let mut run =
            |text: String| host.apply(Place::Sandbox(key), Op::Rules(Family::V4, Words::new(text))).is_ok();
        for (chain, own) in [("OUTPUT", "DOCKER_OUTPUT"), ("POSTROUTING", "DOCKER_POSTROUTING")] {
            if run(["-t nat -C ", chain, " -d ", &resolver, " -j ", own].concat()) {
                run(["-t nat -F ", own].concat());
            } else {
                run(["-t nat -N ", own].concat());
                run(["-t nat -I ", chain, " -d ", &resolver, " -j ", own].concat());
            }
        }
        for (proto, port) in [("udp", ports.1), ("tcp", ports.0)] {
            let port = &port.to_string();
            let dnat = " --dport 53 -j DNAT --to-destination ";
            let to = ["-t nat -I DOCKER_OUTPUT -d ", &resolver, " -p ", proto, dnat, &resolver, ":", port];
            run(to.concat());
            let snat = " -j SNAT --to-source :53";
            let from =
                ["-t nat -I DOCKER_POSTROUTING -s ", &resolver, " -p ", proto, " --sport ", port, snat];
            run(from.concat());
        }
        let _ = host.apply(Place::Sandbox(key), Op::StartResolver(ports.0, ports.1));
        let from_host = host.resolv_conf();
        let made = resolv_conf::with_resolver(&c.config, &self.daemon.dns, &from_host, version);
        if let Some(sandbox) = c.sandbox.as_mut() {
            sandbox.resolv_conf = made.text;
            sandbox.upstreams = made.upstreams;
            sandbox.ndots_set = made.ndots_set;
        }
    }

    /// `/etc/resolv.conf` of a container without a resolver of its own.
    pub(super) fn plain_resolv_conf(&mut self, host: &mut dyn Host, at: usize) {
        let from_host = host.resolv_conf();
        let (version, dns) = (self.daemon.version, self.daemon.dns.clone());
        let Some(c) = self.containers.get_mut(at) else { return };
        let text = if c.sandbox.as_ref().is_some_and(|s| s.key.is_none()) {
            resolv_conf::of_host(&c.config, &dns, &from_host, version)
        } else {
            let six = c.endpoints.iter().any(|e| e.ip6.is_some());
            resolv_conf::plain(&c.config, &dns, &from_host, version, six)
        };
        if let Some(sandbox) = c.sandbox.as_mut() {
            sandbox.resolv_conf = text;
        }
    }

    /// The container's own name at its addresses in a network.
    pub(super) fn add_hosts(&mut self, at: usize, network: &str) {
        let Some(c) = self.containers.get_mut(at) else { return };
        let Some(ep) = c.endpoints.iter().find(|e| e.network == network || e.network_id == network) else {
            return;
        };
        let full = match c.config.domainname.as_str() {
            "" => c.hostname.clone(),
            domain => format!("{}.{domain}", c.hostname),
        };
        let name = match full.split_once('.') {
            Some((short, _)) => format!("{full} {short}"),
            None => full,
        };
        let new: Vec<(String, String)> =
            [ep.ip4, ep.ip6].into_iter().flatten().map(|a| (a.addr().to_string(), name.clone())).collect();
        if let Some(sandbox) = c.sandbox.as_mut() {
            sandbox.hosts.extend(new);
        }
    }

    /// Takes the addresses of a network out again.
    ///
    /// # Source
    /// moby b985e231, `libnetwork/etchosts/etchosts.go`: `Delete`; v20.10.24, the same, which looks at names
    /// alone, and knows those of users' networks.
    pub(super) fn delete_hosts(&mut self, at: usize, network: &str) {
        let version = self.daemon.version;
        let users = self.network(network).is_ok_and(crate::Network::is_users);
        let Some(c) = self.containers.get_mut(at) else { return };
        let Some(ep) = c.endpoints.iter().find(|e| e.network == network || e.network_id == network) else {
            return;
        };
        let aliases = ep.config.aliases.clone();
        let gone: Vec<String> =
            [ep.ip4, ep.ip6].into_iter().flatten().map(|a| a.addr().to_string()).collect();
        let Some(sandbox) = c.sandbox.as_mut() else { return };
        if version == Version::V29 {
            sandbox.hosts.retain(|(addr, _)| !gone.contains(addr));
        } else if users {
            // Whatever has one of the container's names, in other networks too.
            let short = super::truncate(&c.id);
            sandbox.hosts.retain(|(_, names)| {
                *names != c.name && names != short && *names != c.hostname && !aliases.contains(names)
            });
        }
    }

    /// The addresses of an `--add-host`; `host-gateway` is the default bridge's.
    ///
    /// # Source
    /// moby b985e231, `daemon/container_operations.go`: `buildSandboxOptions`; v20.10.24,
    /// `daemon/daemon_unix.go`: `setHostGatewayIP`, which knows of IPv4 alone.
    fn extra_host(&self, addr: &str) -> Vec<String> {
        if addr != "host-gateway" {
            return vec![addr.to_owned()];
        }
        let Ok(bridge) = self.network("bridge") else { return Vec::new() };
        let four = bridge.pool(Family::V4).and_then(|p| p.gateway);
        let six =
            bridge.pool(Family::V6).and_then(|p| p.gateway).filter(|_| self.daemon.version == Version::V29);
        four.into_iter().chain(six).map(|a| a.to_string()).collect()
    }

    /// A container's `/etc/hosts`.
    pub fn hosts_file(&self, container: &Container, sandbox: &Sandbox) -> String {
        let mut text = String::new();
        let mut line = |addr: &str, names: &str| text += &format!("{addr}\t{names}\n");
        for (addr, names) in HOSTS {
            let old = self.daemon.version != Version::V29 && addr.ends_with("0::");
            line(&if old { format!("{addr}0") } else { addr.to_owned() }, names);
        }
        for (name, addr) in &container.config.hosts {
            for addr in self.extra_host(addr) {
                line(&addr, name);
            }
        }
        for (addr, names) in &sandbox.hosts {
            line(addr, names);
        }
        text
    }
}
