//! The class as JavaScript uses it, in a browser: `wasm-pack test --headless --chrome crates/wasm`.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use js_sys::{Error, JSON, Object, Reflect};
use packetwalk_wasm::engine::Engine;
use packetwalk_wasm::{Lab, crossing};
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SEED: &str = include_str!("../../../tests/labs/article/docker-2015/lab.sh");

fn lab() -> Lab {
    Lab::new(SEED).unwrap()
}

fn get(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |at, name| Reflect::get(&at, &name.into()).unwrap())
}

fn text(value: &JsValue, path: &str) -> String {
    get(value, path).as_string().unwrap_or_else(|| panic!("{path} is no string"))
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

#[wasm_bindgen_test]
fn the_article_s_walk_is_answered() {
    let walk: JsValue = lab().walk("c1", "ping -c1 203.0.113.10").unwrap().into();
    assert_eq!(text(&walk, "outcome.verdict"), "answered");
    assert!(text(&walk, "output.stdout").contains("1 received"));
    let steps = json(&get(&walk, "steps"));
    for expect in
        ["nat/POSTROUTING/1", r#""value":"192.168.0.128","before":"172.17.0.2""#, r#""leg":"reply""#]
    {
        assert!(steps.contains(expect), "{expect}");
    }
}

/// What serde makes of the same walk.
#[wasm_bindgen_test]
fn a_walk_crosses_with_all_that_it_has() {
    let docker = include_str!("../../../tests/labs/docker/icc/lab.sh");
    #[rustfmt::skip]
    let cases = [
        (SEED, "c1", "ping -c2 203.0.113.10"), (SEED, "c1", "ping -c1 -W1 192.0.2.1"),
        (SEED, "c1", "ping -c1 -t1 203.0.113.10"), (SEED, "c1", "nc -w1 172.17.0.3 81"),
        (SEED, "", "iptables -P FORWARD DROP; ip netns exec c1 ping -c1 -W1 203.0.113.10"),
        (SEED, "", "true"), (SEED, "c1", "printf 'ä→𝄞\\n'; nosuch"), (SEED, "", "ping -c1 no.such.host"),
        (docker, "", "ping -c1 172.17.0.2"), (SEED, "", "ping -c1 ::1"),
    ];
    for (script, ns, command) in cases {
        let mut engine = Engine::new(script);
        let walk = engine.walk(ns, command).unwrap_or_else(|e| panic!("{command}: {}", e.message)).clone();
        let told: JsValue = walk.into_ts().unwrap().into();
        let read: JsValue = crossing::walk(&walk).into();
        assert_eq!(json(&read), json(&told), "{command}");
        for path in ["steps.0", "steps.0.place", "outcome", "output"] {
            let [read, told] = [&read, &told].map(|whole| get(whole, path));
            // What is not there is a property all the same.
            let keys = |of: &JsValue| json(&Object::keys(&of.clone().into()));
            assert_eq!(keys(&read), keys(&told), "{command}: {path}");
        }
        for step in &walk.steps {
            let told: JsValue = step.into_ts().unwrap().into();
            assert_eq!(json(&crossing::step(step).into()), json(&told));
        }
    }
}

#[wasm_bindgen_test]
fn a_walk_is_read_after_its_lab_is_gone() {
    let mut lab = lab();
    let walk: JsValue = lab.walk("c1", "ping -c1 203.0.113.10").unwrap().into();
    let typed: JsValue = lab.type_line("c1", "ping -c1 203.0.113.10").unwrap().into();
    drop(lab);
    // The memory grows, and is written over.
    let more: Vec<Lab> = (0..20).map(|_| self::lab()).collect();
    assert_eq!(text(&walk, "outcome.verdict"), "answered");
    assert_eq!(text(&typed, "walk.outcome.verdict"), "answered");
    assert_eq!(text(&typed, "walk.command"), "ping -c1 203.0.113.10");
    drop(more);
}

#[wasm_bindgen_test]
fn tables_are_as_of_a_step() {
    let mut lab = lab();
    let walk: JsValue = lab.walk("c1", "ping -c1 203.0.113.10").unwrap().into();
    let steps = js_sys::Array::from(&get(&walk, "steps"));
    let count = |tables: JsValue| js_sys::Array::from(&get(&tables, "conntrack")).length();
    let before = count(lab.state_at(0, "").unwrap().into());
    let after = count(lab.state_at(steps.length() - 1, "").unwrap().into());
    assert_eq!(after, before + 1);
    assert!(lab.state_at(steps.length(), "").is_err());
}

#[wasm_bindgen_test]
fn a_row_that_decided_is_in_its_table() {
    let mut lab = lab();
    let names = ["", "gateway", "internet", "neighbour", "lan", "c1", "c2", "c3"];
    for command in ["ping -c1 203.0.113.10", "ping -c1 172.17.0.3", "ping -c1 192.168.0.50"] {
        let walk: JsValue = lab.walk("c1", command).unwrap().into();
        for step in js_sys::Array::from(&get(&walk, "steps")) {
            let decided = get(&step, "decided");
            if decided.is_undefined() {
                continue;
            }
            let (index, ns) =
                (get(&step, "index").as_f64().unwrap() as u32, get(&step, "ns").as_f64().unwrap());
            let tables: JsValue = lab.state_at(index, names[ns as usize]).unwrap().into();
            let rows = json(&get(&tables, &text(&decided, "table")));
            let key = format!(r#""key":{}"#, json(&get(&decided, "key")));
            assert!(rows.contains(&key), "{command}, step {index}: {key} is not in {rows}");
        }
    }
}

#[wasm_bindgen_test]
fn a_script_that_cannot_be_read_throws_with_its_place() {
    let error = Lab::new("ip netns add a\n  if then\n").unwrap_err();
    let error: Error = error.into();
    assert_eq!(get(&error, "line").as_f64(), Some(2.0));
    assert_eq!(get(&error, "column").as_f64(), Some(3.0));
    assert!(String::from(error.message()).contains("syntax error"));
    let as_far: JsValue = Lab::as_far("ip netns add a\nif then\n").topology().unwrap().into();
    assert!(json(&as_far).contains(r#""name":"a""#));
}

#[wasm_bindgen_test]
fn a_command_that_fails_is_told_with_its_place() {
    let lab = Lab::new("ip netns add a\ntrue && ip link set x up\nping -c1 192.0.2.1\n").unwrap();
    let troubles: Vec<JsValue> = lab.troubles().unwrap().into_iter().map(JsValue::from).collect();
    assert_eq!(troubles.len(), 1);
    assert_eq!(text(&troubles[0], "message"), "Cannot find device \"x\"");
    assert_eq!(get(&troubles[0], "line").as_f64(), Some(2.0));
    assert_eq!(get(&troubles[0], "column").as_f64(), Some(9.0));
}

#[wasm_bindgen_test]
fn bad_input_is_an_error_and_no_panic() {
    let mut lab = lab();
    assert!(lab.run("nowhere", "true").is_err());
    assert!(lab.walk("c1", "echo \"never closed").is_err());
    assert!(lab.walk("", "ping -c1 no.such.host").is_ok());
    assert!(lab.walk("", "").is_ok());
    assert!(lab.restore(99).is_err());
    assert!(lab.step(1_000_000).is_err());
    for command in
        ["nosuch", "ip link add", "iptables -A", "; ; ;", "\u{0}", "ping -c1 -s 99999999 127.0.0.1"]
    {
        let output = lab.run("", command);
        assert!(output.is_err() || get(&output.unwrap().into(), "status").as_f64() != Some(0.0), "{command}");
    }
}

#[wasm_bindgen_test]
fn snapshots_bring_it_back() {
    let mut lab = lab();
    let routes = |lab: &Lab| lab.routes("c1").unwrap().len();
    let before = routes(&lab);
    let kept = lab.snapshot();
    lab.run("c1", "ip route del default").unwrap();
    assert_eq!(routes(&lab), before - 1);
    lab.restore(kept).unwrap();
    assert_eq!(routes(&lab), before);
    lab.run("c1", "ip route del default").unwrap();
    lab.reset();
    assert_eq!(routes(&lab), before);
}

#[wasm_bindgen_test]
fn a_walk_can_be_saved_as_pcapng() {
    let mut lab = lab();
    assert!(lab.pcap().is_empty());
    lab.walk("c1", "ping -c1 172.17.0.3").unwrap();
    let file = lab.pcap();
    assert_eq!(file[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    assert!(file.len() > 500, "{} bytes", file.len());
}
