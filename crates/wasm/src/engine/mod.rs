//! A lab that is looked at: run, walked, wound back, and read as tables. No JavaScript here.

mod check;
mod matrix;
mod states;
mod tables;
mod terminals;
mod topology;
mod trouble;
mod typed;
mod walk;

use packetwalk_lab::Lab;
use std::rc::Rc;

use packetwalk_shell::print::walk::Language;
use packetwalk_shell::{Failure, Line, Shell, Sink, Stream, Terminal};
use packetwalk_trace::NsId;
use packetwalk_wire::sorted::Map;

use crate::view::{self, TableName, Texts};
pub use check::check;
use states::States;
pub use tables::Place;
use terminals::Terminals;
pub use trouble::Trouble;

/// The name of the script in messages.
const NAME: &str = "lab.sh";

/// What keys of routes to the machine's own addresses begin with: `RT_TABLE_LOCAL`.
const LOCAL: &str = "255/";

/// Most commands of a script or a line: a loop without end holds a page up no longer than a second or two.
const MOST_COMMANDS: u64 = 250_000;

/// A lab, how its script or what was typed left it, and its last walk.
#[derive(Debug)]
pub struct Engine {
    shell: Shell,
    /// Where `reset` goes back to.
    loaded: Rc<Shell>,
    output: view::Output,
    troubles: Vec<Trouble>,
    snapshots: Map<u32, Shell>,
    last_snapshot: u32,
    walk: Option<(view::Walk, States)>,
    /// The language that walks are told in.
    language: Language,
    terminals: Terminals,
    /// The matrix that is being asked for.
    asked: Option<matrix::Asked>,
}

/// Keeps output in the order in which it came, and what went wrong.
#[derive(Debug, Default)]
struct Chunks {
    parts: Vec<(Stream, Vec<u8>)>,
    /// Of each program that failed, how much had been written on standard error by then.
    failed: Vec<(usize, Failure)>,
    errors: usize,
    /// What programs said at terminals meanwhile.
    aside: Vec<(Terminal, Vec<u8>)>,
}

impl Sink for Chunks {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Stderr {
            self.errors += bytes.len();
        }
        match self.parts.last_mut() {
            Some((last, text)) if *last == stream => text.extend_from_slice(bytes),
            _ => self.parts.push((stream, bytes.to_vec())),
        }
    }

    fn write_at(&mut self, terminal: Terminal, stream: Stream, bytes: &[u8]) {
        match terminal {
            Terminal::SCRIPT => self.write(stream, bytes),
            _ => self.aside.push((terminal, bytes.to_vec())),
        }
    }

    fn failed(&mut self, failure: &Failure) {
        self.failed.push((self.errors, failure.clone()));
    }
}

impl Chunks {
    /// What went wrong in a script, in order.
    fn troubles(&self, script: &str) -> Vec<Trouble> {
        let errors = self.parts.iter().filter(|(stream, _)| *stream == Stream::Stderr);
        let errors: Vec<u8> = errors.flat_map(|(_, bytes)| bytes).copied().collect();
        let of_shell = |from: usize, to: usize| {
            trouble::of_shell(script, &String::from_utf8_lossy(errors.get(from..to).unwrap_or_default()))
        };
        let mut found = Vec::new();
        let mut at = 0;
        for (end, failure) in &self.failed {
            found.extend(of_shell(at, *end));
            found.push(Trouble::from(failure));
            at = *end;
        }
        found.extend(of_shell(at, errors.len()));
        found
    }

    fn output(&self, status: u8, texts: &mut Texts) -> view::Output {
        let (mut stdout, mut stderr, mut chunks) = (String::new(), String::new(), Vec::new());
        for (stream, bytes) in &self.parts {
            let text = String::from_utf8_lossy(bytes);
            let (stream, whole) = match stream {
                Stream::Stdout => (view::Stream::Stdout, &mut stdout),
                Stream::Stderr => (view::Stream::Stderr, &mut stderr),
            };
            whole.push_str(&text);
            chunks.push(view::Chunk { stream, text: texts.of(&text) });
        }
        view::Output { stdout: texts.of(&stdout), stderr: texts.of(&stderr), chunks, status }
    }

