//! Machines that pages run on.

use packetwalk_lab::Lab;
use packetwalk_shell::print::walk::{Explained, Language, Style, Walk, explain, text};
use packetwalk_shell::{Apart, Collect, Line, Shell, is_note};
use packetwalk_trace::NsId;

use crate::console::Exchange;
use crate::expect::spaced;

/// Most packets of which a walk's way is told.
const PACKETS: u32 = 100;

/// A machine that a lab has set up. A clone is a machine of its own.
#[derive(Clone)]
pub struct Machine {
    shell: Shell,
}

/// A walk that was made, told in one language.
pub struct Walked {
    /// As `packetwalk walk` prints it.
    pub text: String,
    /// Each step's words, in order, spaced by single blanks.
    pub steps: Vec<String>,
}

/// A walk that was made, told in every language: a page may speak any.
pub struct Tellings(pub [Walked; Language::ALL.len()]);

impl Tellings {
    /// In English.
    pub fn english(&self) -> &str {
        let [first, ..] = &self.0;
        &first.text
    }
}

impl Machine {
    /// Runs a lab. What it complains of is `Err`.
    pub fn new(name: &str, lab: &str) -> Result<Self, String> {
        let mut shell = Shell::new(Lab::new(0));
        let mut said = Apart::default();
        shell.run_script(name, lab.as_bytes(), &mut said);
        let (_, errors) = said.texts();
        let complaints: String = errors.split_inclusive('\n').filter(|line| !is_note(line)).collect();
        if complaints.is_empty() { Ok(Self { shell }) } else { Err(complaints) }
    }

    fn place(&self, name: &str) -> Result<NsId, String> {
        self.shell.lab.ns(name).ok_or_else(|| format!("the lab has no network namespace \"{name}\""))
    }

    /// Runs a command; what it prints on both its streams.
    pub fn run(&mut self, exchange: &Exchange) -> Result<String, String> {
        let ns = self.place(&exchange.place)?;
        let mut said = Collect::default();
        match self.shell.run_line(ns, exchange.command.as_bytes(), &mut said) {
            Line::Incomplete => Err(format!("not a whole command: {}", exchange.command)),
            Line::Done(_) | Line::Exit(_) => Ok(said.text()),
        }
    }

    /// Follows the packets of a command. `ping` without a count pings once.
    pub fn walk(&mut self, exchange: &Exchange) -> Result<Tellings, String> {
        let ns = self.place(&exchange.place)?;
        let command = command(&exchange.command);
        self.shell.lab.start_trace_of(PACKETS);
        let mut said = Collect::default();
        if self.shell.run_line(ns, command.as_bytes(), &mut said) == Line::Incomplete {
            return Err(format!("not a whole command: {}", exchange.command));
        }
        self.shell.land(&mut said);
        let events = self.shell.lab.stop_trace();
        let told = |language| self.told(&explain(&events, &self.shell.lab, ns, language));
        Ok(Tellings(Language::ALL.map(told)))
    }

    fn told(&self, walk: &Walk) -> Walked {
        let name = |id| self.shell.lab.label(id).to_owned();
        let words = |s: &Explained| {
            let row = s.decided.as_ref().map_or("", |d| &d.text);
            spaced(&format!("{} {} {} {} {row}", name(s.ns), s.title, s.line, s.sentence))
        };
        Walked { text: text(walk, Style::default(), &name), steps: walk.steps.iter().map(words).collect() }
    }
}

/// A walk's command; `ping` without a count pings once.
pub fn command(typed: &str) -> String {
    match typed.strip_prefix("ping ") {
        Some(rest) if !rest.split_whitespace().any(|w| w.starts_with("-c")) => format!("ping -c1 {rest}"),
        _ => typed.to_owned(),
    }
}
