//! Words of a filter expression.

use super::FilterError;

/// A word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token {
    /// A keyword or operator, by its first spelling.
    Key(&'static str),
    Number(u32),
    /// Anything else made of letters, digits, `-`, `_` and `.`.
    Name(String),
    /// Two to four numbers with dots between.
    V4(String),
    V6(String),
    Mac([u8; 6]),
}

/// Keywords with the spelling that stands for all their synonyms.
#[rustfmt::skip]
const KEYWORDS: [(&str, &str); 128] = [
    ("dst", "dst"), ("src", "src"), ("link", "ether"), ("ether", "ether"), ("ppp", "ether"),
    ("slip", "ether"), ("fddi", "ether"), ("tr", "ether"), ("wlan", "ether"), ("arp", "arp"),
    ("rarp", "rarp"), ("ip", "ip"), ("sctp", "sctp"), ("tcp", "tcp"), ("udp", "udp"), ("icmp", "icmp"),
    ("igmp", "igmp"), ("igrp", "igrp"), ("pim", "pim"), ("vrrp", "vrrp"), ("carp", "carp"),
    ("ip6", "ip6"), ("icmp6", "icmp6"), ("ah", "ah"), ("esp", "esp"), ("host", "host"), ("net", "net"),
    ("mask", "mask"), ("port", "port"), ("portrange", "portrange"), ("proto", "proto"),
    ("protochain", "protochain"), ("gateway", "gateway"), ("less", "less"), ("greater", "greater"),
    ("broadcast", "broadcast"), ("multicast", "multicast"), ("and", "and"), ("or", "or"), ("not", "!"),
    ("len", "len"), ("length", "len"), ("inbound", "inbound"), ("outbound", "outbound"),
    ("byte", "byte"), ("ifindex", "ifindex"), ("vlan", "vlan"), ("mpls", "mpls"), ("pppoed", "pppoed"),
    ("pppoes", "pppoes"), ("geneve", "geneve"), ("radio", "radio"), ("atalk", "atalk"), ("aarp", "aarp"),
    ("decnet", "decnet"), ("lat", "lat"), ("sca", "sca"), ("moprc", "moprc"), ("mopdl", "mopdl"),
    ("iso", "iso"), ("esis", "esis"), ("es-is", "esis"), ("isis", "isis"), ("is-is", "isis"), ("l1", "l1"),
    ("l2", "l2"), ("iih", "iih"), ("lsp", "lsp"), ("snp", "snp"), ("csnp", "csnp"), ("psnp", "psnp"),
    ("clnp", "clnp"), ("stp", "stp"), ("ipx", "ipx"), ("netbeui", "netbeui"), ("type", "type"),
    ("subtype", "subtype"), ("direction", "dir"), ("dir", "dir"), ("address1", "addr1"),
    ("addr1", "addr1"), ("address2", "addr2"), ("addr2", "addr2"), ("address3", "addr3"),
    ("addr3", "addr3"), ("address4", "addr4"), ("addr4", "addr4"), ("ra", "ra"), ("ta", "ta"),
    ("lane", "lane"), ("llc", "llc"), ("metac", "metac"), ("bcc", "bcc"), ("oam", "oam"),
    ("oamf4", "oamf4"), ("oamf4ec", "oamf4ec"), ("oamf4sc", "oamf4sc"), ("sc", "sc"), ("ilmic", "ilmic"),
    ("vpi", "vpi"), ("vci", "vci"), ("connectmsg", "connectmsg"), ("metaconnect", "metaconnect"),
    ("on", "ifname"), ("ifname", "ifname"), ("rset", "rset"), ("ruleset", "rset"), ("rnr", "rnr"),
    ("rulenum", "rnr"), ("srnr", "srnr"), ("subrulenum", "srnr"), ("reason", "reason"),
    ("action", "action"), ("fisu", "fisu"), ("lssu", "lssu"), ("lsu", "lssu"), ("msu", "msu"),
    ("hfisu", "hfisu"), ("hlssu", "hlssu"), ("hmsu", "hmsu"), ("sio", "sio"), ("opc", "opc"),
    ("dpc", "dpc"), ("sls", "sls"), ("hsio", "hsio"), ("hopc", "hopc"), ("hdpc", "hdpc"),
    ("hsls", "hsls"),
];

