//! Errors as JavaScript sees them.

use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

use crate::engine::Trouble;

/// An `Error` with `line` and `column`, both from 1, where the trouble has a place.
pub fn thrown(trouble: &Trouble) -> JsValue {
    let error = Error::new(&trouble.message);
    for (name, value) in [("line", trouble.line), ("column", trouble.column)] {
        if let Some(value) = value {
            // A plain object takes every property.
            let _ = Reflect::set(&error, &name.into(), &value.into());
        }
    }
    error.into()
}

/// An `Error` with nothing but a message.
pub fn plain(message: &str) -> JsValue {
    Error::new(message).into()
}
