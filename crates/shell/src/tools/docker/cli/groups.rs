//! Groups of commands as their help lists them.

use packetwalk_docker::Version;

/// A group's name, what it is about, and its commands.
pub(in crate::tools::docker) struct List {
    pub name: &'static str,
    about: &'static str,
    pub commands: &'static [(&'static str, &'static str)],
}

/// Every group that a lab may ask.
///
/// # Source
/// docker/cli v20.10 and v29, `cli/command/container/cmd.go`, `network/cmd.go`, `system/cmd.go`.
pub(in crate::tools::docker) const LISTS: [List; 3] = [
    List {
        name: "network",
        about: "Manage networks",
        commands: &[
            ("connect", "Connect a container to a network"),
            ("create", "Create a network"),
            ("disconnect", "Disconnect a container from a network"),
            ("inspect", "Display detailed information on one or more networks"),
            ("ls", "List networks"),
            ("prune", "Remove all unused networks"),
            ("rm", "Remove one or more networks"),
        ],
    },
    List {
        name: "container",
        about: "Manage containers",
        commands: &[
            ("attach", "Attach local standard input, output, and error streams to a running container"),
            ("commit", "Create a new image from a container's changes"),
            ("cp", "Copy files/folders between a container and the local filesystem"),
            ("create", "Create a new container"),
            ("diff", "Inspect changes to files or directories on a container's filesystem"),
            ("exec", "Execute a command in a running container"),
            ("export", "Export a container's filesystem as a tar archive"),
            ("inspect", "Display detailed information on one or more containers"),
            ("kill", "Kill one or more running containers"),
            ("logs", "Fetch the logs of a container"),
            ("ls", "List containers"),
            ("pause", "Pause all processes within one or more containers"),
            ("port", "List port mappings or a specific mapping for the container"),
            ("prune", "Remove all stopped containers"),
            ("rename", "Rename a container"),
            ("restart", "Restart one or more containers"),
            ("rm", "Remove one or more containers"),
            ("run", "Create and run a new container from an image"),
            ("start", "Start one or more stopped containers"),
            ("stats", "Display a live stream of container(s) resource usage statistics"),
            ("stop", "Stop one or more running containers"),
            ("top", "Display the running processes of a container"),
            ("unpause", "Unpause all processes within one or more containers"),
            ("update", "Update configuration of one or more containers"),
            ("wait", "Block until one or more containers stop, then print their exit codes"),
        ],
    },
    List {
        name: "system",
        about: "Manage Docker",
        commands: &[
            ("df", "Show docker disk usage"),
            ("events", "Get real time events from the server"),
            ("info", "Display system-wide information"),
            ("prune", "Remove unused data"),
        ],
    },
];

/// What a group says of itself.
pub(in crate::tools::docker) fn help(list: &List, version: Version) -> String {
    let List { name: group, about, commands } = list;
    let old = version != Version::V29;
    let first = if old { "\n" } else { "" };
    let mut text = format!("{first}Usage:  docker {group} COMMAND\n\n{about}\n\nCommands:\n");
    for (name, about) in *commands {
        let about = match *name {
            "exec" if old => "Run a command in a running container",
            "run" if old => "Run a command in a new container",
            _ => about,
        };
        text += &format!("  {name:<11} {about}\n");
    }
    text + &format!("\nRun 'docker {group} COMMAND --help' for more information on a command.")
}
