//! Where two walks part: the first step that is not the same, by place and by what decided it.

/// What two ways are compared by, step by step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The namespace's name.
    pub ns: String,
    /// The step's title.
    pub title: String,
    /// The row that decided it; empty if none did.
    pub row: String,
}

/// The place of the first step at which two ways part; `None` if they are one. `same` says whether two texts
/// mean the same.
pub fn part(a: &[Mark], b: &[Mark], same: &dyn Fn(&str, &str) -> bool) -> Option<usize> {
    let one = |a: &Mark, b: &Mark| a.ns == b.ns && same(&a.title, &b.title) && same(&a.row, &b.row);
    (0..a.len().max(b.len())).find(|&at| match (a.get(at), b.get(at)) {
        (Some(a), Some(b)) => !one(a, b),
        _ => true,
    })
}

/// First port that Linux gives out of its own accord (`net.ipv4.ip_local_port_range`).
const GIVEN: u16 = 32_768;

/// Whether two texts differ in nothing but what is drawn at random: ids, the names made of them, MACs, the
/// ports that Linux chooses and the ids of ICMP.
pub fn alike(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').map(|word| drawn(word).unwrap_or(word)).collect();
    words.join(" ")
}

/// What stands for a word that is drawn at random.
fn drawn(word: &str) -> Option<&'static str> {
    if let Some((name, value)) = word.split_once('=') {
        let port = value.parse::<u16>().is_ok_and(|port| port >= GIVEN);
        return match name {
            "sport" if port => Some("sport=PORT"),
            "dport" if port => Some("dport=PORT"),
            "id" => Some("id=ID"),
            _ => None,
        };
    }
    let id = ["veth", "br-"].iter().find_map(|prefix| word.strip_prefix(prefix)).unwrap_or(word);
    let mac = word.len() == 17 && word.bytes().filter(|b| *b == b':').count() == 5;
    let hex = matches!(id.len(), 7 | 12 | 64) && id.bytes().all(|b| b.is_ascii_hexdigit());
    (mac || hex).then_some("ID")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_alike() {
        #[rustfmt::skip]
        let cases = [
            ("out veth0a1b2c3",             "out vethffffff0",             true),
            ("out eth0",                    "out eth1",                    false),
            ("tcp src=a sport=40001 dport=80", "tcp src=a sport=50002 dport=80", true),
            ("tcp src=a sport=40001 dport=80", "tcp src=a sport=40001 dport=81", false),
            ("icmp type=8 code=0 id=7",     "icmp type=8 code=0 id=9",     true),
        ];
        for (a, b, want) in cases {
            assert_eq!(alike(a, b), want, "{a} | {b}");
        }
    }

    #[test]
    fn ways_part_where_place_or_row_differ() {
        let way = |text: &str| -> Vec<Mark> {
            text.split_whitespace()
                .filter_map(|step| {
                    let (ns, row) = step.split_once('/')?;
                    Some(Mark { ns: ns.to_owned(), title: "t".to_owned(), row: row.to_owned() })
                })
                .collect()
        };
        #[rustfmt::skip]
        let cases = [
            ("h/a h/b", "h/a h/b",     None),
            ("h/a h/b", "h/a h/c",     Some(1)),
            ("h/a h/b", "h/a g/b",     Some(1)),
            ("h/a",     "h/a h/b",     Some(1)),
            ("",        "",            None),
        ];
        for (a, b, want) in cases {
            assert_eq!(part(&way(a), &way(b), &|a, b| a == b), want, "{a} | {b}");
        }
    }
}
