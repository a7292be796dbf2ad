//! `docker events`, `info`, `version` and the rest of `docker system`.

use packetwalk_docker::{Happening, Version};
use packetwalk_wire::Order;

use super::cli::{Bad, Given, Usage, check, list, on, value};
use super::container::prune_stopped;
use super::json::{Json, list_or_null, map, object, text};
use super::template::Template;
use super::{Command, Then, time, with_engine};
use crate::Cx;

const EVENTS_USAGE: Usage =
    Usage { name: "docker events", args: "[OPTIONS]", about: "Get real time events from the server" };

/// `events`.
pub(super) const EVENTS: Command = Command {
    usage: EVENTS_USAGE,
    flags: &[
        list("filter", 'f').checked(check::filter),
        value("format", '-'),
        value("since", '-'),
        value("until", '-'),
    ],
    mixed: true,
    run: events,
};

/// `docker events` that goes on.
#[derive(Clone, Debug)]
pub(super) struct Follow {
    /// How many have been looked at.
    from: usize,
    filters: Vec<(String, String)>,
    format: Option<String>,
}

/// An event as `--format` sees it.
///
/// # Source
/// moby b985e231, `api/types/events/events.go`: `Message`.
fn message(at: u64, what: &Happening) -> Json {
    let seconds = Json::Number((at / 1_000_000_000) as i64);
    let nanos = Json::Number(at as i64);
    let actor = object([("ID", text(what.id.clone())), ("Attributes", map(&what.attributes))]);
    object([
        ("status", text(what.action)),
        ("id", text(what.id.clone())),
        ("Type", text(what.kind)),
        ("Action", text(what.action)),
        ("Actor", actor),
        ("Scope", text("local")),
        ("scope", text("local")),
        ("time", seconds.clone()),
        ("Time", seconds),
        ("timeNano", nanos.clone()),
        ("TimeNano", nanos),
    ])
}

impl Follow {
    fn wants(&self, what: &Happening) -> bool {
        let attribute = |name: &str| what.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let one = |name: &str, value: &str| match name {
            "type" => what.kind == value,
            "event" => what.action == value,
            "container" | "network" => {
                what.kind == name
                    && (attribute("name") == Some(value) || !value.is_empty() && what.id.starts_with(value))
                    || attribute(name) == Some(value)
            }
            "image" => attribute("image") == Some(value) || attribute("name") == Some(value),
            "label" => {
                let (label, wanted) = value.split_once('=').map_or((value, None), |(l, v)| (l, Some(v)));
                attribute(label).is_some_and(|v| wanted.is_none_or(|w| w == v))
            }
            "scope" => value == "local",
            // A real daemon does not know them either, and lets all pass.
            _ => true,
        };
        self.filters.iter().all(|(name, _)| self.filters.iter().any(|(n, v)| n == name && one(n, v)))
    }

    /// Prints what happened since it looked last.
    pub fn go_on(&mut self, cx: &mut Cx<'_>) -> Result<(), Bad> {
        let all: Vec<(u64, Happening)> =
            cx.sys.docker.events.iter().skip(self.from).map(|e| (e.at, e.what.clone())).collect();
        self.from += all.len();
        for (at, what) in all.iter().filter(|(_, what)| self.wants(what)) {
            let line = match self.format.as_deref() {
                None | Some("") => {
                    let more: Vec<String> = what.attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
                    let Happening { kind, action, id, .. } = what;
                    format!("{} {kind} {action} {id} ({})", time::event(*at), more.join(", "))
                }
                Some(format) => shown(format, &message(*at, what))?,
            };
            cx.stdout.line(&line);
        }
        Ok(())
    }
}

fn shown(format: &str, value: &Json) -> Result<String, Bad> {
    if matches!(format, "json" | "{{json .}}") {
        return Ok(value.compact());
    }
    let bad = |why: String| Bad::Status64(format!("Error parsing format: {why}"));
    let template = Template::parse(format).map_err(|why| bad(format!("template: :1: {why}")))?;
    template.run_typed(value, "*events.Message").map_err(bad)
}

