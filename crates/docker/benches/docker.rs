//! What an engine decides when it and a container start, on a machine that only counts. `cargo bench -p packetwalk-docker`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up may panic")]

use std::net::IpAddr;

use divan::{Bencher, black_box};
use ipnet::IpNet;
use packetwalk_docker::ports::{Binding, Bound, Port, Proto, Published};
use packetwalk_docker::{ContainerConfig, Daemon, Engine, Host, Op, Place, Version};

fn main() {
    divan::main();
}

/// A machine with nothing on it, where all succeeds.
#[derive(Default)]
struct Bare {
    rules: u32,
    others: u32,
}

impl Host for Bare {
    fn apply(&mut self, _: Place, op: Op) -> Result<(), String> {
        match black_box(op) {
            Op::Rules(..) => self.rules += 1,
            _ => self.others += 1,
        }
        Ok(())
    }
    fn sysctl(&mut self, _: Place, _: &str) -> Option<String> {
        None
    }
    fn has_link(&self, _: Place, _: &str) -> bool {
        false
    }
    fn addresses(&self, _: Place, _: &str) -> Vec<IpNet> {
        Vec::new()
    }
    fn in_use(&self) -> Vec<IpNet> {
        Vec::new()
    }
    fn busy(&self, _: &Bound) -> Option<&'static str> {
        None
    }
    fn is_bridge(&self, _: &str) -> bool {
        false
    }
    fn resolv_conf(&mut self) -> String {
        "nameserver 192.0.2.53\n".to_owned()
    }
}

fn engine(version: Version) -> (Engine, Bare) {
    let mut host = Bare::default();
    (Engine::start(&mut host, Daemon::new(version), 1, 0).unwrap(), host)
}

/// `docker run -p 8080:80`.
fn run(engine: &mut Engine, host: &mut Bare) {
    let port = Port { number: 80, proto: Proto::Tcp };
    let binding = Binding { host_ip: None::<IpAddr>, range: Some((8080, 8080)) };
    let published = vec![Published { port, binding }];
    let command = vec!["nginx".to_owned()];
    let config = ContainerConfig { command, published, exposed: vec![port], ..ContainerConfig::default() };
    let id = engine.create_container(config, 0).unwrap();
    engine.start_container(host, &id, 0).unwrap();
}

#[divan::bench(args = [Version::V20_10, Version::V29])]
fn engine_start(bencher: Bencher, version: Version) {
    assert!(engine(version).1.rules > 0);
    bencher.bench_local(|| engine(black_box(version)));
}

#[divan::bench(args = [Version::V20_10, Version::V29])]
fn container_start(bencher: Bencher, version: Version) {
    let started = engine(version).0;
    let (mut one, mut host) = (started.clone(), Bare::default());
    run(&mut one, &mut host);
    assert!(one.containers()[0].is_running() && host.rules > 0 && host.others > 0);
    bencher.with_inputs(|| started.clone()).bench_local_refs(|engine| run(engine, &mut host));
}
