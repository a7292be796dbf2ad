//! Simple commands: expansion, redirection, assignment, and what they run.

use std::rc::Rc;

use super::frame::Leave;
use super::redirect::Saved;
use super::{After, Frame, Interp, Step};
use crate::cx::Place;
use crate::lang::ast::{Argument, Assign, AssignValue, Command, Kind};
use crate::lang::builtins;
use crate::lang::expand::Log;
use crate::lang::vars::Value;
use crate::process::{Pid, Poll};
use crate::sys::proc::Userland;
use crate::{Cx, tools};

/// Deepest nesting of functions.
const MOST_CALLS: usize = 1000;

/// How far a simple command is.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimpleRun {
    /// Words expanded.
    words: usize,
    pub fields: Vec<Vec<u8>>,
    traced: bool,
    /// Assignments evaluated.
    assigns: usize,
    values: Vec<(Vec<u8>, Vec<u8>)>,
    /// Redirections done.
    redirects: usize,
    /// Descriptors to put back.
    pub saved: Saved,
    pub log: Log,
    /// Status of the last command substitution.
    status: Option<u8>,
}

impl SimpleRun {
    /// What was in work is done.
    fn next(&mut self) {
        self.status = self.log.status.or(self.status);
        self.log = self.log.following();
    }
}

impl Interp {
    pub(super) fn step_simple(
        &mut self,
        cx: &mut Cx<'_>,
        command: Rc<Command>,
        mut run: Box<SimpleRun>,
    ) -> Step {
        let Kind::Simple(simple) = &command.kind else { return Step::Next };
        self.state.begin(&command);
        while let Some(word) = simple.words.get(run.words) {
            let fields = &mut run.fields;
            let expanded = self.expand(cx, &mut run.log, |e| match word {
                Argument::Word(word) => {
                    let mut out = Vec::new();
                    e.word_fields(word, &mut out)?;
                    Ok(out)
                }
                Argument::Assign(assign) => {
                    let AssignValue::Scalar(word) = &assign.value else { return Ok(Vec::new()) };
                    let value = e.assigned(word)?;
                    let sign: &[u8] = if assign.append { b"+=" } else { b"=" };
                    Ok(vec![[assign.name.as_slice(), sign, &value].concat()])
                }
            });
            match expanded {
                Ok(mut more) => fields.append(&mut more),
                Err(halt) => return self.halted(cx, halt, Frame::Simple { command, run }),
            }
            run.words += 1;
            run.next();
        }
        let named = !run.fields.is_empty();
        if !named {
            if let Some(step) = self.assign_all(cx, &command, &mut run, named) {
                return step;
            }
        } else if self.state.options.xtrace && !run.traced {
            run.traced = true;
            if let Some(step) = self.assign_all(cx, &command, &mut run, named) {
                return step;
            }
            self.trace_words(cx, &run.fields);
        }
        while let Some(redirect) = command.redirects.get(run.redirects) {
            let plan = match self.expand(cx, &mut run.log, |e| e.redirect_target(redirect)) {
                Ok(plan) => plan,
                Err(halt) => return self.halted(cx, halt, Frame::Simple { command, run }),
            };
            if self.redirect(cx, redirect, plan, &mut run.saved).is_err() {
                Self::restore(cx, std::mem::take(&mut run.saved));
                return self.finished(cx, if self.state.dash { 2 } else { 1 });
            }
            run.redirects += 1;
            run.next();
        }
        if let Some(step) = self.assign_all(cx, &command, &mut run, named) {
            return step;
        }
        cx.sys.weigh(run.log.size());
        if !named {
            if let Some(step) = self.count(cx) {
                return step;
            }
            Self::restore(cx, std::mem::take(&mut run.saved));
            let status = run.status.unwrap_or(0);
            return self.finished(cx, status);
        }
        if let Some(step) = self.count(cx) {
            return step;
        }
        self.dispatch(cx, &command, *run)
    }

    /// Evaluates the assignments that are left; without a command they are done at once.
    fn assign_all(
        &mut self,
        cx: &mut Cx<'_>,
        command: &Rc<Command>,
        run: &mut Box<SimpleRun>,
        named: bool,
    ) -> Option<Step> {
        let Kind::Simple(simple) = &command.kind else { return None };
        while let Some(assign) = simple.assigns.get(run.assigns) {
            let again = |run: &mut Box<SimpleRun>| Frame::Simple {
                command: Rc::clone(command),
                run: std::mem::take(run),
            };
            let done =
                if named { self.temporary(cx, assign, run) } else { self.assign(cx, assign, &mut run.log) };
            match done {
                Ok(true) => {}
                Ok(false) => {
                    let saved = std::mem::take(&mut run.saved);
                    Self::restore(cx, saved);
                    return Some(self.discard(cx));
                }
                Err(halt) => {
                    let frame = again(run);
                    return Some(self.halted(cx, halt, frame));
                }
            }
            run.assigns += 1;
            run.next();
        }
        None
    }