/// Names of offsets and values.
#[rustfmt::skip]
const CONSTANTS: [(&str, u32); 57] = [
    ("icmptype", 0), ("icmpcode", 1), ("icmp-echoreply", 0), ("icmp-unreach", 3),
    ("icmp-sourcequench", 4), ("icmp-redirect", 5), ("icmp-echo", 8), ("icmp-routeradvert", 9),
    ("icmp-routersolicit", 10), ("icmp-timxceed", 11), ("icmp-paramprob", 12), ("icmp-tstamp", 13),
    ("icmp-tstampreply", 14), ("icmp-ireq", 15), ("icmp-ireqreply", 16), ("icmp-maskreq", 17),
    ("icmp-maskreply", 18), ("icmp6type", 0), ("icmp6code", 1), ("icmp6-destinationunreach", 1),
    ("icmp6-packettoobig", 2), ("icmp6-timeexceeded", 3), ("icmp6-parameterproblem", 4),
    ("icmp6-echo", 128), ("icmp6-echoreply", 129), ("icmp6-multicastlistenerquery", 130),
    ("icmp6-multicastlistenerreportv1", 131), ("icmp6-multicastlistenerdone", 132),
    ("icmp6-routersolicit", 133), ("icmp6-routeradvert", 134), ("icmp6-neighborsolicit", 135),
    ("icmp6-neighboradvert", 136), ("icmp6-redirect", 137), ("icmp6-routerrenum", 138),
    ("icmp6-nodeinformationquery", 139), ("icmp6-nodeinformationresponse", 140),
    ("icmp6-ineighbordiscoverysolicit", 141), ("icmp6-ineighbordiscoveryadvert", 142),
    ("icmp6-multicastlistenerreportv2", 143), ("icmp6-homeagentdiscoveryrequest", 144),
    ("icmp6-homeagentdiscoveryreply", 145), ("icmp6-mobileprefixsolicit", 146),
    ("icmp6-mobileprefixadvert", 147), ("icmp6-certpathsolicit", 148), ("icmp6-certpathadvert", 149),
    ("icmp6-multicastrouteradvert", 151), ("icmp6-multicastroutersolicit", 152),
    ("icmp6-multicastrouterterm", 153), ("tcpflags", 13), ("tcp-fin", 0x01), ("tcp-syn", 0x02),
    ("tcp-rst", 0x04), ("tcp-push", 0x08), ("tcp-ack", 0x10), ("tcp-urg", 0x20), ("tcp-ece", 0x40),
    ("tcp-cwr", 0x80),
];

/// Operators, longer ones first.
#[rustfmt::skip]
const OPERATORS: [(&str, &str); 25] = [
    ("&&", "and"), ("||", "or"), (">=", ">="), ("<=", "<="), ("!=", "!="), ("==", "="), ("<<", "<<"),
    (">>", ">>"), ("+", "+"), ("-", "-"), ("*", "*"), ("/", "/"), ("%", "%"), (":", ":"), ("[", "["),
    ("]", "]"), ("!", "!"), ("<", "<"), (">", ">"), ("(", "("), (")", ")"), ("&", "&"), ("|", "|"),
    ("^", "^"), ("=", "="),
];

/// The words of an expression; the longest match wins, as in lex.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\r', '\n', '\t']);
        if rest.is_empty() {
            return Ok(tokens);
        }
        let (token, len) = token(rest)?;
        tokens.push(token);
        rest = rest.get(len..).unwrap_or_default();
    }
}

