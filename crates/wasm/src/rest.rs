//! The module's second part; see `xtask/src/split.rs`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/js/rest.js")]
extern "C" {
    fn register(exports: JsValue);
    /// Calls to the second part go through this one: the build finds it by its name.
    #[wasm_bindgen(js_name = load)]
    fn load_rest();
    fn come() -> JsValue;
}

/// Runs when the module has been loaded. A panic, which no input may cause, tells the console of itself.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    register(wasm_bindgen::exports());
}

/// Fetches what the page did not need to come up, without waiting for it: for a page that will need it. Resolves when
/// it is there, or could not be had.
#[wasm_bindgen(unchecked_return_type = "Promise<void>")]
pub fn rest() -> JsValue {
    come()
}

/// Loads what the page did not need to come up, unless it is there already. Throws when it cannot be fetched.
#[wasm_bindgen]
pub fn whole() {
    load_rest();
}
