//! The class that JavaScript makes. What a method says it returns is given or thrown as an `Error`.

// An Err is thrown: TypeScript has no place for it, and the text of each method says when.
#![allow(clippy::missing_errors_doc)]

use packetwalk_netfilter::extension::Info;
use packetwalk_netfilter::{matches, targets};
use tsify::{Ts, Tsify};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crossing;
use crate::engine::{self, Engine, Place, Trouble};
use crate::error::{plain, thrown};
use crate::view;

/// A laboratory: namespaces, cables, rules and time, made by a script of Linux commands.
///
/// Namespaces are called by the name that `ip netns add` gave them; the empty name is the one where the
/// script runs.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Lab {
    engine: Engine,
}

fn give<T: Tsify + serde::Serialize>(value: Result<T, Trouble>) -> Result<Ts<T>, JsValue> {
    value.map_err(|t| thrown(&t))?.into_ts().map_err(|e| plain(&e.to_string()))
}

#[wasm_bindgen]
impl Lab {
    /// Runs a lab script. Throws an `Error` with `line` and `column` if bash could not read it to its
    /// end. A command that fails is no error: bash goes on; see `troubles`.
    #[wasm_bindgen(constructor)]
    pub fn new(script: &str) -> Result<Self, JsValue> {
        let engine = Engine::new(script);
        match engine.unreadable() {
            Some(trouble) => Err(thrown(trouble)),
            None => Ok(Self { engine }),
        }
    }

    /// The same, but keeps what ran before an error.
    #[wasm_bindgen(js_name = asFar)]
    pub fn as_far(script: &str) -> Self {
        Self { engine: Engine::new(script) }
    }

    /// What went wrong in the script, in order.
    pub fn troubles(&self) -> Result<Vec<Ts<view::Trouble>>, JsValue> {
        let troubles = self.engine.troubles().iter().map(view::Trouble::from);
        troubles.map(|t| t.into_ts().map_err(|e| plain(&e.to_string()))).collect()
    }

    /// What the script printed.
    pub fn output(&self) -> Result<Ts<view::Output>, JsValue> {
        give(Ok(self.engine.output().clone()))
    }

    /// Runs a command line in a namespace.
    pub fn run(&mut self, ns: &str, command: &str) -> Result<Ts<view::Output>, JsValue> {
        give(self.engine.run(ns, command))
    }

    /// Chooses the language that walks are told in from now on, by a BCP 47 tag: `en` or `zh`. Any other is English.
    pub fn speak(&mut self, tag: &str) {
        self.engine.speak(tag);
    }

    /// Runs a command in a namespace and explains, step by step, what its packets did. The lab goes on
    /// from there; `reset` or `restore` brings it back.
    pub fn walk(&mut self, from: &str, command: &str) -> Result<Ts<view::Walk>, JsValue> {
        self.engine.walk(from, command).map(crossing::walk).map_err(|t| thrown(&t))
    }

    /// One step of the last walk.
    pub fn step(&self, index: u32) -> Result<Ts<view::Step>, JsValue> {
        self.engine.step(index).map(crossing::step).map_err(|t| thrown(&t))
    }

    /// What was looked at for the routing decision of a step of the last walk, in order: policy rules and
    /// routes, each with why it was taken or was not. Empty for another step.
    pub fn tried(&self, step: u32) -> Result<Vec<Ts<view::Tried>>, JsValue> {
        rows(Ok(self.engine.tried(step)))
    }

    /// Where the last walk parts from the last walk of another lab: the first step of each that is not the
    /// same by place and by what decided it. `undefined` if they go one way.
    pub fn part(&self, other: &Self) -> Result<Option<Ts<view::Parting>>, JsValue> {
        let found = self.engine.part(&other.engine).map_err(|t| thrown(&t))?;
        found.map(|parting| give(Ok(parting))).transpose()
    }

    /// Every namespace with its devices.
    pub fn topology(&self) -> Result<Ts<view::Topology>, JsValue> {
        give(Ok(self.engine.topology()))
    }

    /// Every table of a namespace, now.
    pub fn tables(&self, ns: &str) -> Result<Ts<view::Tables>, JsValue> {
        give(self.engine.tables(ns))
    }

    /// Every table of a namespace as of a step of the last walk.
    #[wasm_bindgen(js_name = stateAt)]
    pub fn state_at(&mut self, step: u32, ns: &str) -> Result<Ts<view::Tables>, JsValue> {
        give(self.engine.state_at(step, ns))
    }

    /// Up to 200 rows of one table: those around the row of a key, or, without one that is there, around the row of a
    /// number, counted from 0; as of a step of the last walk, or now; and which of them were not there as of an
    /// earlier step. Of the routes to the machine's own addresses, those that decided a step of the last walk.
    pub fn page(
        &mut self,
        ns: &str,
        table: &str,
        key: Option<String>,
        from: u32,
        step: Option<u32>,
        since: Option<u32>,
    ) -> Result<Ts<view::Page>, JsValue> {
        let known =
            view::TableName::named(table).ok_or_else(|| plain(&format!("there is no table {table:?}")))?;
        give(self.engine.page(ns, known, Place { key: key.as_deref(), from }, (step, since)))
    }

    /// Whether the last line typed at a terminal changed the lab: its namespaces, their tables and settings.
    #[wasm_bindgen(js_name = isChanged)]
    pub fn is_changed(&self) -> bool {
        self.engine.is_changed()
    }

    /// Routes of a namespace, now.
    pub fn routes(&self, ns: &str) -> Result<Vec<Ts<view::RouteRow>>, JsValue> {
        rows(self.engine.tables(ns).map(|t| t.routes))
    }

