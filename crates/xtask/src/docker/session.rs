//! A daemon in namespaces of its own, the commands of a scenario one after the other, and what is seen after each.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::seen;

/// The machine that the daemon finds: `eth0` with a fixed MAC, its peer in the namespace `lan`.
const MACHINE: &str = "mount -t tmpfs tmpfs /run
mkdir -p /run/netns
cp -a /etc /run/etc
mount --bind /run/etc /etc
rm -f /etc/docker/daemon.json
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup || true
ip netns add lan
ip link add eth0 address 02:00:c0:a8:00:80 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip netns exec lan ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip route add default via 192.168.0.1
rm -f /etc/resolv.conf
printf 'nameserver 192.168.0.1\\nsearch example.test\\n' > /etc/resolv.conf";

/// An image `bb`, which has a static busybox and no command.
const IMAGE: &str = "mkdir -p /run/bb/bin && cp BUSYBOX /run/bb/bin/busybox && cd /run/bb/bin &&
for name in sh sleep nc cat ip ping ls cut; do ln -sf busybox $name; done;
tar -C /run/bb -c . | docker import - bb >/dev/null";

/// How long the daemon may take to come up.
const PATIENCE: u32 = 100;

/// Records a scenario: its text with what each step printed and left.
///
/// # Errors
/// The namespaces or the daemon do not come up.
pub fn record(tools: &Path, scenario: &Value, log: &Path) -> Result<Value> {
    let mut session =
        Session { tools: tools.to_owned(), log: log.to_owned(), flags: Vec::new(), daemon: None };
    let done = session.record(scenario);
    session.end();
    done
}

/// Runs in its own namespaces: reads a scenario, writes its recording.
///
/// # Errors
/// As [`record`].
pub fn inside(tools: &Path, scenario: &Path, out: &Path) -> Result<()> {
    let scenario: Value = serde_json::from_str(&fs::read_to_string(scenario)?)?;
    let recording = record(tools, &scenario, &out.with_extension("log"))?;
    Ok(fs::write(out, serde_json::to_string(&recording)?)?)
}

/// What a command came to.
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

pub struct Session {
    tools: PathBuf,
    log: PathBuf,
    flags: Vec<String>,
    daemon: Option<Child>,
}

impl Session {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let ours = ["usr/bin", "usr/sbin"].map(|part| self.tools.join(part));
        let path = ours.into_iter().chain(env::split_paths(crate::kernel::PATH));
        command.env_clear().env("PATH", env::join_paths(path).unwrap_or_default());
        command.env("LC_ALL", "C.UTF-8").env("HOME", "/root").env("DOCKER_HOST", "unix:///run/docker.sock");
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    /// Runs a line as bash would; one that does not end is ended.
    ///
    /// # Errors
    /// There is no bash.
    pub fn sh(&self, line: &str) -> Result<Said> {
        let out = self.command("timeout").args(["90", "bash", "-c", line]).output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said { status: out.status.code().unwrap_or(-1), out: text(&out.stdout), err: text(&out.stderr) })
    }

    fn must(&self, line: &str) -> Result<()> {
        let said = self.sh(line)?;
        if said.status == 0 { Ok(()) } else { bail!("{line}: {}", said.err.trim()) }
    }

    fn start(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut dockerd = self.command("dockerd");
        dockerd.args(["--storage-driver", "vfs", "--data-root", "/run/docker-data"]);
        dockerd.args(["--exec-root", "/var/run/docker", "--pidfile", "/run/docker.pid"]);
        dockerd.args(["-H", "unix:///run/docker.sock"]).args(&self.flags);
        self.daemon = Some(dockerd.stdout(log.try_clone()?).stderr(log).spawn().context("dockerd")?);
        for _ in 0..PATIENCE {
            if self.sh("docker info >/dev/null 2>&1")?.status == 0 {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let said = fs::read_to_string(&self.log)?;
        bail!("the daemon does not come up: {}", said.lines().last().unwrap_or("it says nothing"))
    }

    fn stop(&mut self) {
        let Some(mut daemon) = self.daemon.take() else { return };
        // The process was started above.
        let _ = Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status();
        for _ in 0..PATIENCE {
            if !matches!(daemon.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let _ = daemon.kill();
        let _ = daemon.wait();
    }

    fn end(&mut self) {
        let _ = self.sh("docker rm -f $(docker ps -aq)");
        self.stop();
        // What the daemon made of control groups.
        let _ = self.sh("rmdir /sys/fs/cgroup/docker");
    }

    fn record(&mut self, scenario: &Value) -> Result<Value> {
        for line in MACHINE.lines() {
            self.must(line)?;
        }
        let legacy = scenario["iptables_backend"] == "legacy";
        if legacy {
            for tool in ["iptables", "ip6tables"] {
                for part in ["", "-save", "-restore"] {
                    self.must(&format!(
                        "ln -sf /usr/sbin/{tool}-legacy{part} /etc/alternatives/{tool}{part}"
                    ))?;
                }
            }
        }
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        for line in texts(&scenario["pre"]) {
            self.must(&line)?;
        }
        self.flags = texts(&scenario["daemon_flags"]);
        self.start()?;
        let busybox = self.tools.join("bin/busybox");
        self.must(&IMAGE.replace("BUSYBOX", &busybox.to_string_lossy()))?;
        let mut steps = vec![json!({ "n": 0, "cmd": null, "files": self.see()? })];
        let commands = scenario["steps"].as_array().cloned().unwrap_or_default();
        for (n, line) in commands.iter().filter_map(|step| step["cmd"].as_str()).enumerate() {
            let said = if line == "systemctl restart docker" {
                self.stop();
                self.start()?;
                std::thread::sleep(Duration::from_secs(2));
                Said { status: 0, out: String::new(), err: String::new() }
            } else {
                self.sh(line)?
            };
            std::thread::sleep(Duration::from_millis(600));
            steps.push(json!({
                "n": n + 1, "cmd": line, "rc": said.status, "stdout": said.out, "stderr": said.err,
                "files": self.see()?,
            }));
        }
        Ok(json!({
            "daemon_flags": scenario["daemon_flags"],
            "pre": scenario["pre"],
            "iptables_backend": if legacy { "legacy" } else { "nf_tables" },
            "steps": steps,
        }))
    }

    /// What is seen now, by the names of the recordings' files.
    fn see(&self) -> Result<Map<String, Value>> {
        let mut files = BTreeMap::new();
        let mut save = |name: String, line: &str| -> Result<()> {
            let text = self.sh(line)?.out;
            if !text.is_empty() {
                files.insert(name, text);
            }
            Ok(())
        };
        for (name, line) in seen::OF_HOST {
            save(name.to_owned(), line)?;
        }
        for container in self.sh("docker ps --format '{{.Names}}'")?.out.split_whitespace() {
            let pid = self.sh(&format!("docker inspect -f '{{{{.State.Pid}}}}' {container}"))?.out;
            let enter = format!("nsenter -t {} -n", pid.trim());
            for (name, line) in seen::OF_CONTAINER {
                let line = line.replace("ENTER", &enter).replace("NAME", container);
                save(format!("c-{container}-{name}"), &line)?;
            }
        }
        seen::drop_unstable(&mut files);
        Ok(files.into_iter().map(|(name, text)| (name, Value::from(text))).collect())
    }
}
