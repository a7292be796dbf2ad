//! Containers are made, started, ended and removed.

use super::{Engine, truncate};
use crate::container::{Container, ContainerConfig, RunState};
use crate::endpoint::{Endpoint, EndpointConfig};
use crate::sandbox::{Mode, Sandbox};
use crate::{Host, Op, Place, Refused, Version};
use packetwalk_wire::Order;

/// Words of the names that are drawn.
///
/// # Source
/// moby, `internal/namesgenerator/names-generator.go`: some of each list.
const LEFT: [&str; 16] = [
    "admiring", "bold", "brave", "clever", "dazzling", "eager", "focused", "gallant", "happy", "jolly",
    "keen", "laughing", "modest", "nifty", "quirky", "zen",
];
const RIGHT: [&str; 16] = [
    "albattani",
    "bell",
    "curie",
    "darwin",
    "euler",
    "faraday",
    "goodall",
    "hopper",
    "kepler",
    "lovelace",
    "lamarr",
    "mendel",
    "noether",
    "ride",
    "turing",
    "wozniak",
];

fn is_name(name: &str, least: usize) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && name.len() >= least
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

impl Engine {
    /// Makes a container; its id.
    ///
    /// # Errors
    /// The engine's text; nothing is made then.
    ///
    /// # Source
    /// moby b985e231, `daemon/create.go`: `create`; `daemon/names.go`: `reserveName`.
    pub fn create_container(&mut self, mut config: ContainerConfig, now: u64) -> Result<String, Refused> {
        let v29 = self.daemon.version == Version::V29;
        self.check_container(&config)?;
        if config.mode == Mode::Default
            || config.networks.is_empty() && matches!(config.mode, Mode::Network(_))
        {
            // What was given for a network that was not named is the default bridge's: 20.10 loses it.
            let given = config.networks.pop().map(|e| e.config).unwrap_or_default();
            let keep = v29 || matches!(config.mode, Mode::Network(_));
            let given = if keep { given } else { EndpointConfig { ip4: None, ip6: None, ..given } };
            let network = match &config.mode {
                Mode::Network(name) => name.clone(),
                _ => "bridge".to_owned(),
            };
            config.networks = vec![Endpoint::new(&network, given)];
        }
        match &config.mode {
            Mode::Host | Mode::None => {
                let given = config.networks.pop().map(|e| e.config).unwrap_or_default();
                config.networks = vec![Endpoint::new(&config.mode.text(), given)];
            }
            Mode::Container(_) => config.networks.clear(),
            _ => {}
        }
        if let Mode::Container(other) = &config.mode
            && let Ok(other) = self.container(other)
        {
            config.mode = Mode::Container(other.id.clone());
        }
        if !v29 && config.networks.len() > 1 {
            let mut names: Vec<&str> = config.networks.iter().map(|e| e.network.as_str()).collect();
            names.order();
            let text = format!("Container cannot be connected to network endpoints: {}", names.join(", "));
            return Err(Refused(text));
        }
        if !matches!(&config.mode, Mode::Network(name) if name != "bridge") {
            let links = config.networks.iter().flat_map(|e| &e.config.links);
            for (name, _) in links {
                self.container(name)
                    .map_err(|e| Refused(format!("could not get container for {name}: {e}")))?;
            }
        }
        if v29 {
            for ep in &config.networks {
                self.check_addresses(&ep.network, &ep.config)
                    .map_err(|e| Refused(format!("invalid config for network {}: {e}", ep.network)))?;
            }
        }
        if config.command.is_empty() {
            return Err(Refused::new(if v29 { "no command specified" } else { "No command specified" }));
        }
        for ep in &mut config.networks {
            if let Ok(net) = self.network(&ep.network) {
                ep.network = net.name().to_owned();
            }
        }
        let named = config.name.is_some();
        let name = match config.name.take() {
            Some(name) => {
                self.check_name(&name)?;
                name
            }
            None => self.draw_name(),
        };
        let id = self.random.id();
        let hostname = config.hostname.clone().unwrap_or_else(|| truncate(&id).to_owned());
        let endpoints = config.networks.clone();
        let container = Container {
            id: id.clone(),
            name,
            named,
            created: now,
            hostname,
            endpoints,
            config,
            state: RunState::Created,
            pid: 0,
            times: (None, None),
            sandbox: None,
            last_sandbox: None,
            error: String::new(),
            stopping: false,
            stopped: false,
        };
        self.names.insert(container.name.clone(), ());
        self.containers.push(container);
        self.note(&id, "create", &[]);
        Ok(id)
    }

