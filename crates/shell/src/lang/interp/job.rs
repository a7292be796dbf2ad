//! Background jobs, and the builtins that wait: `wait` and `read`.

use packetwalk_wire::Instant;

use super::{Frame, Interp, Step};
use crate::Cx;
use crate::lang::vars::Value;
use crate::process::{Pid, Poll, Status};
use crate::sys::Read;

/// What `wait` waits for.
#[derive(Clone, Debug)]
pub(crate) struct WaitState {
    /// Jobs by process, in the order given.
    pub pids: Vec<Pid>,
    /// `-n`: the first that ends.
    pub any: bool,
    /// Without arguments the status is 0.
    pub all: bool,
    /// Status of an argument that is no job, as the last one's counts.
    pub status: u8,
}

/// A `read` that waits for a line.
#[derive(Clone, Debug)]
pub(crate) struct ReadState {
    pub names: Vec<Vec<u8>>,
    /// `-a`.
    pub array: Option<Vec<u8>>,
    pub raw: bool,
    pub fd: u32,
    pub delimiter: u8,
    /// `-n` or `-N`: at most this many characters; the flag: exactly.
    pub most: Option<(usize, bool)>,
    pub deadline: Option<Instant>,
    /// Bytes so far, and whether each was escaped.
    pub bytes: Vec<u8>,
    pub escaped: Vec<bool>,
    pub backslash: bool,
}

/// A `mapfile` that reads.
#[derive(Clone, Debug)]
pub(crate) struct MapState {
    pub name: Vec<u8>,
    /// `-t`: without the delimiters.
    pub trim: bool,
    pub skip: usize,
    /// 0: all.
    pub most: usize,
    pub fd: u32,
    pub delimiter: u8,
    pub bytes: Vec<u8>,
}

impl Interp {
    pub(super) fn step_map_file(&mut self, cx: &mut Cx<'_>, mut map: MapState) -> Step {
        loop {
            match cx.read_fd(map.fd, usize::MAX) {
                Read::Data(mut bytes) => map.bytes.append(&mut bytes),
                Read::Wait => {
                    self.frames.push(Frame::MapFile(map));
                    return Step::Block(Poll::Wait);
                }
                Read::End => break,
                Read::Error(e) => {
                    let text = format!("mapfile: {}: invalid file descriptor: {}", map.fd, e.text());
                    self.error(cx, &text);
                    return self.finished(cx, 1);
                }
            }
        }
        let lines = map.bytes.split_inclusive(|b| *b == map.delimiter).skip(map.skip);
        let most = if map.most == 0 { usize::MAX } else { map.most };
        let lines = lines.take(most).map(|line| match line.strip_suffix(&[map.delimiter]) {
            Some(text) if map.trim => text.to_vec(),
            _ => line.to_vec(),
        });
        let array = (0..).zip(lines).collect();
        let status = match self.state.vars.change(&map.name, |var| var.value = Value::Array(array)) {
            Ok(()) => 0,
            Err(_) => 1,
        };
        self.finished(cx, status)
    }

    /// Notes which jobs ended.
    pub(crate) fn update_jobs(&mut self, cx: &mut Cx<'_>) {
        for job in &mut self.state.jobs {
            if job.ended.is_none() {
                job.ended = cx.reap(job.pid);
            }
        }
    }

    /// Jobs that ended leave the list when another one starts; their status stays for `wait`.
    pub(super) fn forget_jobs(&mut self) {
        const MOST: usize = 1024;
        if self.state.jobs.iter().all(|j| j.ended.is_none()) {
            return;
        }
        let done = std::rc::Rc::make_mut(&mut self.state.done);
        self.state.jobs.retain(|job| match job.ended {
            Some(status) => {
                done.insert(job.pid, status);
                false
            }
            None => true,
        });
        while done.len() > MOST {
            done.pop_first();
        }
    }

    pub(super) fn step_kill(&mut self, cx: &mut Cx<'_>, words: Vec<Vec<u8>>, at: Instant) -> Step {
        if cx.now() < at {
            self.frames.push(Frame::Kill { words, at });
            return Step::Block(Poll::WaitUntil(at));
        }
        let after = crate::lang::builtins::kill_now(self, cx, &words);
        self.after(cx, after)
    }

    pub(super) fn step_wait(&mut self, cx: &mut Cx<'_>, wait: WaitState) -> Step {
        self.update_jobs(cx);
        let ended = |pid: Pid| self.state.jobs.iter().find(|j| j.pid == pid).map(|j| j.ended);
        if wait.any {
            let first = wait.pids.iter().find_map(|p| ended(*p).flatten().map(|s| (*p, s)));
            let Some((pid, status)) = first else {
                self.frames.push(Frame::Wait(wait));
                return Step::Block(Poll::Wait);
            };
            self.state.jobs.retain(|j| j.pid != pid);
            return self.finished(cx, status.code());
        }
        if wait.pids.iter().any(|p| matches!(ended(*p), Some(None))) {
            self.frames.push(Frame::Wait(wait));
            return Step::Block(Poll::Wait);
        }
        let mut code = wait.status;
        for pid in &wait.pids {
            let done = self.state.done.get(pid).copied();
            if let Some(status) = ended(*pid).flatten().or(done) {
                if let Status::Killed(signal) = status {
                    self.killed(cx, *pid, signal, None);
                }
                code = status.code();
            }
        }
        self.state.jobs.retain(|j| !wait.pids.contains(&j.pid));
        if wait.all {
            self.state.done = std::rc::Rc::default();
        } else if wait.pids.iter().any(|p| self.state.done.contains_key(p)) {
            std::rc::Rc::make_mut(&mut self.state.done).retain(|p, _| !wait.pids.contains(p));
        }
        self.finished(cx, if wait.all { 0 } else { code })
    }

