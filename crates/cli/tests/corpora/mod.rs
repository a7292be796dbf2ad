//! Recordings of real tools that may lie beside the project.

use std::path::{Path, PathBuf};

/// The folder of this part of them, if it is there; `PACKETWALK_CORPORA=folder` names recordings elsewhere.
pub fn corpora(part: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let folder = std::env::var_os("PACKETWALK_CORPORA").map_or(beside, PathBuf::from).join(part);
    if !folder.is_dir() {
        println!("skipped: no recordings beside the project");
        return None;
    }
    Some(folder)
}
