//! `cargo xtask setup`: installs what is missing, into `.tools` and `node_modules`, which git ignores.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::sh::{command, exists, output, run};

/// npm's build of binaryen: it carries a `wasm-opt` in JavaScript that needs no download of its own.
const BINARYEN: &str = "binaryen@132.0.0";

/// What puts the page's modules into few files.
const ROLLDOWN: &str = "rolldown@1.3.3";

/// Programs, Debian's packages of them, and what is skipped without them.
const DEBIAN: [(&str, &str, &str); 20] = [
    ("ip", "iproute2", KERNEL),
    ("iptables", "iptables", KERNEL),
    ("conntrack", "conntrack", KERNEL),
    ("tcpdump", "tcpdump", KERNEL),
    ("ping", "iputils-ping", KERNEL),
    ("nc", "netcat-openbsd", KERNEL),
    ("traceroute", "traceroute", KERNEL),
    ("route", "net-tools", KERNEL),
    ("sysctl", "procps", KERNEL),
    ("ipset", "ipset", KERNEL),
    ("nfacct", "nfacct", KERNEL),
    ("nft", "nftables", KERNEL),
    ("tshark", "tshark", "Wireshark's reading of our captures"),
    ("chromium", "chromium", PAGE),
    ("chromedriver", "chromium-driver", PAGE),
    ("firefox-esr", "firefox-esr", "the smoke run in Firefox"),
    ("python3", "python3", "the comparison with the oracle's records"),
    ("pip3", "python3-pip", "the examples in pages of MkDocs and Sphinx"),
    ("c++", "g++", "fuzzing"),
    ("valgrind", "valgrind", "counting instructions"),
];
const KERNEL: &str = "the live comparison with this machine's kernel";
const PAGE: &str = "the tests in a browser";

/// Installs all that the tests need. What cannot be installed is named, with what will be skipped.
///
/// # Errors
/// The build's own needs (see [`for_build`]) cannot be met.
pub fn all(root: &Path) -> Result<()> {
    debian(root);
    for_build(root)?;
    optional("the package and the tests of the page", browser_tests(root));
    optional("the tutorial's pages", book(root));
    optional("the examples in pages of MkDocs and Sphinx", python(root));
    optional("wasm-pack test", cargo_tool(root, &["wasm-pack"], "wasm-pack"));
    optional("the fuzz targets", cargo_tool(root, &["cargo-fuzz"], "cargo-fuzz"));
    Ok(())
}

/// What building the page needs: the wasm target, and npm packages for `wasm-opt` and the page's libraries.
///
/// # Errors
/// There is no rustup, node or npm, or a registry cannot be reached.
pub fn for_build(root: &Path) -> Result<()> {
    let targets = output(command(root, "rustup").args(["target", "list", "--installed"]));
    if targets
        .context("rustup is needed: https://rustup.rs")?
        .lines()
        .all(|line| line != "wasm32-unknown-unknown")
    {
        println!("installing the Rust target wasm32-unknown-unknown");
        run(command(root, "rustup").args(["target", "add", "wasm32-unknown-unknown"]))?;
    }
    let mut wanted = vec![BINARYEN.to_owned(), ROLLDOWN.to_owned()];
    for library in vendored(root)? {
        wanted.push(format!("{}@{}", library.package, library.version));
    }
    let folder = root.join(".tools/npm");
    let list = folder.join("installed.txt");
    if fs::read_to_string(&list).unwrap_or_default() != wanted.join("\n") {
        println!("installing from npm: {}", wanted.join(" "));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("package.json"), "{ \"private\": true }\n")?;
        npm(&folder, &wanted)?;
        fs::write(list, wanted.join("\n"))?;
    }
    Ok(())
}

/// A library that the page carries with it.
pub struct Library {
    /// npm's name.
    pub package: String,
    /// The exact version.
    pub version: String,
    /// From a file of the package to one below `www`.
    pub files: Vec<(String, String)>,
}

/// The libraries that `www/vendor.json` names.
///
/// # Errors
/// The file cannot be read or is not of the form that it should be.
pub fn vendored(root: &Path) -> Result<Vec<Library>> {
    let path = root.join("www/vendor.json");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&path)?)?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let libraries =
        json.as_array().context("www/vendor.json: a list is expected")?.iter().map(|library| Library {
            package: text(&library["package"]),
            version: text(&library["version"]),
            files: library["files"]
                .as_object()
                .map(|files| files.iter().map(|(from, to)| (from.clone(), text(to))).collect())
                .unwrap_or_default(),
        });
    Ok(libraries.collect())
}

