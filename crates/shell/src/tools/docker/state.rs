//! What the machine keeps of Docker between commands.

use packetwalk_docker::{Engine, Happening, Proxy, Version};
use packetwalk_lab::SockId;
use packetwalk_trace::NsId;
use packetwalk_wire::sorted::Map;

use super::image;
use crate::process::Pid;
use crate::sys::proc::Userland;
use crate::tools::iptables::Known;

/// How the daemon is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Life {
    /// Nobody started it: the first command does, as systemd does by the socket.
    #[default]
    Unborn,
    /// It runs; `dockerd`'s process where it is one of the lab's own.
    Up(Option<Pid>),
    /// It was ended.
    Down,
}

/// A container's main command.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// The container's id.
    pub container: String,
    /// The process that watches it.
    pub shim: Pid,
    /// The command.
    pub pid: Option<Pid>,
    /// Somebody killed a server that has no process of its own.
    pub killed: bool,
}

/// Something that happened, for `docker events`.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Nanoseconds since the Unix epoch.
    pub at: u64,
    /// What it was.
    pub what: Happening,
}

/// The machine's Docker.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// `dockerd --version-profile`.
    pub version: Version,
    pub life: Life,
    pub engine: Option<Engine>,
    /// The namespace in which the daemon runs.
    pub ns: NsId,
    /// Namespaces of the engine's sandboxes.
    pub sandboxes: Map<u32, NsId>,
    pub tasks: Vec<Task>,
    /// Each with its process and its listening socket.
    pub proxies: Vec<(Proxy, Pid, SockId)>,
    /// Embedded resolvers, each with its sandbox.
    pub resolvers: Vec<(u32, Pid)>,
    pub events: Vec<Event>,
    /// Flags of the `dockerd` that the lab started last.
    pub flags: Vec<String>,
    /// Why the daemon did not start.
    pub complaint: String,
    /// `--live-restore`: containers outlive the daemon.
    pub live_restore: bool,
    /// Rules that the engine had `iptables` read.
    pub known: Known,
    /// Status of the container that ended last: one that is removed with its end has no other place.
    pub last_status: u8,
}

impl State {
    /// The namespace of a sandbox; the daemon's own for none.
    pub fn sandbox_ns(&self, key: Option<u32>) -> Option<NsId> {
        match key {
            None => Some(self.ns),
            Some(key) => self.sandboxes.get(&key).copied(),
        }
    }

    /// The sandbox whose namespace it is.
    fn sandbox_in(&self, ns: NsId) -> Option<u32> {
        self.sandboxes.iter().find(|(_, n)| **n == ns).map(|(key, _)| *key)
    }

    /// Whose programs the container in a namespace has; `None` for one that is no container's.
    pub fn userland(&self, ns: NsId) -> Option<Userland> {
        let key = self.sandbox_in(ns)?;
        let container = self.engine.as_ref().and_then(|engine| engine.of_sandbox(key));
        Some(container.map_or(Userland::Image, |(c, _)| image::userland(&c.config.image)))
    }

    /// The host name of the container in a namespace.
    pub fn hostname(&self, ns: NsId) -> Option<String> {
        let key = self.sandbox_in(ns)?;
        let (container, _) = self.engine.as_ref()?.of_sandbox(key)?;
        Some(container.hostname.clone())
    }

    /// The name of the container in a namespace.
    pub fn name_in(&self, ns: NsId) -> Option<String> {
        let key = self.sandbox_in(ns)?;
        let (container, _) = self.engine.as_ref()?.of_sandbox(key)?;
        Some(container.name.clone())
    }

    /// A file that the engine mounts into a container, by namespace and path.
    pub fn file(&self, ns: NsId, path: &[u8]) -> Option<Vec<u8>> {
        if !path.starts_with(b"/etc/") {
            return None;
        }
        let engine = self.engine.as_ref()?;
        let key = self.sandbox_in(ns)?;
        let (container, sandbox) = engine.of_sandbox(key)?;
        let text = match path {
            b"/etc/hosts" => engine.hosts_file(container, sandbox),
            b"/etc/resolv.conf" => sandbox.resolv_conf.clone(),
            b"/etc/hostname" => format!("{}\n", container.hostname),
            _ => return None,
        };
        Some(text.into_bytes())
    }
}