    /// `x=1 command`: the value is kept until the command runs.
    fn temporary(
        &mut self,
        cx: &mut Cx<'_>,
        assign: &Assign,
        run: &mut SimpleRun,
    ) -> Result<bool, super::Halt> {
        let AssignValue::Scalar(word) = &assign.value else { return Ok(true) };
        let mut value = self.expand(cx, &mut run.log, |e| e.assigned(word))?;
        if assign.append {
            let old = self.state.vars.get(&assign.name).and_then(|v| v.scalar()).unwrap_or(&[]);
            value = [old, &value].concat();
        }
        if self.state.options.xtrace {
            self.trace_assign(cx, &assign.name, false, &value);
        }
        run.values.push((assign.name.clone(), value));
        Ok(true)
    }

    /// An assignment of the shell's own; `false` after an error that was told.
    fn assign(&mut self, cx: &mut Cx<'_>, assign: &Assign, log: &mut Log) -> Result<bool, super::Halt> {
        enum New {
            Scalar(Vec<u8>),
            Element(i64, Vec<u8>),
            Array(Vec<(Option<i64>, Vec<u8>)>),
        }
        let integer = self.state.vars.get(&assign.name).is_some_and(|v| v.integer);
        let name = assign.name.as_slice();
        let new = self.expand(cx, log, |e| {
            Ok(match &assign.value {
                AssignValue::Array(words) => {
                    let mut out = Vec::new();
                    for word in words {
                        let mut fields = Vec::new();
                        e.word_fields(word, &mut fields)?;
                        out.extend(fields.into_iter().map(index_prefix));
                    }
                    New::Array(out)
                }
                AssignValue::Scalar(word) => {
                    let index = assign.index.as_ref().map(|i| e.arithmetic(i)).transpose()?;
                    let mut value = e.assigned(word)?;
                    let old = match index {
                        None => e.state.vars.get(name).and_then(|v| v.scalar()).map(<[u8]>::to_vec),
                        Some(i) => match e.state.vars.get(name).map(|v| &v.value) {
                            Some(Value::Array(map)) => map.get(&i).cloned(),
                            _ => None,
                        },
                    };
                    let old = old.filter(|_| assign.append);
                    if integer {
                        let mut number = e.evaluate(&value)?;
                        if let Some(old) = &old {
                            number = number.wrapping_add(e.evaluate(old)?);
                        }
                        value = number.to_string().into_bytes();
                    } else if let Some(mut old) = old {
                        old.append(&mut value);
                        value = old;
                    }
                    match index {
                        Some(i) => New::Element(i, value),
                        None => New::Scalar(value),
                    }
                }
            })
        })?;
        if self.state.options.xtrace
            && let New::Scalar(value) | New::Element(_, value) = &new
        {
            let shown = value.strip_prefix(
                self.state.vars.get(name).and_then(|v| v.scalar()).filter(|_| assign.append).unwrap_or(&[]),
            );
            self.trace_assign(cx, name, assign.append, shown.unwrap_or(value));
        }
        let export = self.state.options.allexport;
        let done = match new {
            New::Scalar(value) => self.state.vars.set(name, value),
            New::Element(mut index, value) => {
                if index < 0
                    && let Some(Value::Array(map)) = self.state.vars.get(name).map(|v| &v.value)
                {
                    index += map.last_key_value().map_or(0, |(k, _)| k.saturating_add(1));
                }
                self.state.vars.set_element(name, index, value)
            }
            New::Array(items) => self.state.vars.change(name, |var| {
                let mut map = match std::mem::replace(&mut var.value, Value::Unset) {
                    Value::Array(map) if assign.append => map,
                    Value::Scalar(text) if assign.append => [(0, text)].into(),
                    _ => packetwalk_wire::sorted::Map::default(),
                };
                let mut at = map.last_key_value().map_or(0, |(k, _)| k.saturating_add(1));
                for (index, value) in items {
                    at = index.unwrap_or(at);
                    map.insert(at, value);
                    at = at.saturating_add(1);
                }
                var.value = Value::Array(map);
            }),
        };
        if done.is_err() {
            self.error(cx, &format!("{}: readonly variable", String::from_utf8_lossy(name)));
            return Ok(false);
        }
        if export {
            self.state.vars.attribute(name, |v| v.exported = true);
        }
        Ok(true)
    }

