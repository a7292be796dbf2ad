//! The module's second part; see `xtask/src/split.rs`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/js/rest.js")]
extern "C" {
    fn register(exports: JsValue);
    /// Calls to the second part go through this one: the build finds it by its name.
    #[wasm_bindgen(js_name = load)]
    fn load_rest();
}

/// Runs when the module has been loaded.
#[wasm_bindgen(start)]
pub fn start() {
    register(wasm_bindgen::exports());
}

/// Loads what the page did not need to come up, unless it is there already. Throws when it cannot be fetched.
#[wasm_bindgen]
pub fn whole() {
    load_rest();
}
