//! `dockerd`, and `systemctl` for it.
//!
//! # Source
//! moby, `cmd/dockerd/config_unix.go`, `config_common_unix.go`: `installConfigFlags`.

use std::net::IpAddr;

use packetwalk_docker::{Daemon, Engine, Version};
use packetwalk_trace::NsId;

use super::cli::{Bad, Flag, Given, Usage, check, list, on, parse, real, value};
use super::state::{Life, State};
use super::{Machine, config_file, now, task};
use crate::process::{OnSignal, Pid, Signal};
use crate::{Cx, Poll, Process};

const FLAGS: &[Flag] = &[
    value("version-profile", '-'),
    on("allow-direct-routing", '-'),
    value("bip", '-'),
    value("bip6", '-'),
    value("bridge", 'b'),
    value("config-file", '-'),
    value("containerd", '-'),
    value("data-root", '-'),
    value("exec-root", '-'),
    on("debug", 'D'),
    list("default-address-pool", '-').checked(check::pool),
    value("default-gateway", '-').checked(check::daemon_ip),
    list("dns", '-').checked(check::daemon_dns),
    on("experimental", '-'),
    value("firewall-backend", '-'),
    value("fixed-cidr", '-'),
    value("fixed-cidr-v6", '-'),
    list("host", 'H'),
    on("icc", '-'),
    value("ip", '-').checked(check::daemon_ip),
    on("ip-forward", '-'),
    on("ip-forward-no-drop", '-'),
    on("ip-masq", '-'),
    on("ip6tables", '-'),
    on("iptables", '-'),
    on("ipv6", '-'),
    on("live-restore", '-'),
    value("log-level", 'l'),
    value("mtu", '-').checked(check::int),
    value("pidfile", 'p'),
    value("storage-driver", 's'),
    value("swarm-default-advertise-addr", '-'),
    on("userland-proxy", '-'),
    value("userland-proxy-path", '-'),
    real("default-gateway-v6"),
    real("default-network-opt"),
    real("dns-search"),
    real("rootless"),
    real("userns-remap"),
];

const USAGE: Usage =
    Usage { name: "dockerd", args: "[OPTIONS]", about: "A self-sufficient runtime for containers." };

/// A prefix of a flag, which the daemon reads when it makes its bridge.
fn wrong<T: core::str::FromStr>(given: &Given, name: &str, version: Version) -> Result<Option<T>, String> {
    let new = version == Version::V29;
    let bad = |v: &str| match new {
        true if name.ends_with("-v6") => {
            let why = super::network::prefix(v).err().unwrap_or_default();
            format!("invalid {name}: invalid {name}: {why}")
        }
        true => format!("{CONTROLLER}parse {name} failed: invalid CIDR address: {v}"),
        false => format!("{CONTROLLER}invalid CIDR address: {v}"),
    };
    given.get(name).filter(|v| !v.is_empty()).map(|v| v.parse().map_err(|_| bad(v))).transpose()
}

/// How errors of the network begin.
const CONTROLLER: &str = "failed to start daemon: Error initializing network controller: ";

/// Options that exclude each other.
///
/// # Source
/// moby b985e231, `daemon/daemon_unix.go`: `verifyDaemonSettings`.
fn exclude(given: &Given, daemon: &Daemon) -> Result<(), String> {
    if given.get("bridge").is_some_and(|b| !b.is_empty()) && given.get("bip").is_some() {
        let text = "failed to start daemon: You specified -b & --bip, mutually exclusive options. Please specify \
                    only one";
        return Err(text.to_owned());
    }
    if !daemon.iptables && !daemon.icc {
        let text = "failed to start daemon: You specified --iptables=false with --icc=false. ICC=false uses \
                    iptables to function. Please set --icc or --iptables to true";
        return Err(text.to_owned());
    }
    let new = daemon.version == Version::V29;
    for (at, (base, size)) in daemon.pools.iter().enumerate() {
        if *size < base.prefix_len() || *size > base.max_prefix_len() {
            let head = format!("{CONTROLLER}error obtaining controller instance: ");
            return Err(if new {
                format!(
                    "{head}could not construct local address space: network at index {at} (&{{{base} {size}}}) has a \
                     smaller prefix (/{}) than the target size of that pool (/{size})",
                    base.prefix_len()
                )
            } else {
                format!("{head}invalid pools size: {size}")
            });
        }
    }
    Ok(())
}

/// `base=10.200.0.0/16,size=24`.
fn pool(text: &str) -> Option<(ipnet::IpNet, u8)> {
    let field = |name: &str| text.split(',').find_map(|f| f.trim().strip_prefix(name)?.strip_prefix('='));
    Some((field("base")?.parse().ok()?, field("size")?.parse().ok()?))
}

