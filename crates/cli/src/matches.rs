//! `packetwalk matches`: every match and target, and how far it is simulated.

use core::fmt::Write as _;

use packetwalk_netfilter::extension::{Info, Model};
use packetwalk_netfilter::{matches, targets};
use packetwalk_wire::Family;

use crate::{Failure, lab};

/// Prints a row for each: what it does, whether it is as Linux has it, and the kernel's file.
pub fn print() -> Result<u8, Failure> {
    let mut text = String::new();
    for (option, list) in [("-m", matches::LIST), ("-j", targets::LIST)] {
        for info in list {
            writeln!(text, "{option} {:<12} {:<6} {}", info.name, family(info), info.summary)?;
            writeln!(text, "{:15} {}; Linux v6.18, {}", "", model(info), info.source)?;
        }
    }
    lab::print(text.as_bytes())?;
    Ok(0)
}

fn family(info: &Info) -> &'static str {
    match info.family {
        None => "",
        Some(Family::V4) => "(IPv4)",
        Some(Family::V6) => "(IPv6)",
    }
}

fn model(info: &Info) -> String {
    match info.model {
        Model::Exact => "exact".to_owned(),
        Model::Differs(how) => format!("exact but for {how}"),
        Model::Parsed => "read and printed only: a packet that reaches it stops here".to_owned(),
    }
}
