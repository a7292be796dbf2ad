//! Runs a page, and says what of it does not hold.

use std::path::Path;

use crate::console::Exchange;
use crate::page::{self, Item, Kind};
use crate::run::{Machine, Tellings};
use crate::{expect, run};

/// Something that a page says, and that is not so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Line of the page, from 1.
    pub line: usize,
    /// What is wrong, in one or more lines.
    pub why: String,
}

/// What became of a page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Labs that were run.
    pub labs: usize,
    /// Commands whose output was compared.
    pub commands: usize,
    /// Walks that were made.
    pub walks: usize,
    /// Lines and links that claim something of a walk.
    pub claims: usize,
    /// What does not hold.
    pub broken: Vec<Broken>,
}

/// Runs a page. `dir` is where the files of its labs are looked for.
pub fn check(text: &str, dir: &Path) -> Report {
    let mut checker = Checker::new(dir);
    for item in page::read(text) {
        checker.item(&item);
    }
    checker.end();
    checker.report
}

/// Where a page has come to.
pub(crate) struct Checker<'a> {
    dir: &'a Path,
    pub report: Report,
    /// The lab's text, for the elements of the page.
    pub lab: String,
    fresh: Option<Machine>,
    console: Option<Machine>,
    /// The last walk, with its line and the number of its claims.
    walk: Option<(Tellings, usize, usize)>,
}

impl<'a> Checker<'a> {
    pub fn new(dir: &'a Path) -> Self {
        Self { dir, report: Report::default(), lab: String::new(), fresh: None, console: None, walk: None }
    }

    fn broken(&mut self, line: usize, why: impl Into<String>) {
        self.report.broken.push(Broken { line, why: why.into() });
    }

    /// Runs an item.
    pub fn item(&mut self, item: &Item) {
        let line = item.line;
        match &item.kind {
            Kind::Lab(text) => self.set_up("lab", text, line),
            Kind::LabFile(file, more) => match std::fs::read_to_string(self.dir.join(file)) {
                Ok(text) => self.set_up(file, &(text + more), line),
                Err(error) => self.broken(line, format!("{file}: {error}")),
            },
            Kind::Console(exchanges) => self.console(exchanges, line),
            Kind::Walk { before, walk, .. } => self.walk(before, walk, line),
            Kind::Claim { words, .. } => self.claim(words, line),
            Kind::Bad(why) => self.broken(line, *why),
        }
    }

    /// The end of the page.
    pub fn end(&mut self) {
        if let Some((_, line, 0)) = self.walk.take() {
            self.broken(line, "nothing is claimed of this walk: it checks nothing");
        }
    }

    fn set_up(&mut self, name: &str, text: &str, line: usize) {
        self.end();
        self.report.labs += 1;
        text.clone_into(&mut self.lab);
        match Machine::new(name, text) {
            Ok(machine) => (self.fresh, self.console) = (Some(machine.clone()), Some(machine)),
            Err(complaints) => {
                (self.fresh, self.console) = (None, None);
                self.broken(line, format!("the lab complains:\n{}", complaints.trim_end()));
            }
        }
    }

    fn console(&mut self, exchanges: &[Exchange], line: usize) {
        let Some(mut machine) = self.console.take() else {
            return self.broken(line, "no lab above to run this on");
        };
        for exchange in exchanges {
            self.report.commands += 1;
            if let Err(why) = compare(&mut machine, exchange) {
                self.broken(line + exchange.line, why);
            }
        }
        self.console = Some(machine);
    }

    fn walk(&mut self, before: &[Exchange], walk: &Exchange, line: usize) {
        self.end();
        let Some(mut machine) = self.fresh.clone() else {
            return self.broken(line, "no lab above to walk through");
        };
        for exchange in before {
            self.report.commands += 1;
            if let Err(why) = compare(&mut machine, exchange) {
                self.broken(line + exchange.line, why);
            }
        }
        self.report.walks += 1;
        match machine.walk(walk) {
            Ok(walked) => {
                let wanted: Vec<&str> = walk.below.iter().map(String::as_str).collect();
                let claims = wanted.iter().filter(|w| !matches!(w.trim(), "" | "…")).count();
                self.report.claims += claims;
                let lacks = |text: &str| {
                    let got: Vec<&str> = text.lines().collect();
                    expect::in_order(&wanted, &got).map(str::to_owned)
                };
                let english = walked.english();
                if let Some(missing) = lacks(english)
                    && walked.0.iter().all(|told| lacks(&told.text).is_some())
                {
                    let why = format!("the walk has no line here that holds\n  {missing}\nit is\n{english}");
                    self.broken(line + walk.line, why);
                }
                self.walk = Some((walked, line + walk.line, claims));
            }
            Err(why) => self.broken(line + walk.line, why),
        }
    }

    fn claim(&mut self, words: &str, line: usize) {
        self.report.claims += 1;
        let Some((walked, _, claims)) = &mut self.walk else {
            return self.broken(line, "no walk above of which this could be claimed");
        };
        *claims += 1;
        if !walked.0.iter().flat_map(|told| &told.steps).any(|step| expect::holds(step, words)) {
            let why = format!("no step of the walk above holds \"{words}\"; it is\n{}", walked.english());
            self.broken(line, why);
        }
    }
}

/// Runs a command, and says how its output differs.
fn compare(machine: &mut Machine, exchange: &Exchange) -> Result<(), String> {
    let got = machine.run(exchange)?;
    expect::shown(&exchange.command, &exchange.below, &got.lines().collect::<Vec<_>>())
}

/// The attributes of a walk's element: its commands before, and its own.
pub(crate) fn attributes(before: &[Exchange], walk: &Exchange) -> (String, String) {
    let place = |e: &Exchange| if e.place.is_empty() { "host".to_owned() } else { e.place.clone() };
    let line = |e: &Exchange| format!("{}$ {}", place(e), e.command);
    let setup = before.iter().map(line).collect::<Vec<_>>().join("\n");
    (setup, format!("{} {}", place(walk), run::command(&walk.command)))
}
