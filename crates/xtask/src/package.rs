//! `cargo xtask package`: the element as others use it, in `www/dist`.

use std::path::Path;

use anyhow::Result;

use crate::setup;
use crate::sh::{command, run};

/// Makes the package of what [`crate::build::build`] has built, and says what it weighs.
///
/// # Errors
/// The tools cannot be installed, or one fails.
pub fn package(root: &Path) -> Result<()> {
    setup::browser_tests(root)?;
    let mut node = command(root, "node");
    node.args(["--no-warnings", "crates/xtask/src/package/main.mjs"]).arg(root);
    run(node.arg(env!("CARGO_PKG_VERSION")))
}
