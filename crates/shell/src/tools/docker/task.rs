//! A container's main command, and the process that watches it.

use core::time::Duration;
use std::rc::Rc;

use packetwalk_trace::NsId;
use packetwalk_wire::Instant;

use super::serve::{Server, Speaks};
use super::state::Task;
use super::{Machine, image, now};
use crate::cx::Mode;
use crate::process::{OnSignal, Pid};
use crate::sys::fd::{Open, OpenId};
use crate::sys::proc::{Env, Powers};
use crate::{Cx, Poll, Process, Signal, Status};

/// How long the engine takes from the end of a container's command to the end of its network.
const AFTER_LIFE: Duration = Duration::from_millis(250);

/// Where the output of a container without a terminal goes.
pub(super) fn log_path(id: &str) -> Vec<u8> {
    format!("/var/log/containers-{id}").into_bytes()
}

/// Where it is written which parts of the log are standard error.
fn marks_path(id: &str) -> Vec<u8> {
    format!("/var/log/containers-{id}.err").into_bytes()
}

/// How much a container has said.
pub(super) fn log_len(cx: &mut Cx<'_>, id: &str) -> usize {
    cx.read_file(&log_path(id)).map_or(0, |bytes| bytes.len())
}

/// What a container has said since a place of its log, in order: whether on standard error, and the bytes.
pub(super) fn log_since(cx: &mut Cx<'_>, id: &str, from: usize) -> Vec<(bool, Vec<u8>)> {
    let log = cx.read_file(&log_path(id)).unwrap_or_default();
    if log.len() <= from {
        return Vec::new();
    }
    let marks = cx.read_file(&marks_path(id)).unwrap_or_default();
    let marks = String::from_utf8_lossy(&marks);
    let parts = marks.lines().filter_map(|line| {
        let (from, to) = line.split_once(' ')?;
        Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?))
    });
    let mut out = Vec::new();
    let mut at = from;
    for (start, end) in parts.chain([(log.len(), log.len())]) {
        let (start, end) = (start.max(at), end.max(at));
        for (err, part) in [(false, at..start), (true, start..end)] {
            if let Some(bytes) = log.get(part).filter(|b| !b.is_empty()) {
                out.push((err, bytes.to_vec()));
            }
        }
        at = end;
    }
    out
}

/// Lines of a container's two streams, of bytes that come piece by piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    at: usize,
    rest: [Vec<u8>; 2],
}

impl Lines {
    /// Lines from a place of the log on.
    pub fn from(at: usize) -> Self {
        Self { at, ..Self::default() }
    }

    /// Whole lines that came since, without their ends; `all`: and what is left, as nothing follows.
    pub fn take(&mut self, cx: &mut Cx<'_>, id: &str, all: bool) -> Vec<(bool, Vec<u8>)> {
        let mut out = Vec::new();
        for (err, bytes) in log_since(cx, id, self.at) {
            self.at += bytes.len();
            let Some(rest) = self.rest.get_mut(usize::from(err)) else { continue };
            for &byte in &bytes {
                match byte {
                    b'\n' => out.push((err, std::mem::take(rest))),
                    byte => rest.push(byte),
                }
            }
        }
        for (err, rest) in [false, true].into_iter().zip(&mut self.rest) {
            if all && !rest.is_empty() {
                out.push((err, std::mem::take(rest)));
            }
        }
        out
    }
}

/// What a container runs.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub id: String,
    pub ns: NsId,
    /// Its image.
    pub image: String,
    pub args: Vec<Vec<u8>>,
    /// `NAME=VALUE`, beside what every container has.
    pub env: Vec<String>,
    /// Its host name.
    pub hostname: String,
    /// What it may do.
    pub powers: Powers,
    /// Where its streams go.
    pub streams: Streams,
}

/// Where the streams of a container's command go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Streams {
    /// Its output goes to `docker logs` alone.
    Log,
    /// It prints where it was started, and reads nothing.
    Output,
    /// It reads there too.
    Both,
}