fn events(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&EVENTS_USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    with_engine(cx, |_, _, _| Ok(()))?;
    let mut filters: Vec<(String, String)> = given
        .all("filter")
        .filter_map(|f| f.split_once('='))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    filters.order();
    let format = given.get("format").map(str::to_owned);
    // Times are the lab's own; whoever names one wants what has been.
    let past = given.get("since").is_some() || given.get("until").is_some();
    let from = if past { 0 } else { cx.sys.docker.events.len() };
    let mut follow = Follow { from, filters, format };
    follow.go_on(cx)?;
    if given.get("until").is_some() { Ok(Then::Done(0)) } else { Ok(Then::Follow(follow)) }
}

const VERSION_USAGE: Usage =
    Usage { name: "docker version", args: "[OPTIONS]", about: "Show the Docker version information" };

/// `version`.
pub(super) const VERSION: Command =
    Command { usage: VERSION_USAGE, flags: &[value("format", 'f')], mixed: true, run: version };

/// The API of a version: least and newest.
const fn api(version: Version) -> (&'static str, &'static str) {
    match version {
        Version::V1_5 => ("1.12", "1.17"),
        Version::V20_10 => ("1.12", "1.41"),
        Version::V29 => ("1.44", "1.52"),
    }
}

fn version(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&VERSION_USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    let version = cx.sys.docker.version;
    let ((least, newest), full) = (api(version), version.full());
    let down = with_engine(cx, |_, _, _| Ok(())).err();
    let client = object([
        ("Version", text(full)),
        ("APIVersion", text(newest)),
        ("DefaultAPIVersion", text(newest)),
        ("Os", text("linux")),
        ("Arch", text("amd64")),
        ("Context", text("default")),
    ]);
    let server = object([
        ("Version", text(full)),
        ("APIVersion", text(newest)),
        ("ApiVersion", text(newest)),
        ("MinAPIVersion", text(least)),
        ("Os", text("linux")),
        ("Arch", text("amd64")),
        ("Experimental", Json::Bool(false)),
    ]);
    if let Some(format) = given.get("format").filter(|f| !f.is_empty()) {
        let server = if down.is_some() { Json::Null } else { server };
        let all = object([("Client", client), ("Server", server)]);
        let line = if format == "json" {
            all.compact()
        } else {
            let bad = |why: String| Bad::Status64(format!("template parsing error: {why}"));
            let template = Template::parse(format).map_err(|why| bad(format!("template: :1: {why}")))?;
            match (template.run_typed(&all, "command.versionInfo"), &down) {
                (Ok(line), _) => line,
                (Err(_), Some(_)) => String::new(),
                (Err(why), None) => return Err(bad(why)),
            }
        };
        cx.stdout.line(if down.is_some() { "" } else { &line });
    } else {
        writeln!(
            cx.stdout,
            "Client:\n Version:           {full}\n API version:       {newest}\n OS/Arch:           linux/amd64\n \
             Context:           default"
        );
        if down.is_none() {
            writeln!(
                cx.stdout,
                "\nServer:\n Engine:\n  Version:          {full}\n  API version:      {newest} (minimum version \
                 {least})\n  OS/Arch:          linux/amd64\n  Experimental:     false"
            );
        }
    }
    down.map_or(Ok(Then::Done(0)), Err)
}

const INFO_USAGE: Usage =
    Usage { name: "docker info", args: "[OPTIONS]", about: "Display system-wide information" };

/// `info`.
pub(super) const INFO: Command =
    Command { usage: INFO_USAGE, flags: &[value("format", 'f')], mixed: true, run: info };

