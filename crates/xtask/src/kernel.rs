//! Runs a lab on the real kernel, and whatever else in the same surroundings.

use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, io};

/// A lab that runs longer is ended.
const LIMIT: Duration = Duration::from_mins(1);

/// A private network and mount namespace, with an empty `/run`, so that `ip netns` meets no names of the machine's.
/// `lo` stays as the kernel makes it: down.
const PRIVATE: &str = "mount -t tmpfs tmpfs /run && mkdir -p /run/netns && exec bash lab.sh";

/// Why labs cannot run on this machine's kernel, or `None` if they can.
pub fn unavailable() -> Option<String> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if !root {
        return Some("not root".to_owned());
    }
    let tools = ["ip", "iptables", "conntrack", "tcpdump", "ping", "nc", "traceroute", "route", "bridge"];
    let missing: Vec<&str> = tools.into_iter().filter(|tool| !in_path(tool)).collect();
    if !missing.is_empty() {
        return Some(format!("no {}", missing.join(", ")));
    }
    let shut = "ip link add left type veth peer name right && iptables -t nat -A POSTROUTING -j MASQUERADE && conntrack -L";
    let works = Command::new("unshare").args(["-n", "-m", "bash", "-c", shut]).env("PATH", PATH).output();
    match works {
        Ok(out) if out.status.success() => inherited(),
        Ok(out) => Some(format!("no namespaces here: {}", String::from_utf8_lossy(&out.stderr).trim())),
        Err(error) => Some(format!("no unshare: {error}")),
    }
}

/// Why recordings below `labs` (`tests/labs`) cannot be held against this machine's kernel, or `None` if they can.
pub fn not_comparable(labs: &Path) -> Option<String> {
    if let Some(why) = unavailable() {
        return Some(why);
    }
    let recorded = fs::read_to_string(labs.join("versions.txt")).unwrap_or_default();
    let here = versions();
    let other: Vec<&str> = here.lines().filter(|line| recorded.lines().all(|known| known != *line)).collect();
    (!other.is_empty()).then(|| format!("other versions than recorded: {}", other.join("; ")))
}

/// A new namespace takes some IPv4 settings from the first one; goldens are recorded with the kernel's defaults.
fn inherited() -> Option<String> {
    let set = ["forwarding", "rp_filter", "route_localnet", "arp_ignore", "proxy_arp", "arp_announce"];
    for name in set {
        for whose in ["all", "default"] {
            let path = format!("/proc/sys/net/ipv4/conf/{whose}/{name}");
            if fs::read_to_string(&path).is_ok_and(|value| value.trim() != "0") {
                return Some(format!(
                    "net.ipv4.conf.{whose}.{name} of this machine is not 0, and namespaces inherit it"
                ));
            }
        }
    }
    None
}

/// Where the tools are.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn in_path(tool: &str) -> bool {
    PATH.split(':').any(|folder| Path::new(folder).join(tool).exists())
}

/// Runs the lab with the text `lab` on the kernel.
///
/// # Errors
/// See [`run`].
pub fn on_linux(lab: &str) -> io::Result<String> {
    let mut command = Command::new("unshare");
    command.args(["-n", "-m", "bash", "-c", PRIVATE]);
    run(lab, command)
}

/// Runs a script as [`on_linux`] does, at a terminal: its lines end with a carriage return.
///
/// # Errors
/// See [`run`].
pub fn at_terminal(script: &str) -> io::Result<String> {
    let mut command = Command::new("unshare");
    let private = PRIVATE.replace("exec bash lab.sh", "exec script -qec 'bash lab.sh' /dev/null");
    command.args(["-n", "-m", "bash", "-c", &private]);
    run(script, command)
}

/// Whether a lab is for a Docker daemon: it says which one.
pub fn needs_docker(lab: &str) -> bool {
    lab.lines().any(|line| line.starts_with("dockerd --version-profile"))
}