    /// Runs a command whose words, redirections and assignments are done.
    fn dispatch(&mut self, cx: &mut Cx<'_>, command: &Rc<Command>, run: SimpleRun) -> Step {
        let SimpleRun { fields, saved, values, .. } = run;
        let Some(name) = fields.first().cloned() else { return Step::Next };
        if let Some(body) = self.state.functions.get(&name).cloned() {
            self.frames.push(Frame::Restore { saved });
            return self.call(cx, &name, body, &fields, values);
        }
        if let Some(builtin) = builtins::find(&name) {
            // `exec` keeps its redirections, and a special builtin its assignments.
            let keeps = name == b"exec" && fields.len() == 1;
            if keeps {
                Self::keep(cx, saved);
            } else if !saved.is_empty() {
                self.frames.push(Frame::Restore { saved });
            }
            if !values.is_empty() {
                self.scope(values);
                self.frames.push(Frame::PopScope);
            }
            let after = builtin(self, cx, &fields);
            return self.after(cx, after);
        }
        self.external(cx, command, fields, saved, values)
    }

    /// A scope for the variables that one command sees.
    fn scope(&mut self, values: Vec<(Vec<u8>, Vec<u8>)>) {
        self.state.vars.push_scope();
        for (name, value) in values {
            self.state.vars.declare_local(&name);
            let _ = self.state.vars.set(&name, value);
            self.state.vars.attribute(&name, |v| v.exported = true);
        }
    }

    fn call(
        &mut self,
        cx: &mut Cx<'_>,
        name: &[u8],
        body: Rc<Command>,
        fields: &[Vec<u8>],
        values: Vec<(Vec<u8>, Vec<u8>)>,
    ) -> Step {
        if self.state.calls.len() >= MOST_CALLS {
            let name = String::from_utf8_lossy(name);
            self.error(cx, &format!("{name}: maximum function nesting level exceeded ({MOST_CALLS})"));
            cx.sys.gave_up = true;
            return self.discard(cx);
        }
        if !values.is_empty() {
            self.scope(values);
            self.frames.push(Frame::PopScope);
        }
        let positional = std::mem::replace(&mut self.state.positional, fields.get(1..).unwrap_or(&[]).into());
        self.state.vars.push_scope();
        self.state.calls.push(name.to_vec());
        self.frames.push(Frame::Call { positional });
        self.frames.push(Frame::Command { command: body, redirected: None });
        Step::Next
    }

    /// Does what a builtin asked for.
    pub(super) fn after(&mut self, cx: &mut Cx<'_>, after: After) -> Step {
        match after {
            After::Status(status) => self.finished(cx, status),
            After::Yield(status) => match self.finished(cx, status) {
                Step::Next => Step::Block(Poll::Again),
                block @ Step::Block(_) => block,
            },
            After::Push(frame) => {
                self.frames.push(*frame);
                Step::Next
            }
            After::Break(n) => {
                self.state.status = 0;
                self.unwind_loops(cx, n, Leave::Loop);
                Step::Next
            }
            After::Continue(n) => {
                self.state.status = 0;
                self.unwind_loops(cx, n, Leave::GoOn);
                Step::Next
            }
            After::Return(status) => {
                self.unwind_call(cx);
                self.finished(cx, status)
            }
            After::Exit(status) => self.exit(cx, status),
            After::Exec(body) => Step::Block(Poll::Exec(body)),
        }
    }

    /// Starts a command that is neither function nor builtin.
    fn external(
        &mut self,
        cx: &mut Cx<'_>,
        command: &Rc<Command>,
        fields: Vec<Vec<u8>>,
        saved: Saved,
        values: Vec<(Vec<u8>, Vec<u8>)>,
    ) -> Step {
        let scoped = !values.is_empty();
        if scoped {
            self.scope(values);
        }
        let env = self.state.vars.env();
        if scoped {
            self.state.vars.pop_scope();
        }
        let name = fields.first().cloned().unwrap_or_default();
        match Self::locate(cx, &name) {
            Ok(Some(script)) => {
                // A script in memory: the shell that would read its first line runs it.
                let mut words = vec![b"bash".to_vec(), script];
                words.extend(fields.into_iter().skip(1));
                self.start(cx, command, words, saved, &env)
            }
            Ok(None) => self.start(cx, command, fields, saved, &env),
            Err((text, status)) => {
                self.not_started(cx, &name, text);
                Self::restore(cx, saved);
                self.finished(cx, status)
            }
        }
    }

    fn not_started(&self, cx: &mut Cx<'_>, name: &[u8], text: &str) {
        let text = if self.state.dash && !text.starts_with("Perm") { "not found" } else { text };
        self.error_bytes(cx, &[&visible(name), b": ", text.as_bytes()]);
    }

