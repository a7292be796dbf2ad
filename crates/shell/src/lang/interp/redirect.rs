//! Redirections.

use super::Interp;
use crate::Cx;
use crate::lang::ast::{Redirect, RedirectOp, Target};
use crate::lang::expand::{Done, Expander};
use crate::sys::Errno;
use crate::sys::fd::{Held, MOST_FD, Open, OpenId};

/// Descriptors to put back, in the order in which they were replaced.
pub(super) type Saved = Vec<(u32, Option<Held>)>;

/// What a redirection's target expanded to.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    Word(Vec<u8>),
    /// Not exactly one word: as written, if that is known.
    Ambiguous(Vec<u8>),
    Text(Vec<u8>),
}

/// A redirection that failed; told already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed;

impl Expander<'_, '_> {
    /// Expands what a redirection points to.
    pub(super) fn redirect_target(&mut self, redirect: &Redirect) -> Done<Plan> {
        match &redirect.target {
            Target::Here(body) => match body.get() {
                Some(word) => Ok(Plan::Text(self.single(word)?)),
                None => Ok(Plan::Text(Vec::new())),
            },
            Target::Word(word) if redirect.op == RedirectOp::HereString => {
                let mut text = self.single(word)?;
                text.push(b'\n');
                Ok(Plan::Text(text))
            }
            Target::Word(word) => {
                let mut fields = Vec::new();
                self.word_fields(word, &mut fields)?;
                match <[Vec<u8>; 1]>::try_from(fields) {
                    Ok([one]) => Ok(Plan::Word(one)),
                    Err(_) => Ok(Plan::Ambiguous(word.written())),
                }
            }
        }
    }
}

impl Interp {
    /// Does one redirection; what it replaced is added to `saved`.
    pub(super) fn redirect(
        &mut self,
        cx: &mut Cx<'_>,
        redirect: &Redirect,
        plan: Plan,
        saved: &mut Saved,
    ) -> Result<(), Failed> {
        use RedirectOp as Op;
        let default = match redirect.op {
            Op::Read | Op::ReadWrite | Op::DupRead | Op::Here | Op::HereString => 0,
            _ => 1,
        };
        let fd = redirect.fd.unwrap_or(default);
        let path = match plan {
            Plan::Text(text) => {
                let open = cx.sys.open_new(Open::Given { bytes: text.into(), at: 0 });
                return self.install(cx, fd, open, saved);
            }
            Plan::Ambiguous(text) => {
                self.error_bytes(cx, &[&text, b": ambiguous redirect"]);
                return Err(Failed);
            }
            Plan::Word(word) => word,
        };
        let both = matches!(redirect.op, Op::Both | Op::BothAppend);
        let open = match redirect.op {
            Op::DupRead | Op::DupWrite => {
                if path == b"-" {
                    Self::put_aside(cx, fd, None, saved);
                    return Ok(());
                }
                let number =
                    std::str::from_utf8(&path).ok().and_then(|t| t.trim_end_matches('-').parse().ok());
                match number {
                    Some(from) => match cx.sys.fd(cx.pid, from) {
                        Some(open) => {
                            let open = cx.sys.dup(open);
                            self.install(cx, fd, open, saved)?;
                            if path.ends_with(b"-") {
                                Self::put_aside(cx, from, None, saved);
                            }
                            return Ok(());
                        }
                        None => Err(Errno::BadDescriptor),
                    },
                    // `>&file` is `&>file`.
                    None if redirect.op == Op::DupWrite && redirect.fd.is_none() => {
                        let open = match cx.open(&path, crate::cx::Mode::Write) {
                            Ok(open) => open,
                            Err(e) => return self.redirect_failed(cx, &path, e, redirect.op),
                        };
                        let error = cx.sys.dup(open);
                        self.install(cx, 1, open, saved)?;
                        return self.install(cx, 2, error, saved);
                    }
                    None => {
                        self.error_bytes(cx, &[&path, b": ambiguous redirect"]);
                        return Err(Failed);
                    }
                }
            }
            Op::Read => cx.open(&path, crate::cx::Mode::Read),
            Op::ReadWrite => cx.open(&path, crate::cx::Mode::ReadWrite),
            Op::Append | Op::BothAppend => cx.open(&path, crate::cx::Mode::Append),
            Op::Write | Op::Both
                if self.state.options.noclobber && matches!(cx.place(&path), Ok(crate::cx::Place::File)) =>
            {
                self.error_bytes(cx, &[&path, b": cannot overwrite existing file"]);
                return Err(Failed);
            }
            _ => cx.open(&path, crate::cx::Mode::Write),
        };
        match open {
            Ok(open) => {
                let error = both.then(|| cx.sys.dup(open));
                self.install(cx, fd, open, saved)?;
                match error {
                    Some(error) => self.install(cx, 2, error, saved),
                    None => Ok(()),
                }
            }
            Err(e) => self.redirect_failed(cx, &path, e, redirect.op),
        }
    }

    fn redirect_failed(&self, cx: &mut Cx<'_>, path: &[u8], e: Errno, op: RedirectOp) -> Result<(), Failed> {
        if self.state.dash {
            let reads = matches!(op, RedirectOp::Read | RedirectOp::DupRead);
            let why = match (e, reads) {
                (Errno::NoEntry, true) => "No such file",
                (Errno::NoEntry, false) => "Directory nonexistent",
                _ => e.text(),
            };
            let what: &[u8] = if reads { b"cannot open " } else { b"cannot create " };
            self.error_bytes(cx, &[what, path, b": ", why.as_bytes()]);
            return Err(Failed);
        }
        self.error_bytes(cx, &[path, b": ", e.text().as_bytes()]);
        Err(Failed)
    }

    fn install(&self, cx: &mut Cx<'_>, fd: u32, open: OpenId, saved: &mut Saved) -> Result<(), Failed> {
        if fd > MOST_FD {
            cx.sys.close(open);
            self.error_bytes(cx, &[fd.to_string().as_bytes(), b": Bad file descriptor"]);
            return Err(Failed);
        }
        Self::put_aside(cx, fd, Some(open), saved);
        Ok(())
    }

    /// Puts `open` under a descriptor and keeps what was there.
    fn put_aside(cx: &mut Cx<'_>, fd: u32, open: Option<OpenId>, saved: &mut Saved) {
        let old = cx.sys.put_fd(cx.pid, fd, open);
        saved.push((fd, old.and_then(|old| cx.sys.hold(cx.pid, old))));
    }

    /// Gives up what was kept: the redirections stay.
    pub(super) fn keep(cx: &mut Cx<'_>, saved: Saved) {
        for held in saved.into_iter().filter_map(|(_, held)| held) {
            if let Some(open) = cx.sys.release(cx.pid, held) {
                cx.sys.close(open);
            }
        }
    }

    /// Puts descriptors back, the last replaced first.
    pub(super) fn restore(cx: &mut Cx<'_>, saved: Saved) {
        for (fd, held) in saved.into_iter().rev() {
            let old = held.and_then(|held| cx.sys.release(cx.pid, held));
            if let Some(open) = cx.sys.put_fd(cx.pid, fd, old) {
                cx.sys.close(open);
            }
        }
    }
}
