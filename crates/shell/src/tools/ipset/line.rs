//! Lines of `restore`: their words, and what they take of a message to the kernel.

use packetwalk_netfilter::ipset::Adt;

use super::report::Fail;

/// Most words of a line, the program's name included.
pub(super) const MAX_WORDS: usize = 32;

/// Bytes of an element in a message to the kernel.
pub(super) fn wire_size(adt: &Adt) -> usize {
    let ip = |ip: Option<u128>| ip.map_or(0, |ip| if u32::try_from(ip).is_ok() { 12 } else { 24 });
    let eight = [
        adt.cidr.is_some(),
        adt.cidr2.is_some(),
        adt.port.is_some(),
        adt.port_to.is_some(),
        adt.proto.is_some(),
        adt.mark.is_some(),
        adt.timeout.is_some(),
        adt.skbprio.is_some(),
        adt.skbqueue.is_some(),
        adt.nomatch || adt.physdev || adt.wildcard || adt.before,
        true,
    ];
    let text = |t: &Option<Box<str>>| t.as_ref().map_or(0, |t| 4 + (t.len() + 4) / 4 * 4);
    let twelve = [adt.packets.is_some(), adt.bytes.is_some(), adt.skbmark.is_some(), adt.mac.is_some()];
    4 + ip(adt.ip)
        + ip(adt.ip_to)
        + ip(adt.ip2)
        + ip(adt.ip2_to)
        + 8 * eight.iter().filter(|on| **on).count()
        + 12 * twelve.iter().filter(|on| **on).count()
        + text(&adt.comment)
        + text(&adt.name)
        + text(&adt.nameref)
        + if adt.iface.is_some() { 20 } else { 0 }
}

/// The words of a line of `restore`.
///
/// # Source
/// ipset 7.17, `lib/ipset.c`: `build_argv`.
pub(super) fn words_of(line: &str) -> Result<Vec<String>, Fail> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if words.len() + 2 == MAX_WORDS {
            return Err(Fail::Parameter("Line is too long to parse.".into()));
        }
        let last = chars.peek().is_none();
        match c {
            '"' => {
                quoted = !quoted;
                if !last {
                    continue;
                }
            }
            ' ' | '\r' | '\n' | '\t' if quoted => {
                word.push(c);
                continue;
            }
            ' ' | '\r' | '\n' | '\t' => {}
            c => {
                word.push(c);
                if !last {
                    continue;
                }
            }
        }
        if last && quoted {
            return Err(Fail::Parameter("Missing close quote!".into()));
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    Ok(words)
}
