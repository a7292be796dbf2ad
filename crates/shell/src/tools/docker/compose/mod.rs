//! `docker compose`: a file of services and networks, made with the engine's own operations.
//!
//! # Source
//! docker/compose v2.40, `cmd/compose/compose.go`, `up.go`, `down.go`, `ps.go`; what it prints was recorded of
//! 2.40.3 without a terminal. Differs: what it does for several services at once is done one after another.

mod attach;
mod interpolate;
mod load;
mod options;
mod order;
mod project;
mod run;
mod show;
mod yaml;

use packetwalk_docker::Version;
use packetwalk_wire::Order;

use super::cli::{Bad, Flag, Given, check, list, on, parse, real, value};
use super::json::Json;
use super::{Then, is_new, with_engine};
use crate::Cx;
use interpolate::Names;
use project::Project;
pub(super) use run::Run;

/// Options before the command.
const GLOBAL: &[Flag] = &[
    real("all-resources"),
    value("ansi", '-'),
    on("compatibility", '-'),
    real("dry-run"),
    list("env-file", '-'),
    list("file", 'f'),
    value("parallel", '-'),
    list("profile", '-'),
    value("progress", '-'),
    value("project-directory", '-'),
    value("project-name", 'p'),
];

/// A command's name, its options and what it does.
struct Command {
    name: &'static str,
    flags: &'static [Flag],
    /// Options may follow words.
    mixed: bool,
    run: fn(&mut Cx<'_>, &Given, &Given) -> Result<Then, Bad>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "config",
        flags: &[
            value("format", '-'),
            on("networks", '-'),
            on("quiet", 'q'),
            on("services", '-'),
            on("profiles", '-'),
            on("images", '-'),
            real("variables"),
            real("hash"),
            real("environment"),
            on("no-interpolate", '-'),
        ],
        mixed: true,
        run: show::config,
    },
    Command {
        name: "down",
        flags: &[
            on("remove-orphans", '-'),
            value("rmi", '-'),
            value("timeout", 't').checked(check::int),
            on("volumes", 'v'),
        ],
        mixed: true,
        run: run::down,
    },
    Command {
        name: "exec",
        flags: &[on("no-tty", 'T'), on("detach", 'd'), list("env", 'e'), real("index")],
        mixed: false,
        run: show::exec,
    },
    Command {
        name: "logs",
        flags: &[
            real("follow"),
            on("no-color", '-'),
            on("no-log-prefix", '-'),
            value("tail", 'n'),
            real("since"),
        ],
        mixed: true,
        run: show::logs,
    },
    Command {
        name: "kill",
        flags: &[value("signal", 's'), on("remove-orphans", '-')],
        mixed: true,
        run: run::kill,
    },
    Command { name: "ls", flags: &[on("all", 'a'), on("quiet", 'q')], mixed: true, run: show::ls },
    Command { name: "port", flags: &[value("protocol", '-'), real("index")], mixed: true, run: show::port },
    Command {
        name: "ps",
        flags: &[
            on("all", 'a'),
            value("format", '-'),
            on("no-trunc", '-'),
            on("quiet", 'q'),
            on("services", '-'),
            real("filter"),
            real("status"),
        ],
        mixed: true,
        run: show::ps,
    },
    Command {
        name: "restart",
        flags: &[value("timeout", 't').checked(check::int), on("no-deps", '-')],
        mixed: true,
        run: run::restart,
    },
    Command {
        name: "rm",
        flags: &[on("force", 'f'), on("stop", 's'), on("volumes", 'v')],
        mixed: true,
        run: run::rm,
    },
    Command { name: "start", flags: &[], mixed: true, run: run::start },
    Command {
        name: "stop",
        flags: &[value("timeout", 't').checked(check::int)],
        mixed: true,
        run: run::stop,
    },
    Command {
        name: "up",
        flags: &[
            on("abort-on-container-exit", '-'),
            on("abort-on-container-failure", '-'),
            list("attach", '-'),
            on("attach-dependencies", '-'),
            on("detach", 'd'),
            value("exit-code-from", '-'),
            on("force-recreate", '-'),
            on("menu", '-'),
            list("no-attach", '-'),
            on("no-color", '-'),
            on("no-log-prefix", '-'),
            real("timestamps"),
            on("no-build", '-'),
            on("no-deps", '-'),
            on("no-recreate", '-'),
            on("no-start", '-'),
            on("quiet-pull", '-'),
            on("remove-orphans", '-'),
            value("timeout", 't').checked(check::int),
            on("wait", '-'),
            real("scale"),
            real("build"),
        ],
        mixed: true,
        run: run::up,
    },
    Command { name: "version", flags: &[on("short", '-')], mixed: true, run: show::version },
];

