//! From a tree to steps.

use super::parse::{Node, Parsed};
use super::set::CharSet;
use super::{Regex, RegexError, Step};

/// Most steps of an expression.
const MOST: usize = 60_000;

struct Compiler {
    steps: Vec<Step>,
}

pub(super) fn compile(parsed: &Parsed, utf8: bool) -> Result<Regex, RegexError> {
    let mut c = Compiler { steps: vec![Step::Save(0)] };
    c.node(&parsed.node)?;
    c.steps.extend([Step::Save(1), Step::Match]);
    let first = first(&c.steps);
    Ok(Regex { steps: c.steps, groups: parsed.groups, first, utf8, warnings: parsed.warnings.clone() })
}

/// The bytes that a match can begin with; `None` when it can begin with none.
fn first(steps: &[Step]) -> Option<Box<[bool; 256]>> {
    let mut set = Box::new([false; 256]);
    let mut seen = vec![false; steps.len()];
    let mut stack = vec![0];
    while let Some(at) = stack.pop() {
        if std::mem::replace(seen.get_mut(at)?, true) {
            continue;
        }
        match steps.get(at)? {
            Step::Byte(b) => set[usize::from(*b)] = true,
            Step::Set(bytes) => set.iter_mut().zip(bytes.iter()).for_each(|(to, from)| *to |= from),
            Step::Split(a, b) => stack.extend([*a, *b]),
            Step::Jump(a) => stack.push(*a),
            Step::Save(_) | Step::Assert(_) => stack.push(at + 1),
            Step::Match => return None,
        }
    }
    Some(set)
}

impl Compiler {
    fn push(&mut self, step: Step) -> Result<usize, RegexError> {
        if self.steps.len() >= MOST {
            return Err(RegexError("Regular expression too big"));
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn set_step(&mut self, at: usize, step: Step) {
        if let Some(place) = self.steps.get_mut(at) {
            *place = step;
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), RegexError> {
        match node {
            Node::Empty => {}
            Node::Byte(b) => {
                self.push(Step::Byte(*b))?;
            }
            Node::Set(set) => self.set(set)?,
            Node::Cat(nodes) => {
                for node in nodes {
                    self.node(node)?;
                }
            }
            Node::Alt(nodes) => self.alternatives(nodes, Self::node)?,
            Node::Group(n, node) => {
                self.push(Step::Save(2 * n))?;
                self.node(node)?;
                self.push(Step::Save(2 * n + 1))?;
            }
            Node::At(at) => {
                self.push(Step::Assert(*at))?;
            }
            Node::Repeat(node, min, max) => self.repeat(node, *min, *max)?,
        }
        Ok(())
    }

    fn alternatives<T>(
        &mut self,
        items: &[T],
        one: impl Fn(&mut Self, &T) -> Result<(), RegexError>,
    ) -> Result<(), RegexError> {
        if items.is_empty() {
            // Nothing matches.
            self.push(Step::Set(Box::new([false; 256])))?;
        }
        let mut ends = Vec::new();
        for (n, item) in items.iter().enumerate() {
            if n + 1 == items.len() {
                one(self, item)?;
                break;
            }
            let split = self.push(Step::Jump(0))?;
            one(self, item)?;
            ends.push(self.push(Step::Jump(0))?);
            self.set_step(split, Step::Split(split + 1, self.steps.len()));
        }
        let end = self.steps.len();
        for at in ends {
            self.set_step(at, Step::Jump(end));
        }
        Ok(())
    }

    fn set(&mut self, set: &CharSet) -> Result<(), RegexError> {
        let mut choices: Vec<Vec<Step>> = Vec::new();
        if set.bytes.contains(&true) || set.ranges.is_empty() {
            choices.push(vec![Step::Set(Box::new(set.bytes))]);
        }
        for sequence in set.sequences() {
            let steps = sequence.into_iter().map(|(low, high)| {
                let mut bytes = Box::new([false; 256]);
                bytes[usize::from(low)..=usize::from(high)].fill(true);
                Step::Set(bytes)
            });
            choices.push(steps.collect());
        }
        self.alternatives(&choices, |c, steps| {
            for step in steps {
                c.push(step.clone())?;
            }
            Ok(())
        })
    }

    fn repeat(&mut self, node: &Node, min: usize, max: Option<usize>) -> Result<(), RegexError> {
        for _ in 0..min {
            self.node(node)?;
            // An empty body costs no steps, but its repetition must still end.
            if matches!(node, Node::Empty) {
                return Ok(());
            }
        }
        let Some(max) = max else {
            let split = self.push(Step::Jump(0))?;
            self.node(node)?;
            self.push(Step::Jump(split))?;
            self.set_step(split, Step::Split(split + 1, self.steps.len()));
            return Ok(());
        };
        let mut splits = Vec::new();
        for _ in min..max {
            splits.push(self.push(Step::Jump(0))?);
            self.node(node)?;
        }
        let end = self.steps.len();
        for split in splits {
            self.set_step(split, Step::Split(split + 1, end));
        }
        Ok(())
    }
}
