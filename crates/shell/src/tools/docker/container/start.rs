//! `docker start`.

use super::super::cli::{Bad, Given, Usage, on};
use super::super::task::{self, Streams};
use super::super::{Command, Machine, Then, with_engine};
use super::{each, exec::not_found_in};
use crate::Cx;

const USAGE: Usage = Usage {
    name: "docker start",
    args: "[OPTIONS] CONTAINER [CONTAINER...]",
    about: "Start one or more stopped containers",
};

/// The command.
pub(in super::super) const START: Command =
    Command { usage: USAGE, flags: &[on("attach", 'a'), on("interactive", 'i')], mixed: true, run };

/// Starts a container and its command.
pub(in super::super) fn launch(cx: &mut Cx<'_>, term: &str, streams: Streams) -> Result<(), Bad> {
    let task = with_engine(cx, |engine, machine, now| {
        let container = engine.container(term)?;
        if container.is_running() {
            return Ok(None);
        }
        let id = container.id.clone();
        let args = task::words(&container.config.command);
        let hostname = container.hostname.clone();
        let powers = task::powers(&container.config);
        let image = container.config.image.clone();
        let removed = container.config.auto_remove;
        if let Err(error) = engine.start_container(machine, &id, now) {
            if removed {
                let _ = engine.remove_container(&id);
            }
            return Err(error.into());
        }
        let container = engine.container(&id)?;
        let env = [engine.link_env(container), container.config.env.clone()].concat();
        let key = engine.container(&id)?.sandbox.as_ref().and_then(|s| s.key);
        let Some(ns) = machine.state.sandbox_ns(key) else { return Err(Bad::NoDaemon) };
        Ok(Some(task::Start { id, ns, image, args, env, hostname, powers, streams }))
    })?;
    let Some(task) = task else { return Ok(()) };
    if task::start(cx, &task).is_some() {
        return Ok(());
    }
    let version = cx.sys.docker.version;
    let name = task.args.first().map(|a| String::from_utf8_lossy(a).into_owned()).unwrap_or_default();
    let text = not_found_in(version, &name);
    with_engine(cx, |engine, machine: &mut Machine<'_, '_>, _| {
        engine.not_started(machine, &task.id, &text);
        if engine.container(&task.id).is_ok_and(|c| c.config.auto_remove) {
            engine.remove_container(&task.id)?;
        }
        Err(Bad::Daemon(text))
    })
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    if let ([one], true) = (given.words.as_slice(), given.has("attach")) {
        let streams = if given.has("interactive") { Streams::Both } else { Streams::Output };
        launch(cx, one, streams)?;
        let id = with_engine(cx, |engine, _, _| Ok(engine.container(one)?.id.clone()))?;
        return Ok(Then::Attached(id));
    }
    let mut failed: Vec<&str> = Vec::new();
    let status = each(cx, &given.words, |cx, word| {
        let done = launch(cx, word, Streams::Log);
        failed.extend(
            done.is_err().then(|| given.words.iter().find(|w| *w == word)).flatten().map(String::as_str),
        );
        done
    })?;
    if status != 0 {
        let all = failed.join(", ");
        let word = if super::super::is_new(cx) { "failed" } else { "Error: failed" };
        writeln!(cx.stderr, "{word} to start containers: {all}");
    }
    Ok(Then::Done(status))
}
