//! Images that are known: what they run, and where they listen.

use super::serve::Speaks;
use crate::sys::proc::Userland;

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
    /// What the server speaks.
    pub speaks: Speaks,
    /// Whose programs it has.
    pub userland: Userland,
}

const fn server(
    names: &'static [&'static str],
    command: &'static [&'static str],
    exposed: &'static [(u16, &'static str)],
    listens: &'static [u16],
    speaks: Speaks,
) -> Image {
    Image { names, command, exposed, listens, speaks, userland: Userland::Image }
}

const fn shell(
    names: &'static [&'static str],
    command: &'static [&'static str],
    userland: Userland,
) -> Image {
    Image { names, command, exposed: &[], listens: &[], speaks: Speaks::Nothing, userland }
}

/// Images with servers, and those with a shell.
const KNOWN: &[Image] = &[
    shell(&["hello-world"], &[HELLO], Userland::Image),
    server(&["nginx"], &["nginx", "-g", "daemon off;"], &[(80, "tcp")], &[80], Speaks::Nginx),
    server(&["httpd"], &["httpd-foreground"], &[(80, "tcp")], &[80], Speaks::Httpd),
    server(&["redis"], &["redis-server"], &[(6379, "tcp")], &[6379], Speaks::Redis),
    server(&["postgres"], &["postgres"], &[(5432, "tcp")], &[5432], Speaks::Nothing),
    server(&["mysql"], &["mysqld"], &[(3306, "tcp"), (33060, "tcp")], &[3306, 33060], Speaks::Nothing),
    server(&["mariadb"], &["mariadbd"], &[(3306, "tcp")], &[3306], Speaks::Nothing),
    server(&["mongo"], &["mongod"], &[(27017, "tcp")], &[27017], Speaks::Nothing),
    server(&["registry"], &["/etc/docker/registry/config.yml"], &[(5000, "tcp")], &[5000], Speaks::Registry),
    server(&["traefik/whoami"], &["/whoami"], &[(80, "tcp")], &[80], Speaks::Whoami),
    shell(&["busybox"], &["sh"], Userland::Busybox),
    // Made by `docker import`: it has no command of its own.
    shell(&["bb"], &[], Userland::Image),
    shell(&["alpine"], &["/bin/sh"], Userland::Busybox),
    shell(&["debian", "ubuntu"], &["bash"], Userland::Image),
];

/// The program of hello-world.
const HELLO: &str = "/hello";

/// What hello-world's program prints: library/hello-world of 2023-05, for amd64.
const GREETING: &str = "
Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the \"hello-world\" image from the Docker Hub.
    (amd64)
 3. The Docker daemon created a new container from that image which runs the
    executable that produces the output you are currently reading.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.

To try something more ambitious, you can run an Ubuntu container with:
 $ docker run -it ubuntu bash

Share images, automate workflows, and more with a free Docker ID:
 https://hub.docker.com/

For more examples and ideas, visit:
 https://docs.docker.com/get-started/

";

/// What a command of an image prints before it ends, where that is all it does.
pub(super) fn says(name: &str, command: &[Vec<u8>]) -> Option<&'static str> {
    let image = find(name)?;
    (image.command == [HELLO] && command.iter().eq([HELLO.as_bytes()])).then_some(GREETING)
}

/// What is to be known of a container that runs an unknown image's own command: nothing of it is simulated.
pub(super) fn unknown(name: &str, given: &super::Given) -> Option<String> {
    let own = given.words.len() == 1 && !given.has("entrypoint");
    (own && find(name).is_none()).then(|| {
        format!(
            "packetwalk: what the image {} runs is not simulated: its container waits, and no port listens",
            bare(name)
        )
    })
}

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

/// The server that a command of an image is: its ports and what it speaks.
pub(super) fn server_of(name: &str, command: &[String]) -> Option<(Vec<u16>, Speaks)> {
    let image = find(name).filter(|image| !image.listens.is_empty())?;
    if image.command.iter().eq(command.iter()) {
        return Some((image.listens.to_vec(), image.speaks));
    }
    // whoami is its image's entry point: what follows are its options.
    let own = command.strip_prefix(&["/whoami".to_owned()]).unwrap_or(command);
    match own {
        [flag, port] if image.speaks == Speaks::Whoami && ["--port", "-port"].contains(&flag.as_str()) => {
            Some((vec![port.parse().ok()?], image.speaks))
        }
        _ => None,
    }
}

/// Whose programs a container of an image has.
pub(super) fn userland(name: &str) -> Userland {
    let tag = name.rsplit_once(':').map_or("", |(_, tag)| tag);
    if tag.contains("alpine") || tag.contains("busybox") {
        return Userland::Busybox;
    }
    find(name).map_or(Userland::Image, |image| image.userland)
}
