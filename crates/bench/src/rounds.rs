//! Times of many rounds, of which the quickest tenth and the middle are told: other programs take their time too.

use std::time::Instant;

/// Runs `round` so many times, each after `before`, which takes no part: nanoseconds of the quickest tenth and of the
/// middle one.
pub fn rounds<S>(
    count: usize,
    state: &mut S,
    before: impl Fn(&mut S) -> Result<(), String>,
    round: impl Fn(&mut S) -> Result<(), String>,
) -> Result<(f64, f64), String> {
    let mut times = Vec::new();
    for _ in 0..count {
        before(state)?;
        let begin = Instant::now();
        round(state)?;
        times.push(begin.elapsed().as_nanos() as f64);
    }
    times.sort_by(f64::total_cmp);
    let at = |place: usize| times.get(place).copied().ok_or("no rounds");
    Ok((at(count / 10)?, at(count / 2)?))
}
