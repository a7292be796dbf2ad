//! What happened, for `docker events`.
//!
//! # Source
//! moby b985e231, `daemon/events.go`: `LogContainerEventWithAttributes`, `LogNetworkEventWithAttributes`.

use super::Engine;
use crate::Network;
use packetwalk_wire::Order;

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    /// `container` or `network`.
    pub kind: &'static str,
    /// `create`, `start`, `connect`, …
    pub action: &'static str,
    /// Whose it is.
    pub id: String,
    /// More about it, sorted by name.
    pub attributes: Vec<(String, String)>,
}

impl Engine {
    /// What happened since it was asked last.
    pub fn take_log(&mut self) -> Vec<Happening> {
        std::mem::take(&mut self.log)
    }

    /// Notes what happened to a container that is there.
    pub fn note(&mut self, id: &str, action: &'static str, more: &[(&str, &str)]) {
        let Ok(c) = self.container(id) else { return };
        let mut attributes = c.config.labels.clone();
        attributes.push(("image".to_owned(), c.config.image.clone()));
        attributes.push(("name".to_owned(), c.name.clone()));
        attributes.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        attributes.order();
        let id = c.id.clone();
        self.log.push(Happening { kind: "container", action, id, attributes });
    }

    /// Notes what happened to a network, and to which container.
    pub(super) fn note_network(&mut self, net: &Network, action: &'static str, container: Option<&str>) {
        let mut attributes: Vec<(String, String)> =
            container.iter().map(|c| ("container".to_owned(), (*c).to_owned())).collect();
        attributes.push(("name".to_owned(), net.name().to_owned()));
        attributes.push(("type".to_owned(), net.driver.name().to_owned()));
        self.log.push(Happening { kind: "network", action, id: net.id.clone(), attributes });
    }
}