    pub(super) fn step_read_line(&mut self, cx: &mut Cx<'_>, mut read: ReadState) -> Step {
        // From a file a whole block is taken and what is too much is put back; from a pipe byte by byte.
        let seekable = cx.sys.fd(cx.pid, read.fd).is_some_and(|open| cx.sys.seekable(open));
        let block = if seekable { 4096 } else { 1 };
        loop {
            if read.most.is_some_and(|(most, _)| read.bytes.len() >= most) {
                return self.read_done(cx, &read, true);
            }
            let bytes = match cx.read_fd(read.fd, block) {
                Read::Data(bytes) => bytes,
                Read::Wait => {
                    if let Some(at) = read.deadline {
                        if cx.now() >= at {
                            self.read_done(cx, &read, false);
                            return self.finished(cx, 142);
                        }
                        self.frames.push(Frame::ReadLine(read));
                        return Step::Block(Poll::WaitUntil(at));
                    }
                    self.frames.push(Frame::ReadLine(read));
                    return Step::Block(Poll::Wait);
                }
                Read::End => return self.read_done(cx, &read, false),
                Read::Error(e) => {
                    let text = format!(
                        "read: {}: {}",
                        if read.fd == 0 {
                            "read error: 0".to_owned()
                        } else {
                            format!("{}: invalid file descriptor", read.fd)
                        },
                        e.text()
                    );
                    self.error(cx, &text);
                    return self.finished(cx, 1);
                }
            };
            for (n, &b) in bytes.iter().enumerate() {
                let mut done = false;
                if read.backslash {
                    read.backslash = false;
                    if b != b'\n' {
                        read.bytes.push(b);
                        read.escaped.push(true);
                    }
                } else if b == b'\\' && !read.raw {
                    read.backslash = true;
                } else if b == read.delimiter && read.most.is_none_or(|(_, exact)| !exact) {
                    done = true;
                } else if b != 0 {
                    read.bytes.push(b);
                    read.escaped.push(false);
                }
                done |= read.most.is_some_and(|(most, _)| read.bytes.len() >= most);
                if done {
                    if let Some(open) = cx.sys.fd(cx.pid, read.fd) {
                        cx.sys.unread(open, bytes.len() - n - 1);
                    }
                    return self.read_done(cx, &read, true);
                }
            }
        }
    }

    /// Splits what was read over the names.
    fn read_done(&mut self, cx: &mut Cx<'_>, read: &ReadState, complete: bool) -> Step {
        let ifs = self
            .state
            .vars
            .get(b"IFS")
            .map_or_else(|| b" \t\n".to_vec(), |v| v.scalar().unwrap_or(b" \t\n").to_vec());
        let (bytes, escaped) = (&read.bytes, &read.escaped);
        let is = |at: usize| !escaped.get(at).copied().unwrap_or(true) && ifs.contains(&bytes[at]);
        let blank = |at: usize| is(at) && matches!(bytes[at], b' ' | b'\t' | b'\n');
        let mut fields: Vec<Vec<u8>> = Vec::new();
        let most = match (&read.array, read.names.len()) {
            (Some(_), _) => usize::MAX,
            (None, n) => n.max(1),
        };
        let mut at = 0;
        let end = bytes.len();
        if read.array.is_none() && read.names.is_empty() {
            fields.push(bytes.clone());
            at = end;
        }
        while at < end && blank(at) {
            at += 1;
        }
        while at < end {
            if fields.len() + 1 == most {
                let mut last = end;
                while last > at && blank(last - 1) {
                    last -= 1;
                }
                // One separator at the very end goes too, if it is the only one.
                let inner = (at..last).filter(|n| is(*n) && !blank(*n)).count();
                if inner == 1 && last > at && is(last - 1) {
                    last -= 1;
                    while last > at && blank(last - 1) {
                        last -= 1;
                    }
                }
                fields.push(bytes[at..last].to_vec());
                break;
            }
            let start = at;
            while at < end && !is(at) {
                at += 1;
            }
            fields.push(bytes[start..at].to_vec());
            while at < end && blank(at) {
                at += 1;
            }
            if at < end && is(at) && !blank(at) {
                at += 1;
                while at < end && blank(at) {
                    at += 1;
                }
            }
        }
        let reply = vec![b"REPLY".to_vec()];
        let names = if read.names.is_empty() { &reply } else { &read.names };
        let mut failed = false;
        if let Some(array) = &read.array {
            let _ = self.state.vars.unset(array);
            for (n, field) in fields.into_iter().enumerate() {
                failed |= self.state.vars.set_element(array, n as i64, field).is_err();
            }
        } else {
            let mut fields = fields.into_iter();
            for name in names {
                if self.state.vars.set(name, fields.next().unwrap_or_default()).is_err() {
                    self.error(cx, &format!("{}: readonly variable", String::from_utf8_lossy(name)));
                    failed = true;
                }
            }
        }
        self.finished(cx, u8::from(!complete || failed))
    }
}
