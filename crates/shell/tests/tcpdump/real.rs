//! The real tool.

use std::process::Command;

/// A file of the classic format with time stamps in nanoseconds.
pub fn pcap(link: u32, packets: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_3c4d, 0x0004_0002, 0, 0, 262_144, link] {
        file.extend(u32::to_le_bytes(word));
    }
    for (at, bytes) in packets {
        let words = [at / 1_000_000_000, at % 1_000_000_000, bytes.len() as u64, bytes.len() as u64];
        file.extend(words.iter().flat_map(|&word| (word as u32).to_le_bytes()));
        file.extend(bytes);
    }
    file
}

/// What it prints of a file, and on stderr; `None` where it is not 4.99.3.
pub fn tcpdump(file: &[u8], options: &[&str], filter: &str, name: &str) -> Option<(String, String)> {
    let version = Command::new("tcpdump").arg("--version").output().ok()?;
    if !String::from_utf8_lossy(&version.stdout).contains("4.99.3") {
        return None;
    }
    let id = (std::process::id(), std::thread::current().id());
    let path = std::env::temp_dir().join(format!("packetwalk-{id:?}-{name}.pcap"));
    std::fs::write(&path, file).unwrap();
    let mut command = Command::new("tcpdump");
    command.args(options).args(["-n", "-r"]).arg(&path).env("TZ", "UTC");
    if !filter.is_empty() {
        command.arg(filter);
    }
    let out = command.output().unwrap();
    std::fs::remove_file(&path).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Some((text(out.stdout), text(out.stderr)))
}