/// Commands that a real one has beside those.
const REAL: &[&str] = &[
    "attach", "bridge", "build", "commit", "cp", "create", "events", "export", "images", "pause", "publish",
    "pull", "push", "run", "scale", "stats", "top", "unpause", "volumes", "wait", "watch",
];

/// What it says of itself.
const HELP: &str = include_str!("help.txt");

/// The file's usual names.
const FILES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// What a label of compose is called.
fn label(name: &str) -> String {
    format!("com.docker.compose.{name}")
}

/// `docker compose …`.
pub(super) fn run(cx: &mut Cx<'_>, words: &[String]) -> Result<Then, u8> {
    let version = cx.sys.docker.version;
    if version == Version::V1_5 {
        cx.stderr.line("docker: 'compose' is not a docker command.\nSee 'docker --help'.");
        return Err(1);
    }
    let say = |cx: &mut Cx<'_>, bad: Bad| -> u8 {
        match bad {
            Bad::Flag(text) | Bad::Words(text) | Bad::Own(text) | Bad::Status64(text) => {
                cx.stderr.line(&text);
                1
            }
            Bad::Daemon(text) => {
                cx.stderr.line(&Bad::daemon_text(&text));
                1
            }
            Bad::NoDaemon => {
                let text = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon \
                            running?";
                Bad::say_no_daemon(cx, text);
                1
            }
            Bad::Status(status) => status,
        }
    };
    let global = parse(GLOBAL, words, false, version).map_err(|text| say(cx, Bad::Flag(text)))?;
    let name = global.words.first().cloned().unwrap_or_default();
    let Some(command) = COMMANDS.iter().find(|c| c.name == name) else {
        if name.is_empty() {
            cx.stdout.push(HELP.as_bytes());
            return Ok(Then::Done(0));
        }
        if !REAL.contains(&name.as_str()) {
            cx.stdout.push(HELP.as_bytes());
        }
        let text = match name.as_str() {
            name if REAL.contains(&name) => format!("packetwalk: docker compose {name} is not simulated"),
            name => format!("unknown docker command: \"compose {name}\""),
        };
        return Err(say(cx, Bad::Own(text)));
    };
    let given = parse(command.flags, global.words.get(1..).unwrap_or_default(), command.mixed, version);
    let given = given.map_err(|text| say(cx, Bad::Flag(text)))?;
    (command.run)(cx, &global, &given).map_err(|bad| say(cx, bad))
}

fn env(cx: &Cx<'_>, name: &str) -> Option<String> {
    cx.env(name.as_bytes()).map(|v| String::from_utf8_lossy(v).into_owned())
}

/// The folder of a path.
fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(at) => path.get(..at).unwrap_or("/"),
        None => "/",
    }
}

/// The project's files: those that were named, or the first that is found on the way up.
fn files(cx: &mut Cx<'_>, global: &Given) -> Result<Vec<String>, Bad> {
    let named: Vec<String> = match env(cx, "COMPOSE_FILE").filter(|f| !f.is_empty()) {
        Some(all) if global.get("file").is_none() => all.split(':').map(str::to_owned).collect(),
        _ => global.all("file").map(str::to_owned).collect(),
    };
    let absolute = |cx: &Cx<'_>, name: &str| String::from_utf8_lossy(&cx.path(name.as_bytes())).into_owned();
    if !named.is_empty() {
        return Ok(named.iter().map(|name| absolute(cx, name)).collect());
    }
    let start = global.get("project-directory").unwrap_or(".").to_owned();
    let mut folder = absolute(cx, &start);
    loop {
        for name in FILES {
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            if cx.read_file(path.as_bytes()).is_ok() {
                return Ok(vec![path]);
            }
        }
        if folder == "/" || folder.is_empty() {
            return Err(Bad::Own("no configuration file provided: not found".to_owned()));
        }
        folder = parent(&folder).to_owned();
    }
}

