//! The matrix of who reaches whom in a small lab. `cargo bench -p packetwalk-reach`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up may panic")]

use divan::{Bencher, black_box};
use packetwalk_lab::Lab;
use packetwalk_reach::{Asker, Matrix, Probe, SETTLE, State};
use packetwalk_shell::print::walk::Language;
use packetwalk_shell::{Apart, Shell};

fn main() {
    divan::main();
}

/// Containers on one bridge, nothing under way any more.
fn lab(containers: usize) -> Lab {
    let mut script = String::from("ip link add br0 type bridge\nip link set br0 up\n");
    script.push_str("ip addr add 10.0.0.1/16 dev br0\n");
    for n in 2..containers + 2 {
        script.push_str(&format!(
            "ip netns add c{n}\nip link add veth{n} master br0 type veth peer name eth0 netns c{n}\n\
             ip link set veth{n} up\nip -n c{n} link set eth0 up\nip -n c{n} addr add 10.0.0.{n}/16 dev eth0\n"
        ));
    }
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Apart::default();
    let status = shell.run_script("lab.sh", script.as_bytes(), &mut out);
    assert_eq!((status, String::from_utf8_lossy(&out.stderr).as_ref()), (0, ""));
    let until = shell.lab.now() + SETTLE;
    shell.run_until(until, &mut out);
    shell.lab
}

/// Every cell known.
fn matrix(lab: &Lab, probes: &[Probe]) -> Matrix {
    let mut matrix = Matrix::new(lab, probes, Language::En);
    let mut asker = Asker::new(lab.clone());
    let keys = matrix.keys(&|_| true, &|_| true);
    matrix.take(keys.iter().map(|key| matrix.solve(&mut asker, *key).unwrap()).collect());
    matrix
}

#[divan::bench(args = [2, 10])]
fn matrix_of_containers(bencher: Bencher, containers: usize) {
    let (lab, probes) = (lab(containers), ["tcp/80".parse().unwrap()]);
    let filled = matrix(&lab, &probes);
    // The host is a place too. Nobody listens: a reset comes back.
    assert_eq!(filled.places.len(), containers + 1);
    assert_eq!(filled.cell(1, 2, 0, 0).unwrap().state, State::Refused);
    bencher.bench_local(|| matrix(black_box(&lab), &probes));
}
