//! `docker`, `dockerd` and `systemctl … docker`, over the engine of `packetwalk-docker`.
//!
//! There is no socket between them: a command takes the engine out of the machine, asks it, and puts it back.

mod cli;
mod compose;
mod config_file;
mod container;
mod daemon;
mod image;
mod json;
mod machine;
mod network;
mod proxy;
mod resolver;
mod serve;
mod sock;
mod state;
mod system;
mod task;
mod template;
mod template_call;
mod time;
mod view;

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_docker::{Engine, Version};
use packetwalk_netfilter::conntrack::{Conn, Dir};
use packetwalk_stack::Stack;
use packetwalk_trace::NsId;
use packetwalk_wire::Family;

use crate::process::{OnSignal, Pid};
use crate::{Cx, Poll, Process, Signal};
use cli::{Bad, Flag, Given, Usage, parse};
pub(crate) use daemon::{daemon, systemctl};
use machine::Machine;
use state::Life;
pub(crate) use state::State;

/// A command of `docker`.
struct Command {
    usage: Usage,
    flags: &'static [Flag],
    /// Options may follow words.
    mixed: bool,
    run: fn(&mut Cx<'_>, &Given) -> Result<Then, Bad>,
}

/// How a command goes on.
#[derive(Clone, Debug)]
enum Then {
    /// It is done.
    Done(u8),
    /// It waits for a container's main command, and has its status.
    Attached(String),
    /// It waits for a process of its own.
    Child(Pid),
    /// It becomes another command.
    Exec(NsId, Vec<Vec<u8>>),
    /// It goes on later: containers to be stopped.
    Stop(container::Stopping),
    /// It waits for the ends of containers.
    Wait(Vec<String>),
    /// It prints events as they come.
    Follow(system::Follow),
    /// It goes on later: `docker compose`.
    Compose(Box<compose::Run>),
}

/// `docker` with the commands of the management groups first.
const GROUPS: [(&str, &[(&str, &Command)]); 3] = [
    (
        "network",
        &[
            ("connect", &network::CONNECT),
            ("create", &network::CREATE),
            ("disconnect", &network::DISCONNECT),
            ("inspect", &network::INSPECT),
            ("list", &network::LS),
            ("ls", &network::LS),
            ("prune", &network::PRUNE),
            ("remove", &network::RM),
            ("rm", &network::RM),
        ],
    ),
    ("container", CONTAINER),
    (
        "system",
        &[
            ("df", &system::DF),
            ("events", &system::EVENTS),
            ("info", &system::INFO),
            ("prune", &system::PRUNE),
        ],
    ),
];

const CONTAINER: &[(&str, &Command)] = &[
    ("create", &container::CREATE),
    ("exec", &container::EXEC),
    ("inspect", &container::INSPECT),
    ("kill", &container::KILL),
    ("list", &container::PS),
    ("logs", &container::LOGS),
    ("ls", &container::PS),
    ("port", &container::PORT),
    ("prune", &container::PRUNE),
    ("ps", &container::PS),
    ("remove", &container::RM),
    ("rename", &container::RENAME),
    ("restart", &container::RESTART),
    ("rm", &container::RM),
    ("run", &container::RUN),
    ("start", &container::START),
    ("stop", &container::STOP),
    ("wait", &container::WAIT),
];

/// Commands of no group.
const TOP: &[(&str, &Command)] = &[
    ("events", &system::EVENTS),
    ("info", &system::INFO),
    ("inspect", &container::INSPECT_ANY),
    ("version", &system::VERSION),
];

/// Commands that a real docker has beside those.
const REAL: &[&str] = &[
    "attach",
    "build",
    "builder",
    "buildx",
    "checkpoint",
    "commit",
    "config",
    "context",
    "cp",
    "diff",
    "export",
    "history",
    "image",
    "images",
    "import",
    "load",
    "login",
    "logout",
    "manifest",
    "node",
    "pause",
    "plugin",
    "pull",
    "push",
    "rmi",
    "save",
    "search",
    "secret",
    "service",
    "stack",
    "stats",
    "swarm",
    "tag",
    "top",
    "trust",
    "unpause",
    "update",
    "volume",
];

/// The commands of each group.
pub(crate) fn commands() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let all = [("", CONTAINER)].into_iter().chain(GROUPS.iter().copied());
    all.map(|(group, table)| (group, table.iter().map(|(name, _)| *name).collect()))
}

/// What could follow the words of a command line: commands, or the options of one.
pub(crate) fn words(before: &[&str]) -> Vec<String> {
    let group = before.first().and_then(|first| GROUPS.iter().find(|(name, _)| name == first));
    let (table, rest) = match group {
        Some((_, table)) => (*table, before.get(1..).unwrap_or_default()),
        None => (CONTAINER, before),
    };
    let Some(name) = rest.first() else {
        let groups = GROUPS.iter().filter(|_| group.is_none()).map(|(name, _)| *name);
        return table.iter().map(|(name, _)| *name).chain(groups).map(str::to_owned).collect();
    };
    let command = table.iter().find(|(n, _)| n == name).map(|(_, command)| *command);
    command.map(|c| c.flags.iter().filter_map(Flag::word).collect()).unwrap_or_default()
}