/// The daemon that flags ask for.
fn config(given: &Given, version: Version) -> Result<Daemon, String> {
    let mut daemon = Daemon::new(version);
    let flags: [(&str, &mut bool); 9] = [
        ("icc", &mut daemon.icc),
        ("iptables", &mut daemon.iptables),
        ("ip6tables", &mut daemon.ip6tables),
        ("ip-masq", &mut daemon.ip_masq),
        ("ip-forward", &mut daemon.ip_forward),
        ("ip-forward-no-drop", &mut daemon.ip_forward_no_drop),
        ("userland-proxy", &mut daemon.userland_proxy),
        ("allow-direct-routing", &mut daemon.allow_direct_routing),
        ("ipv6", &mut daemon.ipv6),
    ];
    for (name, field) in flags {
        *field = given.flag(name).unwrap_or(*field);
    }
    daemon.bip = wrong(given, "bip", version)?;
    daemon.bip6 = wrong(given, "bip6", version)?;
    daemon.fixed_cidr = wrong(given, "fixed-cidr", version)?;
    daemon.fixed_cidr_v6 = wrong(given, "fixed-cidr-v6", version)?;
    daemon.default_gateway = wrong(given, "default-gateway", version)?;
    daemon.ip = wrong::<IpAddr>(given, "ip", version)?;
    daemon.mtu = match given.get("mtu").map(|t| (t, t.parse::<u32>())) {
        None => None,
        Some((_, Ok(mtu))) => Some(mtu).filter(|m| *m > 0),
        Some((text, Err(_))) if version == Version::V29 => {
            return Err(format!("invalid default MTU: {text}"));
        }
        Some((text, Err(_))) => {
            let head = format!("{CONTROLLER}Error creating default \"bridge\" network: ");
            return Err(format!("{head}invalid MTU number: {text}"));
        }
    };
    daemon.bridge = given.get("bridge").filter(|b| !b.is_empty()).map(str::to_owned);
    for text in given.all("default-address-pool") {
        let bad = || format!("invalid argument \"{text}\" for \"--default-address-pool\" flag: bad pool");
        daemon.pools.push(pool(text).ok_or_else(bad)?);
    }
    for text in given.all("dns") {
        let bad = |_| format!("invalid argument \"{text}\" for \"--dns\" flag: {text} is not an ip address");
        daemon.dns.push(text.parse().map_err(bad)?);
    }
    exclude(given, &daemon)?;
    if given.get("firewall-backend").is_some_and(|b| b != "iptables") {
        return Err("packetwalk: dockerd's firewall backend nftables is not simulated".to_owned());
    }
    Ok(daemon)
}

/// Starts a daemon with these flags, or lets it take over what is there.
fn start(
    cx: &mut Cx<'_>,
    state: &mut State,
    mut daemon: Daemon,
    ns: NsId,
    pid: Option<Pid>,
) -> Result<(), String> {
    let time = now(cx);
    state.ns = ns;
    let mirror = cx.lab.stack(ns).is_some_and(|s| s.links.by_name("loopback0").is_some());
    daemon.wsl2_mirrored = mirror && cx.read_file(b"/usr/bin/wslinfo").is_ok();
    let seed = u64::from(cx.sys.random());
    let kept = state.engine.take();
    let mut machine = Machine { cx, state };
    let engine = match kept {
        Some(mut engine) => engine.restart(&mut machine, daemon, time).map(|()| engine),
        None => Engine::start(&mut machine, daemon, seed, time),
    };
    let engine = engine.map_err(|e| format!("failed to start daemon: {e}"))?;
    state.engine = Some(engine);
    state.life = Life::Up(pid);
    Ok(())
}

/// Whether the machine's docker0 is the lab's own work, which an engine that starts would take over and put its
/// rules before. Such a lab starts `dockerd` itself, or has no engine.
pub(super) fn is_by_hand(cx: &Cx<'_>) -> bool {
    let docker = &cx.sys.docker;
    let made = |stack: &packetwalk_stack::Stack| stack.links.by_name("docker0").is_some();
    docker.life == Life::Unborn && docker.engine.is_none() && cx.lab.stack(NsId(0)).is_some_and(made)
}

/// The first command of all starts the daemon, as systemd does by the socket.
pub(super) fn activate(cx: &mut Cx<'_>, state: &mut State) -> Result<(), Bad> {
    // The file is read with the state at its place.
    std::mem::swap(&mut *cx.sys.docker, state);
    let found = of_file(cx);
    std::mem::swap(&mut *cx.sys.docker, state);
    let (daemon, live) = found.map_err(Bad::Own)?;
    state.live_restore = live;
    start(cx, state, daemon, NsId(0), None).map_err(Bad::Own)
}