    fn check_name(&self, name: &str) -> Result<(), Refused> {
        let given = name;
        let name = name.strip_prefix('/').unwrap_or(name);
        if !is_name(name, 2) {
            return Err(Refused(format!(
                "Invalid container name ({given}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            )));
        }
        if self.names.contains_key(name)
            && let Some(other) = self.containers.iter().find(|c| c.name == name)
        {
            return Err(Refused(format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{}\". You have to \
                 remove (or rename) that container to be able to reuse that name.",
                other.id
            )));
        }
        Ok(())
    }

    fn draw_name(&mut self) -> String {
        let word =
            |list: &[&str; 16], n: u64| list.get((n % 16) as usize).copied().unwrap_or_default().to_owned();
        loop {
            let n = self.random.number();
            let name = format!("{}_{}", word(&LEFT, n), word(&RIGHT, n >> 8));
            if !self.names.contains_key(&name) {
                return name;
            }
        }
    }

    /// Gives a created container its namespace and networks; the caller then runs its command.
    ///
    /// # Errors
    /// The engine's text; the container is as before then.
    ///
    /// # Source
    /// moby b985e231, `daemon/container_operations.go`: `initializeNetworking`, `allocateNetwork`.
    pub fn start_container(&mut self, host: &mut dyn Host, term: &str, now: u64) -> Result<(), Refused> {
        let at = self.container_at(term)?;
        let Some(c) = self.containers.get(at) else { return Err(Refused::new("container is gone")) };
        if c.is_running() {
            return Ok(());
        }
        let mode = c.config.mode.clone();
        let done = match &mode {
            Mode::Container(other) => self.share(at, other),
            _ => self.open(host, at, &mode),
        };
        if let Err(error) = done {
            self.close(host, at);
            if let Some(c) = self.containers.get_mut(at) {
                c.error = error.to_string();
            }
            return Err(error);
        }
        if let Some(c) = self.containers.get_mut(at) {
            c.state = RunState::Running;
            c.times.0 = Some(now);
            c.error.clear();
            c.stopped = false;
            let id = c.id.clone();
            self.note(&id, "start", &[]);
        }
        Ok(())
    }

    /// Whether all that the container asks for is a default bridge that is not there: the engine leaves its
    /// namespace alone then.
    fn is_unplugged(&self, at: usize) -> bool {
        let none = |c: &Container| c.endpoints.iter().all(|e| e.network == "bridge");
        !self.daemon.has_bridge() && self.containers.get(at).is_some_and(none)
    }

    fn share(&mut self, at: usize, other: &str) -> Result<(), Refused> {
        let v29 = self.daemon.version == Version::V29;
        let other = self.container(other).map_err(|e| {
            if v29 { Refused(format!("joining network namespace of container: {e}")) } else { e }
        })?;
        if !other.is_running() {
            return Err(Refused(if v29 {
                let state = if other.state == RunState::Created { "created" } else { "exited" };
                format!(
                    "cannot join network namespace of a non running container: container {} is {state}",
                    other.name
                )
            } else {
                format!("cannot join network of a non running container: {}", other.id)
            }));
        }
        let sandbox = other.sandbox.clone().map(|s| Sandbox { shared: true, ..s });
        let hostname = other.hostname.clone();
        if let Some(c) = self.containers.get_mut(at) {
            c.sandbox = sandbox;
            c.hostname = hostname;
        }
        Ok(())
    }

    fn open(&mut self, host: &mut dyn Host, at: usize, mode: &Mode) -> Result<(), Refused> {
        let key = (*mode != Mode::Host).then(|| {
            self.next_sandbox += 1;
            self.next_sandbox
        });
        let sandbox = Sandbox::new(&mut self.random, key);
        let Some(c) = self.containers.get_mut(at) else { return Ok(()) };
        c.sandbox = Some(sandbox);
        let (name, sysctls) = (c.name.clone(), c.config.sysctls.clone());
        if let Some(key) = key {
            host.apply(Place::Host, Op::AddSandbox(key, name)).map_err(Refused)?;
            if self.daemon.version == Version::V20_10 && !self.is_unplugged(at) {
                let off =
                    |path: &str| Op::Sysctl(format!("net/ipv6/conf/{path}/disable_ipv6"), "1".to_owned());
                for path in ["all", "default"] {
                    let _ = host.apply(Place::Sandbox(key), off(path));
                }
            }
        }
        if let Some(key) = key
            && self.daemon.version.has_networks()
        {
            // What needs no capability in a container.
            let op = Op::Sysctl("net/ipv4/ip_unprivileged_port_start".to_owned(), "0".to_owned());
            let _ = host.apply(Place::Sandbox(key), op);
        }
        let v29 = self.daemon.version == Version::V29;
        if v29 {
            self.check_links(at)?;
        }
        self.plain_resolv_conf(host, at);
        self.name_interfaces(at);
        let networks: Vec<String> = self
            .containers
            .get(at)
            .map(|c| c.endpoints.iter().map(|e| e.network.clone()).collect())
            .unwrap_or_default();
        let is_default = |name: &&String| *name == "bridge";
        let order = networks.iter().filter(is_default).chain(networks.iter().filter(|n| !is_default(n)));
        for network in order {
            if network == "bridge" && !self.daemon.has_bridge() {
                continue;
            }
            let set_up = |error: Refused| {
                if v29 && !error.0.starts_with("failed to set up") {
                    return Refused(format!("failed to set up container networking: {error}"));
                }
                error
            };
            self.network(network).map_err(set_up)?;
            let config = self.containers.get(at).and_then(|c| c.endpoint(network)).map(|e| e.config.clone());
            self.check_addresses(network, &config.unwrap_or_default()).map_err(set_up)?;
            self.join(host, at, network).map_err(set_up)?;
        }
        if !v29 {
            self.check_links(at)?;
        }
        if let (None, Some((name, _))) = (key, sysctls.first()) {
            let text = format!(
                "failed to create shim task: OCI runtime create failed: runc create failed: sysctl \"{name}\" not \
                 allowed in host network namespace"
            );
            return Err(Refused(if v29 {
                format!("failed to create task for container: {text}")
            } else {
                format!("{text}: unknown")
            }));
        }
        if let Some(key) = key {
            for (name, value) in sysctls {
                let op = Op::Sysctl(name.replace('.', "/"), value.clone());
                host.apply(Place::Sandbox(key), op).map_err(|why| {
                    let path = name.replace('.', "/");
                    let init = "failed to create shim task: OCI runtime create failed: runc create failed: \
                                unable to start container process: error during container init";
                    let missing = why == "no such file or directory";
                    let verb = if missing { "open" } else { "write" };
                    Refused(if v29 && !missing {
                        format!(
                            "failed to create task for container: {init}: failed to write sysctl {name} = \
                             \"{value}\": write fsmount:fscontext:proc/./sys/{path}: {why}"
                        )
                    } else if v29 {
                        let at = format!("openat2 fsmount:fscontext:proc/./sys/{path}");
                        format!(
                            "failed to create task for container: {init}: open sysctl {name} file: unsafe procfs \
                             detected: {at}: {why}"
                        )
                    } else {
                        format!("{init}: {verb} /proc/sys/{path}: {why}: unknown")
                    })
                })?;
            }
        }
        Ok(())
    }

    /// Takes a container's networks and namespace away.
    fn close(&mut self, host: &mut dyn Host, at: usize) {
        let up: Vec<String> = self
            .containers
            .get(at)
            .map(|c| c.endpoints.iter().filter(|e| e.is_up()).map(|e| e.network_id.clone()).collect())
            .unwrap_or_default();
        for network in up {
            self.leave(host, at, &network, true);
        }
        let Some(c) = self.containers.get_mut(at) else { return };
        let Some(sandbox) = c.sandbox.take() else { return };
        c.last_sandbox = Some(sandbox.clone()).filter(|s| !s.shared);
        // The namespace stays as long as somebody is in it.
        let inside = |c: &Container| c.sandbox.as_ref().is_some_and(|s| s.key == sandbox.key);
        if let (Some(key), false) = (sandbox.key, self.containers.iter().any(inside)) {
            let _ = host.apply(Place::Host, Op::DelSandbox(key));
        }
    }

    pub(super) fn end(&mut self, host: &mut dyn Host, at: usize, state: RunState, now: u64) {
        if !self.containers.get(at).is_some_and(Container::is_running) {
            return;
        }
        let old = self.daemon.version != Version::V29;
        if !old {
            self.close(host, at);
        }
        let Some(c) = self.containers.get_mut(at) else { return };
        let lived = now.saturating_sub(c.times.0.unwrap_or(now)) / 1_000_000_000;
        c.pid = 0;
        c.state = state;
        c.times.1 = Some(now);
        let (id, stopped) = (c.id.clone(), std::mem::take(&mut c.stopping));
        c.stopped |= stopped;
        let (code, lived) =
            (if let RunState::Exited(code) = state { code } else { 0 }.to_string(), lived.to_string());
        let new = self.daemon.version == Version::V29;
        let mut more = vec![("exitCode", code.as_str())];
        if new {
            more.push(("execDuration", lived.as_str()));
            if stopped {
                self.note(&id, "stop", &[]);
            }
        }
        self.note(&id, "die", &more);
        if old {
            self.close(host, at);
        }
        if stopped && !new {
            self.note(&id, "stop", &[]);
        }
    }

    /// Somebody asked for a container's end: `stop` is told with it.
    pub fn stopping(&mut self, id: &str) {
        if let Ok(at) = self.container_at(id)
            && let Some(c) = self.containers.get_mut(at)
        {
            c.stopping = true;
        }
    }

    /// A container's command could not be started: it is as if it had only been made.
    pub fn not_started(&mut self, host: &mut dyn Host, id: &str, error: &str) {
        let Ok(at) = self.container_at(id) else { return };
        self.close(host, at);
        if let Some(c) = self.containers.get_mut(at) {
            c.pid = 0;
            c.state = RunState::Created;
            c.times.0 = None;
            error.clone_into(&mut c.error);
        }
    }

    /// The process of a container's command.
    pub fn set_pid(&mut self, id: &str, pid: u32) {
        if let Some(c) = self.containers.iter_mut().rfind(|c| c.id == id) {
            c.pid = pid;
        }
    }

    /// A container's command has ended.
    pub fn ended(&mut self, host: &mut dyn Host, id: &str, status: u8, now: u64) {
        if let Ok(at) = self.container_at(id) {
            self.end(host, at, RunState::Exited(status), now);
        }
    }

    /// Forgets a container that does not run.
    ///
    /// # Errors
    /// The engine's text.
    pub fn remove_container(&mut self, term: &str) -> Result<(), Refused> {
        let at = self.container_at(term)?;
        if let Some(c) = self.containers.get(at).filter(|c| c.is_running()) {
            return Err(Refused(match self.daemon.version {
                Version::V29 => format!(
                    "cannot remove container \"{term}\": container is running: stop the container before \
                     removing or force remove"
                ),
                _ => format!(
                    "You cannot remove a running container {}. Stop the container before attempting removal or \
                     force remove",
                    c.id
                ),
            }));
        }
        if let Some(id) = self.containers.get(at).map(|c| c.id.clone()) {
            self.note(&id, "destroy", &[]);
        }
        let gone = self.containers.remove(at);
        self.names.remove(&gone.name);
        Ok(())
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// The engine's text.
    pub fn rename_container(&mut self, term: &str, name: &str) -> Result<(), Refused> {
        let at = self.container_at(term)?;
        if name.is_empty() {
            return Err(Refused::new("Neither old nor new names may be empty"));
        }
        if self.containers.get(at).is_some_and(|c| c.name == name) {
            return Err(Refused::new("Renaming a container with the same name as its current name"));
        }
        self.check_name(&format!("/{name}"))
            .map_err(|e| Refused(format!("Error when allocating new name: {e}")))?;
        if let Some(old) = self.containers.get(at).map(|c| format!("/{}", c.name)) {
            for (child, _) in self
                .containers
                .iter_mut()
                .flat_map(|c| c.endpoints.iter_mut().chain(&mut c.config.networks))
                .filter(|e| e.network == "bridge")
                .flat_map(|e| &mut e.config.links)
            {
                if old.strip_prefix('/') == Some(child) {
                    name.clone_into(child);
                }
            }
            let Some(c) = self.containers.get_mut(at) else { return Ok(()) };
            let old_name = std::mem::replace(&mut c.name, name.to_owned());
            self.names.remove(&old_name);
            self.names.insert(name.to_owned(), ());
            c.named = true;
            let id = c.id.clone();
            self.note(&id, "rename", &[("oldName", &old)]);
        }
        Ok(())
    }

    /// Ports that a running container has, with where each is published; `inspect` shows them. Those of a
    /// network that routes have no port of the host: 0.
    pub fn ports_of(&self, container: &Container) -> Vec<(crate::ports::Port, Vec<crate::ports::Bound>)> {
        let up = |e: &&Endpoint| e.is_up();
        let external = |e: &&Endpoint| {
            self.network(&e.network_id).is_ok_and(|n| {
                n.driver == crate::Driver::Bridge
                    && (self.daemon.version == Version::V29 || !n.config.internal)
            })
        };
        let v29 = self.daemon.version == Version::V29;
        let mut shown: Vec<(crate::ports::Port, Vec<crate::ports::Bound>)> = Vec::new();
        if !container.endpoints.iter().filter(up).any(|e| external(&e)) {
            return shown;
        }
        let mut exposed = container.config.exposed.clone();
        exposed.order_by_key(|p| (p.to_string(), p.number));
        exposed.dedup();
        for port in exposed {
            let of = |b: &&crate::ports::Bound| {
                b.port == port.number && b.proto == port.proto && (b.host_port != 0 || v29)
            };
            let bound = container.endpoints.iter().flat_map(|e| &e.bound).filter(of).copied().collect();
            shown.push((port, bound));
        }
        shown
    }
}