/// Starts a container's command under a process that watches it. `None`: no such command, or too many
/// processes.
pub(super) fn start(cx: &mut Cx<'_>, start: &Start) -> Option<Pid> {
    let name = start.args.first()?.clone();
    let server = image_server(start);
    let says = image::says(&start.image, &start.args);
    let is_known =
        crate::tools::known(&name) != crate::tools::Known::Unknown || crate::tools::is_of_images(&name);
    if server.is_none() && says.is_none() && !is_known {
        return None;
    }
    let mut fds: Vec<(u32, OpenId)> = Vec::new();
    let detached = start.streams == Streams::Log;
    if start.streams != Streams::Both {
        let null = cx.sys.open_new(Open::Null);
        fds.push((0, null));
    }
    if detached && let Ok(log) = cx.open(&log_path(&start.id), Mode::Append) {
        let inode = |cx: &Cx<'_>, open| match cx.sys.opened(open) {
            Some(Open::File { inode, .. }) => Some(*inode),
            _ => None,
        };
        let marks = cx.open(&marks_path(&start.id), Mode::Append).ok();
        let both = inode(cx, log).zip(marks.and_then(|m| inode(cx, m)));
        fds.push((1, log));
        fds.push((
            2,
            match both {
                Some((log, marks)) => cx.sys.open_new(Open::Marked { log, marks }),
                None => cx.sys.dup(log),
            },
        ));
        if let Some(marks) = marks {
            cx.sys.close(marks);
        }
    }
    let shim = Shim {
        id: start.id.clone(),
        ns: start.ns,
        args: start.args.clone(),
        server,
        says,
        detached,
        stage: Stage::Begin,
    };
    let own_userland = std::mem::replace(&mut cx.userland, image::userland(&start.image));
    let own_powers = cx.powers();
    cx.set_powers(start.powers);
    let shim = cx.start_child(
        Box::new(shim),
        vec![b"containerd-shim".to_vec()],
        Some(environment(&start.hostname, &start.env)),
        Some(start.ns),
        &fds,
    );
    cx.userland = own_userland;
    cx.set_powers(own_powers);
    for (_, open) in fds {
        cx.sys.close(open);
    }
    let shim = shim?;
    if detached && let Some(proc) = cx.sys.proc_mut(shim) {
        // It is the daemon's, and no terminal's.
        proc.parent = Pid(0);
    }
    cx.sys.docker.tasks.push(Task { container: start.id.clone(), shim, pid: None, killed: false });
    tell_pid(cx, &start.id, shim);
    Some(shim)
}

/// Tells the engine a container's process.
fn tell_pid(cx: &mut Cx<'_>, id: &str, pid: Pid) {
    if let Some(engine) = cx.sys.docker.engine.as_mut() {
        engine.set_pid(id, pid.0);
    }
}

/// What a container's processes may do: not much more than to send and to listen.
///
/// # Source
/// moby b985e231, `daemon/pkg/oci/caps/defaults.go`: `DefaultCapabilities`; `utils.go`: `TweakCapabilities`.
pub(super) fn powers(config: &packetwalk_docker::ContainerConfig) -> Powers {
    let has = |all: &[String], name: &str| {
        all.iter().any(|c| c.to_ascii_uppercase().trim_start_matches("CAP_") == name)
    };
    let (add, drop) = (&config.cap_add, &config.cap_drop);
    let added = has(add, "NET_ADMIN") || has(add, "ALL") && !has(drop, "NET_ADMIN");
    let net_admin = config.privileged || added;
    Powers { net_admin, writes_proc: config.privileged }
}

/// A container's environment.
///
/// # Source
/// moby b985e231, `daemon/container/container.go`: `CreateDaemonEnvironment`.
pub(super) fn environment(hostname: &str, more: &[String]) -> Rc<Env> {
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned();
    let own = [path, format!("HOSTNAME={hostname}"), "HOME=/root".to_owned()];
    let pair = |text: &String| {
        let (name, value) = text.split_once('=')?;
        Some((name.as_bytes().to_vec(), value.as_bytes().to_vec()))
    };
    Rc::new(own.iter().chain(more).filter_map(pair).collect())
}

/// The server that a command is.
fn image_server(start: &Start) -> Option<(Vec<u16>, Speaks)> {
    let words: Vec<String> = start.args.iter().map(|a| String::from_utf8_lossy(a).into_owned()).collect();
    image::server_of(&start.image, &words)
}

/// How a container's command ended; `None` while it runs.
pub(super) fn status(cx: &mut Cx<'_>, id: &str) -> Option<u8> {
    let running = cx.sys.docker.tasks.iter().any(|t| t.container == id);
    if running {
        return None;
    }
    let engine = cx.sys.docker.engine.as_ref();
    Some(match engine.and_then(|e| e.container(id).ok()).map(|c| c.state) {
        Some(packetwalk_docker::RunState::Exited(status)) => status,
        _ => cx.sys.docker.last_status,
    })
}