/// Ends the daemon: its containers stop.
fn end(cx: &mut Cx<'_>) {
    let ids: Vec<String> = cx.sys.docker.tasks.iter().map(|t| t.container.clone()).collect();
    for id in ids {
        task::signal(cx, &id, Signal::KILL);
    }
    let mut state = std::mem::take(&mut cx.sys.docker);
    if let Some(mut engine) = state.engine.take() {
        let time = now(cx);
        engine.shut_down(&mut Machine { cx, state: &mut state }, time);
        state.engine = Some(engine);
    }
    state.tasks.clear();
    state.life = Life::Down;
    cx.sys.docker = state;
}

/// Whether a container runs.
fn runs(cx: &Cx<'_>) -> bool {
    cx.sys.docker.engine.iter().flat_map(Engine::containers).any(packetwalk_docker::Container::is_running)
}

/// `dockerd` in the foreground.
#[derive(Clone, Debug, Default)]
struct Dockerd {
    runs: bool,
}

/// A `dockerd` that has not begun.
pub(crate) fn daemon() -> Box<dyn Process> {
    Box::new(Dockerd::default())
}

impl Dockerd {
    /// Whether it goes on; else the exit status.
    fn begin(cx: &mut Cx<'_>) -> Result<bool, u8> {
        let say = |cx: &mut Cx<'_>, text: &str| {
            cx.stderr.line(text);
            1
        };
        let version = cx.sys.docker.version;
        let mut given = match parse(FLAGS, &cx.strings(), true, version) {
            Ok(given) => given,
            Err(text) if text == "help" => return Err(Bad::Flag(text).say(cx, &USAGE, version)),
            Err(text) if text.starts_with("packetwalk: ") => return Err(say(cx, &text)),
            Err(text) => {
                return Err(say(cx, &format!("Status: {text}\nSee 'dockerd --help'., Code: 125")));
            }
        };
        if !given.words.is_empty() {
            let text = "\"dockerd\" accepts no argument(s).\nSee 'dockerd --help'.\n\nUsage:  dockerd \
                        [OPTIONS]\n\nA self-sufficient runtime for containers.";
            return Err(say(cx, text));
        }
        if let Some(name) = given.get("version-profile") {
            let known = || Version::ALL.map(|(name, _)| name).join(", ");
            let Some(version) = Version::named(name) else {
                let text = format!("packetwalk: there is no engine {name}; there are {}", known());
                return Err(say(cx, &text));
            };
            if cx.sys.docker.engine.is_some() {
                return Err(say(cx, "packetwalk: the engine is chosen before it starts"));
            }
            cx.sys.docker.version = version;
            if cx.args.len() <= 3 {
                return Ok(false);
            }
        }
        let version = cx.sys.docker.version;
        with_file(cx, &mut given).map_err(|text| say(cx, &text))?;
        if let Life::Up(pid) = cx.sys.docker.life {
            let number = pid.map_or(1, |p| p.0);
            let at = super::time::event(now(cx));
            writeln!(cx.stderr, "time=\"{at}\" level=info msg=\"Starting up\"");
            let text = if version == Version::V29 {
                let text = format!(
                    "failed to start daemon, ensure docker is not running or delete /var/run/docker.pid: process with \
                     PID {number} is still running"
                );
                writeln!(
                    cx.stderr,
                    "time=\"{at}\" level=info msg=\"Daemon shutdown complete\" error=\"{text}\""
                );
                text
            } else {
                "failed to start daemon: pid file found, ensure docker is not running or delete \
                 /var/run/docker.pid"
                    .to_owned()
            };
            return Err(say(cx, &text));
        }
        let daemon = config(&given, version).map_err(|text| say(cx, &text))?;
        let (ns, pid, flags) = (cx.ns, cx.pid, cx.strings());
        let mut state = std::mem::take(&mut cx.sys.docker);
        state.live_restore = given.has("live-restore");
        state.flags = flags;
        let done = start(cx, &mut state, daemon, ns, Some(pid));
        cx.sys.docker = state;
        done.map_err(|text| say(cx, &text))?;
        again(cx);
        Ok(true)
    }
}

/// Where the daemon's settings are.
const FILE: &str = "/etc/docker/daemon.json";

/// Flags with what the file says: the one that was named, or the usual one where it is there.
fn with_file(cx: &mut Cx<'_>, given: &mut Given) -> Result<(), String> {
    let named = given.get("config-file").map(str::to_owned);
    let path = named.clone().unwrap_or_else(|| FILE.to_owned());
    let head = format!("unable to configure the Docker daemon with file {path}: ");
    match cx.read_file(path.as_bytes()) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let version = cx.sys.docker.version;
            config_file::merge(given, &text, version)
                .map_err(|why| if why.starts_with("packetwalk: ") { why } else { head + &why })
        }
        Err(error) if named.is_some() => Err(format!("{head}open {path}: {}", error.text().to_lowercase())),
        Err(_) => Ok(()),
    }
}

