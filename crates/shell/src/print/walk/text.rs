//! A walk for the terminal.
//!
//! One block a stay of a packet in a namespace, under the namespace's name; in it one line a step, with
//! a title in front. What did not matter stands dimmed, and only on request.

use core::fmt::Write as _;

use packetwalk_trace::NsId;

use super::language::{Language, Say};
use super::verdict::micros;
use super::{Explained, Leg, Tone, Verdict, Walk};

/// How a walk is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// With the steps that are details.
    pub details: bool,
}

/// Width of the titles.
const TITLE: usize = 18;
/// Width of the rule under a leg's name.
const WIDTH: usize = 72;

/// How many columns of a terminal a text takes: Chinese characters and their signs take two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{2e80}'..='\u{ffef}') { 2 } else { 1 }).sum()
}

struct Printer {
    style: Style,
    language: Language,
    out: String,
}

/// Prints a walk. `names` gives a namespace's name.
pub fn text(walk: &Walk, style: Style, names: &dyn Fn(NsId) -> String) -> String {
    let mut p = Printer { style, language: walk.language, out: String::new() };
    let mut leg = None;
    let mut stay: Option<(NsId, u32)> = None;
    let mut title = String::new();
    for step in walk.steps.iter().filter(|step| wanted(step, style)) {
        if leg != Some(step.leg) {
            p.leg(step.leg, leg.is_none());
            (leg, stay) = (Some(step.leg), None);
        }
        if stay != Some((step.ns, step.packet)) {
            let since = walk.steps.first().map(|first| micros(step.at.since(first.at)));
            p.namespace(&names(step.ns), &since.unwrap_or_default());
            stay = Some((step.ns, step.packet));
            title.clear();
        }
        p.step(step, &title);
        title.clone_from(&step.title);
    }
    p.verdict(walk);
    p.out
}

/// A table's beginning says nothing that its rules do not.
fn wanted(step: &Explained, style: Style) -> bool {
    !step.line.is_empty() && (style.details || !step.detail)
}

impl Printer {
    fn paint(&mut self, code: &str, text: &str) {
        if self.style.color && !code.is_empty() && !text.is_empty() {
            let _ = write!(self.out, "\x1b[{code}m{text}\x1b[0m");
        } else {
            self.out.push_str(text);
        }
    }

    fn leg(&mut self, leg: Leg, first: bool) {
        let (name, color) = match leg {
            Leg::Request => (Say::Request, "1;34"),
            Leg::Reply => (Say::Reply, "1;35"),
            Leg::Error => (Say::Error, "1;31"),
            Leg::Arp => (Say::WhoIsWhere, "1;33"),
        };
        let name = self.language.text(name);
        if !first {
            self.out.push('\n');
        }
        let rule = "─".repeat(WIDTH.saturating_sub(columns(name) + 4));
        self.paint(color, &format!("── {name} {rule}"));
        self.out.push('\n');
    }

    fn namespace(&mut self, name: &str, since: &str) {
        self.paint("1", name);
        let pad = WIDTH.saturating_sub(name.chars().count() + since.chars().count() + 1);
        let _ = write!(self.out, "{:pad$}", "");
        self.paint("2", &format!("+{since}"));
        self.out.push('\n');
    }

    fn step(&mut self, step: &Explained, last_title: &str) {
        let title = self.language.title(if step.title == last_title { "" } else { &step.title });
        let pad = TITLE.saturating_sub(columns(&title));
        self.out.push_str("  ");
        self.paint(if step.detail { "2" } else { "36" }, &title);
        let _ = write!(self.out, "{:pad$} ", "");
        let color = match step.tone {
            _ if step.detail => "2",
            Tone::Plain => "",
            Tone::Accept | Tone::Deliver => "32",
            Tone::Rewrite => "33",
            Tone::Drop => "31",
        };
        match step
            .line
            .rfind(" src=")
            .filter(|_| step.title == "conntrack" && step.line.matches("src=").count() > 1)
        {
            // The reply's half on a line of its own.
            Some(at) => {
                let (original, reply) = step.line.split_at(at);
                self.paint(color, original);
                let _ = write!(self.out, "\n{:1$}", "", TITLE + 3);
                let name = self.language.text(Say::Reply);
                self.paint(color, &format!("{name} {}", reply.trim_start()));
            }
            None => self.paint(color, &step.line),
        }
        if self.style.details {
            for tried in &step.tried {
                let mark = if tried.won { '✓' } else { '·' };
                let _ = write!(self.out, "\n{:1$}", "", TITLE + 3);
                self.paint("2", &format!("{mark} {}   {}", tried.text, tried.why));
            }
        }
        if let Some(note) = step.note {
            let _ = write!(self.out, "\n{:1$}", "", TITLE + 3);
            self.paint("2", note);
        }
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push('\n');
    }

    fn verdict(&mut self, walk: &Walk) {
        let (mark, color) = match walk.outcome.verdict {
            Verdict::Answered => ("✓", "1;32"),
            Verdict::Delivered => ("✓", "1;33"),
            Verdict::Dropped | Verdict::Refused | Verdict::ReplyLost | Verdict::NotSent => ("✗", "1;31"),
        };
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.paint(color, &format!("{mark} {}", walk.outcome.sentence));
        self.out.push('\n');
    }
}
