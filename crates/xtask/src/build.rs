//! `cargo xtask build`: the page's generated parts, `www/pkg`, `www/page` and `www/vendor`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::sh::{command, exists, fresh, output, run};
use crate::{setup, split};

/// What `rustc` emits for wasm32-unknown-unknown and every current browser takes.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How the page's module is optimised: it loads faster for small code, and what carries packets is not to be slow for
/// the last bytes. Natively speed counts alone, so the profile itself says nothing.
const FOR_SIZE: &str = "z";
/// What carries packets: `s` made it 1.4 times as fast as `z` for 8 % more bytes, `2` 1.7 times for 22 %. Where every
/// packet passes, `2` is 1.17 times as fast as `s` for 2 % of the core's bytes. A thousand containers start in 0.87 of
/// the time when Docker's engine has `2` too, which is not in the part that a page waits for.
const FOR_SPEED: [(&str, &str); 8] = [
    ("wire", "'s'"),
    ("trace", "'s'"),
    ("link", "'s'"),
    ("route", "'s'"),
    ("netfilter", "'s'"),
    ("stack", "2"),
    ("lab", "'s'"),
    ("docker", "2"),
];

/// Cargo, for a module of the page.
pub fn for_page(root: &Path) -> Command {
    let mut cargo = command(root, "cargo");
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", FOR_SIZE);
    for (name, level) in FOR_SPEED {
        cargo.arg("--config").arg(format!("profile.release.package.packetwalk-{name}.opt-level={level}"));
    }
    cargo
}

/// The module that a page loads, below the workspace: all that it needs to come up.
pub const WASM: &str = "www/pkg/packetwalk_bg.wasm";

/// The rest of it, which a page loads when it is up.
pub const REST: &str = "www/pkg/packetwalk_rest.wasm";

/// Both in one, with names: what the parts are held against.
const WHOLE: &str = "target/packetwalk_named.wasm";

/// What reads a walk in JavaScript.
const READER: &str = "crates/wasm/js/records.js";

/// What puts the page's own JavaScript into few files.
const BUNDLE: &str = "crates/xtask/src/page.mjs";

/// What a page does as it comes up.
const PROFILE: &str = "crates/xtask/src/profile.mjs";

/// Builds the wasm package, its JavaScript and its types, and copies the page's libraries.
///
/// # Errors
/// A step fails.
pub fn build(root: &Path) -> Result<()> {
    setup::for_build(root)?;
    reader(root)?;
    // The linker's own account of the constants is what they are parted by.
    let wasm = ["rustc", "--package", "packetwalk-wasm", "--lib", "--crate-type", "cdylib", "--release"];
    let options = ["--target", "wasm32-unknown-unknown", "--", "-C", "link-arg=--emit-relocs"];
    run(for_page(root).args(wasm).args(options))?;
    let module = root.join("target/wasm32-unknown-unknown/release/packetwalk_wasm.wasm");
    let (whole, rest, profile) = (root.join(WHOLE), root.join(REST), root.join(PROFILE));
    if !fresh(&module, &whole) || !root.join("www/pkg/packetwalk.js").exists() {
        bind("packetwalk", &module, &root.join("www/pkg"))?;
        beside(&root.join("www/pkg"))?;
        optimise(root, &root.join(WASM), &whole)?;
    }
    labs(root)?;
    if !fresh(&whole, &rest) || !fresh(&profile, &rest) {
        part(root, &module)?;
    }
    style(root)?;
    book(root)?;
    for library in setup::vendored(root)? {
        let from = root.join(".tools/npm/node_modules").join(&library.package);
        for (file, to) in &library.files {
            copy(&from.join(file), &root.join("www").join(to))
                .with_context(|| format!("{}: {file}", library.package))?;
        }
    }
    page(root)
}

/// What the page itself needs to come up, as a file of JavaScript and one of style.
fn page(root: &Path) -> Result<()> {
    let folder = root.join("www/page");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir(&folder)?;
    let text = sheets(root, &["base", "player", "page", "picture", "tables", "compare"])?;
    fs::write(folder.join("main.css"), text)?;
    run(command(root, "node").args([BUNDLE, "."]))
}

/// The text of style sheets, one after the other.
fn sheets(root: &Path, names: &[&str]) -> Result<String> {
    let read = |name| fs::read_to_string(root.join(format!("www/css/{name}.css")));
    Ok(names.iter().map(read).collect::<Result<_, _>>()?)
}

/// The JavaScript that reads a walk, as `crates/wasm/src/view/records` lays it out.
fn reader(root: &Path) -> Result<()> {
    let example = ["run", "--quiet", "--package", "packetwalk-wasm", "--example", "records"];
    let text = output(command(root, "cargo").args(example))? + "\n";
    let path = root.join(READER);
    // One that is the same is left alone: the module would be built again.
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    Ok(fs::write(path, text)?)
}

/// The tutorial's books, one for each language, `www/tutorial/LANGUAGE`. Every page is checked as it is made.
fn book(root: &Path) -> Result<()> {
    if !exists("mdbook") {
        println!("no mdbook: the tutorial's pages are not made (cargo xtask setup builds it)");
        return Ok(());
    }
    run(command(root, "cargo").args(["build", "--quiet", "--package", "packetwalk-book"]))?;
    for language in ["en", "zh"] {
        let mut mdbook = command(root, "mdbook");
        mdbook.args(["build", "--dest-dir"]).arg(root.join("www/tutorial").join(language));
        mdbook.env("MDBOOK_PREPROCESSOR__PACKETWALK__COMMAND", "cargo run --quiet --package packetwalk-book");
        run(mdbook.arg(root.join("www/book").join(language)))?;
    }
    Ok(())
}

