//! A container: its configuration, its endpoints and what runs in it.

use std::net::IpAddr;

use crate::endpoint::Endpoint;
use crate::ports::{Port, Published};
use crate::sandbox::{Mode, Sandbox};

/// What a container does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunState {
    /// It has not run yet.
    Created,
    /// Its command runs.
    Running,
    /// Its command ended with this status.
    Exited(u8),
}

/// What `docker create` asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ContainerConfig {
    /// `--name`; one is drawn without.
    pub name: Option<String>,
    /// The image.
    pub image: String,
    /// The command's words.
    pub command: Vec<String>,
    /// `--hostname`.
    pub hostname: Option<String>,
    /// `--domainname`.
    pub domainname: String,
    /// `--network` as it was given first.
    pub mode: Mode,
    /// Its networks.
    pub networks: Vec<Endpoint>,
    /// `-p`.
    pub published: Vec<Published>,
    /// `--expose`, the image's `EXPOSE`, and every port of `published`.
    pub exposed: Vec<Port>,
    /// `-P`.
    pub publish_all: bool,
    /// `--dns`.
    pub dns: Vec<IpAddr>,
    /// `--dns-search`.
    pub dns_search: Vec<String>,
    /// `--dns-option`.
    pub dns_options: Vec<String>,
    /// `--add-host`: name and address.
    pub hosts: Vec<(String, String)>,
    /// `--sysctl`.
    pub sysctls: Vec<(String, String)>,
    /// `--privileged`.
    pub privileged: bool,
    /// `--cap-add`.
    pub cap_add: Vec<String>,
    /// `--cap-drop`.
    pub cap_drop: Vec<String>,
    /// `--rm`.
    pub auto_remove: bool,
    /// `--env`.
    pub env: Vec<String>,
    /// `--label`.
    pub labels: Vec<(String, String)>,
    /// `--restart`.
    pub restart: String,
}

/// A container that exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Container {
    /// 64 hexadecimal digits.
    pub id: String,
    /// Its name, without the slash.
    pub name: String,
    /// The user gave it.
    pub named: bool,
    /// When it was made, in nanoseconds since the Unix epoch.
    pub created: u64,
    /// As it was asked for.
    pub config: ContainerConfig,
    /// Its host name.
    pub hostname: String,
    /// Its networks now.
    pub endpoints: Vec<Endpoint>,
    /// What it does.
    pub state: RunState,
    /// The number of its process, as the machine has it; 0 while it does not run.
    pub pid: u32,
    /// When it was started, and when it ended.
    pub times: (Option<u64>, Option<u64>),
    /// Its namespace, while it runs.
    pub sandbox: Option<Sandbox>,
    /// Its namespace when it last ran: 20.10 still shows it.
    pub last_sandbox: Option<Sandbox>,
    /// Why the last start failed.
    pub error: String,
    /// Somebody asked for its end.
    pub stopping: bool,
    /// It ended as somebody asked for it, not with the daemon.
    pub stopped: bool,
}

impl Container {
    /// The first twelve digits.
    pub fn short_id(&self) -> &str {
        short(&self.id)
    }

    /// Whether its command runs.
    pub fn is_running(&self) -> bool {
        self.state == RunState::Running
    }

    /// Its endpoint in a network, by the network's name or id.
    pub fn endpoint(&self, network: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|e| e.network == network || e.network_id == network)
    }
}

/// The first twelve digits of an id.
pub(crate) fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