    /// Output of no walk.
    fn output_alone(&self, status: u8) -> view::Output {
        let mut texts = Texts::default();
        let output = self.output(status, &mut texts);
        texts.keep();
        output
    }
}

impl Engine {
    /// Runs a script from its beginning, as far as bash would.
    pub fn new(script: &str) -> Self {
        let mut shell = Shell::new(Lab::new(0));
        shell.most_commands = MOST_COMMANDS;
        let mut chunks = Chunks::default();
        let status = shell.run_script(NAME, script.as_bytes(), &mut chunks);
        let troubles = chunks.troubles(script);
        let output = chunks.output_alone(status);
        Self {
            loaded: Rc::new(shell.clone()),
            shell,
            output,
            troubles,
            snapshots: Map::new(),
            last_snapshot: 0,
            walk: None,
            language: Language::default(),
            terminals: Terminals::default(),
            asked: None,
        }
    }

    /// What the script printed.
    pub const fn output(&self) -> &view::Output {
        &self.output
    }

    /// What went wrong in the script.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// Where bash could not read on, if so.
    pub fn unreadable(&self) -> Option<&Trouble> {
        self.troubles.iter().find(|t| t.is_syntax)
    }

    fn ns(&self, name: &str) -> Result<NsId, Trouble> {
        self.shell
            .lab
            .ns(name)
            .ok_or_else(|| Trouble::plain(format!("Cannot open network namespace \"{name}\"")))
    }

    /// Runs a command line in a namespace.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such namespace, or if the line is only the beginning of a command.
    pub fn run(&mut self, ns: &str, command: &str) -> Result<view::Output, Trouble> {
        let ns = self.ns(ns)?;
        let mut chunks = Chunks::default();
        match self.shell.run_line(ns, command.as_bytes(), &mut chunks) {
            Line::Done(status) | Line::Exit(status) => Ok(chunks.output_alone(status)),
            Line::Incomplete => Err(Trouble::plain("the command is not complete")),
        }
    }

    /// Chooses the language that walks are told in from now on: that of a BCP 47 tag, or English.
    pub fn speak(&mut self, tag: &str) {
        self.language = Language::of(tag).unwrap_or_default();
    }

    /// Walks: see [`crate::Lab::walk`].
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub fn walk(&mut self, from: &str, command: &str) -> Result<&view::Walk, Trouble> {
        let ns = self.ns(from)?;
        let (walk, states, aside) = walk::walk(&mut self.shell, ns, command, self.language)?;
        self.terminals.waiting.extend(aside);
        Ok(&self.walk.insert((walk, states)).0)
    }

    /// A step of the last walk.
    ///
    /// # Errors
    /// [`Trouble`] if there is none.
    pub fn step(&self, index: u32) -> Result<&view::Step, Trouble> {
        let found = self.walk.as_ref().and_then(|(walk, _)| walk.steps.get(index as usize));
        found.ok_or_else(|| Trouble::plain(format!("there is no step {index}")))
    }

    /// What was looked at for the routing decision of a step of the last walk.
    pub fn tried(&self, step: u32) -> Vec<view::Tried> {
        self.walk.as_ref().map(|(_, states)| states.tried(step)).unwrap_or_default()
    }

    /// Where the last walks of two labs part.
    ///
    /// # Errors
    /// [`Trouble`] if one has walked nothing yet.
    pub fn part(&self, other: &Self) -> Result<Option<view::Parting>, Trouble> {
        let none = || Trouble::plain("nothing was walked yet");
        let (here, _) = self.walk.as_ref().ok_or_else(none)?;
        let (there, _) = other.walk.as_ref().ok_or_else(none)?;
        Ok(walk::part(here, &self.shell.lab, there, &other.shell.lab))
    }

    /// Namespaces and devices.
    pub fn topology(&self) -> view::Topology {
        topology::topology(&self.shell)
    }

    /// Tables of a namespace.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such namespace.
    pub fn tables(&self, ns: &str) -> Result<view::Tables, Trouble> {
        Ok(tables::tables(&self.shell, self.ns(ns)?))
    }