/// Sends a signal to a container's main command. One without a handler, as process 1 of its namespace,
/// gets only SIGKILL.
pub(super) fn signal(cx: &mut Cx<'_>, id: &str, signal: Signal) -> bool {
    let Some(task) = cx.sys.docker.tasks.iter_mut().find(|t| t.container == id) else { return false };
    let Some(to) = task.pid else {
        // A server of the engine's own: its watcher tells of its end.
        task.killed |= signal == Signal::KILL;
        let shim = task.shim;
        return cx.kill(shim, if signal == Signal::KILL { Signal::TERM } else { signal });
    };
    // One that is attached to is not protected from its user's terminal.
    let init = cx.sys.proc(to).is_some_and(|p| p.init);
    (init || signal == Signal::KILL) && cx.kill(to, signal)
}

#[derive(Clone, Debug)]
enum Stage {
    Begin,
    Child(Pid),
    Serve(Box<Server>),
    Ended(u8, Instant),
}

#[derive(Clone, Debug)]
struct Shim {
    id: String,
    ns: NsId,
    args: Vec<Vec<u8>>,
    server: Option<(Vec<u16>, Speaks)>,
    says: Option<&'static str>,
    detached: bool,
    stage: Stage,
}

impl Shim {
    fn begin(&mut self, cx: &mut Cx<'_>) {
        if let Some((ports, speaks)) = &self.server {
            self.stage = Stage::Serve(Box::new(Server::new(cx, self.ns, *speaks, ports)));
            return;
        }
        if let Some(says) = self.says {
            cx.stdout.push(says.as_bytes());
            self.stage = Stage::Ended(0, cx.now() + AFTER_LIFE);
            return;
        }
        let child = cx.spawn(crate::Spawn { args: self.args.clone(), ns: Some(self.ns), no_stdin: false });
        self.stage = match child {
            Ok(child) => {
                if let Some(task) = cx.sys.docker.tasks.iter_mut().find(|t| t.container == self.id) {
                    task.pid = Some(child);
                }
                if let Some(proc) = cx.sys.proc_mut(child) {
                    proc.init = self.detached;
                }
                tell_pid(cx, &self.id, child);
                Stage::Child(child)
            }
            Err(_) => Stage::Ended(127, cx.now()),
        };
    }

    fn over(&self, cx: &mut Cx<'_>, status: u8) {
        // A daemon that ended let go of its containers, and may have started them anew.
        let own = |t: &Task| t.container == self.id && t.shim == cx.pid;
        let Some(task) = cx.sys.docker.tasks.iter().find(|t| own(t)) else { return };
        let status = if task.killed { 137 } else { status };
        let mut state = std::mem::take(&mut cx.sys.docker);
        if let Some(mut engine) = state.engine.take() {
            let time = now(cx);
            let remove = engine.container(&self.id).is_ok_and(|c| c.config.auto_remove);
            engine.ended(&mut Machine { cx, state: &mut state }, &self.id, status, time);
            if remove {
                let _ = engine.remove_container(&self.id);
            }
            super::tell(&mut state, &mut engine, time);
            state.engine = Some(engine);
        }
        state.tasks.retain(|t| t.container != self.id);
        state.last_status = status;
        cx.sys.docker = state;
    }
}

impl Process for Shim {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        loop {
            match &mut self.stage {
                Stage::Begin => self.begin(cx),
                Stage::Child(child) => match cx.reap(*child) {
                    None => return Poll::Wait,
                    Some(status) => {
                        let killed = matches!(status, Status::Killed(_));
                        let after = if killed { Duration::ZERO } else { AFTER_LIFE };
                        self.stage = Stage::Ended(status.code(), cx.now() + after);
                    }
                },
                Stage::Serve(server) => {
                    server.poll(cx);
                    return if server.is_idle() { Poll::WaitForSockets(self.ns) } else { Poll::Wait };
                }
                Stage::Ended(status, at) => {
                    if cx.now() < *at {
                        return Poll::WaitUntil(*at);
                    }
                    let status = *status;
                    self.over(cx, status);
                    return Poll::Exit(status);
                }
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if let Stage::Serve(server) = &mut self.stage
            && !signal.ignored_by_default()
        {
            server.close(cx);
            self.stage = Stage::Ended(0, cx.now());
        }
        OnSignal::Taken
    }
}

/// The words of a command, as the process table has them.
pub(super) fn words(args: &[String]) -> Vec<Vec<u8>> {
    args.iter().map(|a| a.as_bytes().to_vec()).collect()
}
