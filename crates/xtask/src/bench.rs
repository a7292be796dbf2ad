//! `cargo xtask bench`: nanoseconds per packet, native and wasm.

use std::path::Path;

use anyhow::Result;

/// Measures.
pub fn bench(_root: &Path) -> Result<()> {
    Ok(())
}
