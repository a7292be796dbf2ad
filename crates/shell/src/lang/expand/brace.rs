//! Brace expansion: `a{b,c}d`, `{1..5}`, before any other.

use crate::lang::ast::{Part, Word};

/// Most characters of all the words that one word may become, with some for each word.
const MOST: usize = 2_000_000;

/// A word as single characters and things that stay whole.
#[derive(Clone, Debug)]
enum Atom {
    Char(u8),
    Part(Part),
}

/// More words than this shell makes of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TooMany;

/// The words that `word` stands for; itself when it has no braces to expand.
pub(super) fn expand(word: &Word) -> Result<Vec<Word>, TooMany> {
    let has_brace = |p: &Part| matches!(p, Part::Literal(text) if text.contains(&b'{'));
    if !word.parts.iter().any(has_brace) {
        return Ok(vec![word.clone()]);
    }
    let atoms: Vec<Atom> = word
        .parts
        .iter()
        .flat_map(|part| match part {
            Part::Literal(text) => text.iter().map(|b| Atom::Char(*b)).collect::<Vec<_>>(),
            other => vec![Atom::Part(other.clone())],
        })
        .collect();
    let mut budget = MOST;
    Ok(expand_atoms(&atoms, 0, &mut budget)?.into_iter().map(|a| join(&a)).collect())
}

fn join(atoms: &[Atom]) -> Word {
    let mut parts: Vec<Part> = Vec::new();
    for atom in atoms {
        match (atom, parts.last_mut()) {
            (Atom::Char(b), Some(Part::Literal(text))) => text.push(*b),
            (Atom::Char(b), _) => parts.push(Part::Literal(vec![*b])),
            (Atom::Part(part), _) => parts.push(part.clone()),
        }
    }
    Word { parts }
}

fn expand_atoms(atoms: &[Atom], depth: u32, budget: &mut usize) -> Result<Vec<Vec<Atom>>, TooMany> {
    let mut from = 0;
    while depth < 16
        && let Some(open) = position(atoms, from, b'{')
    {
        let Some((close, commas)) = matching(atoms, open) else { break };
        let inside = &atoms[open + 1..close];
        let choices = if commas.is_empty() {
            sequence(inside, budget)?
        } else {
            let mut choices = Vec::new();
            let mut start = open + 1;
            for end in commas.into_iter().chain([close]) {
                choices.extend(expand_atoms(&atoms[start..end], depth + 1, budget)?);
                start = end + 1;
            }
            Some(choices)
        };
        let Some(choices) = choices else {
            from = open + 1;
            continue;
        };
        let rest = expand_atoms(&atoms[close + 1..], depth, budget)?;
        let mut out = Vec::new();
        for choice in &choices {
            for tail in &rest {
                let word = [&atoms[..open], choice, tail].concat();
                *budget = budget.checked_sub(word.len() + 8).ok_or(TooMany)?;
                out.push(word);
            }
        }
        return Ok(out);
    }
    Ok(vec![atoms.to_vec()])
}

fn position(atoms: &[Atom], from: usize, wanted: u8) -> Option<usize> {
    (from..atoms.len()).find(|&at| matches!(atoms[at], Atom::Char(b) if b == wanted))
}

/// The brace that closes the one at `open`, and the commas between them.
fn matching(atoms: &[Atom], open: usize) -> Option<(usize, Vec<usize>)> {
    let (mut depth, mut commas) = (0, Vec::new());
    for (at, atom) in atoms.iter().enumerate().skip(open) {
        match atom {
            Atom::Char(b'{') => depth += 1,
            Atom::Char(b'}') => {
                depth -= 1;
                if depth == 0 {
                    return Some((at, commas));
                }
            }
            Atom::Char(b',') if depth == 1 => commas.push(at),
            _ => {}
        }
    }
    None
}

/// `1..5`, `05..1..2`, `a..e`; `None`: no sequence.
fn sequence(atoms: &[Atom], budget: &mut usize) -> Result<Option<Vec<Vec<Atom>>>, TooMany> {
    let mut text = String::new();
    for atom in atoms {
        let Atom::Char(b) = atom else { return Ok(None) };
        text.push(char::from(*b));
    }
    let fields: Vec<&str> = text.split("..").collect();
    let (from, to, step) = match fields.as_slice() {
        [from, to] => (*from, *to, 1),
        [from, to, step] => match step.parse::<i64>() {
            Ok(step) => (*from, *to, step.unsigned_abs().max(1)),
            Err(_) => return Ok(None),
        },
        _ => return Ok(None),
    };
    let letter =
        |t: &str| (t.len() == 1 && t.as_bytes()[0].is_ascii_alphabetic()).then(|| i64::from(t.as_bytes()[0]));
    let (first, last, letters) = match (from.parse::<i64>(), to.parse::<i64>()) {
        (Ok(a), Ok(b)) => (a, b, false),
        _ => match (letter(from), letter(to)) {
            (Some(a), Some(b)) => (a, b, true),
            _ => return Ok(None),
        },
    };
    let padded = |t: &str| t.trim_start_matches('-').starts_with('0') && t.trim_start_matches('-').len() > 1;
    let width = if padded(from) || padded(to) { from.len().max(to.len()) } else { 0 };
    let count = first.abs_diff(last) / step + 1;
    let count = usize::try_from(count).ok().filter(|c| *c <= *budget / 8).ok_or(TooMany)?;
    let mut out = Vec::with_capacity(count);
    for n in 0..count {
        let offset = (n as i64).wrapping_mul(step as i64);
        let value = if first <= last { first.wrapping_add(offset) } else { first.wrapping_sub(offset) };
        let text = if letters { char::from(value as u8).to_string() } else { format!("{value:0width$}") };
        out.push(text.bytes().map(Atom::Char).collect());
    }
    Ok(Some(out))
}