/// Nanoseconds since the Unix epoch.
fn now(cx: &Cx<'_>) -> u64 {
    crate::sys::EPOCH * 1_000_000_000 + cx.now().0
}

/// The time of day, `2026-01-01T00:00:00Z`.
pub(crate) fn utc(cx: &Cx<'_>) -> String {
    time::rfc3339(now(cx) / 1_000_000_000 * 1_000_000_000)
}

/// Asks the engine for something, with the machine at hand.
fn with_engine<T>(
    cx: &mut Cx<'_>,
    ask: impl FnOnce(&mut Engine, &mut Machine<'_, '_>, u64) -> Result<T, Bad>,
) -> Result<T, Bad> {
    let mut state = std::mem::take(&mut cx.sys.docker);
    let done = up(cx, &mut state, ask);
    cx.sys.docker = state;
    done
}

fn up<T>(
    cx: &mut Cx<'_>,
    state: &mut State,
    ask: impl FnOnce(&mut Engine, &mut Machine<'_, '_>, u64) -> Result<T, Bad>,
) -> Result<T, Bad> {
    if state.life == Life::Unborn && !daemon::is_by_hand(cx) {
        daemon::activate(cx, state)?;
    }
    if !matches!(state.life, Life::Up(_)) {
        return Err(Bad::NoDaemon);
    }
    let Some(mut engine) = state.engine.take() else { return Err(Bad::NoDaemon) };
    let time = now(cx);
    let done = ask(&mut engine, &mut Machine { cx, state }, time);
    tell(state, &mut engine, time);
    state.engine = Some(engine);
    done
}

/// Writes down what happened.
fn tell(state: &mut State, engine: &mut Engine, at: u64) {
    state.events.extend(engine.take_log().into_iter().map(|what| state::Event { at, what }));
}

/// Addresses of an interface.
fn addresses(stack: &Stack, name: &str) -> Vec<IpNet> {
    let Some(dev) = stack.links.by_name(name).map(|d| d.index) else { return Vec::new() };
    let Some(dev) = stack.routing.dev(dev) else { return Vec::new() };
    let of = |family| dev.addrs(family).iter().filter_map(|a| IpNet::new(a.local, a.prefix_len).ok());
    of(Family::V4).chain(of(Family::V6)).collect()
}

/// Prefixes of the main tables that are on a link.
fn prefixes(stack: &Stack) -> Vec<IpNet> {
    let main = |r: &packetwalk_route::Route| r.table == 254 && r.dst.prefix_len() > 0;
    [Family::V4, Family::V6]
        .into_iter()
        .flat_map(|family| stack.routing.routes(family).filter(main).map(|r| r.dst).collect::<Vec<_>>())
        .collect()
}

/// Both ends of a flow, its protocol and the port that it is for.
fn flow(conn: &Conn) -> (IpAddr, IpAddr, u8, u16) {
    let (there, back) = (conn.tuple(Dir::Original), conn.tuple(Dir::Reply));
    (there.src, back.src, there.protocol, there.dport)
}

/// `docker`.
#[derive(Clone, Debug, Default)]
struct Docker {
    then: Option<Then>,
}

/// A `docker` that has not begun.
pub(crate) fn new() -> Box<dyn Process> {
    Box::new(Docker::default())
}

/// The command that words name, and how many they are; else what is said, and the status.
fn find(words: &[String], version: Version) -> Result<(&'static Command, usize), (String, u8)> {
    let first = words.first().map_or("", String::as_str);
    let new = version == Version::V29;
    let unknown = |name: &str| {
        if new {
            format!("docker: unknown command: docker {name}\n\nRun 'docker --help' for more information")
        } else {
            format!("docker: '{name}' is not a docker command.\nSee 'docker --help'")
        }
    };
    if first == "network" && !version.has_networks() {
        return Err((unknown(first) + ".", 1));
    }
    if let Some((_, command)) = TOP.iter().find(|(name, _)| *name == first) {
        return Ok((command, 1));
    }
    let in_group = GROUPS.iter().find(|(name, _)| *name == first);
    let (table, at) = in_group.map_or((CONTAINER, 0), |(_, table)| (*table, 1));
    let name = words.get(at).map_or("", String::as_str);
    let alias = at == 0 && matches!(name, "list" | "ls" | "prune" | "remove");
    if let Some((_, command)) = table.iter().find(|(n, _)| *n == name).filter(|_| !alias) {
        return Ok((command, at + 1));
    }
    let Some(group) = cli::LISTS.iter().find(|list| list.name == first) else {
        return Err(match name {
            "" => ("Usage:  docker [OPTIONS] COMMAND".to_owned(), 0),
            name if REAL.contains(&name) => (format!("packetwalk: docker {name} is not simulated"), 127),
            name => (unknown(name), 1),
        });
    };
    Err(match name {
        "" | "-h" | "--help" => (cli::help(group, version), 0),
        name if group.commands.iter().any(|(n, _)| *n == name) => {
            (format!("packetwalk: docker {first} {name} is not simulated"), 127)
        }
        name if new => {
            let text = format!(
                "docker: unknown command: docker {first} {name}\n\nUsage:  docker {first}\n\n\
                 Run 'docker {first} --help' for more information"
            );
            (text, 1)
        }
        _ => (cli::help(group, version), 1),
    })
}

