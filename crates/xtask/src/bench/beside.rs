//! `cargo xtask bench --kernel`: packets to a published port on this machine's kernel, and the same in the simulator.
//!
//! The kernel's side is `xdp.c`, which tells how it is measured. Everything happens in namespaces that end with it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::figures::{Figures, read};
use crate::kernel;
use crate::sh::{command, exists, output, run};

/// Loads, and the nanoseconds that a packet may take in the simulator.
const GOALS: [(&str, f64); 3] = [("established", 100.0), ("64k flows", 130.0), ("new flows", 250.0)];
/// The same of what is measured once, in microseconds.
const SEED_GOALS: [(&str, f64); 3] =
    [("seed lab built", 1000.0), ("ping traced", 20.0), ("its packets", 20.0)];
/// What goes on in the namespaces.
const INSIDE: &str =
    "mount -t tmpfs tmpfs /run && mkdir -p /run/netns && . crates/bench/src/published.sh && exec \"$@\"";
/// Seconds that the kernel's side may take.
const LIMIT: &str = "300";

/// Measures and prints both.
///
/// # Errors
/// This machine cannot, and why; something cannot be built or does not arrive.
pub fn beside(root: &Path) -> Result<()> {
    if let Some(why) = unavailable() {
        bail!("the bench beside Linux is not possible here: {why}");
    }
    let core = core()?;
    let (native, wasm) = (super::native(root)?, super::wasm(root)?);
    let driver = driver(root)?;
    let pinned = |what: &[&str]| -> Result<Vec<Figures>> {
        let all = ["-c".to_owned(), core.clone()];
        let mut own = command(root, "taskset");
        let mut node = command(root, "taskset");
        own.args(&all).arg(&native).args(what);
        node.args(&all).arg("node").args(super::node(root)).arg(&wasm).args(what);
        let (own, node) = (read(&output(&mut own)?)?, read(&output(&mut node)?)?);
        let both = own.into_iter().zip(node);
        Ok(both.map(|(own, node)| Figures { ns: [own.ns, node.ns].concat(), ..own }).collect())
    };

    println!("{}", machine());
    println!(
        "packets of 18 bytes to a published port; nanoseconds of one core (the quickest tenth of the rounds)\n"
    );
    println!("                         kernel           simulator          kernel / simulator");
    println!("                         gross     net    native    wasm      gross      net    goal, ns");
    for face in ["iptables-legacy", "iptables-nft"] {
        let mut linux = command(root, "timeout");
        linux
            .args([LIMIT, "unshare", "-n", "-m", "bash", "-e", "-c", INSIDE, "bash"])
            .arg(&driver)
            .arg(&core);
        let linux = read(&output(linux.env("IPTABLES", face))?)?;
        let ours = pinned(&["published", face])?;
        for ((name, goal), (linux, ours)) in GOALS.iter().zip(linux.iter().zip(&ours)) {
            if linux.name != *name || ours.name != *name || linux.count != ours.count {
                bail!("{name} was expected: {linux:?} {ours:?}");
            }
            println!("{}", row(face, name, &linux.ns, &ours.ns, *goal)?);
        }
    }
    println!("\nthe lab of 2015, microseconds          native    wasm                         goal");
    for (figures, (name, goal)) in pinned(&["seed"])?.iter().zip(SEED_GOALS) {
        let [native, _, wasm, _] = figures.ns[..] else { bail!("{name} was expected: {figures:?}") };
        println!("{:<38} {:>7.1} {:>7.1} {goal:>28}", figures.name, native / 1000.0, wasm / 1000.0);
    }
    Ok(())
}

/// Gross is all that this load takes; net is without what the generator takes by itself.
fn row(face: &str, name: &str, linux: &[f64], ours: &[f64], goal: f64) -> Result<String> {
    let ([gross, _, generator, _], [native, _, wasm, _]) = (linux, ours) else {
        bail!("figures are missing: {linux:?} {ours:?}");
    };
    let net = gross - generator;
    let face = face.trim_start_matches("iptables-");
    let (by_gross, by_net) = (gross / native, net / native);
    Ok(format!(
        "{face:<7} {name:<13} {gross:>8.0} {net:>7.0} {native:>9.0} {wasm:>7.0} {by_gross:>9.1}× {by_net:>7.1}× {goal:>7}"
    ))
}

/// Why this machine cannot.
fn unavailable() -> Option<String> {
    if let Some(why) = kernel::unavailable() {
        return Some(why);
    }
    let tools = ["taskset", "node", "cc", "timeout", "iptables-legacy-restore", "iptables-nft-restore"];
    if let Some(tool) = tools.into_iter().find(|tool| !exists(tool)) {
        return Some(format!("no {tool}"));
    }
    let most = fs::read_to_string("/proc/sys/net/netfilter/nf_conntrack_max").unwrap_or_default();
    let most: u32 = most.trim().parse().unwrap_or_default();
    (most < 70_000).then(|| format!("net.netfilter.nf_conntrack_max is {most}, and 65,536 flows are wanted"))
}

/// The last core that this process may run on.
fn core() -> Result<String> {
    let status = fs::read_to_string("/proc/self/status")?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let last = list.and_then(|list| list.trim().rsplit([',', '-']).next());
    last.map(str::to_owned).context("no core is known")
}

fn driver(root: &Path) -> Result<PathBuf> {
    let to = root.join("target/bench-xdp");
    fs::create_dir_all(root.join("target"))?;
    let from = root.join("crates/xtask/src/bench/xdp.c");
    run(command(root, "cc").args(["-O2", "-Wall", "-o"]).arg(&to).arg(from))?;
    Ok(to)
}

/// Processor, kernel, and what the kernel does about guesses of the processor.
fn machine() -> String {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let cpus = text("/proc/cpuinfo");
    let of = |key: &str| {
        let line = cpus.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(": ").map_or("?", |(_, value)| value).to_owned()
    };
    let guesses = |what: &str| text(&format!("/sys/devices/system/cpu/vulnerabilities/{what}"));
    format!(
        "{} (family {}, model {}), Linux {}\nspectre_v2: {}\nretbleed: {}\nspec_rstack_overflow: {}",
        of("model name"),
        of("cpu family"),
        of("model\t"),
        text("/proc/sys/kernel/osrelease"),
        guesses("spectre_v2"),
        guesses("retbleed"),
        guesses("spec_rstack_overflow"),
    )
}
