//! `docker stop`, `docker kill` and `docker restart`.

use core::time::Duration;

use packetwalk_wire::Instant;

use super::super::cli::{Bad, Flag, Given, Usage, check, value};
use super::super::{Command, Then, task, with_engine};
use super::start::launch;
use crate::Cx;
use crate::process::Signal;

const STOP_USAGE: Usage = Usage {
    name: "docker stop",
    args: "[OPTIONS] CONTAINER [CONTAINER...]",
    about: "Stop one or more running containers",
};

/// How long a container is waited for: the option was renamed.
const TIMES: &[Flag] = &[
    value("signal", 's').since_28(),
    value("timeout", 't').since_28().checked(check::int),
    value("time", '-').since_28().checked(check::int),
    value("time", 't').checked(check::int),
];

/// `stop`.
pub(in super::super) const STOP: Command = Command {
    usage: STOP_USAGE,
    flags: TIMES,
    mixed: true,
    run: |cx, given| stop(cx, given, &STOP_USAGE, false),
};

const RESTART_USAGE: Usage = Usage {
    name: "docker restart",
    args: "[OPTIONS] CONTAINER [CONTAINER...]",
    about: "Restart one or more containers",
};

/// `restart`.
pub(in super::super) const RESTART: Command = Command {
    usage: RESTART_USAGE,
    flags: TIMES,
    mixed: true,
    run: |cx, given| stop(cx, given, &RESTART_USAGE, true),
};

const KILL_USAGE: Usage = Usage {
    name: "docker kill",
    args: "[OPTIONS] CONTAINER [CONTAINER...]",
    about: "Kill one or more running containers",
};

/// `kill`.
pub(in super::super) const KILL: Command =
    Command { usage: KILL_USAGE, flags: &[value("signal", 's')], mixed: true, run: kill };

/// How far stopping is.
pub(in super::super) enum Progress {
    Done(u8),
    Wait(Instant),
    /// Until something happens.
    Idle,
}

/// Containers that are asked to end one after the other, and killed when they do not.
#[derive(Clone, Debug)]
pub(in super::super) struct Stopping {
    words: Vec<String>,
    at: usize,
    /// When patience ends with the one at hand, and whether it was killed.
    until: Option<(Instant, bool)>,
    patience: Duration,
    again: bool,
    failed: bool,
}

impl Stopping {
    /// Goes on.
    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Progress {
        while let Some(word) = self.words.get(self.at).cloned() {
            match self.one(cx, &word) {
                Ok(Some(at)) => return Progress::Wait(at),
                Ok(None) => cx.stdout.line(&word),
                Err(Bad::Daemon(text)) => {
                    cx.stderr.line(&Bad::daemon_text(&text));
                    self.failed = true;
                }
                Err(_) => self.failed = true,
            }
            self.at += 1;
            self.until = None;
        }
        Progress::Done(u8::from(self.failed))
    }

    /// One container; `None` when it has stopped, and runs again where that is asked.
    fn one(&mut self, cx: &mut Cx<'_>, word: &str) -> Result<Option<Instant>, Bad> {
        let (id, running) = with_engine(cx, |engine, _, _| {
            let c = engine.container(word)?;
            Ok((c.id.clone(), c.is_running()))
        })?;
        if running {
            let now = cx.now();
            match self.until {
                None => {
                    let again = self.again;
                    with_engine(cx, |engine, _, _| {
                        if !again || engine.daemon.version != packetwalk_docker::Version::V1_5 {
                            engine.stopping(&id);
                        }
                        engine.note(&id, "kill", &[("signal", "15")]);
                        Ok(())
                    })?;
                    task::signal(cx, &id, Signal::TERM);
                    self.until = Some((now + self.patience, false));
                }
                Some((at, false)) if now >= at => {
                    with_engine(cx, |engine, _, _| {
                        engine.note(&id, "kill", &[("signal", "9")]);
                        Ok(())
                    })?;
                    task::signal(cx, &id, Signal::KILL);
                    self.until = Some((now + self.patience, true));
                }
                Some(_) => {}
            }
            return Ok(self.until.map(|(at, _)| at));
        }
        if self.again {
            launch(cx, &id, task::Streams::Log).map_err(|bad| match bad {
                Bad::Daemon(text) => Bad::Daemon(format!("Cannot restart container {word}: {text}")),
                bad => bad,
            })?;
            with_engine(cx, |engine, _, _| {
                engine.note(&id, "restart", &[]);
                Ok(())
            })?;
        }
        Ok(None)
    }
}

fn stop(cx: &mut Cx<'_>, given: &Given, usage: &Usage, again: bool) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(usage, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    with_engine(cx, |_, _, _| Ok(()))?;
    let seconds = given.get("timeout").or(given.get("time")).or(given.get("t")).unwrap_or("10");
    // A negative number is without end.
    let patience = Duration::from_secs(seconds.parse().unwrap_or(u64::from(u32::MAX)));
    Ok(Then::Stop(Stopping {
        words: given.words.clone(),
        at: 0,
        until: None,
        patience,
        again,
        failed: false,
    }))
}

fn kill(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&KILL_USAGE, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    let name = given.get("signal").unwrap_or("KILL").to_owned();
    let signal = Signal::parse(&name);
    let status = super::each(cx, &given.words, |cx, word| {
        let (id, signal) = with_engine(cx, |engine, _, _| {
            let new = engine.daemon.version == packetwalk_docker::Version::V29;
            let first = if new { "cannot kill container" } else { "Cannot kill container" };
            let wrong = if new { "invalid" } else { "Invalid" };
            let unknown = if new {
                format!("{first}: {word}: {wrong} signal: {name}")
            } else {
                format!("{wrong} signal: {name}")
            };
            let signal = signal.ok_or(Bad::Daemon(unknown))?;
            let c = engine.container(word).map_err(|e| Bad::Daemon(format!("{first}: {word}: {e}")))?;
            if !c.is_running() {
                let word2 = if new { "container" } else { "Container" };
                return Err(Bad::Daemon(format!("{first}: {word}: {word2} {} is not running", c.id)));
            }
            let id = c.id.clone();
            engine.note(&id, "kill", &[("signal", &signal.0.to_string())]);
            Ok((id, signal))
        })?;
        task::signal(cx, &id, signal);
        Ok(())
    })?;
    Ok(Then::Done(status))
}