/// `npm install` in a folder. `npm ci` would refuse a lock file that names no other system's packages.
fn npm(folder: &Path, packages: &[String]) -> Result<()> {
    if !exists("npm") {
        bail!("node with npm is needed: https://nodejs.org, or Debian's packages nodejs and npm");
    }
    let quietly = ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    run(command(folder, "npm").args(quietly).args(packages))
}

/// npm's packages for the page's tests and the package, when their lock file has changed.
///
/// # Errors
/// npm is not there or cannot install them.
pub fn browser_tests(root: &Path) -> Result<()> {
    let folder = root.join("tests/browser");
    let (lock, done) = (folder.join("package-lock.json"), folder.join("node_modules/.packetwalk-lock.json"));
    let wanted = fs::read(&lock).context("tests/browser/package-lock.json")?;
    if fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing npm packages for the page's tests and the package");
    npm(&folder, &[])?;
    Ok(fs::write(done, wanted)?)
}

/// mdBook without its server.
///
/// # Errors
/// It cannot be built.
pub fn book(root: &Path) -> Result<()> {
    let what = ["mdbook@0.5.4", "--locked", "--no-default-features", "--features", "search"];
    cargo_tool(root, &what, "mdbook")
}

/// What makes pages of the examples of embedding, in Python.
fn python(root: &Path) -> Result<()> {
    let (folder, wanted) = (root.join(".tools/python"), ["mkdocs==1.6.1", "sphinx==7.4.7"]);
    let list = folder.join("installed.txt");
    if fs::read_to_string(&list).is_ok_and(|installed| installed == wanted.join("\n")) {
        return Ok(());
    }
    println!("installing from PyPI: {}", wanted.join(" "));
    let quietly =
        ["install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--target"];
    run(command(root, "pip3").args(quietly).arg(&folder).args(wanted))?;
    Ok(fs::write(list, wanted.join("\n"))?)
}

/// Builds a tool from crates.io into `.tools`, unless it is there or in the search path. Without optimisation, and in one
/// folder for all: what they do takes no time beside what building them takes.
fn cargo_tool(root: &Path, what: &[&str], program: &str) -> Result<()> {
    if exists(program) {
        return Ok(());
    }
    println!("building {program} from crates.io (some minutes, once)");
    let mut cargo = command(root, "cargo");
    cargo.args(["install", "--quiet", "--debug", "--target-dir", "target/tools"]).args(what);
    run(cargo.arg("--root").arg(root.join(".tools")).env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

/// Whether rustup has a nightly toolchain, which fuzzing prefers.
pub fn nightly(root: &Path) -> bool {
    let list = output(command(root, "rustup").args(["toolchain", "list"]));
    list.is_ok_and(|list| list.lines().any(|line| line.starts_with("nightly")))
}

/// Whether this process may install packages.
fn is_root(root: &Path) -> bool {
    output(command(root, "id").arg("-u")).is_ok_and(|id| id == "0")
}

/// Debian's packages, as root; else a word on what is missing.
fn debian(root: &Path) {
    let missing: Vec<_> = DEBIAN.into_iter().filter(|(program, ..)| !exists(program)).collect();
    if missing.is_empty() {
        return;
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package, _)| *package).collect();
    if is_root(root) && exists("apt-get") {
        println!("installing Debian's packages: {}", packages.join(" "));
        let apt = |args: &[&str]| {
            let mut apt = command(root, "apt-get");
            run(apt
                .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
                .args(args)
                .env("DEBIAN_FRONTEND", "noninteractive"))
        };
        let install: Vec<&str> =
            ["install", "-y", "--no-install-recommends"].into_iter().chain(packages).collect();
        optional("what needs them", apt(&["update"]).and_then(|()| apt(&install)));
        return;
    }
    println!("missing, and not root to install them: {}", packages.join(" "));
    println!("  as root: apt-get install {}", packages.join(" "));
    let mut skipped: Vec<&str> = missing.iter().map(|(.., skipped)| *skipped).collect();
    skipped.dedup();
    println!("  skipped without them: {}", skipped.join("; "));
}

fn optional(what: &str, result: Result<()>) {
    if let Err(error) = result {
        println!("not installed: {error:#}\n  skipped without it: {what}");
    }
}
