//! Matching: every way through the steps at once, the leftmost that begins, the longest that ends.

use std::rc::Rc;

use super::{At, Regex, Step};

type Slots = Rc<Vec<usize>>;
const NONE: usize = usize::MAX;

/// A byte of a word.
pub(super) fn is_word(b: u8) -> bool {
    b == b'_' || b.is_ascii_alphanumeric()
}

/// The ways that are at one place of the text, in order of preference.
struct Ways {
    list: Vec<(usize, Slots)>,
    /// In which round each step was added last.
    seen: Vec<usize>,
}

pub(super) fn find(regex: &Regex, text: &[u8], from: usize) -> Option<Vec<Option<(usize, usize)>>> {
    let size = regex.steps.len();
    let mut now = Ways { list: Vec::new(), seen: vec![NONE; size] };
    let mut next = Ways { list: Vec::new(), seen: vec![NONE; size] };
    let empty: Slots = Rc::new(vec![NONE; regex.groups * 2]);
    let mut best: Option<Slots> = None;
    let first = first_byte(regex);
    let mut at = from;
    while at <= text.len() {
        if best.is_none() {
            if now.list.is_empty()
                && let Some(b) = first
            {
                // Nothing is on its way: go on where a match can begin.
                at += text.get(at..)?.iter().position(|c| *c == b)?;
            }
            add(regex, text, at, &mut now, 0, &empty);
        }
        if now.list.is_empty() {
            if best.is_some() {
                break;
            }
            at += 1;
            continue;
        }
        next.list.clear();
        let byte = text.get(at).copied();
        for (step, slots) in now.list.drain(..) {
            // A way that begins later than a match is of no use.
            if let Some(best) = &best
                && best[0] < slots[0]
            {
                continue;
            }
            let goes = match (&regex.steps[step], byte) {
                (Step::Byte(b), Some(c)) => *b == c,
                (Step::Set(set), Some(c)) => set[usize::from(c)],
                (Step::Match, _) => {
                    let better = best
                        .as_ref()
                        .is_none_or(|best| slots[0] < best[0] || slots[0] == best[0] && slots[1] > best[1]);
                    if better {
                        best = Some(slots);
                    }
                    continue;
                }
                _ => false,
            };
            if goes {
                add(regex, text, at + 1, &mut next, step + 1, &slots);
            }
        }
        std::mem::swap(&mut now, &mut next);
        at += 1;
    }
    let slots = best?;
    let pair = |n: usize| {
        let (a, b) = (slots[2 * n], slots[2 * n + 1]);
        (a != NONE && b != NONE && a <= b).then_some((a, b))
    };
    Some((0..regex.groups).map(pair).collect())
}

/// The byte that every match begins with, if there is one.
fn first_byte(regex: &Regex) -> Option<u8> {
    match regex.steps.get(1..)?.iter().find(|s| !matches!(s, Step::Save(_)))? {
        Step::Byte(b) => Some(*b),
        _ => None,
    }
}

/// Adds the ways that lead on from `step` at `at` without a byte.
fn add(regex: &Regex, text: &[u8], at: usize, ways: &mut Ways, step: usize, slots: &Slots) {
    let mut stack = vec![(step, Rc::clone(slots))];
    while let Some((step, mut slots)) = stack.pop() {
        if ways.seen[step] == at {
            continue;
        }
        ways.seen[step] = at;
        match &regex.steps[step] {
            Step::Jump(to) => stack.push((*to, slots)),
            Step::Split(a, b) => {
                stack.push((*b, Rc::clone(&slots)));
                stack.push((*a, slots));
            }
            Step::Save(n) => {
                Rc::make_mut(&mut slots)[*n] = at;
                stack.push((step + 1, slots));
            }
            Step::Assert(what) => {
                if holds(*what, text, at) {
                    stack.push((step + 1, slots));
                }
            }
            Step::Byte(_) | Step::Set(_) | Step::Match => ways.list.push((step, slots)),
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
    }
}
