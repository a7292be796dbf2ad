//! The engine: its networks and containers, and what it does when they change.

mod check;
mod containers;
mod create;
mod dns;
mod join;
mod links;
mod log;
mod macvlan;
mod networks;
mod publish;
mod resolv_conf;
mod resolve;
mod start;

pub(crate) use check::SYSCTLS;
pub use log::Happening;

use packetwalk_wire::sorted::Map;

use crate::container::{Container, short};
use crate::daemon::Daemon;
use crate::ipam::Pools;
use crate::network::Network;
use crate::ports::Allocator;
use crate::random::Random;
use crate::refused::Refused;

/// A daemon and all that it keeps.
#[derive(Clone, Debug)]
pub struct Engine {
    /// How it was started.
    pub daemon: Daemon,
    random: Random,
    /// Networks, oldest first.
    networks: Vec<Network>,
    /// Containers, oldest first.
    containers: Vec<Container>,
    /// Their names.
    names: Map<String, ()>,
    pools: Pools,
    ports: Allocator,
    next_sandbox: u32,
    log: Vec<Happening>,
}

impl Engine {
    /// Networks, oldest first.
    pub fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// Containers, oldest first.
    pub fn containers(&self) -> &[Container] {
        &self.containers
    }

    /// A network by id, name or the beginning of its id.
    ///
    /// # Errors
    /// `network NAME not found`, or that it is ambiguous.
    ///
    /// # Source
    /// moby b985e231, `daemon/network.go`: `FindNetwork`.
    pub fn network(&self, term: &str) -> Result<&Network, Refused> {
        let exact = |net: &&Network| net.id == term || net.name() == term;
        if let Some(net) = self.networks.iter().find(exact) {
            return Ok(net);
        }
        let mut part = self.networks.iter().filter(|net| !term.is_empty() && net.id.starts_with(term));
        match (part.next(), part.count()) {
            (Some(net), 0) => Ok(net),
            (Some(_), more) => {
                let found = more + 1;
                let text = format!("network {term} is ambiguous ({found} matches found based on ID prefix)");
                Err(Refused::new(text))
            }
            _ => Err(Refused(format!("network {term} not found"))),
        }
    }

    fn network_at(&self, term: &str) -> Result<usize, Refused> {
        let id = &self.network(term)?.id;
        self.networks.iter().position(|net| net.id == *id).ok_or_else(|| Refused::new("network is gone"))
    }

    /// A container by id, name or the beginning of its id.
    ///
    /// # Errors
    /// `No such container: NAME`.
    pub fn container(&self, term: &str) -> Result<&Container, Refused> {
        let at = self.container_at(term)?;
        self.containers.get(at).ok_or_else(|| Refused::new("container is gone"))
    }

    fn container_at(&self, term: &str) -> Result<usize, Refused> {
        let name = term.strip_prefix('/').unwrap_or(term);
        // The latest is the one that most is asked of.
        let exact = |is: &dyn Fn(&Container) -> bool| self.containers.iter().rposition(is);
        if let Some(at) = exact(&|c| c.id == term).or_else(|| exact(&|c| c.name == name)) {
            return Ok(at);
        }
        let part = |c: &Container| !term.is_empty() && c.id.starts_with(term);
        let mut found = (0..self.containers.len()).filter(|&at| self.containers.get(at).is_some_and(part));
        match (found.next(), found.next()) {
            (Some(at), None) => Ok(at),
            (Some(_), Some(_)) => Err(Refused(format!("Multiple IDs found with provided prefix: {term}"))),
            _ => Err(Refused(format!("No such container: {term}"))),
        }
    }

    /// The container whose namespace this is, or was: another may still be in it.
    pub fn of_sandbox(&self, key: u32) -> Option<(&Container, &crate::Sandbox)> {
        let own = |c: &'_ Container| {
            let sandboxes = [c.sandbox.as_ref(), c.last_sandbox.as_ref()];
            sandboxes.into_iter().flatten().position(|s| s.key == Some(key) && !s.shared)
        };
        let container = self.containers.iter().find(|c| own(c).is_some())?;
        let sandbox = container.sandbox.as_ref().or(container.last_sandbox.as_ref())?;
        Some((container, sandbox))
    }

    /// Endpoints in a network now, each with its container.
    pub fn endpoints<'a>(
        &'a self,
        network: &'a Network,
    ) -> impl Iterator<Item = (&'a Container, &'a crate::Endpoint)> + 'a {
        let of = move |c: &'a Container| {
            c.endpoints.iter().filter(|e| e.is_up() && e.network_id == network.id).map(move |e| (c, e))
        };
        self.containers.iter().flat_map(of)
    }
}

/// The first twelve digits of an id.
pub(crate) fn truncate(id: &str) -> &str {
    short(id)
}
