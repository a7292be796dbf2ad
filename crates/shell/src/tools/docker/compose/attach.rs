//! `up` in the foreground: what the containers say, with their names before it.
//!
//! # Source
//! docker/compose v2.40.3, `cmd/compose/up.go`: `validateFlags`, `runUp`; `pkg/compose/up.go`, `attach.go`,
//! `monitor.go`, `printer.go`; `cmd/formatter/logs.go`.

use super::project::Project;
use super::{Own, known};
use crate::Cx;
use crate::tools::docker::cli::{Bad, Given};
use crate::tools::docker::{task, with_engine};

/// When the end of one container is the end of all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum OnExit {
    Nothing,
    Any,
    Failure,
}

/// A container that is waited for.
#[derive(Clone, Debug)]
struct Followed {
    id: String,
    service: String,
    shown: String,
    lines: task::Lines,
    began: bool,
    over: bool,
}

/// What is followed, and how it ends.
#[derive(Clone, Debug)]
pub(super) struct Attach {
    services: Vec<String>,
    followed: Vec<Followed>,
    /// Names that had something to say: the widest sets the width of all.
    width: usize,
    prefix: bool,
    on_exit: OnExit,
    code_from: Option<String>,
    code: u8,
    interrupts: u32,
}

impl Attach {
    /// What the options ask for; `None`: nothing is followed.
    ///
    /// # Errors
    /// As `docker compose` says it.
    pub fn of(project: &Project, given: &Given) -> Result<Option<Self>, Bad> {
        let own = |text: &str| Err(Bad::Own(text.to_owned()));
        let from = given.get("exit-code-from").filter(|s| !s.is_empty()).map(str::to_owned);
        let failure = given.has("abort-on-container-failure");
        let any = given.has("abort-on-container-exit") || from.is_some() && !failure;
        let attach: Vec<String> = given.all("attach").map(str::to_owned).collect();
        let chosen = !attach.is_empty() || given.has("attach-dependencies");
        if given.has("wait") && (any || chosen) {
            return own(
                "--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies",
            );
        }
        if given.has("detach") && (any || failure || chosen) {
            return own(
                "--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, \
                 --attach-dependencies or --watch",
            );
        }
        if given.has("abort-on-container-exit") && failure {
            return own("--abort-on-container-failure cannot be combined with --abort-on-container-exit");
        }
        if given.has("detach") || given.has("wait") || given.has("no-start") {
            return Ok(None);
        }
        if let Some(name) = &from
            && project.service(name).is_none()
        {
            return Err(Bad::Own(format!("no such service: {name}: not found")));
        }
        let without: Vec<String> = given.all("no-attach").map(str::to_owned).collect();
        known(Some(project), &attach)?;
        known(Some(project), &without)?;
        let services = match (attach.is_empty(), given.words.is_empty() || given.has("attach-dependencies")) {
            (false, _) => attach,
            (true, true) => project.services.iter().map(|(n, _)| n.clone()).collect(),
            (true, false) => given.words.clone(),
        };
        Ok(Some(Self {
            services: services.into_iter().filter(|s| !without.contains(s)).collect(),
            followed: Vec::new(),
            width: 0,
            prefix: !given.has("no-log-prefix"),
            on_exit: match () {
                () if failure => OnExit::Failure,
                () if any => OnExit::Any,
                () => OnExit::Nothing,
            },
            code_from: from,
            code: 0,
            interrupts: 0,
        }))
    }

    /// Attaches to the containers of a project, before they start.
    pub fn begin(&mut self, cx: &mut Cx<'_>, project: &str, all: &[Own]) {
        for own in all.iter().filter(|o| self.services.contains(&o.service)) {
            let lines = task::Lines::from(task::log_len(cx, &own.id));
            let usual = format!("{project}-{}-1", own.service);
            let shown = if own.name == usual { format!("{}-1", own.service) } else { own.name.clone() };
            let (id, service) = (own.id.clone(), own.service.clone());
            self.followed.push(Followed { id, service, shown, lines, began: own.running, over: false });
        }
        let names: Vec<&str> = self.followed.iter().map(|f| f.shown.as_str()).collect();
        cx.flush();
        writeln!(cx.stdout, "Attaching to {}", names.join(", "));
        cx.flush();
    }

    /// All have ended.
    pub fn is_over(&self) -> bool {
        self.followed.iter().all(|f| f.over)
    }

    /// Counts the user's interruptions.
    pub const fn interrupt(&mut self) -> u32 {
        self.interrupts += 1;
        self.interrupts
    }

    /// The exit status.
    pub const fn status(&self) -> u8 {
        if self.interrupts > 0 { 130 } else { self.code }
    }

    /// Prints what is new. Whether a container's end is the end of all.
    pub fn listen(&mut self, cx: &mut Cx<'_>) -> bool {
        let mut enough = false;
        for n in 0..self.followed.len() {
            let Some(mut one) = self.followed.get(n).cloned() else { continue };
            if one.over {
                continue;
            }
            let state = with_engine(cx, |engine, _, _| Ok(engine.container(&one.id).ok().map(|c| c.state)));
            let state = state.ok().flatten();
            let running = state == Some(packetwalk_docker::RunState::Running);
            one.began |= running;
            let ended = one.began && !running;
            let lines = one.lines.take(cx, &one.id, ended);
            one.over = ended;
            // Nothing is printed of what containers say when they are asked to end.
            let quiet = self.interrupts > 0;
            for (err, line) in lines.iter().filter(|_| !quiet) {
                self.line(cx, &one.shown, *err, line);
            }
            if ended && !quiet {
                let code = match state {
                    Some(packetwalk_docker::RunState::Exited(code)) => code,
                    _ => 0,
                };
                self.width = self.width.max(one.shown.len());
                cx.flush();
                writeln!(cx.stdout, "\r\x1b[K{} exited with code {code}", one.shown);
                cx.flush();
                enough |= self.ended(&one.service, code);
            }
            if let Some(place) = self.followed.get_mut(n) {
                *place = one;
            }
        }
        enough
    }

    fn line(&mut self, cx: &mut Cx<'_>, name: &str, err: bool, line: &[u8]) {
        self.width = self.width.max(name.len());
        let width = self.width + 1;
        let prefix = if self.prefix { format!("{name:<width$} | ") } else { String::new() };
        cx.flush();
        let sink = if err { &mut cx.stderr } else { &mut cx.stdout };
        sink.push(prefix.as_bytes());
        sink.push(line);
        sink.push(b"\n");
        cx.flush();
    }

    /// Whether this end is the end of all.
    fn ended(&mut self, service: &str, code: u8) -> bool {
        let all = match self.on_exit {
            OnExit::Nothing => false,
            OnExit::Any => true,
            OnExit::Failure => code != 0,
        };
        if all {
            self.on_exit = OnExit::Nothing;
            self.code = code;
        }
        if self.code_from.as_deref() == Some(service) {
            self.code = code;
            self.code_from = None;
        }
        all
    }
}