/// The style sheet of the element, which lives in a page of others, as a module: what the page's own sheets say of
/// the root is said of the element.
fn style(root: &Path) -> Result<()> {
    let text = sheets(root, &["base", "player", "picture", "tables", "element"])?
        .replace(":root[data-theme=\"auto\"]", ":host(:not([theme=\"light\"], [theme=\"dark\"]))")
        .replace(":root[data-theme=\"dark\"]", ":host([theme=\"dark\"])")
        .replace(":root", ":host");
    let module = format!(
        "/** The element's style sheet. @type {{string}} */\nexport default {};\n",
        serde_json::to_string(&text)?
    );
    Ok(fs::write(root.join("www/pkg/element-style.js"), module)?)
}

/// Makes the labs that the page offers, `labs/AREA/NAME.sh` there: of the goldens, or `q/NAME`, of the tutorial's pages
/// on what people ask.
fn labs(root: &Path) -> Result<()> {
    let page = fs::read_to_string(root.join("www/index.html"))?;
    let named = page.split("value=\"labs/").skip(1).filter_map(|rest| rest.split_once(".sh\""));
    for (lab, _) in named.filter(|(lab, _)| lab.contains('/')) {
        let to = root.join(format!("www/labs/{lab}.sh"));
        let made = match lab.strip_prefix("q/") {
            Some(name) => asked(root, name, &to),
            None => copy(&root.join("tests/labs").join(lab).join("lab.sh"), &to),
        };
        made.with_context(|| format!("the lab {lab}"))?;
    }
    Ok(())
}

/// Writes the first lab of a page on what people ask, or of `NAME-2` the second, with what it begins with.
fn asked(root: &Path, name: &str, to: &Path) -> Result<()> {
    let (page, at) = name.strip_suffix("-2").map_or((name, 0), |page| (page, 1));
    let path = root.join(format!("www/book/en/src/q/{page}.md"));
    let text = fs::read_to_string(&path)?;
    let title = text.lines().next().unwrap_or_default();
    let block = text.split("\n```lab src=").nth(at + 1).context("no such lab in the page")?;
    let (head, rest) = block.split_once('\n').context("a lab of one line")?;
    let (own, _) = rest.split_once("\n```").context("a lab without an end")?;
    let shared = fs::read_to_string(path.with_file_name("").join(head))?;
    fs::create_dir_all(to.parent().context("a path below www")?)?;
    Ok(fs::write(to, format!("{title}\n\n{own}\n").replacen("\n\n", &format!("\n{shared}\n"), 1))?)
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::create_dir_all(to.parent().context("a path below www")?)?;
    fs::copy(from, to)?;
    Ok(())
}

/// JavaScript and TypeScript declarations for a module, as `wasm-bindgen --target web` makes them.
///
/// # Errors
/// The module cannot be read, or a file not be written.
pub fn bind(name: &str, module: &Path, package: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, split::without(&fs::read(module)?)?);
    bindgen.web(true)?.typescript(true);
    bindgen.generate(package)
}

/// Puts the JavaScript that the module brings along beside it, by names that a page can know before it has read any.
fn beside(package: &Path) -> Result<()> {
    let (brought, glue) = (package.join("snippets"), package.join("packetwalk.js"));
    let mut text = fs::read_to_string(&glue)?;
    for folder in fs::read_dir(&brought)? {
        let folder = folder?;
        // The module itself keeps its names for them.
        for quote in ['"', '\''] {
            let from = format!("from {quote}./snippets/{}/js/", folder.file_name().display());
            text = text.replace(&from, &format!("from {quote}./"));
        }
        for file in fs::read_dir(folder.path().join("js"))? {
            let file = file?;
            fs::rename(file.path(), package.join(file.file_name()))?;
        }
    }
    fs::remove_dir_all(&brought)?;
    Ok(fs::write(&glue, text)?)
}

/// Makes a module small. The names stay until it is split.
///
/// # Errors
/// The optimiser fails.
pub fn optimise(root: &Path, from: &Path, to: &Path) -> Result<()> {
    println!("wasm-opt");
    let tool = root.join(".tools/npm/node_modules/binaryen/bin/wasm-opt");
    let mut node = command(root, "node");
    // Inlining a large function that is called once makes the module smaller, and its brotli larger.
    node.arg(tool).args(["-Oz", "-g", "--one-caller-inline-max-function-size=20"]).args(FEATURES);
    run(node.arg(from).arg("-o").arg(to))
}

/// Splits the module in two by what a page runs as it comes up. The rest is written last: it is what tells that
/// all is done.
fn part(root: &Path, linked: &Path) -> Result<()> {
    println!("splitting it");
    let wasm = fs::read(root.join(WHOLE))?;
    let probed = root.join("target/packetwalk_probed.wasm");
    fs::write(&probed, split::probed(&wasm)?)?;
    let mut node = command(root, "node");
    node.args(["--no-warnings", "--experimental-default-type=module", PROFILE, "www"]);
    let reached: BTreeSet<usize> = serde_json::from_str(&output(node.arg(&probed))?)?;
    let (first, rest) = split::split(&wasm, &fs::read(linked)?, &reached)?;
    fs::write(root.join(WASM), first)?;
    Ok(fs::write(root.join(REST), rest)?)
}
