//! `up`, `down`, `start`, `stop` and `restart`.
//!
//! # Source
//! docker/compose v2.40, `pkg/compose/up.go`, `down.go`, `start.go`, `stop.go`, `restart.go`, `convergence.go`,
//! `create.go`: `ensureNetwork`, `resolveExternalNetwork`; `pkg/progress/event.go`: the words.

use core::time::Duration;
use std::collections::VecDeque;

use packetwalk_wire::{Instant, Order};

use super::attach::Attach;
use super::load::{entries, field};
use super::order::{exit_code, last_first, order};
use super::project::Project;
use super::{Own, containers, known, label, name_only, options, project};
use crate::Cx;
use crate::process::Signal;
use crate::tools::docker::cli::{Bad, Given};
use crate::tools::docker::container::{Progress, launch};
use crate::tools::docker::json::Json;
use crate::tools::docker::{Then, task, with_engine};

/// One thing to do.
#[derive(Clone, Debug)]
enum Act {
    /// A network by its key.
    Network(String),
    /// A service's container.
    Create(String),
    /// A service's container, unless it runs.
    Start(String),
    /// From here on the containers' output is followed.
    Attach,
    /// All that are followed have ended.
    Follow,
    /// A container ends; then it is removed, or started again.
    Stop(Own, After),
    /// A container gets a signal at once.
    Kill(Own, Signal),
    /// A container that does not run is removed.
    Remove(Own),
    /// A network of the project, by its real name.
    RemoveNetwork(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum After {
    Nothing,
    Remove,
    Again,
}

/// A command that takes its time.
#[derive(Clone, Debug)]
pub(in crate::tools::docker) struct Run {
    project: Project,
    acts: VecDeque<Act>,
    patience: Duration,
    /// When patience ends with the container at hand, and whether it was killed.
    until: Option<(Instant, bool)>,
    recreate: bool,
    /// `up` in the foreground.
    attach: Option<Attach>,
    /// What is waited for was said.
    told: bool,
}

fn say(cx: &mut Cx<'_>, what: &str, name: &str, state: &str) {
    writeln!(cx.stderr, " {what} {name}  {state}");
}

impl Run {
    fn begin(project: Project, acts: Vec<Act>, given: &Given) -> Then {
        Self::attached(project, acts, given, None)
    }

    fn attached(project: Project, acts: Vec<Act>, given: &Given, attach: Option<Attach>) -> Then {
        let seconds = given.get("timeout").and_then(|t| t.parse().ok()).unwrap_or(10);
        Then::Compose(Box::new(Self {
            project,
            acts: acts.into(),
            patience: Duration::from_secs(seconds),
            until: None,
            recreate: given.has("force-recreate"),
            attach,
            told: false,
        }))
    }

    /// Goes on.
    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Progress {
        loop {
            self.listen(cx);
            let Some(act) = self.acts.front().cloned() else { break };
            let done = match act {
                Act::Network(key) => self.network(cx, &key).map(|()| None),
                Act::Create(name) => self.create(cx, &name).map(|()| None),
                Act::Start(name) => match self.start(cx, &name) {
                    Ok(true) => Ok(None),
                    Ok(false) => return Progress::Idle,
                    Err(bad) => Err(bad),
                },
                Act::Attach => {
                    let all = containers(cx, &self.project.name);
                    all.map(|all| {
                        if let Some(attach) = &mut self.attach {
                            attach.begin(cx, &self.project.name, &all);
                        }
                        None
                    })
                }
                Act::Follow if self.attach.as_ref().is_none_or(Attach::is_over) => Ok(None),
                Act::Follow => return Progress::Idle,
                Act::Stop(own, after) => self.stop(cx, &own, after),
                Act::Kill(own, signal) => {
                    say(cx, "Container", &own.name, "Killing");
                    task::signal(cx, &own.id, signal);
                    say(cx, "Container", &own.name, "Killed");
                    Ok(None)
                }
                Act::Remove(own) => {
                    say(cx, "Container", &own.name, "Removing");
                    let done = with_engine(cx, |engine, _, _| Ok(engine.remove_container(&own.id)?));
                    done.map(|()| {
                        say(cx, "Container", &own.name, "Removed");
                        None
                    })
                }
                Act::RemoveNetwork(name) => remove_network(cx, &name).map(|()| None),
            };
            match done {
                Ok(Some(at)) => return Progress::Wait(at),
                Ok(None) => {}
                Err(bad) => {
                    let text = match bad {
                        Bad::Daemon(text) => Bad::daemon_text(&text),
                        Bad::Own(text) | Bad::Flag(text) | Bad::Words(text) | Bad::Status64(text) => text,
                        Bad::NoDaemon => {
                            Bad::say_no_daemon(cx, Bad::no_daemon(cx.sys.docker.version));
                            return Progress::Done(1);
                        }
                        Bad::Status(status) => return Progress::Done(status),
                    };
                    cx.stderr.line(&text);
                    return Progress::Done(1);
                }
            }
            self.acts.pop_front();
        }
        let status = self.attach.as_ref().map_or(0, Attach::status);
        if status != 0 {
            cx.stderr.line("");
        }
        Progress::Done(status)
    }

    /// Whether signals are its own affair.
    pub const fn is_attached(&self) -> bool {
        self.attach.is_some()
    }

    /// The user has enough: containers are asked to end, and killed when it comes twice.
    pub fn interrupt(&mut self, cx: &mut Cx<'_>) {
        let Some(attach) = &mut self.attach else { return };
        match attach.interrupt() {
            1 => {
                cx.stdout.line("Gracefully Stopping... press Ctrl+C again to force");
                cx.flush();
                self.stop_all(cx);
            }
            _ => {
                for own in containers(cx, &self.project.name).unwrap_or_default() {
                    task::signal(cx, &own.id, Signal::KILL);
                }
            }
        }
    }

    /// All that is left to do is to end the project's containers.
    fn stop_all(&mut self, cx: &mut Cx<'_>) {
        let name = self.project.name.clone();
        let all = last_first(cx, &name, &self.project, &[]).unwrap_or_default();
        self.until = None;
        self.patience = Duration::from_secs(10);
        self.acts = all.into_iter().map(|o| Act::Stop(o, After::Nothing)).collect();
        self.acts.push_back(Act::Follow);
    }

    /// Passes on what the containers have said, and who of them has ended.
    fn listen(&mut self, cx: &mut Cx<'_>) {
        let Some(mut attach) = self.attach.take() else { return };
        let enough = attach.listen(cx);
        self.attach = Some(attach);
        if enough {
            cx.flush();
            cx.stderr.line("\x1b[31m\x1b[1mAborting on container exit...\x1b[0m");
            self.stop_all(cx);
        }
    }

    fn network(&self, cx: &mut Cx<'_>, key: &str) -> Result<(), Bad> {
        let Some((_, node)) = self.project.networks.iter().find(|(n, _)| n == key) else { return Ok(()) };
        let name = field(node, "name").unwrap_or_default();
        let there = with_engine(cx, |engine, _, _| {
            let net = engine.networks().iter().find(|n| n.name() == name);
            Ok(net.map(|n| n.config.labels.clone()))
        })?;
        if field(node, "external").as_deref() == Some("true") {
            return match there {
                Some(_) => Ok(()),
                None => Err(Bad::Own(format!("network {name} declared as external, but could not be found"))),
            };
        }
        let config = options::network(&self.project.name, key, node);
        if let Some(labels) = there {
            let of = |all: &[(String, String)], name: &str| {
                all.iter().find(|(n, _)| *n == label(name)).map(|(_, v)| v.clone())
            };
            let same = |name: &str| of(&labels, name) == of(&config.labels, name);
            if of(&labels, "project").is_none_or(|p| p != self.project.name) || same("config-hash") {
                return Ok(());
            }
            with_engine(cx, |engine, machine, _| Ok(engine.remove_network(machine, &name)?))?;
            say(cx, "Network", &name, "Removed");
        }
        say(cx, "Network", &name, "Creating");
        let made = with_engine(cx, |engine, machine, now| Ok(engine.create_network(machine, config, now)?));
        match made {
            Ok(_) => say(cx, "Network", &name, "Created"),
            Err(Bad::Daemon(text)) => {
                say(cx, "Network", &name, "Error");
                let text = Bad::daemon_text(&text);
                return Err(Bad::Own(format!("failed to create network {name}: {text}")));
            }
            Err(bad) => return Err(bad),
        }
        Ok(())
    }

    fn create(&self, cx: &mut Cx<'_>, name: &str) -> Result<(), Bad> {
        let Some(service) = self.project.service(name).cloned() else { return Ok(()) };
        let full = options::container_name(&self.project.name, name, &service);
        let hash = options::fingerprint(&service);
        let old = containers(cx, &self.project.name)?.into_iter().find(|o| o.service == name);
        let again = match &old {
            Some(old) if old.hash == hash && !self.recreate => {
                let state = if old.running { "Running" } else { "Created" };
                if old.running || old.created {
                    say(cx, "Container", &full, state);
                }
                return Ok(());
            }
            Some(old) => {
                say(cx, "Container", &full, "Recreate");
                task::signal(cx, &old.id, Signal::KILL);
                let id = old.id.clone();
                with_engine(cx, |engine, machine, now| {
                    engine.ended(machine, &id, 137, now);
                    Ok(engine.remove_container(&id)?)
                })?;
                true
            }
            None => {
                say(cx, "Container", &full, "Creating");
                false
            }
        };
        let config = options::container(cx, &self.project, name, &service).inspect_err(|bad| {
            if let Bad::Daemon(text) = bad {
                say(cx, "Container", &full, &Bad::daemon_text(text));
            }
        })?;
        let made = with_engine(cx, |engine, _, now| Ok(engine.create_container(config, now)?));
        match made {
            Ok(_) => say(cx, "Container", &full, if again { "Recreated" } else { "Created" }),
            Err(Bad::Daemon(text)) => {
                say(cx, "Container", &full, &Bad::daemon_text(&text));
                return Err(Bad::Daemon(text));
            }
            Err(bad) => return Err(bad),
        }
        Ok(())
    }

    /// Starts a service's container; `false`: it waits for another's end.
    fn start(&mut self, cx: &mut Cx<'_>, name: &str) -> Result<bool, Bad> {
        let all = containers(cx, &self.project.name)?;
        let Some(own) = all.iter().find(|o| o.service == name) else { return Ok(true) };
        if own.running {
            return Ok(true);
        }
        let quiet = self.attach.is_some();
        let service = self.project.service(name).cloned().unwrap_or(Json::Null);
        let asked = |node: &Json| field(node, "condition");
        for (needed, how) in entries(service.get("depends_on")) {
            let Some(other) = all.iter().find(|o| o.service == *needed) else { continue };
            if asked(how).as_deref() != Some("service_completed_successfully") {
                continue;
            }
            if !quiet && !std::mem::replace(&mut self.told, true) {
                say(cx, "Container", &other.name, "Waiting");
            }
            match exit_code(cx, &other.id)? {
                None => return Ok(false),
                Some(0) if quiet => {}
                Some(0) => say(cx, "Container", &other.name, "Exited"),
                Some(code) => {
                    let text = format!("service \"{needed}\" didn't complete successfully: exit {code}");
                    if !quiet {
                        say(cx, "Container", &other.name, &text);
                    }
                    return Err(Bad::Own(text));
                }
            }
        }
        self.told = false;
        if quiet {
            launch(cx, &own.id, task::Streams::Log)?;
            return Ok(true);
        }
        say(cx, "Container", &own.name, "Starting");
        launch(cx, &own.id, task::Streams::Log)?;
        say(cx, "Container", &own.name, "Started");
        Ok(true)
    }

    fn stop(&mut self, cx: &mut Cx<'_>, own: &Own, after: After) -> Result<Option<Instant>, Bad> {
        let running = with_engine(cx, |engine, _, _| {
            Ok(engine.container(&own.id).is_ok_and(packetwalk_docker::Container::is_running))
        })?;
        let first = match after {
            After::Again => "Restarting",
            _ => "Stopping",
        };
        let now = cx.now();
        let first_time = self.until.is_none();
        if first_time {
            say(cx, "Container", &own.name, first);
            if running {
                with_engine(cx, |engine, _, _| {
                    engine.stopping(&own.id);
                    engine.note(&own.id, "kill", &[("signal", "15")]);
                    Ok(())
                })?;
                task::signal(cx, &own.id, Signal::TERM);
            }
            self.until = Some((now + self.patience, false));
        }
        if running {
            if let Some((at, false)) = self.until
                && now >= at
                && !first_time
            {
                with_engine(cx, |engine, _, _| {
                    engine.note(&own.id, "kill", &[("signal", "9")]);
                    Ok(())
                })?;
                task::signal(cx, &own.id, Signal::KILL);
                self.until = Some((now + Duration::from_secs(10), true));
            }
            // A container that nothing ends is left alone.
            if self.until.is_none_or(|(at, killed)| !killed || now < at) {
                return Ok(self.until.map(|(at, _)| at));
            }
            self.until = None;
            return Err(Bad::Daemon(format!(
                "cannot stop container: {}: did not exit within 10 seconds",
                own.id
            )));
        }
        self.until = None;
        match after {
            After::Again => {
                launch(cx, &own.id, task::Streams::Log)?;
                say(cx, "Container", &own.name, "Started");
            }
            After::Nothing => say(cx, "Container", &own.name, "Stopped"),
            After::Remove => {
                say(cx, "Container", &own.name, "Stopped");
                say(cx, "Container", &own.name, "Removing");
                with_engine(cx, |engine, _, _| Ok(engine.remove_container(&own.id)?))?;
                say(cx, "Container", &own.name, "Removed");
            }
        }
        Ok(None)
    }
}

fn remove_network(cx: &mut Cx<'_>, name: &str) -> Result<(), Bad> {
    say(cx, "Network", name, "Removing");
    let done = with_engine(cx, |engine, machine, _| Ok(engine.remove_network(machine, name)?));
    match done {
        Ok(_) => say(cx, "Network", name, "Removed"),
        Err(Bad::Daemon(text)) if text.contains("has active endpoints") => {
            say(cx, "Network", name, "Resource is still in use");
        }
        Err(Bad::Daemon(text)) => {
            say(cx, "Network", name, "Error");
            return Err(Bad::Own(format!("failed to remove network {name}: {}", Bad::daemon_text(&text))));
        }
        Err(bad) => return Err(bad),
    }
    Ok(())
}

pub(super) fn up(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let project = project(cx, global, &given.words)?;
    known(Some(&project), &given.words)?;
    if project.services.is_empty() {
        return Err(Bad::Own("no service selected".to_owned()));
    }
    let attach = Attach::of(&project, given)?;
    with_engine(cx, |_, _, _| Ok(()))?;
    let services = order(&project, &given.words, given.has("no-deps"));
    let used = |key: &str| {
        services
            .iter()
            .filter_map(|s| project.service(s))
            .any(|s| super::load::entries(s.get("networks")).iter().any(|(n, _)| n == key))
    };
    let mut acts: Vec<Act> = project
        .networks
        .iter()
        .filter(|(key, _)| used(key))
        .map(|(key, _)| Act::Network(key.clone()))
        .collect();
    let orphans: Vec<Own> = containers(cx, &project.name)?
        .into_iter()
        .filter(|o| project.service(&o.service).is_none())
        .collect();
    if given.has("remove-orphans") {
        acts.extend(orphans.into_iter().map(|o| Act::Stop(o, After::Remove)));
    } else if !orphans.is_empty() {
        let names: Vec<&str> = orphans.iter().map(|o| o.name.as_str()).collect();
        let text = format!(
            "Found orphan containers ([{}]) for this project. If you removed or renamed this service in your compose \
             file, you can run this command with the --remove-orphans flag to clean it up.",
            names.join(" ")
        );
        super::warn(cx, &text);
    }
    acts.extend(services.iter().cloned().map(Act::Create));
    if !given.has("no-start") {
        if attach.is_some() {
            acts.push(Act::Attach);
        }
        acts.extend(services.into_iter().map(Act::Start));
        if attach.is_some() {
            acts.push(Act::Follow);
        }
    }
    Ok(Run::attached(project, acts, given, attach))
}

pub(super) fn down(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global, &given.words)?;
    known(project.as_ref(), &given.words)?;
    let known = project.clone().unwrap_or_default();
    let all = last_first(cx, &name, &known, &given.words)?;
    let orphan = |o: &Own| project.is_some() && known.service(&o.service).is_none();
    let mut acts: Vec<Act> = all
        .into_iter()
        .filter(|o| given.has("remove-orphans") || !orphan(o))
        .map(|o| Act::Stop(o, After::Remove))
        .collect();
    if given.words.is_empty() {
        let key = label("project");
        let mut nets = with_engine(cx, |engine, _, _| {
            let own = |n: &&packetwalk_docker::Network| {
                n.config.labels.iter().any(|(k, v)| *k == key && *v == name)
            };
            Ok(engine.networks().iter().filter(own).map(|n| n.name().to_owned()).collect::<Vec<_>>())
        })?;
        // Where there is a file, those that it has.
        if let Some(project) = &project {
            let own =
                |n: &String| project.networks.iter().any(|(_, net)| field(net, "name").as_ref() == Some(n));
            nets.retain(own);
        }
        nets.order();
        acts.extend(nets.into_iter().map(Act::RemoveNetwork));
    }
    let project = Project { name, ..known };
    Ok(Run::begin(project, acts, given))
}

pub(super) fn stop(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global, &given.words)?;
    known(project.as_ref(), &given.words)?;
    let project = Project { name, ..project.unwrap_or_default() };
    let all = last_first(cx, &project.name.clone(), &project, &given.words)?;
    let acts = all.into_iter().map(|o| Act::Stop(o, After::Nothing)).collect();
    Ok(Run::begin(project, acts, given))
}

