//! `up`, `down`, `start`, `stop` and `restart`.
//!
//! # Source
//! docker/compose v2.40, `pkg/compose/up.go`, `down.go`, `start.go`, `stop.go`, `restart.go`, `convergence.go`,
//! `create.go`: `ensureNetwork`, `resolveExternalNetwork`; `pkg/progress/event.go`: the words.

use core::time::Duration;
use std::collections::VecDeque;

use packetwalk_wire::Instant;

use super::load::field;
use super::project::{Project, needs};
use super::{Own, containers, known, label, name_only, options, project};
use crate::Cx;
use crate::process::Signal;
use crate::tools::docker::cli::{Bad, Given};
use crate::tools::docker::container::{Progress, launch};
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
    /// A container ends; then it is removed, or started again.
    Stop(Own, After),
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
}

fn say(cx: &mut Cx<'_>, what: &str, name: &str, state: &str) {
    writeln!(cx.stderr, " {what} {name}  {state}");
}

impl Run {
    fn begin(project: Project, acts: Vec<Act>, given: &Given) -> Then {
        let seconds = given.get("timeout").and_then(|t| t.parse().ok()).unwrap_or(10);
        Then::Compose(Box::new(Self {
            project,
            acts: acts.into(),
            patience: Duration::from_secs(seconds),
            until: None,
            recreate: given.has("force-recreate"),
        }))
    }

    /// Goes on.
    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Progress {
        while let Some(act) = self.acts.front().cloned() {
            let done = match act {
                Act::Network(key) => self.network(cx, &key).map(|()| None),
                Act::Create(name) => self.create(cx, &name).map(|()| None),
                Act::Start(name) => self.start(cx, &name).map(|()| None),
                Act::Stop(own, after) => self.stop(cx, &own, after),
                Act::RemoveNetwork(name) => remove_network(cx, &name).map(|()| None),
            };
            match done {
                Ok(Some(at)) => return Progress::Wait(at),
                Ok(None) => {}
                Err(bad) => {
                    let text = match bad {
                        Bad::Daemon(text) => Bad::daemon_text(&text),
                        Bad::Own(text) | Bad::Flag(text) | Bad::Words(text) | Bad::Status64(text) => text,
                        Bad::NoDaemon => Bad::no_daemon(cx.sys.docker.version).to_owned(),
                        Bad::Status(status) => return Progress::Done(status),
                    };
                    cx.stderr.line(&text);
                    return Progress::Done(1);
                }
            }
            self.acts.pop_front();
        }
        Progress::Done(0)
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
        let config = options::container(cx, &self.project, name, &service)?;
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

    fn start(&self, cx: &mut Cx<'_>, name: &str) -> Result<(), Bad> {
        let Some(own) = containers(cx, &self.project.name)?.into_iter().find(|o| o.service == name) else {
            return Ok(());
        };
        if own.running {
            return Ok(());
        }
        say(cx, "Container", &own.name, "Starting");
        launch(cx, &own.id, true)?;
        say(cx, "Container", &own.name, "Started");
        Ok(())
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
                launch(cx, &own.id, true)?;
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

/// Services in the order in which they need each other; with what those that are `wanted` need.
fn order(project: &Project, wanted: &[String], alone: bool) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut asked: Vec<String> = match wanted {
        [] => project.services.iter().map(|(n, _)| n.clone()).collect(),
        some => some.to_vec(),
    };
    if !alone {
        let mut at = 0;
        while let Some(name) = asked.get(at).cloned() {
            for needed in project.service(&name).map(needs).unwrap_or_default() {
                if !asked.contains(&needed) {
                    asked.push(needed);
                }
            }
            at += 1;
        }
    }
    asked.sort();
    while done.len() < asked.len() {
        let free = |name: &&String| {
            let all = project.service(name).map(needs).unwrap_or_default();
            !done.contains(name) && all.iter().all(|n| done.contains(n) || !asked.contains(n))
        };
        let ready: Vec<String> = asked.iter().filter(free).cloned().collect();
        if ready.is_empty() {
            break;
        }
        done.extend(ready);
    }
    done
}

pub(super) fn up(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let project = project(cx, global)?;
    known(Some(&project), &given.words)?;
    if project.services.is_empty() {
        return Err(Bad::Own("no service selected".to_owned()));
    }
    if !given.has("detach") && !given.has("wait") && !given.has("no-start") {
        return Err(Bad::Own("packetwalk: docker compose up without --detach is not simulated".to_owned()));
    }
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
        acts.extend(services.into_iter().map(Act::Start));
    }
    Ok(Run::begin(project, acts, given))
}

/// A project's containers, those first that others do not need.
fn last_first(cx: &mut Cx<'_>, name: &str, project: &Project, wanted: &[String]) -> Result<Vec<Own>, Bad> {
    let all = containers(cx, name)?;
    let order = order(project, &[], false);
    let place = |o: &Own| order.iter().position(|s| *s == o.service).unwrap_or(usize::MAX);
    let mut all: Vec<Own> =
        all.into_iter().filter(|o| wanted.is_empty() || wanted.contains(&o.service)).collect();
    all.sort_by_key(|o| std::cmp::Reverse(place(o)));
    Ok(all)
}

pub(super) fn down(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global)?;
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
        nets.sort();
        acts.extend(nets.into_iter().map(Act::RemoveNetwork));
    }
    let project = Project { name, ..known };
    Ok(Run::begin(project, acts, given))
}

pub(super) fn stop(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global)?;
    known(project.as_ref(), &given.words)?;
    let project = Project { name, ..project.unwrap_or_default() };
    let all = last_first(cx, &project.name.clone(), &project, &given.words)?;
    let acts = all.into_iter().map(|o| Act::Stop(o, After::Nothing)).collect();
    Ok(Run::begin(project, acts, given))
}

pub(super) fn restart(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global)?;
    known(project.as_ref(), &given.words)?;
    let project = Project { name, ..project.unwrap_or_default() };
    let mut all = last_first(cx, &project.name.clone(), &project, &given.words)?;
    all.reverse();
    let acts = all.into_iter().map(|o| Act::Stop(o, After::Again)).collect();
    Ok(Run::begin(project, acts, given))
}

pub(super) fn start(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global)?;
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