    /// Whether a command can be started, or the script file that it is.
    fn locate(cx: &mut Cx<'_>, name: &[u8]) -> Result<Option<Vec<u8>>, (&'static str, u8)> {
        match tools::known(name) {
            tools::Known::Simulated | tools::Known::Real => Ok(None),
            tools::Known::Unknown if cx.userland != Userland::Machine && tools::is_of_images(name) => {
                Ok(None)
            }
            tools::Known::Unknown if !name.contains(&b'/') => Err(("command not found", 127)),
            tools::Known::Unknown => match cx.place(name) {
                Ok(Place::Directory) => Err(("Is a directory", 126)),
                Ok(Place::File) => Ok(Some(name.to_vec())),
                Ok(Place::Other) => Err(("Permission denied", 126)),
                Err(e) => Err((e.text(), if e == crate::Errno::NoEntry { 127 } else { 126 })),
            },
        }
    }

    /// `command NAME …`: an external command as the end of a builtin.
    pub(crate) fn start_plain(&mut self, cx: &mut Cx<'_>, words: Vec<Vec<u8>>) -> After {
        let name = words.first().cloned().unwrap_or_default();
        if let Err((text, status)) = Self::locate(cx, &name) {
            self.not_started(cx, &name, text);
            return After::Status(status);
        }
        let env = self.state.vars.env();
        let child =
            tools::start(&name, cx).and_then(|body| cx.start_child(body, words, Some(env), None, &[]));
        match child {
            Some(pid) => {
                self.mark(cx, pid);
                After::Push(Box::new(Frame::WaitFor { children: vec![(pid, None)], command: None }))
            }
            None => After::Status(127),
        }
    }

    /// Notes at which command of the lab a program was started.
    pub(crate) fn mark(&self, cx: &mut Cx<'_>, pid: Pid) {
        if self.state.lab.is_some()
            && let Some(proc) = cx.sys.proc_mut(pid)
        {
            proc.origin = Some(self.state.pos);
        }
    }

    fn start(
        &mut self,
        cx: &mut Cx<'_>,
        command: &Rc<Command>,
        words: Vec<Vec<u8>>,
        saved: Saved,
        env: &Rc<crate::sys::proc::Env>,
    ) -> Step {
        let last = self.state.level > 0 && self.frames.is_empty() && self.state.traps.is_empty();
        let Some(name) = words.first().cloned() else { return Step::Next };
        if words.iter().any(|word| word.len() >= MAX_ARG) {
            let path = tools::path_of(&name).map_or(name, String::into_bytes);
            self.not_started(cx, &path, "Argument list too long");
            Self::restore(cx, saved);
            return self.finished(cx, 126);
        }
        let Some(body) = tools::start(&name, cx) else { return Step::Next };
        if last {
            // The subshell's last command takes its place, as bash's does.
            self.mark(cx, cx.pid);
            if let Some(proc) = cx.sys.proc_mut(cx.pid) {
                proc.args = words.into();
                proc.env = Rc::clone(env);
            }
            return Step::Block(Poll::Exec(body));
        }
        let child = cx.start_child(body, words, Some(Rc::clone(env)), None, &[]);
        Self::restore(cx, saved);
        match child {
            Some(pid) => {
                self.mark(cx, pid);
                let command = Some(Rc::clone(command));
                self.frames.push(Frame::WaitFor { children: vec![(pid, None)], command });
                Step::Next
            }
            None => self.give_up(cx),
        }
    }
}

/// `MAX_ARG_STRLEN` (`include/uapi/linux/binfmts.h`): longest word that a program is given, its NUL
/// included.
const MAX_ARG: usize = 131_072;

/// A command's name as bash prints it: `$'…'` where it is no plain text.
fn visible(name: &[u8]) -> Vec<u8> {
    if std::str::from_utf8(name).is_ok_and(|text| !text.chars().any(char::is_control)) {
        return name.to_vec();
    }
    let mut out = b"$'".to_vec();
    for &byte in name {
        match byte {
            b'\'' | b'\\' => out.extend([b'\\', byte]),
            b' '..=b'~' => out.push(byte),
            _ => out.extend(format!("\\{byte:03o}").bytes()),
        }
    }
    out.push(b'\'');
    out
}

/// `[3]=x` within an array's brackets.
fn index_prefix(field: Vec<u8>) -> (Option<i64>, Vec<u8>) {
    if field.first() == Some(&b'[')
        && let Some(close) = field.windows(2).position(|w| w == b"]=")
        && let Some(index) = std::str::from_utf8(&field[1..close]).ok().and_then(|t| t.parse().ok())
    {
        return (Some(index), field[close + 2..].to_vec());
    }
    (None, field)
}