/// The name that was chosen apart from the files.
fn chosen(cx: &Cx<'_>, global: &Given) -> Option<String> {
    let named = global.get("project-name").map(str::to_owned).or_else(|| env(cx, "COMPOSE_PROJECT_NAME"));
    named.map(|n| project::project_name(&n)).filter(|n| !n.is_empty())
}

/// The file of variables beside the project's file.
fn dot_env(cx: &mut Cx<'_>, folder: &str) -> Vec<(String, String)> {
    let path = format!("{}/.env", folder.trim_end_matches('/'));
    variables(&cx.read_file(path.as_bytes()).unwrap_or_default())
}

/// Variables of a file.
///
/// # Source
/// compose-spec/compose-go v2, `dotenv/parser.go`: the simple part of it.
fn variables(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let pair = |line: &str| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let value = value.trim();
        let quoted = |quote: char| {
            let body = value.strip_prefix(quote)?;
            Some(body.split_once(quote).map_or(body, |(inner, _)| inner))
        };
        let plain = value.split(" #").next().unwrap_or_default().trim_end();
        let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(plain);
        (!line.starts_with('#')).then(|| (name.trim().to_owned(), value.to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

/// Variables of the files that were named, or of the one beside the project's file.
fn env_files(cx: &mut Cx<'_>, global: &Given, folder: &str) -> Result<Vec<(String, String)>, Bad> {
    let named: Vec<String> = global.all("env-file").map(str::to_owned).collect();
    if named.is_empty() {
        return Ok(dot_env(cx, folder));
    }
    let mut all = Vec::new();
    for name in named {
        let path = cx.path(name.as_bytes());
        let missing = || Bad::Own(format!("couldn't find env file: {}", String::from_utf8_lossy(&path)));
        all.extend(variables(&cx.read_file(&path).map_err(|_| missing())?));
    }
    Ok(all)
}

/// Later files win, key by key.
///
/// # Source
/// compose-spec/compose-go v2, `override/merge.go`: the simple part of it.
fn merge(base: &mut Json, more: Json) {
    match (base, more) {
        (Json::Object(all), Json::Object(more)) => {
            for (name, value) in more {
                match all.iter_mut().find(|(n, _)| *n == name) {
                    Some((_, old)) if !matches!(name.as_str(), "command" | "entrypoint") => merge(old, value),
                    Some((_, old)) => *old = value,
                    None => all.push((name, value)),
                }
            }
        }
        (Json::List(all), Json::List(more)) => {
            for value in more {
                if !all.contains(&value) {
                    all.push(value);
                }
            }
        }
        // A list of words is a mapping written shorter.
        (base @ Json::List(_), Json::Object(more)) => {
            *base = spelt_out(base);
            merge(base, Json::Object(more));
        }
        (base @ Json::Object(_), more @ Json::List(_)) => merge(base, spelt_out(&more)),
        (base, more) => *base = more,
    }
}

/// `[A=1, B]` as `{A: 1, B: null}`.
fn spelt_out(node: &Json) -> Json {
    let pair = |word: String| match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), Json::Text(value.to_owned())),
        None => (word, Json::Null),
    };
    Json::Object(load::list(Some(node)).into_iter().map(pair).collect())
}

fn warn(cx: &mut Cx<'_>, text: &str) {
    let now = super::time::rfc3339(super::now(cx) / 1_000_000_000 * 1_000_000_000);
    writeln!(cx.stderr, "time=\"{now}\" level=warning msg=\"{text}\"");
}

