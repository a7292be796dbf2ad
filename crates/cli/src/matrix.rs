//! `packetwalk matrix`: who can reach whom.

use std::fmt::Write as _;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use packetwalk_lab::Lab;
use packetwalk_reach::{Asker, Cell, Key, Matrix, Place, Probe, SETTLE, Share, State, usual};
use packetwalk_shell::print::walk::Language;
use packetwalk_shell::{Apart, Shell, Sink};
use serde_json::{Value, json};

use crate::Failure;
use crate::lab::{self, Console};

/// More threads are not started: each builds the lab.
const MOST_JOBS: usize = 64;

/// As much as the first thread has: the lab's script is run on it.
const STACK: usize = 8 << 20;

#[derive(clap::Args)]
pub struct Args {
    /// The lab: a script of Linux commands
    lab: PathBuf,
    /// Ports to ask, as tcp/80,udp/53; else those on which sockets of the lab listen, and a closed one
    #[arg(long, value_delimiter = ',', value_parser = probe, value_name = "PORTS")]
    ports: Vec<Probe>,
    /// Only from these namespaces or containers
    #[arg(long, num_args = 1.., value_name = "NAME")]
    from: Vec<String>,
    /// Only to these namespaces or containers
    #[arg(long, num_args = 1.., value_name = "NAME")]
    to: Vec<String>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
    /// How many threads ask; else one for each processor
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    /// Seed of every random choice
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn probe(text: &str) -> Result<Probe, String> {
    text.parse().map_err(|_| "not a port: one is tcp/80 or udp/53".to_owned())
}

/// How many keys a thread takes at a time.
const SPELL: usize = 128;

/// What every thread has to know.
struct Plan {
    matrix: Matrix,
    keys: Vec<Key>,
    /// The next key that nobody has taken.
    next: AtomicUsize,
}

/// What is shown.
struct Shown {
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// How many ports with listeners were not asked.
    left_out: usize,
}

/// `packetwalk matrix`.
pub fn matrix(args: &Args) -> Result<u8, Failure> {
    let script = lab::read(&args.lab)?;
    let name = args.lab.to_string_lossy();
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let load = |out: &mut dyn Sink| {
        let mut shell = Shell::new(Lab::new(args.seed));
        shell.run_script(&name, &script, out);
        let until = shell.lab.now() + SETTLE;
        shell.run_until(until, out);
        shell.lab
    };
    // A lab stays on its thread: each builds its own, all the same, while this one makes the plan.
    let (plan, shown, shares) = std::thread::scope(|scope| {
        let mut helpers = Vec::new();
        for _ in 1..jobs.min(MOST_JOBS) {
            let (sender, receiver) = mpsc::channel::<Arc<Plan>>();
            let load = &load;
            let work = move || {
                let mut asker = Asker::new(load(&mut Apart::default()));
                receiver.recv().map(|plan| solve(&plan, &mut asker)).unwrap_or_default()
            };
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
            helpers.push((sender, thread));
        }
        let mut asker = Asker::new(load(&mut Console::complaints(&name)));
        let (plan, shown) = plan(args, asker.lab())?;
        let plan = Arc::new(plan);
        let mut threads = Vec::new();
        for (sender, thread) in helpers {
            // One that is gone is found when it is joined.
            let _ = sender.send(Arc::clone(&plan));
            threads.push(thread);
        }
        let mut shares = solve(&plan, &mut asker);
        for thread in threads {
            shares.extend(thread.join().map_err(|_| Failure("a thread ended before its time".to_owned()))?);
        }
        Ok::<_, Failure>((plan, shown, shares))
    })?;
    let plan = Arc::into_inner(plan).ok_or_else(|| Failure("a thread has not ended".to_owned()))?;
    if shares.len() != plan.keys.len() {
        return Err(Failure(format!(
            "{} of {} questions have no answer",
            plan.keys.len() - shares.len(),
            plan.keys.len()
        )));
    }
    let mut matrix = plan.matrix;
    matrix.take(shares);
    let view = View { matrix: &matrix, rows: &shown.rows, columns: &shown.columns };
    let text = if args.json { format!("{}\n", view.json()) } else { view.text(shown.left_out) };
    lab::print(text.as_bytes())?;
    Ok(0)
}

fn plan(args: &Args, lab: &Lab) -> Result<(Plan, Shown), Failure> {
    let named = |names: &[String]| -> Result<Vec<_>, Failure> {
        names.iter().map(|name| lab::namespace(lab, name)).collect()
    };
    let (from, to) = (named(&args.from)?, named(&args.to)?);
    let (probes, left_out) = if args.ports.is_empty() { usual(lab) } else { (args.ports.clone(), 0) };
    let matrix = Matrix::new(lab, &probes, Language::En);
    let wanted = |list: &[packetwalk_trace::NsId], place: usize| {
        list.is_empty() || matrix.places.get(place).is_some_and(|p| list.contains(&p.ns))
    };
    let rows = (0..matrix.places.len()).filter(|place| wanted(&from, *place)).collect();
    let columns = (0..matrix.places.len()).filter(|place| wanted(&to, *place)).collect();
    let keys = matrix.keys(&|place| wanted(&from, place), &|place| wanted(&to, place));
    Ok((Plan { matrix, keys, next: AtomicUsize::new(0) }, Shown { rows, columns, left_out }))
}

/// Asks until nothing is left to ask. Which thread asks what does not show.
fn solve(plan: &Plan, asker: &mut Asker) -> Vec<Share> {
    let mut shares = Vec::new();
    loop {
        // Keys that stand together are about one pair.
        let first = plan.next.fetch_add(SPELL, Ordering::Relaxed);
        let mut keys = plan.keys.iter().skip(first).take(SPELL).peekable();
        if keys.peek().is_none() {
            return shares;
        }
        shares.extend(keys.filter_map(|key| plan.matrix.solve(asker, *key)));
    }
}

/// The rows and columns that are shown.
struct View<'a> {
    matrix: &'a Matrix,
    rows: &'a [usize],
    columns: &'a [usize],
}