/// The part of a daemon's `info` that is about its network.
///
/// # Source
/// moby b985e231, `daemon/info.go`: `SystemInfo`; docker/cli v29, `cli/command/system/info.go`:
/// `prettyPrintServerInfo`.
fn info(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&INFO_USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    let version = cx.sys.docker.version;
    let new = version == Version::V29;
    let up = with_engine(cx, |engine, machine, _| {
        let count = |running: bool| {
            Json::Number(engine.containers().iter().filter(|c| c.is_running() == running).count() as i64)
        };
        let on = |machine: &mut super::Machine<'_, '_>, path: &str| {
            use packetwalk_docker::{Host, Place};
            machine.sysctl(Place::Host, path).is_some_and(|v| v.trim() == "1")
        };
        let forwarding = on(machine, "net/ipv4/ip_forward");
        let pool = |(base, size): &(ipnet::IpNet, u8)| {
            object([("Base", text(base.to_string())), ("Size", Json::Number(i64::from(*size)))])
        };
        let pools: Vec<Json> = engine.daemon.pools.iter().map(pool).collect();
        let drivers = ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"];
        let drivers = Json::List(drivers.iter().map(|d| text(*d)).collect());
        let mut fields = vec![
            ("Containers", Json::Number(engine.containers().len() as i64)),
            ("ContainersRunning", count(true)),
            ("ContainersPaused", Json::Number(0)),
            ("ContainersStopped", count(false)),
            ("Driver", text("overlay2")),
            ("Plugins", object([("Network", drivers)])),
            ("IPv4Forwarding", Json::Bool(forwarding)),
        ];
        if !new {
            let four = on(machine, "net/bridge/bridge-nf-call-iptables");
            let six = on(machine, "net/bridge/bridge-nf-call-ip6tables");
            fields.extend([("BridgeNfIptables", Json::Bool(four)), ("BridgeNfIp6tables", Json::Bool(six))]);
        }
        fields.extend([
            ("OSType", text("linux")),
            ("Architecture", text("x86_64")),
            ("ServerVersion", text(version.full())),
            ("LiveRestoreEnabled", Json::Bool(machine.state.live_restore)),
            ("DefaultAddressPools", list_or_null(pools)),
        ]);
        if new {
            fields.push(("FirewallBackend", object([("Driver", text("iptables"))])));
        }
        Ok((Json::Object(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()), forwarding))
    });
    if let Some(format) = given.get("format").filter(|f| !f.is_empty()) {
        let (all, _) = up?;
        if format == "json" {
            cx.stdout.line(&all.compact());
            return Ok(Then::Done(0));
        }
        let bad = |why: String| Bad::Status64(format!("template parsing error: {why}"));
        let template = Template::parse(format).map_err(|why| bad(format!("template: :1: {why}")))?;
        let line = template.run_typed(&all, "system.dockerInfo").map_err(Bad::Own)?;
        cx.stdout.line(&line);
        return Ok(Then::Done(0));
    }
    if new {
        writeln!(
            cx.stdout,
            "Client:\n Version:    {}\n Context:    default\n Debug Mode: false",
            version.full()
        );
    } else {
        writeln!(cx.stdout, "Client:\n Context:    default\n Debug Mode: false");
    }
    cx.stdout.line("\nServer:");
    let (all, forwarding) = match up {
        Ok(up) => up,
        Err(Bad::NoDaemon) => {
            let text = Bad::no_daemon(version);
            if new {
                Bad::say_no_daemon(cx, text);
            } else {
                Bad::say_no_daemon(cx, &format!("ERROR: {text}\nerrors pretty printing info"));
            }
            return Ok(Then::Done(1));
        }
        Err(bad) => return Err(bad),
    };
    let number = |name: &str| match all.get(name) {
        Some(Json::Number(n)) => *n,
        _ => 0,
    };
    writeln!(
        cx.stdout,
        " Containers: {}\n  Running: {}\n  Paused: 0\n  Stopped: {}\n Server Version: {}\n Plugins:\n  Network: \
         bridge host ipvlan macvlan null overlay",
        number("Containers"),
        number("ContainersRunning"),
        number("ContainersStopped"),
        version.full()
    );
    let restore = cx.sys.docker.live_restore;
    writeln!(cx.stdout, " OSType: linux\n Architecture: x86_64\n Live Restore Enabled: {restore}");
    if new {
        let proxy = with_engine(cx, |engine, _, _| Ok(engine.daemon.userland_proxy))?;
        writeln!(cx.stdout, " Firewall Backend: iptables\n  EnableUserlandProxy: {proxy}");
    }
    if let Some(Json::List(pools)) = all.get("DefaultAddressPools") {
        cx.stdout.line(" Default Address Pools:");
        for pool in pools {
            let base = pool.get("Base").map(|b| b.compact().replace('"', "")).unwrap_or_default();
            let size = pool.get("Size").map(Json::compact).unwrap_or_default();
            writeln!(cx.stdout, "   Base: {base}, Size: {size}");
        }
    }
    cx.stdout.line("");
    if !forwarding {
        cx.stderr.line("WARNING: IPv4 forwarding is disabled");
    }
    if !new {
        for (name, what) in [("BridgeNfIptables", "iptables"), ("BridgeNfIp6tables", "ip6tables")] {
            if all.get(name) == Some(&Json::Bool(false)) {
                writeln!(cx.stderr, "WARNING: bridge-nf-call-{what} is disabled");
            }
        }
    }
    Ok(Then::Done(0))
}

