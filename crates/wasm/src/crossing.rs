//! How walks cross to JavaScript: as records, which `js/records.js` reads.

use serde::Serializer;
use tsify::{Ts, serde_wasm_bindgen::preserve};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::view::{Laid, Records, Step, Walk};

#[wasm_bindgen(module = "/js/records.js")]
extern "C" {
    fn read(words: &[u32], ends: &[u32], plain: &[u8], wide: &[u8]) -> JsValue;
}

fn made(records: &Records) -> JsValue {
    let Laid { ends, plain, wide, .. } = records.laid();
    read(&records.words, ends, plain.as_bytes(), wide.as_bytes())
}

/// A walk for JavaScript.
pub fn walk(walk: &Walk) -> Ts<Walk> {
    Ts::new_unchecked(made(&Records::from(walk)))
}

/// A step for JavaScript.
pub fn step(step: &Step) -> Ts<Step> {
    Ts::new_unchecked(made(&Records::from(step)))
}

/// A walk in something else that crosses.
///
/// # Errors
/// The serializer is not one of JavaScript's values.
pub fn within<S: Serializer>(walk: &Option<Walk>, serializer: S) -> Result<S::Ok, S::Error> {
    match walk {
        Some(walk) => preserve::serialize(&made(&Records::from(walk)), serializer),
        None => serializer.serialize_none(),
    }
}
