//! `-p` and `--expose` as the command line has them.

use super::{Binding, Port, Proto, Published};

/// How messages begin: with a capital before 28.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// `Invalid hostPort`.
    Capital,
    /// `invalid hostPort`.
    Small,
}

impl Style {
    fn say(self, text: String) -> String {
        match (self, text.as_bytes().first()) {
            (Self::Capital, Some(first)) => {
                let head = char::from(first.to_ascii_uppercase());
                format!("{head}{}", text.get(1..).unwrap_or_default())
            }
            _ => text,
        }
    }
}

/// # Source
/// docker/go-connections, `nat/parse.go`: `ParsePortRange`.
fn range(text: &str) -> Option<(u16, u16)> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let number = |t: &str| Some(t).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse().ok();
    let (start, end): (u16, u16) = (number(start)?, number(end)?);
    (end >= start).then_some((start, end))
}

/// # Source
/// docker/go-connections, `nat/nat.go`: `SplitProtoPort`.
fn split_proto(text: &str) -> (&str, &str) {
    let (port, proto) = text.split_once('/').unwrap_or((text, "tcp"));
    match (port, proto) {
        ("", _) => ("", ""),
        (port, "") => ("tcp", port),
        (port, proto) => (proto, port),
    }
}

/// `[[IP:][HOST[-HOST]]:]CONTAINER[-CONTAINER][/PROTO]`.
///
/// # Errors
/// The text of the command line's message.
///
/// # Source
/// docker/go-connections, `nat/nat.go`: `ParsePortSpec`.
pub fn parse(text: &str, style: Style) -> Result<Vec<Published>, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let (ip, host, container) = match parts.as_slice() {
        [container] => (String::new(), "", *container),
        [host, container] => (String::new(), *host, *container),
        [ip @ .., host, container] => (ip.join(":"), *host, *container),
        [] => (String::new(), "", ""),
    };
    let (proto, container) = split_proto(container);
    if style == Style::Capital && ip.contains(':') && !ip.starts_with('[') {
        return Err(format!("Invalid ip address {ip}: address {ip}:: too many colons in address"));
    }
    if ip.starts_with('[') && !ip.ends_with(']') {
        let what = if style == Style::Capital { "Invalid ip" } else { "invalid IP" };
        return Err(format!("{what} address {ip}: address {ip}:: missing ']' in address"));
    }
    let bare = ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')).unwrap_or(&ip);
    let host_ip = match bare {
        "" => None,
        bare => Some(bare.parse().map_err(|_| match style {
            Style::Capital => format!("Invalid ip address: {bare}"),
            Style::Small => format!("invalid IP address: {bare}"),
        })?),
    };
    if container.is_empty() {
        return Err(style.say(format!("no port specified: {text}<empty>")));
    }
    let bad = |what: &str, it: &str| style.say(format!("invalid {what}: {it}"));
    let (first, last) = range(container).ok_or_else(|| bad("containerPort", container))?;
    let hosts = match host {
        "" => None,
        host => Some(range(host).ok_or_else(|| bad("hostPort", host))?).filter(|r| *r != (0, 0)),
    };
    if let Some((from, to)) = hosts
        && last - first != to - from
        && first != last
    {
        let text = format!("invalid ranges specified for container and host Ports: {container} and {host}");
        return Err(style.say(text));
    }
    let proto = Proto::named(proto).ok_or_else(|| bad("proto", proto))?;
    let one = |number: u16| {
        let range = hosts.map(|(from, to)| {
            let at = from.saturating_add(number - first);
            if first == last { (from, to) } else { (at, at) }
        });
        Published { port: Port { number, proto }, binding: Binding { host_ip, range } }
    };
    Ok((first..=last).map(one).collect())
}

/// `--expose PORT[-PORT][/PROTO]`.
///
/// # Errors
/// The text of the command line's message.
///
/// # Source
/// docker/cli v20.10 and v29, `cli/command/container/opts.go`: `parse`; moby b985e231, `api/types/network/port.go`:
/// `ParsePortRange`; docker/go-connections v0.4.0, `nat/parse.go`.
pub fn parse_expose(text: &str, style: Style) -> Result<Vec<Port>, String> {
    let old = style == Style::Capital;
    if old && text.contains(':') {
        return Err(format!("invalid port format for --expose: {text}"));
    }
    let (port, proto) = text.split_once('/').unwrap_or((text, ""));
    let bad = |why: &str| {
        if old {
            format!("invalid range format for --expose: {text}, error: {why}")
        } else {
            format!("invalid range format for --expose: {why}")
        }
    };
    if port.is_empty() {
        let why =
            if old { "Empty string specified for ports." } else { "invalid port range: value is empty" };
        return Err(bad(why));
    }
    let number = |which: &str, part: &str| -> Result<u16, String> {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().map_err(|_| match (old, digits) {
            (true, true) => bad(&format!("strconv.ParseUint: parsing \"{part}\": value out of range")),
            (true, false) => bad(&format!("strconv.ParseUint: parsing \"{part}\": invalid syntax")),
            (false, true) => {
                bad(&format!("invalid {which} port '{part}': value out of range (0\u{2013}65535)"))
            }
            (false, false) if part.is_empty() => bad(&format!("invalid {which} port '': value is empty")),
            (false, false) => bad(&format!("invalid {which} port '{part}': invalid syntax")),
        })
    };
    let (start, end) = port.split_once('-').unwrap_or((port, port));
    let (first, last) = (number("start", start)?, number("end", end)?);
    if last < first {
        return Err(bad(&if old {
            format!("Invalid range specified for the Port: {port}")
        } else {
            format!("invalid port range: {text}")
        }));
    }
    let proto = if proto.is_empty() { "tcp" } else { proto };
    let unknown = || format!("packetwalk: a port of protocol {proto} is not simulated");
    let proto = Proto::named(proto).ok_or_else(unknown)?;
    Ok((first..=last).map(|number| Port { number, proto }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match parse(text, Style::Capital) {
            Err(e) => e,
            Ok(all) => {
                let one = |p: &Published| format!("{} {:?} {:?}", p.port, p.binding.host_ip, p.binding.range);
                all.iter().map(one).collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// docker/go-connections, `nat/nat_test.go`.
    #[test]
    fn forms_of_a_port() {
        #[rustfmt::skip]
        let cases = [
            ("80",                        "80/tcp None None"),
            ("8080:80",                   "80/tcp None Some((8080, 8080))"),
            ("0.0.0.0:1234:1234/udp",     "1234/udp Some(0.0.0.0) Some((1234, 1234))"),
            ("192.168.1.1::80",           "80/tcp Some(192.168.1.1) None"),
            ("[2001::1]:80:81",           "81/tcp Some(2001::1) Some((80, 80))"),
            ("8080-8081:80-81/sctp",      "80/sctp None Some((8080, 8080)); 81/sctp None Some((8081, 8081))"),
            ("8080-8090:80",              "80/tcp None Some((8080, 8090))"),
            ("99999:80",                  "Invalid hostPort: 99999"),
            ("80:80/icmp",                "Invalid proto: icmp"),
            ("localhost:80:80",           "Invalid ip address: localhost"),
            ("80:",                       "No port specified: 80:<empty>"),
            ("1-3:1-2",                   "Invalid ranges specified for container and host Ports: 1-2 and 1-3"),
        ];
        for (text, expect) in cases {
            assert_eq!(show(text), expect, "{text}");
        }
    }
}
