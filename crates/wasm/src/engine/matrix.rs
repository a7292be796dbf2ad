//! Who can reach whom: what there is to ask, and a question at a time.

use packetwalk_reach::{Asker, Cell, Key, Matrix, Probe, SETTLE, State, usual};

use super::{Chunks, Engine, Trouble};
use crate::view;

/// A matrix that is being filled.
#[derive(Debug)]
pub struct Asked {
    matrix: Matrix,
    keys: Vec<Key>,
    asker: Asker,
}

impl Engine {
    /// What there is to ask, of ports as `tcp/80,udp/53`, or the usual ones of none. The lab stays as it is.
    ///
    /// # Errors
    /// What is no port.
    pub fn matrix(&mut self, ports: &str) -> Result<view::Matrix, Trouble> {
        let words = ports.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        let named = words.map(|word| {
            word.parse().map_err(|_| Trouble::plain(format!("{word} is not a port: one is tcp/80 or udp/53")))
        });
        let named: Vec<Probe> = named.collect::<Result<_, _>>()?;
        let mut shell = (*self.loaded).clone();
        let until = shell.lab.now() + SETTLE;
        shell.run_until(until, &mut Chunks::default());
        let (probes, left_out) = if named.is_empty() { usual(&shell.lab) } else { (named, 0) };
        let matrix = Matrix::new(&shell.lab, &probes, self.language);
        let keys = matrix.keys(&|_| true, &|_| true);
        let places = matrix.places.iter().map(|p| view::MatrixPlace {
            name: shell.lab.ns_name(p.ns).to_owned(),
            label: p.label.clone(),
            addresses: p.addresses.iter().map(ToString::to_string).collect(),
        });
        let seen = view::Matrix {
            places: places.collect(),
            ports: matrix.probes.iter().map(ToString::to_string).collect(),
            like: (0..matrix.probes.len()).map(|port| matrix.like(port) as u32).collect(),
            classes: matrix.classes().iter().map(|c| c.members.iter().map(|m| *m as u32).collect()).collect(),
            questions: keys.len() as u32,
            left_out: left_out as u32,
        };
        self.asked = Some(Asked { matrix, keys, asker: Asker::new(shell.lab) });
        Ok(seen)
    }

    /// Asks one of the questions.
    pub fn matrix_ask(&mut self, question: u32) -> Option<view::MatrixShare> {
        let Asked { matrix, keys, asker } = self.asked.as_mut()?;
        let key = *keys.get(question as usize)?;
        let share = matrix.solve(asker, key)?;
        let cell = |from: usize, to: usize, cell: &Cell| view::MatrixCell {
            verdict: match cell.state {
                State::Answered => view::Verdict::Answered,
                State::Delivered => view::Verdict::Delivered,
                State::Refused => view::Verdict::Refused,
                State::Dropped => view::Verdict::Dropped,
                State::ReplyLost => view::Verdict::ReplyLost,
                State::NotSent => view::Verdict::NotSent,
            },
            by: cell.by.and_then(|ns| matrix.places.iter().position(|p| p.ns == ns)).map(|at| at as u32),
            why: matrix.general(&cell.why, from, to, key.address),
        };
        let mut answers = share.answers();
        let ((from, to), first) = answers.next()?;
        let first = cell(from, to, first);
        let others = answers.map(|((from, to), answer)| view::MatrixPair {
            from: from as u32,
            to: to as u32,
            cell: cell(from, to, answer),
        });
        Some(view::MatrixShare {
            from: key.from as u32,
            to: key.to as u32,
            address: key.address as u32,
            port: key.probe as u32,
            own: key.own,
            cell: first,
            others: others.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use crate::view::Verdict;

    #[test]
    fn every_question_has_an_answer() {
        let mut engine = Engine::new("docker run -d --name web1 nginx\ndocker run -d --name web2 nginx\n");
        assert!(engine.matrix("tcp/99999").is_err());
        let matrix = engine.matrix("").expect("a matrix");
        assert!(matrix.classes.iter().any(|class| class.len() == 2), "{matrix:?}");
        let all: Vec<_> = (0..matrix.questions).map(|n| engine.matrix_ask(n).expect("an answer")).collect();
        assert!(all.iter().any(|share| share.cell.verdict == Verdict::Answered && share.from == share.to));
        assert!(engine.matrix_ask(matrix.questions).is_none());
    }
}