    /// Netfilter's rules of a namespace, now.
    pub fn rules(&self, ns: &str) -> Result<Vec<Ts<view::RuleRow>>, JsValue> {
        rows(self.engine.tables(ns).map(|t| t.rules))
    }

    /// Connections of a namespace, now.
    pub fn conntrack(&self, ns: &str) -> Result<Vec<Ts<view::Row>>, JsValue> {
        rows(self.engine.tables(ns).map(|t| t.conntrack))
    }

    /// Neighbours of a namespace, now.
    pub fn neighbours(&self, ns: &str) -> Result<Vec<Ts<view::Row>>, JsValue> {
        rows(self.engine.tables(ns).map(|t| t.neighbours))
    }

    /// What the bridges of a namespace have learnt, now.
    pub fn fdb(&self, ns: &str) -> Result<Vec<Ts<view::Row>>, JsValue> {
        rows(self.engine.tables(ns).map(|t| t.fdb))
    }

    /// Sockets of a namespace, now.
    pub fn sockets(&self, ns: &str) -> Result<Vec<Ts<view::Row>>, JsValue> {
        rows(self.engine.tables(ns).map(|t| t.sockets))
    }

    /// Keeps the lab as it is; the number that `restore` takes.
    pub fn snapshot(&mut self) -> u32 {
        self.engine.snapshot()
    }

    /// Brings the lab back to a snapshot.
    pub fn restore(&mut self, snapshot: u32) -> Result<(), JsValue> {
        self.engine.restore(snapshot).map_err(|t| thrown(&t))
    }

    /// Forgets a snapshot.
    pub fn forget(&mut self, snapshot: u32) {
        self.engine.forget(snapshot);
    }

    /// Brings the lab back to how the script, or what was typed at a terminal since, left it.
    pub fn reset(&mut self) {
        self.engine.reset();
    }

    /// Runs a line at the terminal of a namespace. A command that does not end within a minute of the lab's time
    /// runs on: see `tick`.
    #[wasm_bindgen(js_name = typeLine)]
    pub fn type_line(&mut self, ns: &str, line: &str) -> Result<Ts<view::Typed>, JsValue> {
        give(self.engine.type_line(ns, line))
    }

    /// Lets time pass for what runs at the terminals.
    pub fn tick(&mut self, micros: u32) -> Result<Ts<view::Typed>, JsValue> {
        give(Ok(self.engine.tick(micros)))
    }

    /// Ctrl-C at the terminal of a namespace.
    pub fn interrupt(&mut self, ns: &str) -> Result<Ts<view::Typed>, JsValue> {
        give(self.engine.interrupt(ns))
    }

    /// What is typed for the program that runs at a terminal; nothing at all is Ctrl-D.
    pub fn keys(&mut self, ns: &str, text: &str) -> Result<Ts<view::Typed>, JsValue> {
        give(self.engine.keys(ns, text))
    }

    /// Takes back the last line of any terminal; nothing if there is none, or it is too long ago.
    pub fn undo(&mut self) -> Result<Option<Ts<view::Undone>>, JsValue> {
        self.engine.undo().map(|undone| give(Ok(undone))).transpose()
    }

    /// What was typed at the terminals, as lines that bring the lab's script to the same state; `butLast`: without
    /// the last line, whose walk is on show.
    pub fn typed(&self, but_last: bool) -> String {
        self.engine.typed(but_last)
    }

    /// What could stand at the end of a line, up to the cursor, at the terminal of a namespace.
    pub fn complete(&self, ns: &str, line: &str) -> Result<Ts<view::Completion>, JsValue> {
        give(self.engine.complete(ns, line).map(|found| view::Completion {
            from: line.get(..found.from).unwrap_or_default().encode_utf16().count() as u32,
            words: found.words,
        }))
    }

    /// Who can reach whom, of ports as `tcp/80,udp/53`, or of those that somebody listens on: what there is to ask.
    /// `matrixAsk` asks.
    pub fn matrix(&mut self, ports: &str) -> Result<Ts<view::Matrix>, JsValue> {
        give(self.engine.matrix(ports))
    }

    /// The answer to one of the matrix's questions.
    #[wasm_bindgen(js_name = matrixAsk)]
    pub fn matrix_ask(&mut self, question: u32) -> Result<Option<Ts<view::MatrixShare>>, JsValue> {
        self.engine.matrix_ask(question).map(|share| give(Ok(share))).transpose()
    }

    /// Every frame of the last walk on every interface, as a pcapng file.
    pub fn pcap(&self) -> Vec<u8> {
        self.engine.pcap()
    }
}

/// What goes wrong in a script that is being written, in order, as far as a moment's run tells.
#[wasm_bindgen]
pub fn check(script: &str) -> Result<Vec<Ts<view::Trouble>>, JsValue> {
    rows(Ok(engine::check(script).iter().map(view::Trouble::from).collect()))
}

/// Every match and target of iptables, and how far each is simulated.
#[wasm_bindgen]
pub fn extensions() -> Result<Vec<Ts<view::Extension>>, JsValue> {
    let all = |option, list: &'static [Info]| list.iter().map(move |info| view::Extension::new(option, info));
    rows(Ok(all("-m", matches::LIST).chain(all("-j", targets::LIST)).collect()))
}

fn rows<T: Tsify + serde::Serialize>(rows: Result<Vec<T>, Trouble>) -> Result<Vec<Ts<T>>, JsValue> {
    let rows = rows.map_err(|t| thrown(&t))?;
    rows.iter().map(|row| row.into_ts().map_err(|e| plain(&e.to_string()))).collect()
}
