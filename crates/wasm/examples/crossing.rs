//! A walk that is handed to JavaScript in two ways: `cargo xtask bench` measures them.

use std::rc::Rc;

use packetwalk_wasm::engine::Engine;
use packetwalk_wasm::{crossing, view};
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// A walk.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Crossing {
    walk: view::Walk,
}

#[wasm_bindgen]
impl Crossing {
    /// Takes a walk in a lab, and keeps its first steps.
    ///
    /// # Errors
    /// It cannot be taken.
    #[wasm_bindgen(constructor)]
    pub fn new(script: &str, ns: &str, command: &str, steps: usize) -> Result<Self, JsError> {
        let mut engine = Engine::new(script);
        let walk = engine.walk(ns, command).map_err(|trouble| JsError::new(&trouble.message))?;
        Ok(Self { walk: first(walk, steps) })
    }

    /// By serde.
    ///
    /// # Errors
    /// None is known.
    pub fn serde(&self) -> Result<Ts<view::Walk>, JsError> {
        Ok(self.walk.into_ts()?)
    }

    /// As records.
    pub fn records(&self) -> Ts<view::Walk> {
        crossing::walk(&self.walk)
    }

    /// The records' words.
    pub fn words(&self) -> Vec<u32> {
        view::Records::from(&self.walk).words
    }

    /// Where their texts end.
    pub fn ends(&self) -> Vec<u32> {
        view::Records::from(&self.walk).laid().ends.clone()
    }

    /// Their texts of ASCII only.
    pub fn plain(&self) -> Vec<u8> {
        view::Records::from(&self.walk).laid().plain.clone().into_bytes()
    }

    /// Their other texts.
    pub fn wide(&self) -> Vec<u8> {
        view::Records::from(&self.walk).laid().wide.clone().into_bytes()
    }

    /// Writes the records, and tells no more than how many words they are.
    pub fn written(&self) -> usize {
        view::Records::from(&self.walk).words.len()
    }
}

/// The first steps of a walk, with the texts of these alone.
fn first(walk: &view::Walk, steps: usize) -> view::Walk {
    let (mut walk, mut texts) = (walk.clone(), view::Texts::default());
    walk.steps.truncate(steps);
    let mut last: Option<[Rc<[view::Field]>; 2]> = None;
    for step in &mut walk.steps {
        let known = Rc::clone(&step.header);
        *step = step.with(&mut texts);
        // Those that share a header do so still.
        match last {
            Some([of, made]) if Rc::ptr_eq(&of, &known) => step.header = made,
            _ => {}
        }
        last = Some([known, Rc::clone(&step.header)]);
    }
    let (outcome, output) = (&mut walk.outcome, &mut walk.output);
    let said = output.chunks.iter_mut().map(|chunk| &mut chunk.text);
    let others = [&mut walk.command, &mut outcome.sentence, &mut output.stdout, &mut output.stderr];
    for text in others.into_iter().chain(said) {
        *text = texts.of(text);
    }
    walk.texts = texts.keep();
    walk
}