impl Docker {
    fn begin(cx: &mut Cx<'_>) -> Result<Then, u8> {
        let words = cx.strings();
        if words.iter().any(|w| w == "--version" || w == "-v") && words.len() == 1 {
            let version = cx.sys.docker.version.full();
            writeln!(cx.stdout, "Docker version {version}, build packetwalk");
            return Ok(Then::Done(0));
        }
        if words.first().is_some_and(|w| w == "compose") {
            return compose::run(cx, words.get(1..).unwrap_or_default());
        }
        let (command, skip) = match find(&words, cx.sys.docker.version) {
            Ok(found) => found,
            Err((text, status)) => {
                cx.stderr.line(&text);
                return Err(status);
            }
        };
        let version = cx.sys.docker.version;
        let given = parse(command.flags, words.get(skip..).unwrap_or_default(), command.mixed, version);
        let given = given.map_err(|text| Bad::Flag(text).say(cx, &command.usage, version))?;
        (command.run)(cx, &given).map_err(|bad| bad.say(cx, &command.usage, version))
    }

    fn go_on(&mut self, cx: &mut Cx<'_>) -> Poll {
        let Some(then) = self.then.take() else { return Poll::Exit(0) };
        match then {
            Then::Done(status) => Poll::Exit(status),
            Then::Exec(ns, args) => {
                let name = args.first().map(|a| String::from_utf8_lossy(a).into_owned()).unwrap_or_default();
                match cx.exec(Some(ns), args) {
                    Ok(poll) => poll,
                    Err(_) => {
                        let text = container::not_found(cx.sys.docker.version, &name);
                        cx.stdout.line(&text);
                        Poll::Exit(container::not_found_status(cx.sys.docker.version))
                    }
                }
            }
            Then::Child(pid) => match cx.reap(pid) {
                Some(status) => Poll::Exit(status.code()),
                None => {
                    self.then = Some(Then::Child(pid));
                    Poll::Wait
                }
            },
            Then::Attached(id) => match task::status(cx, &id) {
                Some(status) => Poll::Exit(status),
                None => {
                    self.then = Some(Then::Attached(id));
                    Poll::Wait
                }
            },
            Then::Stop(mut stopping) => match stopping.poll(cx) {
                container::Progress::Done(status) => Poll::Exit(status),
                container::Progress::Wait(at) => {
                    self.then = Some(Then::Stop(stopping));
                    Poll::WaitUntil(at)
                }
                container::Progress::Idle => {
                    self.then = Some(Then::Stop(stopping));
                    Poll::Wait
                }
            },
            Then::Wait(mut ids) => {
                if !container::wait_on(cx, &mut ids) {
                    return Poll::Exit(0);
                }
                self.then = Some(Then::Wait(ids));
                Poll::Wait
            }
            Then::Follow(mut follow) => {
                if let Err(bad) = follow.go_on(cx) {
                    return Poll::Exit(bad.say(cx, &system::EVENTS.usage, cx.sys.docker.version));
                }
                self.then = Some(Then::Follow(follow));
                Poll::Wait
            }
            Then::Compose(mut compose) => match compose.poll(cx) {
                container::Progress::Done(status) => Poll::Exit(status),
                container::Progress::Wait(at) => {
                    self.then = Some(Then::Compose(compose));
                    Poll::WaitUntil(at)
                }
                container::Progress::Idle => {
                    self.then = Some(Then::Compose(compose));
                    Poll::Wait
                }
            },
        }
    }
}

impl Process for Docker {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.then.is_none() {
            match Self::begin(cx) {
                Ok(then) => self.then = Some(then),
                Err(status) => return Poll::Exit(status),
            }
        }
        self.go_on(cx)
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        // `docker run` hands signals on to its container.
        match &mut self.then {
            Some(Then::Compose(run)) if run.is_attached() && !signal.ignored_by_default() => {
                run.interrupt(cx);
                OnSignal::Taken
            }
            Some(Then::Attached(id)) if !signal.ignored_by_default() => {
                let id = id.clone();
                task::signal(cx, &id, signal);
                OnSignal::Taken
            }
            _ => OnSignal::Default,
        }
    }
}

/// Whether the engine is one of 28 or later.
fn is_new(cx: &Cx<'_>) -> bool {
    cx.sys.docker.version == Version::V29
}