    /// Tables of a namespace as of a step.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such namespace or step.
    pub fn state_at(&mut self, step: u32, ns: &str) -> Result<view::Tables, Trouble> {
        let ns = self.ns(ns)?;
        let Some((_, states)) = &mut self.walk else { return Err(Trouble::plain("nothing was walked yet")) };
        states.tables(step, ns).ok_or_else(|| no_step(step))
    }

    /// A page of a table, as of a step of the last walk or now, with what was not there as of an earlier one. Of the
    /// routes to the machine's own addresses those are shown that decided a step.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such namespace or step.
    pub fn page(
        &mut self,
        ns: &str,
        table: TableName,
        place: Place<'_>,
        (step, since): (Option<u32>, Option<u32>),
    ) -> Result<view::Page, Trouble> {
        let ns = self.ns(ns)?;
        let (walk, mut states) = match &mut self.walk {
            Some((walk, states)) => (Some(&*walk), Some(states)),
            None => (None, None),
        };
        let here = walk.into_iter().flat_map(|walk| &walk.steps).filter(|step| step.ns == u32::from(ns.0));
        let decided = here.filter_map(|step| step.decided.as_ref()).filter(|row| row.table == table);
        let decided: Vec<&str> = decided.map(|row| &*row.key).collect();
        let is_shown =
            |key: &str| table != TableName::Routes || !key.starts_with(LOCAL) || decided.contains(&key);
        let mut lab = |step, run: &mut dyn FnMut(&Shell)| {
            let lab = match step {
                None => Some(&self.shell),
                Some(step) => states.as_mut().and_then(|states| states.lab(step, ns, table)),
            };
            lab.map(run).ok_or_else(|| no_step(step.unwrap_or(0)))
        };
        let mut page = view::Page::default();
        lab(step, &mut |lab| page = tables::page(lab, ns, table, place, &is_shown))?;
        if since.is_some() {
            lab(since, &mut |lab| page.fresh = tables::fresh(&page.tables, table, lab, ns))?;
        }
        Ok(page)
    }

    /// Keeps the lab as it is.
    pub fn snapshot(&mut self) -> u32 {
        self.last_snapshot = self.last_snapshot.wrapping_add(1);
        self.snapshots.insert(self.last_snapshot, self.shell.clone());
        self.last_snapshot
    }

    /// Brings the lab back.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such snapshot.
    pub fn restore(&mut self, snapshot: u32) -> Result<(), Trouble> {
        let kept = self.snapshots.get(&snapshot);
        self.shell = kept.ok_or_else(|| Trouble::plain(format!("there is no snapshot {snapshot}")))?.clone();
        Ok(())
    }

    /// Forgets a snapshot.
    pub fn forget(&mut self, snapshot: u32) {
        self.snapshots.remove(&snapshot);
    }

    /// Brings the lab back to how its script, or what was typed at a terminal since, left it.
    pub fn reset(&mut self) {
        if std::mem::take(&mut self.terminals.has_ticked) {
            self.loaded = Rc::new(self.shell.clone());
        } else {
            self.shell = self.loaded.as_ref().clone();
        }
    }

    /// Frames of the last walk.
    pub fn pcap(&self) -> Vec<u8> {
        self.walk.as_ref().map_or_else(Vec::new, |(_, states)| states.pcap())
    }
}

fn no_step(step: u32) -> Trouble {
    Trouble::plain(format!("there is no step {step}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables are as of the step: an entry is not there before its packet came, and not answered before
    /// the answer.
    #[test]
    fn an_entry_comes_and_is_answered_at_its_steps() {
        let script = include_str!("../../../../tests/labs/article/docker-2015/lab.sh");
        let mut engine = Engine::new(script);
        let walk = engine.walk("c1", "ping -c1 203.0.113.10").expect("it walks").clone();
        let known = engine.tables("gateway").expect("it is there").conntrack.len();
        let mut seen = Vec::new();
        for step in &walk.steps {
            let rows = engine.state_at(step.index, "gateway").expect("there is such a step").conntrack;
            let unanswered = rows.iter().filter(|row| row.text.contains("UNREPLIED")).count();
            if seen.last() != Some(&(rows.len(), unanswered)) {
                seen.push((rows.len(), unanswered));
            }
        }
        assert_eq!(seen, [(known - 1, 0), (known, 1), (known, 0)]);
    }
}
