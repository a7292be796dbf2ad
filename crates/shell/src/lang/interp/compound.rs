//! `if`, loops, `case`, `(( ))`.

use std::rc::Rc;

use super::{Frame, Interp, Step};
use crate::Cx;
use crate::lang::ast::{CaseEnd, Command, Kind};
use crate::lang::expand::Log;
use crate::lang::parse::name_len;

impl Interp {
    /// Begins a compound command whose redirections are done.
    pub(super) fn begin_compound(&mut self, cx: &mut Cx<'_>, command: Rc<Command>) -> Step {
        let log = Log::default();
        let frame = match &command.kind {
            Kind::Group(list) => Frame::List { list: Rc::clone(list), at: 0 },
            Kind::Subshell(_) => return self.subshell(cx, &command),
            Kind::If { .. } => Frame::If { command, at: 0, tested: false },
            Kind::Loop { .. } => return self.test_loop(cx, command, 0),
            Kind::For { .. } => Frame::For { command, words: None, at: 0, log },
            Kind::ForArithmetic { .. } => Frame::ForArithmetic { command, part: 0, log },
            Kind::Case { .. } => Frame::Case { command, log },
            Kind::Condition(_) => Frame::Condition { command, log },
            Kind::Arithmetic(_) => Frame::Arithmetic { command, log },
            Kind::Simple(_) | Kind::Function { .. } => return Step::Next,
        };
        self.frames.push(frame);
        Step::Next
    }

    pub(super) fn step_if(&mut self, command: Rc<Command>, at: usize, tested: bool) -> Step {
        let Kind::If { arms, otherwise } = &command.kind else { return Step::Next };
        let next = at + usize::from(tested);
        if tested
            && self.state.status == 0
            && let Some((_, body)) = arms.get(at)
        {
            self.frames.push(Frame::List { list: Rc::clone(body), at: 0 });
            return Step::Next;
        }
        match (arms.get(next), otherwise) {
            (Some((condition, _)), _) => {
                let list = Rc::clone(condition);
                self.frames.push(Frame::If { command, at: next, tested: true });
                self.frames.push(Frame::List { list, at: 0 });
            }
            (None, Some(body)) => self.frames.push(Frame::List { list: Rc::clone(body), at: 0 }),
            (None, None) => self.state.status = 0,
        }
        Step::Next
    }

    /// Runs a loop's condition; `status` is what the loop's would be if it ended.
    fn test_loop(&mut self, cx: &mut Cx<'_>, command: Rc<Command>, status: u8) -> Step {
        let Kind::Loop { condition, .. } = &command.kind else { return Step::Next };
        if let Some(step) = self.count(cx) {
            return step;
        }
        let list = Rc::clone(condition);
        self.frames.push(Frame::Loop { command, in_body: false, status });
        self.frames.push(Frame::List { list, at: 0 });
        Step::Next
    }

    /// After a loop's condition or body.
    pub(super) fn step_loop(
        &mut self,
        cx: &mut Cx<'_>,
        command: Rc<Command>,
        in_body: bool,
        status: u8,
    ) -> Step {
        let Kind::Loop { until, body, .. } = &command.kind else { return Step::Next };
        if in_body {
            let status = self.state.status;
            return self.test_loop(cx, command, status);
        }
        if (self.state.status == 0) == *until {
            self.state.status = status;
            return Step::Next;
        }
        let list = Rc::clone(body);
        self.frames.push(Frame::Loop { command, in_body: true, status });
        self.frames.push(Frame::List { list, at: 0 });
        Step::Next
    }

    pub(super) fn step_for(
        &mut self,
        cx: &mut Cx<'_>,
        command: Rc<Command>,
        words: Option<Rc<[Vec<u8>]>>,
        at: usize,
        mut log: Log,
    ) -> Step {
        let Kind::For { name, words: written, text, body } = &command.kind else { return Step::Next };
        if name_len(name) != name.len() {
            self.error(cx, &format!("`{}': not a valid identifier", String::from_utf8_lossy(name)));
            return self.finished(cx, 1);
        }
        let words = match (words, written) {
            (Some(words), _) => words,
            (None, None) => Rc::clone(&self.state.positional),
            (None, Some(written)) => match self.expand(cx, &mut log, |e| e.fields(written)) {
                Ok(words) => words.into(),
                Err(halt) => {
                    return self.halted(cx, halt, Frame::For { command, words: None, at, log });
                }
            },
        };
        if at == 0 {
            self.state.status = 0;
        }
        let Some(word) = words.get(at).cloned() else { return Step::Next };
        if let Some(step) = self.count(cx) {
            return step;
        }
        self.state.line = command.pos.line;
        if self.state.options.xtrace {
            let text = if written.is_some() { text.as_slice() } else { b" \"$@\"" };
            self.trace(cx, &[b"for ", name.as_slice(), b" in", text].concat());
        }
        if self.state.vars.set(name, word).is_err() {
            self.error(cx, &format!("{}: readonly variable", String::from_utf8_lossy(name)));
            return self.discard(cx);
        }
        let list = Rc::clone(body);
        self.frames.push(Frame::For { command, words: Some(words), at: at + 1, log: Log::default() });
        self.frames.push(Frame::List { list, at: 0 });
        Step::Next
    }

