//! `dockerd`, and `systemctl` for it.
//!
//! # Source
//! moby, `cmd/dockerd/config_unix.go`, `config_common_unix.go`: `installConfigFlags`.

use std::net::IpAddr;

use packetwalk_docker::{Daemon, Engine, Version};
use packetwalk_trace::NsId;

use super::cli::{Bad, Flag, Given, Usage, list, on, parse, real, value};
use super::state::{Life, State};
use super::{Command, Machine, Then, now, task};
use crate::process::{OnSignal, Pid, Signal};
use crate::{Cx, Poll, Process};

const FLAGS: &[Flag] = &[
    value("version-profile", '-'),
    on("allow-direct-routing", '-'),
    value("bip", '-'),
    value("bip6", '-'),
    value("bridge", 'b'),
    real("config-file"),
    value("containerd", '-'),
    value("data-root", '-'),
    value("exec-root", '-'),
    on("debug", 'D'),
    list("default-address-pool", '-'),
    value("default-gateway", '-'),
    list("dns", '-'),
    on("experimental", '-'),
    value("firewall-backend", '-'),
    value("fixed-cidr", '-'),
    value("fixed-cidr-v6", '-'),
    list("host", 'H'),
    on("icc", '-'),
    value("ip", '-'),
    on("ip-forward", '-'),
    on("ip-forward-no-drop", '-'),
    on("ip-masq", '-'),
    on("ip6tables", '-'),
    on("iptables", '-'),
    on("ipv6", '-'),
    real("live-restore"),
    value("log-level", 'l'),
    value("mtu", '-'),
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

/// `docker version`.
pub(super) const VERSION: Command = Command {
    usage: Usage { name: "docker version", args: "[OPTIONS]", about: "Show the Docker version information" },
    flags: &[value("format", 'f')],
    mixed: true,
    run: |cx, given| {
        let version = cx.sys.docker.version.full();
        match given.get("format") {
            Some("{{.Server.Version}}" | "{{.Client.Version}}") => cx.stdout.line(version),
            Some(_) => {
                return Err(Bad::Own(
                    "packetwalk: this format of docker version is not simulated".to_owned(),
                ));
            }
            None => writeln!(
                cx.stdout,
                "Client:\n Version:           {version}\n\nServer:\n Engine:\n  Version:          {version}"
            ),
        }
        Ok(Then::Done(0))
    },
};

fn wrong<T: core::str::FromStr>(given: &Given, name: &str) -> Result<Option<T>, String> {
    let bad = |v: &str| format!("invalid argument \"{v}\" for \"--{name}\" flag: {v} is not valid");
    given.get(name).filter(|v| !v.is_empty()).map(|v| v.parse().map_err(|_| bad(v))).transpose()
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
    daemon.bip = wrong(given, "bip")?;
    daemon.bip6 = wrong(given, "bip6")?;
    daemon.fixed_cidr = wrong(given, "fixed-cidr")?;
    daemon.fixed_cidr_v6 = wrong(given, "fixed-cidr-v6")?;
    daemon.default_gateway = wrong(given, "default-gateway")?;
    daemon.mtu = wrong(given, "mtu")?;
    daemon.ip = wrong::<IpAddr>(given, "ip")?;
    daemon.bridge = given.get("bridge").filter(|b| !b.is_empty()).map(str::to_owned);
    for text in given.all("default-address-pool") {
        let bad = || format!("invalid argument \"{text}\" for \"--default-address-pool\" flag: bad pool");
        daemon.pools.push(pool(text).ok_or_else(bad)?);
    }
    for text in given.all("dns") {
        let bad = |_| format!("invalid argument \"{text}\" for \"--dns\" flag: {text} is not an ip address");
        daemon.dns.push(text.parse().map_err(bad)?);
    }
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

/// The first command of all starts the daemon, as systemd does by the socket.
pub(super) fn activate(cx: &mut Cx<'_>, state: &mut State) -> Result<(), Bad> {
    let version = state.version;
    start(cx, state, Daemon::new(version), NsId(0), None).map_err(Bad::Own)
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
    fn begin(cx: &mut Cx<'_>) -> Result<bool, String> {
        let given = parse(FLAGS, &cx.strings(), true)?;
        if let Some(name) = given.get("version-profile") {
            let known = || Version::ALL.map(|(name, _)| name).join(", ");
            let version = Version::named(name)
                .ok_or_else(|| format!("packetwalk: there is no engine {name}; there are {}", known()))?;
            if cx.sys.docker.engine.is_some() {
                return Err("packetwalk: the engine is chosen before it starts".to_owned());
            }
            cx.sys.docker.version = version;
            if cx.args.len() <= 3 {
                return Ok(false);
            }
        }
        if matches!(cx.sys.docker.life, Life::Up(_)) {
            return Err(
                "failed to start daemon, ensure docker is not running or delete /var/run/docker.pid: \
                        process with PID is still running"
                    .to_owned(),
            );
        }
        let daemon = config(&given, cx.sys.docker.version)?;
        let (ns, pid) = (cx.ns, cx.pid);
        let mut state = std::mem::take(&mut cx.sys.docker);
        let done = start(cx, &mut state, daemon, ns, Some(pid));
        cx.sys.docker = state;
        done.map(|()| true)
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
            Err(text) => {
                let version = cx.sys.docker.version;
                let flag =
                    text.starts_with("unknown ") || text.starts_with("invalid ") || text.starts_with("flag ");
                Poll::Exit(match () {
                    () if text == "help" || flag => Bad::Flag(text).say(cx, &USAGE, version),
                    () => {
                        cx.stderr.line(&text);
                        1
                    }
                })
            }
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
        "stop" => {
            if up {
                end(cx);
            }
            return Poll::Exit(0);
        }
        "start" if up => return Poll::Exit(0),
        "start" | "restart" | "reload-or-restart" => {}
        _ => {
            writeln!(cx.stderr, "packetwalk: systemctl {verb} is not simulated");
            return Poll::Exit(1);
        }
    }
    let daemon = cx.sys.docker.engine.as_ref().map(|e| e.daemon.clone());
    let daemon = daemon.unwrap_or_else(|| Daemon::new(cx.sys.docker.version));
    let ns = cx.sys.docker.ns;
    if up {
        end(cx);
    }
    let mut state = std::mem::take(&mut cx.sys.docker);
    let done = start(cx, &mut state, daemon, ns, None);
    let again: Vec<String> = state
        .engine
        .iter()
        .flat_map(Engine::containers)
        .filter(|c| !matches!(c.config.restart.as_str(), "no" | "") && c.times.0.is_some())
        .map(|c| c.id.clone())
        .collect();
    cx.sys.docker = state;
    if let Err(text) = done {
        cx.stderr.line(&text);
        return Poll::Exit(1);
    }
    for id in again {
        let _ = super::container::launch(cx, &id, true);
    }
    Poll::Exit(0)
}