/// Reads the project.
///
/// Profiles of the services that are `named` are on.
fn project(cx: &mut Cx<'_>, global: &Given, named: &[String]) -> Result<Project, Bad> {
    let files = files(cx, global)?;
    let first = files.first().cloned().unwrap_or_default();
    let folder = match global.get("project-directory") {
        Some(folder) => String::from_utf8_lossy(&cx.path(folder.as_bytes())).into_owned(),
        None => parent(&first).to_owned(),
    };
    let mut root: Option<Json> = None;
    let mut obsolete = Vec::new();
    for file in &files {
        let bytes = cx
            .read_file(file.as_bytes())
            .map_err(|e| Bad::Own(format!("open {file}: {}", e.text().to_lowercase())))?;
        let text =
            String::from_utf8(bytes).map_err(|_| Bad::Own("yaml: invalid leading UTF-8 octet".to_owned()))?;
        let tree = yaml::read(&text, file).map_err(Bad::Own)?;
        let tree = tree.ok_or_else(|| Bad::Own("empty compose file".to_owned()))?;
        if tree.get("version").is_some() {
            obsolete.push(file.clone());
        }
        match &mut root {
            Some(root) => merge(root, tree),
            None => root = Some(tree),
        }
    }
    for file in obsolete {
        warn(
            cx,
            &format!(
                "{file}: the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential \
                 confusion"
            ),
        );
    }
    let mut root = root.unwrap_or(Json::Null);
    let dot = env_files(cx, global, &folder)?;
    let variables = |name: &str| {
        env(cx, name).or_else(|| dot.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone()))
    };
    let mut names = Names { env: &variables, warnings: Vec::new() };
    let done = names.all(&mut root, "");
    let warnings = std::mem::take(&mut names.warnings);
    for text in &warnings {
        warn(cx, text);
    }
    done.map_err(Bad::Own)?;
    let base = folder.rsplit('/').next().unwrap_or_default();
    let own = root.get("name").map(load::shown).filter(|n| !n.is_empty());
    let name = chosen(cx, global).or(own).unwrap_or_else(|| project::project_name(base));
    if name.is_empty() {
        return Err(Bad::Own("project name must not be empty".to_owned()));
    }
    if project::project_name(&name) != name {
        return Err(Bad::Own(format!(
            "invalid project name \"{name}\": must consist only of lowercase alphanumeric characters, hyphens, and \
             underscores as well as start with a letter or number"
        )));
    }
    let mut active: Vec<String> = global.all("profile").map(str::to_owned).collect();
    if active.is_empty() {
        let set = env(cx, "COMPOSE_PROFILES")
            .or_else(|| dot.iter().rev().find(|(n, _)| n == "COMPOSE_PROFILES").map(|(_, v)| v.clone()));
        active.extend(set.iter().flat_map(|s| s.split(',')).filter(|p| !p.is_empty()).map(str::to_owned));
    }
    let mut project = Project::new(&name, &first, &root, &active, named).map_err(Bad::Own)?;
    (project.folder, project.files) = (folder, files);
    Ok(project)
}

/// The project with more profiles on.
fn project_of(cx: &mut Cx<'_>, global: &Given, profiles: &[String]) -> Result<Project, Bad> {
    let mut global = global.clone();
    for name in profiles {
        global.put("profile", name.clone());
    }
    project(cx, &global, &[])
}

/// The project's name where its file is not needed.
fn name_only(cx: &mut Cx<'_>, global: &Given, named: &[String]) -> Result<(String, Option<Project>), Bad> {
    match (chosen(cx, global), global.get("file")) {
        (Some(name), None) => match files(cx, global) {
            Ok(_) => project(cx, global, named).map(|p| (p.name.clone(), Some(p))),
            Err(_) => Ok((name, None)),
        },
        _ => project(cx, global, named).map(|p| (p.name.clone(), Some(p))),
    }
}

/// Services that were named are services of the project.
fn known(project: Option<&Project>, words: &[String]) -> Result<(), Bad> {
    let Some(project) = project else { return Ok(()) };
    match words.iter().find(|w| project.service(w).is_none()) {
        Some(word) => Err(Bad::Own(format!("no such service: {word}"))),
        None => Ok(()),
    }
}

/// A container of a project.
#[derive(Clone, Debug)]
struct Own {
    id: String,
    name: String,
    service: String,
    running: bool,
    created: bool,
    hash: String,
}

/// A project's containers, by name.
fn containers(cx: &mut Cx<'_>, project: &str) -> Result<Vec<Own>, Bad> {
    let key = label("project");
    let (service, hash) = (label("service"), label("config-hash"));
    let mut all = with_engine(cx, |engine, _, _| {
        let of = |c: &packetwalk_docker::Container, name: &str| {
            c.config.labels.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
        };
        let own = engine.containers().iter().filter(|c| of(c, &key).as_deref() == Some(project));
        Ok(own
            .map(|c| Own {
                id: c.id.clone(),
                name: c.name.clone(),
                service: of(c, &service).unwrap_or_default(),
                running: c.is_running(),
                created: c.state == packetwalk_docker::RunState::Created,
                hash: of(c, &hash).unwrap_or_default(),
            })
            .collect::<Vec<_>>())
    })?;
    all.order_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}