/// Runs the lab with the text `lab` on the kernel with a real daemon. `folder` is `tests/labs/docker`, `tools` what
/// its `daemon.sh` tells of.
///
/// # Errors
/// See [`run`]; the servers of the images cannot be built.
pub fn on_docker(lab: &str, folder: &Path, tools: &Path) -> io::Result<String> {
    let built = scratch()?;
    let serve = built.join("serve");
    let mut cc = Command::new("cc");
    cc.args(["-static", "-O1", "-o"]).arg(&serve).arg(folder.join("serve.c"));
    if !cc.status()?.success() {
        return Err(io::Error::other("serve.c cannot be built"));
    }
    let mut command = Command::new("unshare");
    command.args(["-n", "-m", "--propagation", "private", "-p", "--fork", "--mount-proc", "bash"]);
    command.arg(folder.join("daemon.sh"));
    let own = [("PACKETWALK_DOCKER_TOOLS", tools), ("PACKETWALK_SERVE", &serve)];
    let output = run_with(lab, command, &own);
    fs::remove_dir_all(&built)?;
    output
}

/// Runs `command` in a folder that holds the lab with the text `lab` as `lab.sh`: everything that it printed, in
/// order, then its exit status in a line.
///
/// # Errors
/// It cannot be started or does not end.
pub fn run(lab: impl AsRef<[u8]>, command: Command) -> io::Result<String> {
    run_with(lab, command, &[])
}

fn run_with(lab: impl AsRef<[u8]>, mut command: Command, env: &[(&str, &Path)]) -> io::Result<String> {
    let folder = scratch()?;
    fs::write(folder.join("lab.sh"), lab)?;
    let output = folder.join("output");
    let file = File::create(&output)?;
    command.current_dir(&folder).env_clear().envs([("PATH", PATH), ("LC_ALL", "C.UTF-8"), ("HOME", "/root")]);
    command.envs(env.iter().copied());
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
    let status = wait(&mut command);
    let text = fs::read(&output).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    fs::remove_dir_all(&folder)?;
    let (status, mut text) = (status?, text?);
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(format!("{text}exit status: {}\n", code.unwrap_or(-1)))
}

/// Waits for the command, and ends what it left in the background.
fn wait(command: &mut Command) -> io::Result<ExitStatus> {
    let mut child = command.spawn()?;
    let group = format!("-{}", child.id());
    let end = Instant::now() + LIMIT;
    let status = loop {
        match child.try_wait()? {
            Some(status) => break Ok(status),
            None if Instant::now() > end => {
                break Err(io::Error::new(io::ErrorKind::TimedOut, "does not end"));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    // The group is the lab's own: its leader was started above. No such process: nothing was left.
    Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status()?;
    if status.is_err() {
        child.wait()?;
    }
    status
}

/// A new folder for one run.
fn scratch() -> io::Result<PathBuf> {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("packetwalk-lab-{}-{count}", std::process::id()));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The kernel's and the tools' versions, a line each.
pub fn versions() -> String {
    let ask = [
        ("kernel", "uname -r | cut -d. -f1,2"),
        ("iproute2", "ip -V"),
        ("iptables", "iptables -V"),
        ("conntrack", "conntrack -V"),
        ("tcpdump", "tcpdump --version 2>&1 | head -n 1"),
        ("ping", "ping -V | head -n 1"),
        ("nc", "nc -h 2>&1 | head -n 1"),
        ("traceroute", "traceroute -V 2>&1 | head -n 1"),
        ("net-tools", "route -V | head -n 1"),
        ("sysctl", "sysctl -V"),
        ("bash", "bash --version | head -n 1"),
    ];
    let lines = ask.map(|(what, how)| {
        let out = Command::new("bash").args(["-c", how]).env("PATH", PATH).output();
        let said = out.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned()).unwrap_or_default();
        format!("{what}: {said}\n")
    });
    lines.concat()
}