fn sign(state: State) -> char {
    match state {
        State::Answered => '✓',
        State::Delivered => '○',
        State::Refused => '✗',
        State::Dropped => '·',
        State::ReplyLost => '↩',
        State::NotSent => '!',
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Answered => "answered",
        State::Delivered => "delivered",
        State::Refused => "refused",
        State::Dropped => "dropped",
        State::ReplyLost => "reply lost",
        State::NotSent => "not sent",
    }
}

impl View<'_> {
    fn place(&self, place: usize) -> Option<&Place> {
        self.matrix.places.get(place)
    }

    /// Places that are alike, as far as they are shown; those that chance tells apart stand alone.
    fn groups(&self, shown: &[usize]) -> Vec<Vec<usize>> {
        let mut all: Vec<Vec<usize>> = Vec::new();
        for (number, class) in self.matrix.classes().iter().enumerate() {
            let members: Vec<usize> = class.members.iter().copied().filter(|m| shown.contains(m)).collect();
            if self.matrix.is_spread(number) {
                all.extend(members.into_iter().map(|m| vec![m]));
            } else if !members.is_empty() {
                all.push(members);
            }
        }
        all.sort_unstable();
        all
    }

    fn label(&self, group: &[usize]) -> String {
        let name =
            |place: Option<&usize>| place.and_then(|p| self.place(*p)).map_or("", |p| p.label.as_str());
        match group {
            [] => String::new(),
            [one] => name(Some(one)).to_owned(),
            [one, other] => format!("{}, {}", name(Some(one)), name(Some(other))),
            many => format!("{} … {} ({})", name(many.first()), name(many.last()), many.len()),
        }
    }

    /// The ports that are asked for themselves, by number, each with all that are like it.
    fn ports(&self) -> impl Iterator<Item = (usize, Vec<String>)> {
        let probes = &self.matrix.probes;
        let like = move |at| (0..probes.len()).filter(move |other| self.matrix.like(*other) == at);
        let own = (0..probes.len()).filter(|at| self.matrix.like(*at) == *at);
        own.map(move |at| (at, like(at).filter_map(|p| probes.get(p)).map(ToString::to_string).collect()))
    }

    fn text(&self, left_out: usize) -> String {
        let (rows, targets) = (self.groups(self.rows), self.groups(self.columns));
        let mut columns: Vec<(&[usize], usize)> = Vec::new();
        for group in &targets {
            let count = group.first().and_then(|m| self.place(*m)).map_or(0, |p| p.addresses.len());
            columns.extend((0..count).map(|at| (group.as_slice(), at)));
        }
        let mut out = String::from("to\n");
        for (number, (group, at)) in columns.iter().enumerate() {
            let addr = |place: Option<&usize>| {
                place
                    .and_then(|p| self.place(*p)?.addresses.get(*at))
                    .map(ToString::to_string)
                    .unwrap_or_default()
            };
            let span = match group {
                [one] => addr(Some(one)),
                many => format!("{} … {}", addr(many.first()), addr(many.last())),
            };
            let _ = writeln!(out, "  {:>3}  {}  {span}", number + 1, self.label(group));
        }
        let mut reasons: Vec<String> = Vec::new();
        let labels: Vec<String> = rows.iter().map(|group| self.label(group)).collect();
        let width = labels.iter().map(|l| l.chars().count()).max().unwrap_or(0);
        for (at, ports) in self.ports() {
            let _ = write!(out, "\n{}\n  {:width$}", ports.join(", "), "from");
            let cells: Vec<Vec<String>> = rows
                .iter()
                .map(|row| {
                    columns.iter().map(|(to, addr)| self.shown(row, to, *addr, at, &mut reasons)).collect()
                })
                .collect();
            let widths: Vec<usize> = (0..columns.len())
                .map(|c| {
                    let cells = cells.iter().filter_map(|row| row.get(c)).map(|cell| cell.chars().count());
                    cells.max().unwrap_or(0).max((c + 1).to_string().len())
                })
                .collect();
            for (c, width) in widths.iter().enumerate() {
                let _ = write!(out, "  {:<width$}", c + 1);
            }
            trim(&mut out);
            for (label, row) in labels.iter().zip(&cells) {
                let _ = write!(out, "  {label:width$}");
                for (cell, width) in row.iter().zip(&widths) {
                    let _ = write!(out, "  {cell:<width$}");
                }
                trim(&mut out);
            }
        }
        out.push_str("\n✓ answered  ○ delivered  ✗ refused  · dropped  ↩ reply lost  ! not sent");
        out.push_str("  a/b: to others / to itself\n");
        for (number, reason) in reasons.iter().enumerate() {
            let _ = writeln!(out, "  {:>3}  {reason}", number + 1);
        }
        if left_out > 0 {
            let _ = writeln!(out, "{left_out} more ports have listeners: --ports asks them");
        }
        out
    }

    /// A cell of two groups.
    fn shown(
        &self,
        row: &[usize],
        to: &[usize],
        addr: usize,
        probe: usize,
        reasons: &mut Vec<String>,
    ) -> String {
        let mut one = |(from, to): (usize, usize)| {
            let Some(cell) = self.matrix.cell(from, to, addr, probe) else { return String::new() };
            let reason = self.reason(&cell, from, to, addr);
            if reason.is_empty() {
                return sign(cell.state).to_string();
            }
            let known = reasons.iter().position(|r| *r == reason);
            let number = known.unwrap_or_else(|| {
                reasons.push(reason);
                reasons.len() - 1
            });
            format!("{}{}", sign(cell.state), number + 1)
        };
        let (other, own) = (pair(row, to, false).map(&mut one), pair(row, to, true).map(&mut one));
        match (other, own) {
            (Some(a), Some(b)) if a != b => format!("{a}/{b}"),
            (Some(a), _) | (None, Some(a)) => a,
            (None, None) => String::new(),
        }
    }

    /// Why, without the names of the two.
    fn reason(&self, cell: &Cell, from: usize, to: usize, addr: usize) -> String {
        let by = cell.by.and_then(|ns| self.matrix.places.iter().position(|p| p.ns == ns));
        let who = match by {
            Some(by) if by == to => "TO",
            Some(by) if by == from => "FROM",
            Some(by) => self.place(by).map_or("", |p| p.label.as_str()),
            None => "",
        };
        let why = self.matrix.general(&cell.why, from, to, addr);
        match cell.state {
            State::Answered | State::Delivered if who == "TO" => String::new(),
            State::Answered | State::Delivered => format!("{} in {who}", word(cell.state)),
            State::Refused if why.is_empty() => format!("refused by {who}"),
            State::Refused => format!("refused by {who}: {why}"),
            _ => why,
        }
    }

    fn json(&self) -> Value {
        let class = |members: &[usize]| -> Vec<&str> {
            members.iter().filter_map(|m| self.place(*m)).map(|p| p.label.as_str()).collect()
        };
        let ports: Vec<_> = self.ports().collect();
        let mut cells = Vec::new();
        let (rows, targets) = (self.groups(self.rows), self.groups(self.columns));
        for (r, row) in rows.iter().enumerate() {
            for (t, target) in targets.iter().enumerate() {
                for own in [false, true] {
                    let Some((from, to)) = pair(row, target, own) else { continue };
                    let count = self.place(to).map_or(0, |p| p.addresses.len());
                    for (addr, (at, ports)) in (0..count).flat_map(|a| ports.iter().map(move |p| (a, p))) {
                        let Some(cell) = self.matrix.cell(from, to, addr, *at) else { continue };
                        let by = cell.by.and_then(|ns| self.matrix.places.iter().find(|p| p.ns == ns));
                        cells.push(json!({
                            "from": r, "to": t, "address": addr, "itself": own,
                            "ports": ports,
                            "verdict": word(cell.state), "by": by.map(|p| p.label.as_str()), "why": cell.why,
                            "asked": [self.place(from).map(|p| p.label.as_str()), self.place(to).and_then(|p| p.addresses.get(addr)).map(ToString::to_string)],
                        }));
                    }
                }
            }
        }
        let places: Vec<Value> = self
            .matrix
            .places
            .iter()
            .map(|p| json!({ "name": p.label, "addresses": p.addresses.iter().map(ToString::to_string).collect::<Vec<_>>() }))
            .collect();
        json!({
            "places": places,
            "ports": self.matrix.probes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "from": rows.iter().map(|g| class(g)).collect::<Vec<_>>(),
            "to": targets.iter().map(|g| class(g)).collect::<Vec<_>>(),
            "cells": cells,
        })
    }
}

/// A source and a destination of two groups: one place, or two.
fn pair(from: &[usize], to: &[usize], own: bool) -> Option<(usize, usize)> {
    from.iter().find_map(|a| to.iter().find(|b| (a == *b) == own).map(|b| (*a, *b)))
}

/// Ends a line without spaces before its end.
fn trim(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}
