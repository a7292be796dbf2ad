//! Images that are known: what they run, and where they listen.

/// An image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Image {
    names: &'static [&'static str],
    /// The command that it runs without another.
    pub command: &'static [&'static str],
    /// `EXPOSE`.
    pub exposed: &'static [(u16, &'static str)],
    /// TCP ports on which its server listens.
    pub listens: &'static [u16],
}

const fn server(
    names: &'static [&'static str],
    command: &'static [&'static str],
    exposed: &'static [(u16, &'static str)],
    listens: &'static [u16],
) -> Image {
    Image { names, command, exposed, listens }
}

/// Images with servers, and those with a shell.
const KNOWN: &[Image] = &[
    server(&["nginx"], &["nginx", "-g", "daemon off;"], &[(80, "tcp")], &[80]),
    server(&["httpd"], &["httpd-foreground"], &[(80, "tcp")], &[80]),
    server(&["redis"], &["redis-server"], &[(6379, "tcp")], &[6379]),
    server(&["postgres"], &["postgres"], &[(5432, "tcp")], &[5432]),
    server(&["mysql"], &["mysqld"], &[(3306, "tcp"), (33060, "tcp")], &[3306, 33060]),
    server(&["mariadb"], &["mariadbd"], &[(3306, "tcp")], &[3306]),
    server(&["mongo"], &["mongod"], &[(27017, "tcp")], &[27017]),
    server(&["registry"], &["/etc/docker/registry/config.yml"], &[(5000, "tcp")], &[5000]),
    server(&["traefik/whoami"], &["/whoami"], &[(80, "tcp")], &[80]),
    server(&["busybox"], &["sh"], &[], &[]),
    // Made by `docker import`: it has no command of its own.
    server(&["bb"], &[], &[], &[]),
    server(&["alpine"], &["/bin/sh"], &[], &[]),
    server(&["debian", "ubuntu"], &["bash"], &[], &[]),
];

/// The name without registry, tag and digest.
fn bare(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    match name.rfind(':') {
        Some(at) if !name.get(at..).unwrap_or_default().contains('/') => name.get(..at).unwrap_or(name),
        _ => name,
    }
}

/// A known image.
pub(super) fn find(name: &str) -> Option<&'static Image> {
    let name = bare(name);
    KNOWN.iter().find(|image| image.names.contains(&name))
}

/// Whether the text can be an image's name.
///
/// # Source
/// distribution/reference, `reference.go`: grammar.
pub(super) fn is_reference(name: &str) -> bool {
    let path = bare(name);
    !path.is_empty()
        && path.split('/').all(|part| {
            let ends = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            let bytes = part.as_bytes();
            ends(bytes.first())
                && ends(bytes.last())
                && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-:".contains(b))
        })
}

/// Ports on which a command listens that is a known image's own.
pub(super) fn listens(command: &[String]) -> Option<&'static [u16]> {
    let own = |image: &&Image| !image.listens.is_empty() && image.command.iter().eq(command.iter());
    KNOWN.iter().find(own).map(|image| image.listens)
}
