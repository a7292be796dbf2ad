//! `network rm`, `connect`, `disconnect`, `prune`.

use super::Engine;
use crate::endpoint::{Endpoint, EndpointConfig};
use crate::network::Driver;
use crate::sandbox::Mode;
use crate::{Host, Refused, Version, bridge};

impl Engine {
    /// Removes a network; its name.
    ///
    /// # Errors
    /// The engine's text.
    ///
    /// # Source
    /// moby b985e231, `daemon/network.go`: `deleteNetwork`; `libnetwork/network.go`: `delete`.
    pub fn remove_network(&mut self, host: &mut dyn Host, term: &str) -> Result<String, Refused> {
        let at = self.network_at(term)?;
        let Some(net) = self.networks.get(at) else { return Err(Refused::new("network is gone")) };
        let name = net.name().to_owned();
        if !net.is_users() {
            return Err(Refused(format!("{name} is a pre-defined network and cannot be removed")));
        }
        let active: Vec<String> = self
            .endpoints(net)
            .map(|(c, e)| format!("name:\"{}\" id:\"{}\"", c.name, super::truncate(&e.id)))
            .collect();
        if !active.is_empty() {
            let id = &net.id;
            return Err(Refused(match self.daemon.version {
                Version::V29 => format!(
                    "error while removing network: network {name} has active endpoints ({})",
                    active.join(", ")
                ),
                _ => format!("error while removing network: network {name} id {id} has active endpoints"),
            }));
        }
        let user = self.networks.iter().any(|n| n.config.config_from == net.name());
        if net.config.config_only && user {
            return Err(Refused(format!(
                "error while removing network: configuration network \"{name}\" is in use"
            )));
        }
        let net = self.networks.remove(at);
        if net.driver == Driver::Bridge {
            bridge::delete(host, &self.daemon, &net);
        }
        self.release_pools(&net);
        self.note_network(&net, "destroy", None);
        Ok(name)
    }

    /// Networks of users that no container has; removed, their names.
    ///
    /// # Errors
    /// The engine's text.
    pub fn prune_networks(&mut self, host: &mut dyn Host) -> Result<Vec<String>, Refused> {
        let used = |net: &crate::Network| {
            self.containers
                .iter()
                .any(|c| c.endpoints.iter().any(|e| e.network == net.name() || e.network_id == net.id))
        };
        let names: Vec<String> = self
            .networks
            .iter()
            .filter(|n| n.is_users() && !n.config.config_only && !used(n))
            .map(|n| n.name().to_owned())
            .collect();
        for name in &names {
            self.remove_network(host, name)?;
        }
        Ok(names)
    }

    /// Puts a container into one more network.
    ///
    /// # Errors
    /// The engine's text; nothing is changed then.
    ///
    /// # Source
    /// moby b985e231, `daemon/container_operations.go`: `ConnectToNetwork`, `updateNetworkSettings`.
    pub fn connect(
        &mut self,
        host: &mut dyn Host,
        network: &str,
        container: &str,
        config: EndpointConfig,
    ) -> Result<(), Refused> {
        let at = self.container_at(container)?;
        let net = self.network(network)?;
        let (name, id, driver) = (net.name().to_owned(), net.id.clone(), net.driver);
        let Some(c) = self.containers.get(at) else { return Err(Refused::new("container is gone")) };
        if matches!(c.config.mode, Mode::Container(_)) {
            let text = "container sharing network namespace with another container or host cannot be \
                        connected to any other network";
            return Err(Refused::new(text));
        }
        if driver == Driver::Host && c.config.mode != Mode::Host {
            return Err(Refused::new(match self.daemon.version {
                Version::V29 => {
                    "cannot connect container to host network - container must be created in host network mode"
                }
                _ => "container cannot be disconnected from host network or connected to host network",
            }));
        }
        if c.config.mode == Mode::Host {
            let text = "container sharing network namespace with another container or host cannot be \
                        connected to any other network";
            return Err(Refused::new(text));
        }
        if c.endpoints.iter().any(|e| e.network == name || e.network_id == id) {
            if !c.is_running() {
                self.note_network(&net.clone(), "connect", Some(&c.id.clone()));
                return Ok(());
            }
            return Err(Refused(format!("endpoint with name {} already exists in network {name}", c.name)));
        }
        let is_none = |c: &str| c == "none";
        if is_none(&name) || c.endpoints.iter().any(|e| is_none(&e.network)) {
            let text = "container cannot be connected to multiple networks with one of the networks in private \
                        (none) mode";
            return Err(Refused::new(text));
        }
        let running = c.is_running();
        self.check_addresses(&name, &config)?;
        let mut endpoint = Endpoint::new(&name, config);
        endpoint.network_id = id;
        if let Some(c) = self.containers.get_mut(at) {
            c.endpoints.push(endpoint);
        }
        if running && let Err(error) = self.join(host, at, &name) {
            if let Some(c) = self.containers.get_mut(at) {
                c.endpoints.retain(|e| e.network != name);
            }
            return Err(error);
        }
        Ok(())
    }

    /// Takes a container out of a network.
    ///
    /// # Errors
    /// The engine's text; nothing is changed then.
    ///
    /// # Source
    /// moby b985e231, `daemon/container_operations.go`: `DisconnectFromNetwork`, `disconnectFromNetwork`.
    pub fn disconnect(
        &mut self,
        host: &mut dyn Host,
        network: &str,
        container: &str,
        force: bool,
    ) -> Result<(), Refused> {
        let found = self.container_at(container);
        let net = self.network(network);
        let at = match found {
            Err(error) if !force => return Err(error),
            Err(_) => {
                let _ = net?;
                return Err(Refused(format!("endpoint {container} not found")));
            }
            Ok(at) => at,
        };
        let name = net.map_or_else(|_| network.to_owned(), |n| n.name().to_owned());
        let Some(c) = self.containers.get(at) else { return Err(Refused::new("container is gone")) };
        if c.config.mode == Mode::Host {
            let text = match self.daemon.version {
                Version::V29 => {
                    "cannot disconnect container from host network - container was created in host network mode"
                }
                _ => "container cannot be disconnected from host network or connected to host network",
            };
            return Err(Refused::new(text));
        }
        if c.endpoint(&name).is_none() {
            let the = if c.is_running() { "" } else { "the " };
            return Err(Refused(format!("container {} is not connected to {the}network {name}", c.id)));
        }
        if c.is_running() {
            self.leave(host, at, &name, false);
        }
        if let Some(c) = self.containers.get_mut(at) {
            c.endpoints.retain(|e| e.network != name);
        }
        Ok(())
    }
}
