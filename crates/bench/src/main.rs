//! What a packet costs: `packetwalk-bench`, which `cargo xtask bench` runs, natively and in wasm under WASI.
//!
//! - without arguments: a flow of a container to the internet through two MASQUERADEs, with and without a trace, and the
//!   seed lab: built, and a ping in it traced; then `containers`;
//! - `published iptables-nft`: a published port, as `cargo xtask bench --kernel` has it on the real kernel beside it;
//! - `kube iptables-nft`: the same path with the services of a cluster, as kube-proxy writes them;
//! - `seed`: the seed lab alone;
//! - `containers`: labs of up to 10,000 containers, from their commands; `containers NETWORKS EACH`: one such lab;
//! - `snapshots`: labs' snapshots, one after each ping;
//! - `conntrack`: new flows to that port, with up to a million of them;
//! - `counts NAME`: one piece of work for callgrind, see `counts.rs`; `counts`: the names.
#![allow(clippy::disallowed_methods, reason = "a measurement is of real time")]

mod conntrack;
mod containers;
mod counts;
mod flow;
mod kube;
mod memory;
mod published;
mod rounds;
mod rules;
mod seed;
mod snapshots;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match *words {
        [] => flow::measure(200_000).and_then(|()| seed::measure()).and_then(|()| containers::measure()),
        ["seed"] => seed::measure(),
        ["conntrack"] => conntrack::measure(),
        ["containers"] => containers::measure(),
        ["containers", networks, each] => match (networks.parse(), each.parse()) {
            (Ok(networks), Ok(each)) => containers::of(&[(networks, each)]),
            _ => Err("numbers are expected".to_owned()),
        },
        ["kube", face] => kube::measure(face),
        ["snapshots"] => snapshots::measure(),
        ["published", face] => published::measure(face),
        ["counts"] => {
            counts::list();
            Ok(())
        }
        ["counts", name] => counts::run(name),
        _ => Err("nothing, seed, conntrack, containers [NETWORKS EACH], snapshots, kube FACE, published FACE or counts \
                  NAME is expected"
            .to_owned()),
    };
    if let Err(why) = done {
        eprintln!("packetwalk-bench: {why}");
        std::process::exit(1);
    }
}