fn token(rest: &str) -> Result<(Token, usize), FilterError> {
    let run = |chars: &dyn Fn(char) -> bool| rest.find(|c| !chars(c)).unwrap_or(rest.len());
    let name = name_len(rest);
    // Addresses with colons.
    let colons = run(&|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
    if colons > name
        && let Some(address) = rest.get(..colons)
        && address.contains(':')
    {
        if let Some(mac) = mac(address) {
            return Ok((Token::Mac(mac), colons));
        }
        if let Some(len) = (3..=colons).rev().find(|&len| is_v6(rest.get(..len).unwrap_or_default())) {
            return Ok((Token::V6(rest.get(..len).unwrap_or_default().to_owned()), len));
        }
        if address.matches(':').count() > 1 && address.starts_with(|c: char| c.is_ascii_hexdigit()) {
            let bogus = address.rfind(':').and_then(|at| address.get(..=at)).unwrap_or(address);
            return Err(FilterError::new(format!("bogus ethernet address {bogus}")));
        }
    }
    if let Some(escaped) = rest.strip_prefix('\\') {
        let len = escaped.find([' ', '!', '(', ')', '\n', '\t']).unwrap_or(escaped.len());
        if len > 0 {
            return Ok((Token::Name(escaped.get(..len).unwrap_or_default().to_owned()), len + 1));
        }
    }
    if name > 0 {
        let word = rest.get(..name).unwrap_or_default();
        return self::word(word).map(|token| (token, name));
    }
    let operator = OPERATORS.iter().find(|(text, _)| rest.starts_with(text));
    operator.map(|(text, key)| (Token::Key(key), text.len())).ok_or_else(FilterError::syntax)
}

/// Letters and digits, with `-`, `_` and `.` inside, ending in a letter, digit or dot.
fn name_len(rest: &str) -> usize {
    let len = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(rest.len());
    let word = rest.get(..len).unwrap_or_default();
    if !word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return 0;
    }
    word.trim_end_matches(['-', '_']).len()
}

fn word(word: &str) -> Result<Token, FilterError> {
    if let Some((_, key)) = KEYWORDS.iter().find(|(text, _)| *text == word) {
        return Ok(Token::Key(key));
    }
    if let Some((_, value)) = CONSTANTS.iter().find(|(text, _)| *text == word) {
        return Ok(Token::Number(*value));
    }
    if let Some(mac) = mac(word) {
        return Ok(Token::Mac(mac));
    }
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (radix, number) = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(hex) if !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()) => (16, Some(hex)),
        _ if digits(word) && word.starts_with('0') => (8, Some(word)),
        _ if digits(word) => (10, Some(word)),
        _ => (10, None),
    };
    if let Some(number) = number {
        if radix == 8 && number.contains(['8', '9']) {
            return Err(FilterError::new(format!("number {word} contains non-octal digit")));
        }
        return u32::from_str_radix(number, radix)
            .map(Token::Number)
            .map_err(|_| FilterError::new(format!("number {word} overflows 32 bits")));
    }
    if (2..=4).contains(&word.split('.').count()) && word.split('.').all(digits) {
        return Ok(Token::V4(word.to_owned()));
    }
    Ok(Token::Name(word.to_owned()))
}

/// Six octets with `:`, `-` or `.` between, three groups of four digits, or twelve digits.
fn mac(word: &str) -> Option<[u8; 6]> {
    let hex = |s: &str| s.bytes().all(|b| b.is_ascii_hexdigit());
    for separator in [':', '-', '.'] {
        let parts: Vec<&str> = word.split(separator).collect();
        if parts.len() == 6 && parts.iter().all(|p| matches!(p.len(), 1 | 2) && hex(p)) {
            let mut mac = [0; 6];
            for (octet, part) in mac.iter_mut().zip(parts) {
                *octet = u8::from_str_radix(part, 16).ok()?;
            }
            return Some(mac);
        }
    }
    let groups: Vec<&str> = word.split('.').collect();
    let plain = match groups.as_slice() {
        [one] if one.len() == 12 => word.to_owned(),
        [a, b, c] if [a, b, c].iter().all(|g| g.len() == 4) => format!("{a}{b}{c}"),
        _ => return None,
    };
    if !hex(&plain) {
        return None;
    }
    let value = u64::from_str_radix(&plain, 16).ok()?.to_be_bytes();
    value.last_chunk().copied()
}

fn is_v6(text: &str) -> bool {
    text.parse::<std::net::Ipv6Addr>().is_ok()
}