/// The daemon that the file alone asks for.
fn of_file(cx: &mut Cx<'_>) -> Result<(Daemon, bool), String> {
    // Flags of a `dockerd` that the lab started itself stay what they were.
    let mut given = parse(FLAGS, &cx.sys.docker.flags, true, cx.sys.docker.version)?;
    with_file(cx, &mut given)?;
    let daemon = config(&given, cx.sys.docker.version)?;
    Ok((daemon, given.has("live-restore")))
}

/// Containers that run whenever the daemon does run again.
fn again(cx: &mut Cx<'_>) {
    let ids: Vec<String> = cx
        .sys
        .docker
        .engine
        .iter()
        .flat_map(Engine::containers)
        .filter(|c| !c.is_running() && c.times.0.is_some())
        .filter(|c| match c.config.restart.split(':').next() {
            Some("always") => true,
            Some("unless-stopped") => !c.stopped,
            _ => false,
        })
        .map(|c| c.id.clone())
        .collect();
    for id in ids {
        let _ = super::container::launch(cx, &id, super::task::Streams::Log);
    }
}

impl Process for Dockerd {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.runs {
            return Poll::Wait;
        }
        match Self::begin(cx) {
            Ok(true) => {
                self.runs = true;
                Poll::Wait
            }
            Ok(false) => Poll::Exit(0),
            Err(status) => Poll::Exit(status),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if self.runs && !signal.ignored_by_default() {
            end(cx);
        }
        OnSignal::Default
    }
}

/// `systemctl start|stop|restart|is-active docker`.
pub(crate) fn systemctl(cx: &mut Cx<'_>) -> Poll {
    let words = cx.strings();
    let mut plain = words.iter().map(String::as_str).filter(|w| !w.starts_with('-'));
    let (verb, unit) = (plain.next().unwrap_or(""), plain.next().unwrap_or(""));
    if !matches!(unit, "docker" | "docker.service" | "docker.socket") {
        writeln!(cx.stderr, "packetwalk: systemctl is simulated for docker alone");
        return Poll::Exit(1);
    }
    let up = matches!(cx.sys.docker.life, Life::Up(_));
    match verb {
        "is-active" => {
            cx.stdout.line(if up { "active" } else { "inactive" });
            return Poll::Exit(if up { 0 } else { 3 });
        }
        "stop" | "restart" | "try-restart" if up && cx.sys.docker.live_restore && runs(cx) => {
            let text =
                "packetwalk: a daemon with --live-restore that ends while containers run is not simulated";
            cx.stderr.line(text);
            return Poll::Exit(1);
        }
        "stop" => {
            if up {
                end(cx);
            }
            return Poll::Exit(0);
        }
        "start" if up => return Poll::Exit(0),
        "start" | "restart" | "reload-or-restart" | "reload" => {}
        "try-restart" if !up => return Poll::Exit(0),
        "try-restart" => {}
        "enable" | "disable" | "daemon-reload" => return Poll::Exit(0),
        "status" => {
            let state = if up { "active (running)" } else { "inactive (dead)" };
            writeln!(
                cx.stdout,
                "\u{25cf} docker.service - Docker Application Container Engine\n     Loaded: loaded \
                 (/lib/systemd/system/docker.service; enabled; preset: enabled)\n     Active: {state}"
            );
            let complaint = cx.sys.docker.complaint.clone();
            if !complaint.is_empty() {
                writeln!(cx.stdout, "\n{complaint}");
            }
            return Poll::Exit(if up { 0 } else { 3 });
        }
        _ => {
            writeln!(cx.stderr, "packetwalk: systemctl {verb} is not simulated");
            return Poll::Exit(1);
        }
    }
    if verb == "reload" {
        // It reads of its file what it may change as it runs; nothing of that is the network's.
        return Poll::Exit(u8::from(!up));
    }
    if up {
        end(cx);
    }
    let failed = |cx: &mut Cx<'_>| {
        cx.stderr.line(
            "Job for docker.service failed because the control process exited with error code.\nSee \"systemctl \
             status docker.service\" and \"journalctl -xeu docker.service\" for details.",
        );
        Poll::Exit(1)
    };
    let (daemon, live) = match of_file(cx) {
        Ok(found) => found,
        Err(text) => {
            cx.sys.docker.complaint = text;
            return failed(cx);
        }
    };
    let ns = cx.sys.docker.ns;
    let mut state = std::mem::take(&mut cx.sys.docker);
    state.live_restore = live;
    state.complaint.clear();
    let done = start(cx, &mut state, daemon, ns, None);
    cx.sys.docker = state;
    if let Err(text) = done {
        cx.sys.docker.complaint = text;
        return failed(cx);
    }
    again(cx);
    Poll::Exit(0)
}
