//! Disagreements that are known: counted by what they are about, and no failure. An entry goes when the simulator is
//! mended.

use crate::kernel_case::case::{Case, Step};

/// What a disagreement is about, and how one sees it.
type Known = (&'static str, fn(&Case, &[String]) -> bool);

const ALL: &[Known] = &[
    ("a packet socket's sight of a fragment that was cut again but never left", |case, found| {
        fragments(case) && found.iter().all(|line| line.starts_with("carried") || line.contains(" frag "))
    }),
    (
        "a copy of TEE has its answer before the original's connection is confirmed, or before it leaves",
        |case, found| {
            let end = found.iter().position(|line| !line.starts_with("carried") && !line.starts_with("  "));
            let carried = found.get(..end.unwrap_or(found.len())).unwrap_or_default();
            let order =
                |line: &String| line.starts_with("carried") || line.contains("same lines in another order");
            carried.iter().all(order) && lines(case).any(|line| line.contains("-j TEE"))
        },
    ),
];

fn lines(case: &Case) -> impl Iterator<Item = &String> {
    case.rules.iter().flat_map(|rules| &rules.lines)
}

/// Fragments of a raw socket.
fn fragments(case: &Case) -> bool {
    case.steps.iter().any(|step| match step {
        Step::Send { bytes, .. } => match bytes.first().map(|b| b >> 4) {
            Some(4) => bytes.get(6..8).is_some_and(|word| word[0] & 0x3f != 0 || word[1] != 0),
            _ => bytes.get(6) == Some(&44),
        },
        _ => false,
    })
}

/// What the disagreement is about, if it is known.
pub fn known(case: &Case, found: &[String]) -> Option<&'static str> {
    ALL.iter().find(|(_, is)| is(case, found)).map(|(why, _)| *why)
}
