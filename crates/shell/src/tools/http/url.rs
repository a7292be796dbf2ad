//! The parts of an address of the web.

/// `http://HOST:PORT/PATH`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::tools) struct Url {
    pub scheme: String,
    /// Without brackets.
    pub host: String,
    pub port: u16,
    /// Path and query, with the slash.
    pub path: String,
    /// The port was given.
    pub has_port: bool,
}

/// Why a text is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tools) enum BadUrl {
    /// Nothing that can be fetched here.
    Scheme(String),
    /// The host or the port.
    Host,
}

impl Url {
    /// Reads one; without a scheme it is HTTP's.
    pub fn parse(text: &str) -> Result<Self, BadUrl> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let scheme = scheme.to_ascii_lowercase();
        let port = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            "ftp" => 21,
            _ => return Err(BadUrl::Scheme(scheme)),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (place, path) = rest.split_at(end);
        let place = place.rsplit('@').next().unwrap_or(place);
        let (host, given) = match place.strip_prefix('[').and_then(|p| p.split_once(']')) {
            Some((host, behind)) => (host, behind.strip_prefix(':')),
            None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
        };
        let given = given.filter(|p| !p.is_empty());
        let port = match given {
            Some(given) => given.parse().map_err(|_| BadUrl::Host)?,
            None => port,
        };
        if host.is_empty() || host.contains([' ', '\t']) {
            return Err(BadUrl::Host);
        }
        let path = path.split('#').next().unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { scheme, host: host.to_owned(), port, path, has_port: given.is_some() })
    }

    /// The value of `Host:`.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let usual = match self.scheme.as_str() {
            "https" => 443,
            _ => 80,
        };
        if self.port == usual { host } else { format!("{host}:{}", self.port) }
    }

    /// The last part of the path.
    pub fn file(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        match path.rsplit('/').next() {
            Some("") | None => "index.html".to_owned(),
            Some(name) => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BadUrl, Url};

    #[test]
    fn parts() {
        let check = |text: &str, host: &str, port: u16, path: &str| {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.host.as_str(), url.port, url.path.as_str()), (host, port, path), "{text}");
        };
        check("c3", "c3", 80, "/");
        check("http://c3:8080/a?b=1#c", "c3", 8080, "/a?b=1");
        check("http://[fd00::1]:81", "fd00::1", 81, "/");
        check("c3?x", "c3", 80, "/?x");
        assert_eq!(Url::parse("http://c3:99999/"), Err(BadUrl::Host));
        assert_eq!(Url::parse("foo://c3"), Err(BadUrl::Scheme("foo".to_owned())));
    }
}
