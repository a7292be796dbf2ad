//! A lab that is asked again and again.

use packetwalk_lab::Lab;

use crate::matrix::Key;
use crate::probe::{Cell, Probe};
use crate::touch::{Speaks, Touched};

/// A lab, and the copy that is asked: it goes back to the lab each time, so that only what a question changed is made
/// anew. The lab stays as it is.
#[derive(Debug)]
pub struct Asker {
    lab: Lab,
    copy: Lab,
    /// Classes and address that the last answers are about.
    about: (usize, usize, usize),
    answers: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    own: bool,
    probe: Probe,
    touched: Touched,
    cell: (usize, usize, Cell),
}

impl Asker {
    /// An asker of a lab.
    pub fn new(mut lab: Lab) -> Self {
        lab.prepare();
        let copy = lab.clone();
        Self { lab, copy, about: (0, 0, 0), answers: Vec::new() }
    }

    /// The lab.
    pub const fn lab(&self) -> &Lab {
        &self.lab
    }

    /// A copy of the lab to do something with.
    pub(crate) fn fresh(&mut self) -> &mut Lab {
        self.copy.go_back(&self.lab);
        &mut self.copy
    }

    /// An answer to another port that holds for this one too.
    pub(crate) fn known(&mut self, key: Key, probe: Probe, speaks: &Speaks) -> Option<(usize, usize, Cell)> {
        let about = (key.from, key.to, key.address);
        if about != self.about {
            self.about = about;
            self.answers.clear();
        }
        let same = |k: &&Known| {
            k.own == key.own
                && k.probe.proto == probe.proto
                && speaks.same(&k.touched, k.probe.port, probe.port)
        };
        self.answers.iter().find(same).map(|k| k.cell.clone())
    }

    /// Keeps an answer for other ports.
    pub(crate) fn keep(&mut self, key: Key, probe: Probe, touched: Touched, cell: (usize, usize, Cell)) {
        self.answers.push(Known { own: key.own, probe, touched, cell });
    }
}
