//! Matching: every way through the steps at once, the leftmost that begins, the longest that ends.

use super::set::is_word;
use super::{At, Groups, Regex, Step};

const NONE: usize = usize::MAX;

/// The ways that are at one place of the text, in order of preference; each has `width` slots.
struct Ways {
    steps: Vec<usize>,
    slots: Vec<usize>,
    /// At which place each step was added last.
    seen: Vec<usize>,
}

impl Ways {
    fn new(size: usize) -> Self {
        Self { steps: Vec::new(), slots: Vec::new(), seen: vec![NONE; size] }
    }
}

/// What is left to do while ways are added.
enum Todo {
    Step(usize),
    Restore(usize, usize),
}

struct Search<'a> {
    regex: &'a Regex,
    text: &'a [u8],
    width: usize,
    todo: Vec<Todo>,
    current: Vec<usize>,
}

/// Finds the leftmost longest match with `width` slots kept; 0: any match will do.
pub(super) fn find(regex: &Regex, text: &[u8], from: usize, width: usize) -> Option<Groups> {
    let any = width == 0;
    let width = width.max(2);
    let mut at = next_start(regex, text, from)?;
    let size = regex.steps.len();
    let (mut now, mut next) = (Ways::new(size), Ways::new(size));
    let mut best: Option<Vec<usize>> = None;
    let mut search = Search { regex, text, width, todo: Vec::new(), current: vec![NONE; width] };
    loop {
        if best.is_none() {
            if now.steps.is_empty() {
                match next_start(regex, text, at) {
                    Some(start) => at = start,
                    None => break,
                }
            }
            // No character begins with a byte that continues one.
            let inside = regex.utf8 && text.get(at).is_some_and(|b| b & 0xc0 == 0x80);
            if !inside || at == from {
                search.current.fill(NONE);
                search.add(at, &mut now, 0);
            }
        } else if now.steps.is_empty() {
            break;
        }
        next.steps.clear();
        next.slots.clear();
        let byte = text.get(at).copied();
        for (n, &step) in now.steps.iter().enumerate() {
            let slots = now.slots.get(n * width..(n + 1) * width)?;
            // A way that begins later than a match is of no use.
            if best.as_ref().is_some_and(|best| best.first() < slots.first()) {
                continue;
            }
            let goes = match (regex.steps.get(step)?, byte) {
                (Step::Byte(b), Some(c)) => *b == c,
                (Step::Set(set), Some(c)) => set[usize::from(c)],
                (Step::Match, _) => {
                    if any {
                        return Some(Vec::new());
                    }
                    let better = best.as_ref().is_none_or(|best| {
                        slots.first() < best.first()
                            || slots.first() == best.first() && slots.get(1) > best.get(1)
                    });
                    if better {
                        best = Some(slots.to_vec());
                    }
                    continue;
                }
                _ => false,
            };
            if goes {
                search.current.copy_from_slice(slots);
                search.add(at + 1, &mut next, step + 1);
            }
        }
        std::mem::swap(&mut now, &mut next);
        at += 1;
        if at > text.len() {
            break;
        }
    }
    let slots = best?;
    let pair = |p: &[usize]| match p {
        [a, b] if *a != NONE && *b != NONE && a <= b => Some((*a, *b)),
        _ => None,
    };
    Some(slots.chunks(2).map(pair).collect())
}

/// The first place at or after `at` where a match can begin.
fn next_start(regex: &Regex, text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    match &regex.first {
        Some(first) => rest.iter().position(|b| first[usize::from(*b)]).map(|n| at + n),
        None => Some(at),
    }
}

impl Search<'_> {
    /// Adds the ways that lead on from `step` at `at` without a byte, with the slots of `current`.
    fn add(&mut self, at: usize, ways: &mut Ways, step: usize) {
        self.todo.push(Todo::Step(step));
        while let Some(todo) = self.todo.pop() {
            let step = match todo {
                Todo::Restore(slot, old) => {
                    if let Some(place) = self.current.get_mut(slot) {
                        *place = old;
                    }
                    continue;
                }
                Todo::Step(step) => step,
            };
            match ways.seen.get_mut(step) {
                Some(seen) if *seen != at => *seen = at,
                _ => continue,
            }
            match self.regex.steps.get(step) {
                Some(Step::Jump(to)) => self.todo.push(Todo::Step(*to)),
                Some(Step::Split(a, b)) => {
                    self.todo.push(Todo::Step(*b));
                    self.todo.push(Todo::Step(*a));
                }
                Some(Step::Save(n)) => {
                    if let Some(place) = self.current.get_mut(*n) {
                        self.todo.push(Todo::Restore(*n, *place));
                        *place = at;
                    }
                    self.todo.push(Todo::Step(step + 1));
                }
                Some(Step::Assert(what)) if holds(*what, self.text, at) => {
                    self.todo.push(Todo::Step(step + 1));
                }
                Some(Step::Byte(_) | Step::Set(_) | Step::Match) => {
                    ways.steps.push(step);
                    ways.slots.extend_from_slice(&self.current[..self.width]);
                }
                Some(Step::Assert(_)) | None => {}
            }
        }
    }
}

fn holds(what: At, text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|n| text.get(n)).is_some_and(|b| is_word(*b));
    let after = text.get(at).is_some_and(|b| is_word(*b));
    match what {
        At::Start => at == 0,
        At::End => at == text.len(),
        At::WordEdge => before != after,
        At::NotWordEdge => before == after,
        At::WordStart => !before && after,
        At::WordEnd => before && !after,
        At::NoWordBefore => !before,
        At::NoWordAfter => !after,
    }
}
