//! What a process takes.

/// Bytes of memory that this process has, where the system tells; nothing else of WASI than the clock is to be needed.
pub fn memory() -> Option<u64> {
    if cfg!(target_family = "wasm") {
        return None;
    }
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}