const DF_USAGE: Usage =
    Usage { name: "docker system df", args: "[OPTIONS]", about: "Show docker disk usage" };

/// `system df`: there are no disks.
pub(super) const DF: Command = Command {
    usage: DF_USAGE,
    flags: &[value("format", '-'), on("verbose", 'v')],
    mixed: true,
    run: |cx, given| {
        if let Some(bad) = Bad::count(&DF_USAGE, given.words.len(), 0, 0) {
            return Err(bad);
        }
        let (all, running) = with_engine(cx, |engine, _, _| {
            let running = engine.containers().iter().filter(|c| c.is_running()).count();
            Ok((engine.containers().len(), running))
        })?;
        writeln!(
            cx.stdout,
            "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n\
             Images          0         0         0B        0B\n\
             Containers      {all:<10}{running:<10}0B        0B\n\
             Local Volumes   0         0         0B        0B\n\
             Build Cache     0         0         0B        0B"
        );
        Ok(Then::Done(0))
    },
};

const PRUNE_USAGE: Usage =
    Usage { name: "docker system prune", args: "[OPTIONS]", about: "Remove unused data" };

/// `system prune`: containers that do not run, and networks that nobody has.
pub(super) const PRUNE: Command = Command {
    usage: PRUNE_USAGE,
    flags: &[
        on("all", 'a'),
        list("filter", '-').checked(check::filter),
        on("force", 'f'),
        on("volumes", '-'),
    ],
    mixed: true,
    run: |cx, given| {
        if let Some(bad) = Bad::count(&PRUNE_USAGE, given.words.len(), 0, 0) {
            return Err(bad);
        }
        if !given.has("force") {
            let warning = "WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at \
                           least one container\n  - all dangling images\n  - unused build cache\n\nAre you sure \
                           you want to continue? [y/N] ";
            if !super::container::confirmed(cx, warning) {
                return Ok(Then::Done(0));
            }
        }
        let containers = prune_stopped(cx)?;
        let networks = with_engine(cx, |engine, machine, _| Ok(engine.prune_networks(machine)?))?;
        for (head, all) in [("Deleted Containers:", containers), ("Deleted Networks:", networks)] {
            if !all.is_empty() {
                cx.stdout.line(head);
                for name in &all {
                    cx.stdout.line(name);
                }
                cx.stdout.line("");
            }
        }
        cx.stdout.line("Total reclaimed space: 0B");
        Ok(Then::Done(0))
    },
};
