//! Tools that act on their input as it comes: standard input, or each of their files in turn.

use std::collections::VecDeque;

use crate::Cx;
use crate::process::{Poll, Process};
use crate::sys::vfs::Entry;
use crate::sys::{Errno, Read};

/// What a tool wants after a piece of its input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    /// The next piece.
    Next,
    /// No more of this file.
    Skip,
    /// Its end.
    Exit(u8),
}

/// What a word among the operands is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operand {
    /// A file's name; `-` is standard input.
    File,
    /// Something that the tool has used.
    Used,
}

/// A tool that is fed line by line.
pub(super) trait Tool: 'static {
    /// Whether it takes pieces as they come and not lines.
    fn pieces(&self) -> bool {
        false
    }
    /// What ends a line.
    fn separator(&self) -> u8 {
        b'\n'
    }
    /// Reads the command's words: the tool and its operands. An error is its status.
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8>
    where
        Self: Sized;
    /// An operand's turn.
    fn operand(&mut self, _cx: &mut Cx<'_>, _word: &[u8]) -> Operand {
        Operand::File
    }
    /// A file begins.
    fn open(&mut self, _cx: &mut Cx<'_>, _name: &[u8]) -> Flow {
        Flow::Next
    }
    /// A file cannot be opened, or not be read (a directory).
    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow;
    /// A line without its end; `ended`: it had one. Or a piece.
    fn line(&mut self, cx: &mut Cx<'_>, line: &[u8], ended: bool) -> Flow;
    /// A file's end.
    fn close(&mut self, _cx: &mut Cx<'_>) -> Flow {
        Flow::Next
    }
    /// The end of all input; the status.
    fn finish(&mut self, cx: &mut Cx<'_>) -> u8;
    /// Bytes of the last piece that it did not use; `None`: it does not put back what it leaves.
    fn unused(&self) -> Option<usize> {
        None
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Source {
    /// None is open.
    Closed,
    /// A descriptor.
    Descriptor(u32),
    /// A file, whole in the buffer.
    Whole,
}

/// The process around a [`Tool`].
#[derive(Clone, Debug)]
struct Run<T> {
    tool: Option<T>,
    feed: Feed,
}

/// What a tool is fed from.
#[derive(Clone, Debug)]
struct Feed {
    files: VecDeque<Vec<u8>>,
    any: bool,
    /// The file that is read.
    name: Vec<u8>,
    source: Source,
    buffer: Vec<u8>,
    /// Bytes of the buffer that the tool has had.
    at: usize,
    /// Bytes of the buffer without a line's end after `at`.
    scanned: usize,
}

/// The process of a tool.
pub(super) fn new<T: Tool + Clone>() -> Box<dyn Process> {
    let feed = Feed {
        files: VecDeque::new(),
        any: false,
        name: Vec::new(),
        source: Source::Closed,
        buffer: Vec::new(),
        at: 0,
        scanned: 0,
    };
    Box::new(Run::<T> { tool: None, feed })
}

impl<T: Tool + Clone> Process for Run<T> {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let mut tool = match self.tool.take() {
            Some(tool) => tool,
            None => match T::start(cx) {
                Ok((tool, files)) => {
                    self.feed.files = files.into();
                    tool
                }
                Err(status) => return Poll::Exit(status),
            },
        };
        let poll = self.feed.go_on(&mut tool, cx);
        self.tool = Some(tool);
        poll
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}

/// The descriptor of a file without an end.
const ENDLESS: u32 = 200;

impl Feed {
    fn go_on(&mut self, tool: &mut dyn Tool, cx: &mut Cx<'_>) -> Poll {
        loop {
            let flow = match self.source {
                Source::Closed => match self.next_file(tool, cx) {
                    Some(flow) => flow,
                    None => return Poll::Exit(tool.finish(cx)),
                },
                Source::Whole => {
                    let flow = self.lines(tool, cx, true);
                    self.end(tool, cx, flow)
                }
                Source::Descriptor(fd) => match self.lines(tool, cx, false) {
                    Flow::Next => match cx.read_fd(fd, usize::MAX) {
                        Read::Data(bytes) => {
                            self.fill(bytes);
                            Flow::Next
                        }
                        Read::Wait => return Poll::Wait,
                        Read::End => {
                            let flow = self.lines(tool, cx, true);
                            self.end(tool, cx, flow)
                        }
                        Read::Error(error) => {
                            self.source = Source::Closed;
                            let name = std::mem::take(&mut self.name);
                            tool.failed(cx, &name, error)
                        }
                    },
                    flow => self.end(tool, cx, flow),
                },
            };
            if let Flow::Exit(status) = flow {
                return Poll::Exit(status);
            }
        }
    }

    /// Opens the next file; `None`: there is none.
    fn next_file(&mut self, tool: &mut dyn Tool, cx: &mut Cx<'_>) -> Option<Flow> {
        let name = loop {
            match self.files.pop_front() {
                Some(word) if tool.operand(cx, &word) == Operand::Used => {}
                Some(word) => break word,
                None if self.any => return None,
                None => break b"-".to_vec(),
            }
        };
        self.any = true;
        self.name.clone_from(&name);
        self.buffer.clear();
        (self.at, self.scanned) = (0, 0);
        let source = if name == b"-" { Ok(Source::Descriptor(0)) } else { self.load(cx, &name) };
        Some(match source {
            Ok(source) => {
                self.source = source;
                let flow = tool.open(cx, &name);
                if flow == Flow::Next { Flow::Next } else { self.end(tool, cx, flow) }
            }
            Err(error) => tool.failed(cx, &name, error),
        })
    }

    fn load(&mut self, cx: &mut Cx<'_>, name: &[u8]) -> Result<Source, Errno> {
        if let Some(fd) = descriptor(cx, name) {
            return Ok(Source::Descriptor(fd));
        }
        if cx.sys.vfs.lookup(&cx.path(name)) == Ok(Entry::Zero) {
            // It has no end: it is read as long as somebody wants more.
            let open = cx.open(name, crate::cx::Mode::Read)?;
            if let Some(old) = cx.sys.put_fd(cx.pid, ENDLESS, Some(open)) {
                cx.sys.close(old);
            }
            return Ok(Source::Descriptor(ENDLESS));
        }
        self.buffer = cx.read_file(name)?;
        Ok(Source::Whole)
    }

    fn fill(&mut self, bytes: Vec<u8>) {
        if self.at == self.buffer.len() {
            self.buffer = bytes;
            self.scanned = 0;
        } else {
            self.buffer.drain(..self.at);
            self.buffer.extend_from_slice(&bytes);
        }
        self.at = 0;
    }

    /// Feeds the tool what is in the buffer; with `all` the last line too when it has no end.
    fn lines(&mut self, tool: &mut dyn Tool, cx: &mut Cx<'_>, all: bool) -> Flow {
        let (separator, pieces) = (tool.separator(), tool.pieces());
        while let Some(rest) = self.buffer.get(self.at..).filter(|rest| !rest.is_empty()) {
            let end = rest.iter().skip(self.scanned).position(|&b| b == separator).map(|n| n + self.scanned);
            let (line, ended, next) = match end {
                _ if pieces => (rest, false, rest.len()),
                Some(n) => (&rest[..n], true, n + 1),
                None if all => (rest, false, rest.len()),
                None => {
                    self.scanned = rest.len();
                    break;
                }
            };
            let flow = tool.line(cx, line, ended);
            self.at += next;
            self.scanned = 0;
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn end(&mut self, tool: &mut dyn Tool, cx: &mut Cx<'_>, flow: Flow) -> Flow {
        let source = std::mem::replace(&mut self.source, Source::Closed);
        if let (Source::Descriptor(fd), Some(unused)) = (source, tool.unused())
            && let Some(open) = cx.sys.fd(cx.pid, fd)
        {
            cx.sys.unread(open, unused + self.buffer.len().saturating_sub(self.at));
        }
        match flow {
            Flow::Exit(_) => flow,
            Flow::Next | Flow::Skip => tool.close(cx),
        }
    }
}

/// The descriptor behind a name such as `/dev/stdin`.
pub(super) fn descriptor(cx: &Cx<'_>, name: &[u8]) -> Option<u32> {
    match cx.sys.vfs.lookup(&cx.path(name)) {
        Ok(Entry::Descriptor(fd)) => Some(fd),
        _ => None,
    }
}

/// Reads operands whole, for a tool that needs all of its input at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Whole {
    /// Its operands; empty: standard input.
    pub names: Vec<Vec<u8>>,
    /// What was read of each, or why not.
    pub done: Vec<Input>,
    part: Vec<u8>,
}

impl Whole {
    /// The input that `names` stand for.
    pub fn new(mut names: Vec<Vec<u8>>) -> Self {
        if names.is_empty() {
            names.push(b"-".to_vec());
        }
        Self { names, ..Self::default() }
    }

    /// Reads on; `true` when all is read.
    pub fn read(&mut self, cx: &mut Cx<'_>) -> bool {
        while let Some(name) = self.names.get(self.done.len()).cloned() {
            let fd = if name == b"-" { Some(0) } else { descriptor(cx, &name) };
            let result = match fd {
                None if name.is_empty() => Err(Errno::NoEntry),
                None => cx.read_file(&name),
                Some(fd) => loop {
                    match cx.read_fd(fd, usize::MAX) {
                        Read::Data(bytes) => self.part.extend_from_slice(&bytes),
                        Read::Wait => return false,
                        Read::End => break Ok(std::mem::take(&mut self.part)),
                        Read::Error(error) => break Err(error),
                    }
                },
            };
            self.done.push((name, result));
        }
        true
    }
}

/// A tool that reads all of its input before it prints.
pub(super) trait Gather: Clone + 'static {
    /// Reads the command's words: the tool and its operands. An error is its status.
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8>;
    /// Prints; the status. Each operand comes with its bytes or the reason why it has none.
    fn finish(&mut self, cx: &mut Cx<'_>, input: Vec<Input>) -> u8;
}

/// An operand and what was read of it.
pub(super) type Input = (Vec<u8>, Result<Vec<u8>, Errno>);

#[derive(Clone, Debug)]
struct RunGather<T>(Option<(T, Whole)>);

/// The process of a tool that reads everything first.
pub(super) fn gather<T: Gather>() -> Box<dyn Process> {
    Box::new(RunGather::<T>(None))
}

impl<T: Gather> Process for RunGather<T> {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let (mut tool, mut input) = match self.0.take() {
            Some(state) => state,
            None => match T::start(cx) {
                Ok((tool, names)) => (tool, Whole::new(names)),
                Err(status) => return Poll::Exit(status),
            },
        };
        if input.read(cx) {
            return Poll::Exit(tool.finish(cx, input.done));
        }
        self.0 = Some((tool, input));
        Poll::Wait
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}