pub(super) fn restart(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global, &given.words)?;
    known(project.as_ref(), &given.words)?;
    let project = Project { name, ..project.unwrap_or_default() };
    let mut all = last_first(cx, &project.name.clone(), &project, &given.words)?;
    all.reverse();
    let acts = all.into_iter().map(|o| Act::Stop(o, After::Again)).collect();
    Ok(Run::begin(project, acts, given))
}

pub(super) fn start(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global, &given.words)?;
    known(project.as_ref(), &given.words)?;
    let project = Project { name, ..project.unwrap_or_default() };
    let all = containers(cx, &project.name)?;
    if let Some(word) = given.words.iter().find(|w| !all.iter().any(|o| o.service == **w)) {
        return Err(Bad::Own(format!("service \"{word}\" has no container to start")));
    }
    let names = if project.services.is_empty() {
        all.iter().map(|o| o.service.clone()).collect()
    } else {
        order(&project, &given.words, false)
    };
    let acts = names.into_iter().map(Act::Start).collect();
    Ok(Run::begin(project, acts, given))
}

pub(super) fn kill(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global, &given.words)?;
    known(project.as_ref(), &given.words)?;
    let text = given.get("signal").unwrap_or("SIGKILL").to_owned();
    let signal = Signal::parse(&text).ok_or_else(|| Bad::Daemon(format!("invalid signal: {text}")))?;
    let project = Project { name, ..project.unwrap_or_default() };
    let mut all = last_first(cx, &project.name.clone(), &project, &given.words)?;
    all.retain(|o| o.running);
    if all.is_empty() {
        cx.stderr.line("no container to kill");
    }
    let acts = all.into_iter().map(|o| Act::Kill(o, signal)).collect();
    Ok(Run::begin(project, acts, given))
}

pub(super) fn rm(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global, &given.words)?;
    known(project.as_ref(), &given.words)?;
    let project = Project { name, ..project.unwrap_or_default() };
    let mut all = last_first(cx, &project.name.clone(), &project, &given.words)?;
    if given.has("stop") {
        let acts = all.into_iter().map(|o| Act::Stop(o, After::Remove)).collect();
        return Ok(Run::begin(project, acts, given));
    }
    all.retain(|o| !o.running);
    if all.is_empty() {
        cx.stderr.line("No stopped containers");
        return Ok(Then::Done(0));
    }
    let names: Vec<&str> = all.iter().map(|o| o.name.as_str()).collect();
    writeln!(cx.stdout, "Going to remove {}", names.join(", "));
    if !given.has("force") {
        return Err(Bad::Own(
            "packetwalk: a question of docker compose rm is not simulated: use --force".to_owned(),
        ));
    }
    let acts = all.into_iter().map(Act::Remove).collect();
    Ok(Run::begin(project, acts, given))
}
