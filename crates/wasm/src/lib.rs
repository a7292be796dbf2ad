//! packetwalk for JavaScript: the only crate that knows of wasm-bindgen and serde.

pub mod view;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// stub
#[wasm_bindgen]
pub struct Lab {}

#[wasm_bindgen]
impl Lab {
    /// Runs a lab script.
    #[wasm_bindgen(constructor)]
    pub fn new(script: &str) -> Result<Lab, JsValue> {
        let _ = script;
        Ok(Self {})
    }
    /// What the script printed.
    pub fn output(&self) -> Result<Ts<view::Output>, JsValue> {
        Err(JsValue::NULL)
    }
    /// Runs a command.
    pub fn run(&mut self, ns: &str, command: &str) -> Result<Ts<view::Output>, JsValue> {
        let _ = (ns, command);
        Err(JsValue::NULL)
    }
    /// Walks.
    pub fn walk(&mut self, ns: &str, command: &str) -> Result<Ts<view::Walk>, JsValue> {
        let _ = (ns, command);
        Err(JsValue::NULL)
    }
    /// Topology.
    pub fn topology(&self) -> Result<Ts<view::Topology>, JsValue> {
        Err(JsValue::NULL)
    }
    /// Tables of a namespace now.
    pub fn tables(&self, ns: &str) -> Result<Ts<view::Tables>, JsValue> {
        let _ = ns;
        Err(JsValue::NULL)
    }
    /// Tables of a namespace as of a step of the last walk.
    #[wasm_bindgen(js_name = stateAt)]
    pub fn state_at(&self, step: u32, ns: &str) -> Result<Ts<view::Tables>, JsValue> {
        let _ = (step, ns);
        Err(JsValue::NULL)
    }
}
