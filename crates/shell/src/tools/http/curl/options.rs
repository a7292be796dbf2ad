//! curl's command line.

use core::time::Duration;
use std::net::IpAddr;

use packetwalk_wire::Family;

use super::super::Url;
use super::{err, seconds};
use crate::Cx;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub silent: bool,
    pub show_error: bool,
    pub verbose: bool,
    pub include: bool,
    pub fail: bool,
    pub family: Option<Family>,
    pub output: Option<String>,
    pub write_out: Option<String>,
    pub max_time: Option<Duration>,
    pub connect_timeout: Option<Duration>,
    /// `--resolve`: a host and port with the addresses to be used.
    pub resolve: Vec<(String, u16, Vec<IpAddr>)>,
    pub urls: Vec<String>,
    head: bool,
    method: Option<String>,
    agent: Option<String>,
    headers: Vec<String>,
}

/// Options that are simulated: the letter, the name, whether a value follows.
#[rustfmt::skip]
const KNOWN: &[(char, &str, bool)] = &[
    ('4', "ipv4", false), ('6', "ipv6", false), ('A', "user-agent", true), ('H', "header", true),
    ('I', "head", false), ('S', "show-error", false), ('X', "request", true), ('f', "fail", false),
    ('i', "include", false), ('m', "max-time", true), ('o', "output", true), ('s', "silent", false),
    ('v', "verbose", false), ('w', "write-out", true), ('\0', "connect-timeout", true),
    ('\0', "resolve", true), ('\0', "url", true), ('\0', "http1.1", false), ('\0', "no-progress-meter", false),
    ('g', "globoff", false), ('q', "disable", false), ('\0', "noproxy", true), ('N', "no-buffer", false),
];

/// The other letters that a real curl has.
const LETTERS: &str = "0123:#BCDEFGJKLMOPQRTUVYZabcdehjklnprtuxyz";

/// Beginnings of the other names that a real curl has.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "abstract", "alt-svc", "anyauth", "append", "aws", "basic", "ca", "cert", "ciphers", "compressed", "config",
    "connect-to", "continue", "cookie", "create", "crl", "curves", "data", "delegation", "digest", "disallow",
    "dns-", "doh-", "dump-header", "engine", "etag", "expect100", "fail-", "false-start", "form", "ftp-",
    "get", "happy", "haproxy", "help", "hostpub", "hsts", "http", "ignore", "insecure", "interface", "json",
    "junk", "keepalive", "key", "krb", "libcurl", "limit-rate", "list-only", "local-port", "location", "login",
    "mail-", "manual", "max-", "negotiate", "netrc", "next", "no-", "ntlm", "oauth2", "parallel", "pass",
    "path-as-is", "pinned", "post30", "preproxy", "progress-bar", "proto", "proxy", "pubkey", "quote",
    "random", "range", "rate", "raw", "referer", "remote-", "remove", "request-", "retry", "sasl", "service",
    "socks", "speed", "ssl", "sslv", "stderr", "styled", "suppress", "tcp-", "telnet", "tftp", "time-", "tls",
    "tr-encoding", "trace", "unix-socket", "upload", "use-ascii", "user", "version", "xattr",
];

const TRY: &str = "curl: try 'curl --help' or 'curl --manual' for more information\n";

impl Options {
    /// Reads the words; the exit status where they are not right.
    pub fn parse(cx: &mut Cx<'_>) -> Result<Self, u8> {
        let words = cx.strings();
        let mut options = Self::default();
        let mut words = words.iter();
        let mut only_urls = false;
        while let Some(word) = words.next() {
            if only_urls || !word.starts_with('-') || word == "-" {
                options.urls.push(word.clone());
            } else if word == "--" {
                only_urls = true;
            } else if let Some(name) = word.strip_prefix("--") {
                options.long(cx, name, &mut words)?;
            } else {
                options.short(cx, word, &mut words)?;
            }
        }
        if options.urls.is_empty() {
            let no_url = cx.args.len() > 1;
            err(cx, &format!("{}{TRY}", if no_url { "curl: no URL specified!\n" } else { "" }));
            return Err(2);
        }
        if let Some(format) = options.write_out.clone() {
            let mut unknown = None;
            write_out(&format, |name| {
                if !VARIABLES.contains(&name) {
                    unknown = Some(name.to_owned());
                }
                Some(String::new())
            });
            if let Some(name) = unknown {
                err(cx, &format!("packetwalk: curl: --write-out variable '{name}' is not simulated\n"));
                return Err(127);
            }
        }
        Ok(options)
    }

