//! `packetwalk matrix`: who can reach whom.

use core::time::Duration;
use std::fmt::Write as _;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use packetwalk_lab::Lab;
use packetwalk_reach::{Cell, Key, Matrix, Place, Probe, Share, State, usual};
use packetwalk_shell::Shell;
use packetwalk_shell::print::walk::Language;
use serde_json::{Value, json};

use crate::Failure;
use crate::lab::{self, Console};

/// What is still under way when a script ends gets this long: addresses of IPv6 become valid, servers listen.
const SETTLE: Duration = Duration::from_secs(2);

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

/// `packetwalk matrix`.
pub fn matrix(args: &Args) -> Result<u8, Failure> {
    let script = lab::read(&args.lab)?;
    let mut shell = Shell::new(Lab::new(args.seed));
    let name = args.lab.to_string_lossy();
    let mut complaints = Console::complaints(&name);
    shell.run_script(&name, &script, &mut complaints);
    let until = shell.lab.now() + SETTLE;
    shell.run_until(until, &mut complaints);
    let named = |names: &[String]| -> Result<Vec<_>, Failure> {
        names.iter().map(|name| lab::namespace(&shell.lab, name)).collect()
    };
    let (from, to) = (named(&args.from)?, named(&args.to)?);
    let (probes, left_out) = if args.ports.is_empty() { usual(&shell.lab) } else { (args.ports.clone(), 0) };
    let mut matrix = Matrix::new(&shell.lab, &probes, Language::En);
    let wanted = |list: &[packetwalk_trace::NsId], place: usize| {
        list.is_empty() || matrix.places.get(place).is_some_and(|p| list.contains(&p.ns))
    };
    let rows: Vec<usize> = (0..matrix.places.len()).filter(|place| wanted(&from, *place)).collect();
    let columns: Vec<usize> = (0..matrix.places.len()).filter(|place| wanted(&to, *place)).collect();
    let keys = matrix.keys(&|place| wanted(&from, place), &|place| wanted(&to, place));
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    for share in solve(&matrix, &shell.lab, &keys, jobs) {
        matrix.take(share);
    }
    let view = View { matrix: &matrix, rows: &rows, columns: &columns };
    let text = if args.json { format!("{}\n", view.json()) } else { view.text(left_out) };
    lab::print(text.as_bytes())?;
    Ok(0)
}

/// Asks on several threads. Which thread asks what does not show.
fn solve(matrix: &Matrix, lab: &Lab, keys: &[Key], jobs: usize) -> Vec<Share> {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut lab, mut shares) = (lab.clone(), Vec::new());
        while let Some(key) = keys.get(next.fetch_add(1, Ordering::Relaxed)) {
            shares.extend(matrix.solve(&mut lab, *key));
        }
        shares
    };
    let jobs = jobs.min(keys.len()).max(1);
    if jobs == 1 {
        return work();
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
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
        for (at, probe) in self.matrix.probes.iter().enumerate() {
            let alike: Vec<String> = (0..self.matrix.probes.len())
                .filter(|other| self.matrix.like(*other) == at)
                .filter_map(|other| self.matrix.probes.get(other).map(ToString::to_string))
                .collect();
            if self.matrix.like(at) != at {
                continue;
            }
            let _ = probe;
            let _ = write!(out, "\n{}\n  {:width$}", alike.join(", "), "from");
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
        let pair =
            |own: bool| row.iter().find_map(|a| to.iter().find(|b| (*a == **b) == own).map(|b| (*a, *b)));
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
        let (other, own) = (pair(false).map(&mut one), pair(true).map(&mut one));
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
        let mut cells = Vec::new();
        let (rows, targets) = (self.groups(self.rows), self.groups(self.columns));
        for (r, row) in rows.iter().enumerate() {
            for (t, target) in targets.iter().enumerate() {
                for own in [false, true] {
                    let pair =
                        row.iter().find_map(|a| target.iter().find(|b| (a == *b) == own).map(|b| (*a, *b)));
                    let Some((from, to)) = pair else { continue };
                    let count = self.place(to).map_or(0, |p| p.addresses.len());
                    for (addr, at) in
                        (0..count).flat_map(|a| (0..self.matrix.probes.len()).map(move |p| (a, p)))
                    {
                        if self.matrix.like(at) != at {
                            continue;
                        }
                        let Some(cell) = self.matrix.cell(from, to, addr, at) else { continue };
                        let by = cell.by.and_then(|ns| self.matrix.places.iter().find(|p| p.ns == ns));
                        let ports = (0..self.matrix.probes.len()).filter(|p| self.matrix.like(*p) == at);
                        cells.push(json!({
                            "from": r, "to": t, "address": addr, "itself": own,
                            "ports": ports.filter_map(|p| self.matrix.probes.get(p)).map(ToString::to_string).collect::<Vec<_>>(),
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

/// Ends a line without spaces before its end.
fn trim(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}
