//! Whether any packet at all can be taken: libpcap refuses a filter that its optimizer finds to be false.
//!
//! # Source
//! libpcap 1.10.3, `optimize.c`: `fold_edge` (what a path already tells about a field), `gencode.c`:
//! `pcap_compile` ("expression rejects all packets").

use super::arith::Arith;
use super::code::{Code, Field, Relation};

/// Paths followed before the filter is taken to be satisfiable.
const PATHS: u32 = 20_000;

/// What a path tells about a field: that it is, or is not, this value.
type Facts = Vec<(Field, u32, bool)>;

pub(super) fn satisfiable(code: &Code) -> bool {
    let mut paths = PATHS;
    follow(code, true, &mut Vec::new(), &mut paths, &mut |_, _| true)
}

/// Whether some path makes `code` be `want` and then lets `next` be true.
fn follow(
    code: &Code,
    want: bool,
    facts: &mut Facts,
    paths: &mut u32,
    next: &mut dyn FnMut(&mut Facts, &mut u32) -> bool,
) -> bool {
    *paths = paths.saturating_sub(1);
    if *paths == 0 {
        return true;
    }
    match code {
        Code::Not(code) => follow(code, !want, facts, paths, next),
        Code::And(a, b) if want => {
            follow(a, true, facts, paths, &mut |facts, paths| follow(b, true, facts, paths, next))
        }
        Code::Or(a, b) if !want => {
            follow(a, false, facts, paths, &mut |facts, paths| follow(b, false, facts, paths, next))
        }
        Code::And(a, b) | Code::Or(a, b) => {
            follow(a, want, facts, paths, next)
                || follow(a, !want, facts, paths, &mut |facts, paths| follow(b, want, facts, paths, next))
        }
        Code::Field(field, Relation::Equal, value) => {
            if known(*field, *value, facts).is_some_and(|is| is != want) {
                return false;
            }
            facts.push((*field, *value, want));
            let reached = next(facts, paths);
            facts.pop();
            reached
        }
        Code::Compare(Arith::Constant(a), relation, Arith::Constant(b)) => {
            relation.holds(*a, *b) == want && next(facts, paths)
        }
        Code::Field(..) | Code::Length(..) | Code::Compare(..) | Code::Outgoing => next(facts, paths),
    }
}

/// Whether the field is this value, as far as the facts tell.
fn known(field: Field, value: u32, facts: &Facts) -> Option<bool> {
    facts.iter().filter(|(f, _, _)| *f == field).find_map(|&(_, v, is)| match (v == value, is) {
        (true, is) => Some(is),
        (false, true) => Some(false),
        (false, false) => None,
    })
}