    fn long<'a>(
        &mut self,
        cx: &mut Cx<'_>,
        name: &str,
        words: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), u8> {
        let Some((_, known, takes)) = KNOWN.iter().find(|(_, n, _)| *n == name) else {
            return Err(unknown(cx, &format!("--{name}"), NAMES.iter().any(|n| name.starts_with(n))));
        };
        let value = if *takes {
            Some(words.next().cloned().ok_or_else(|| missing(cx, &format!("--{name}")))?)
        } else {
            None
        };
        self.set(cx, known, value.unwrap_or_default(), &format!("--{name}"))
    }

    fn short<'a>(
        &mut self,
        cx: &mut Cx<'_>,
        word: &str,
        words: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), u8> {
        let mut rest = word.get(1..).unwrap_or_default();
        while let Some(letter) = rest.chars().next() {
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            let Some((_, name, takes)) = KNOWN.iter().find(|(l, ..)| *l == letter) else {
                return Err(unknown(cx, &format!("-{letter}"), LETTERS.contains(letter)));
            };
            let mut value = String::new();
            if *takes {
                value = match rest {
                    "" => words.next().cloned().ok_or_else(|| missing(cx, &format!("-{letter}")))?,
                    own => own.to_owned(),
                };
                rest = "";
            }
            self.set(cx, name, value, &format!("-{letter}"))?;
        }
        Ok(())
    }

    fn set(&mut self, cx: &mut Cx<'_>, name: &str, value: String, shown: &str) -> Result<(), u8> {
        match name {
            "ipv4" => self.family = Some(Family::V4),
            "ipv6" => self.family = Some(Family::V6),
            "user-agent" => self.agent = Some(value),
            "header" => self.headers.push(value),
            "head" => (self.head, self.include) = (true, true),
            "show-error" => self.show_error = true,
            "request" => self.method = Some(value),
            "fail" => self.fail = true,
            "include" => self.include = true,
            "max-time" | "connect-timeout" => {
                let Some(time) = seconds(&value) else {
                    err(cx, &format!("curl: option {shown}: expected a proper numerical parameter\n{TRY}"));
                    return Err(2);
                };
                let time = Some(time).filter(|t| !t.is_zero());
                if name == "max-time" { self.max_time = time } else { self.connect_timeout = time }
            }
            "output" => self.output = Some(value),
            "silent" => self.silent = true,
            "no-progress-meter" => (self.silent, self.show_error) = (true, true),
            "verbose" => self.verbose = true,
            "write-out" => self.write_out = Some(value),
            "resolve" => {
                let entry = resolve(&value);
                let Some(entry) = entry else {
                    err(cx, &format!("curl: (49) Couldn't parse CURLOPT_RESOLVE entry '{value}'\n"));
                    return Err(49);
                };
                self.resolve.push(entry);
            }
            "url" => self.urls.push(value),
            _ => {}
        }
        Ok(())
    }

    /// The request for an address.
    pub fn request(&self, url: &Url) -> String {
        let method = self.method.as_deref().unwrap_or(if self.head { "HEAD" } else { "GET" });
        let own = |name: &str| {
            let is = |h: &&String| h.split(':').next().is_some_and(|n| n.eq_ignore_ascii_case(name));
            self.headers.iter().find(is)
        };
        let mut text = format!("{method} {} HTTP/1.1\r\n", url.path);
        let agent = self.agent.as_deref().unwrap_or("curl/7.88.1").to_owned();
        for (name, value) in [("Host", url.authority()), ("User-Agent", agent), ("Accept", "*/*".to_owned())]
        {
            match own(name) {
                Some(given) if name == "Host" => text += &format!("{given}\r\n"),
                None if !value.is_empty() => text += &format!("{name}: {value}\r\n"),
                _ => {}
            }
        }
        for header in &self.headers {
            let value = header.split_once(':').map_or("", |(_, v)| v.trim());
            let is_host = header.to_ascii_lowercase().starts_with("host:");
            if !is_host && !value.is_empty() {
                text += &format!("{header}\r\n");
            }
        }
        text + "\r\n"
    }
}

fn unknown(cx: &mut Cx<'_>, shown: &str, is_real: bool) -> u8 {
    if is_real {
        err(cx, &format!("packetwalk: curl: {shown} is not simulated\n"));
        return 127;
    }
    err(cx, &format!("curl: option {shown}: is unknown\n{TRY}"));
    2
}

fn missing(cx: &mut Cx<'_>, shown: &str) -> u8 {
    err(cx, &format!("curl: option {shown}: requires parameter\n{TRY}"));
    2
}

/// `HOST:PORT:ADDRESS[,ADDRESS]`.
fn resolve(text: &str) -> Option<(String, u16, Vec<IpAddr>)> {
    let mut parts = text.splitn(3, ':');
    let (host, port, addrs) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    let addr = |a: &str| a.trim_matches(['[', ']']).parse().ok();
    let addrs = addrs.split(',').map(addr).collect::<Option<Vec<IpAddr>>>()?;
    Some((host.trim_start_matches('+').to_owned(), port, addrs))
}

/// Variables of `-w` that are simulated.
const VARIABLES: [&str; 16] = [
    "http_code",
    "response_code",
    "remote_ip",
    "remote_port",
    "local_ip",
    "local_port",
    "size_download",
    "size_header",
    "num_connects",
    "time_total",
    "url",
    "url_effective",
    "scheme",
    "exitcode",
    "errormsg",
    "method",
];

/// The text of `-w` with its variables' values.
pub(super) fn write_out(format: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let next = after.chars().next();
        match (c, next) {
            ('%', Some('%')) => {
                text.push('%');
                rest = after.get(1..).unwrap_or_default();
            }
            ('%', Some('{')) if after.contains('}') => {
                let (name, behind) = after.split_once('}').unwrap_or((after, ""));
                text += &value(name.get(1..).unwrap_or_default()).unwrap_or_default();
                rest = behind;
            }
            ('\\', Some(escape @ ('n' | 'r' | 't'))) => {
                text.push(match escape {
                    'n' => '\n',
                    'r' => '\r',
                    _ => '\t',
                });
                rest = after.get(1..).unwrap_or_default();
            }
            _ => {
                text.push(c);
                rest = after;
            }
        }
    }
    text
}