    pub(super) fn step_for_arithmetic(
        &mut self,
        cx: &mut Cx<'_>,
        command: Rc<Command>,
        part: usize,
        mut log: Log,
    ) -> Step {
        let Kind::ForArithmetic { parts, body } = &command.kind else { return Step::Next };
        let Some(word) = parts.get(part) else { return Step::Next };
        if part == 1
            && let Some(step) = self.count(cx)
        {
            return step;
        }
        let text = match self.expand(cx, &mut log, |e| e.arithmetic_text(word)) {
            Ok(text) => text,
            Err(halt) => return self.halted(cx, halt, Frame::ForArithmetic { command, part, log }),
        };
        self.state.line = command.pos.line;
        let blank = text.trim_ascii().is_empty();
        if self.state.options.xtrace && !blank {
            self.trace(cx, &[b"(( ", text.trim_ascii(), b" ))"].concat());
        }
        let value = match self.expand(cx, &mut Log::default(), |e| e.evaluate(&text)) {
            Ok(value) => value,
            Err(_) if blank => 1,
            Err(halt) => return self.arithmetic_failed(cx, &halt),
        };
        let value = if blank { 1 } else { value };
        let list = Rc::clone(body);
        match part {
            0 => {
                self.state.status = 0;
                self.frames.push(Frame::ForArithmetic { command, part: 1, log: Log::default() });
            }
            1 if value == 0 => {}
            1 => {
                self.frames.push(Frame::ForArithmetic { command, part: 2, log: Log::default() });
                self.frames.push(Frame::List { list, at: 0 });
            }
            _ => self.frames.push(Frame::ForArithmetic { command, part: 1, log: Log::default() }),
        }
        Step::Next
    }

    pub(super) fn step_arithmetic(&mut self, cx: &mut Cx<'_>, command: Rc<Command>, mut log: Log) -> Step {
        let Kind::Arithmetic(word) = &command.kind else { return Step::Next };
        let text = match self.expand(cx, &mut log, |e| e.arithmetic_text(word)) {
            Ok(text) => text,
            Err(halt) => return self.halted(cx, halt, Frame::Arithmetic { command, log }),
        };
        if self.state.options.xtrace {
            self.trace(cx, &[b"(( ", text.as_slice(), b" ))"].concat());
        }
        match self.expand(cx, &mut Log::default(), |e| e.evaluate(&text)) {
            Ok(value) => self.finished(cx, u8::from(value == 0)),
            Err(halt) => self.arithmetic_failed(cx, &halt),
        }
    }

    /// An error in `(( ))`: status 1, and the script goes on.
    fn arithmetic_failed(&mut self, cx: &mut Cx<'_>, halt: &super::Halt) -> Step {
        match halt {
            super::Halt::Discard(text) => self.error(cx, &format!("((: {text}")),
            super::Halt::Fatal(text) => {
                self.error(cx, text);
                return self.exit(cx, 1);
            }
            super::Halt::Run(..) => {}
        }
        self.finished(cx, 1)
    }

    pub(super) fn step_case(&mut self, cx: &mut Cx<'_>, command: Rc<Command>, mut log: Log) -> Step {
        let Kind::Case { word, text, arms } = &command.kind else { return Step::Next };
        if self.state.options.xtrace && log.is_new() {
            self.trace(cx, &[b"case ", text.as_slice(), b" in"].concat());
        }
        let found = self.expand(cx, &mut log, |e| {
            let value = e.single(word)?;
            for (n, arm) in arms.iter().enumerate() {
                for pattern in &arm.patterns {
                    if e.pattern(pattern)?.matches(&value) {
                        return Ok(Some((n, value)));
                    }
                }
            }
            Ok(None)
        });
        let found = match found {
            Ok(found) => found,
            Err(halt) => return self.halted(cx, halt, Frame::Case { command, log }),
        };
        self.state.status = 0;
        let Some((mut at, value)) = found else { return Step::Next };
        let mut bodies = Vec::new();
        while let Some(arm) = arms.get(at) {
            bodies.push(Rc::clone(&arm.body));
            at += 1;
            match arm.end {
                CaseEnd::Leave => break,
                CaseEnd::FallThrough => {}
                CaseEnd::TestNext => {
                    // Later patterns are tried without commands in them: those have run already.
                    let next = arms.iter().enumerate().skip(at).find(|(_, arm)| {
                        arm.patterns.iter().any(|p| {
                            self.expand(cx, &mut log, |e| e.pattern(p)).is_ok_and(|p| p.matches(&value))
                        })
                    });
                    match next {
                        Some((n, _)) => at = n,
                        None => break,
                    }
                }
            }
        }
        for list in bodies.into_iter().rev() {
            self.frames.push(Frame::List { list, at: 0 });
        }
        Step::Next
    }

    /// Counts a command; at the limit the shell gives up.
    pub(super) fn count(&mut self, cx: &mut Cx<'_>) -> Option<Step> {
        let (ran, most) = &mut cx.sys.commands;
        *ran += 1;
        if *ran <= *most {
            return None;
        }
        // Said once: all shells that still run end here.
        if *most > 0 {
            let text = format!("packetwalk: gave up after {most} commands");
            *most = 0;
            self.error(cx, &text);
        }
        Some(self.give_up(cx))
    }
}
