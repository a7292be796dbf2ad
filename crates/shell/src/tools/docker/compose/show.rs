//! `config`, `ps`, `ls`, `logs`, `port`, `exec` and `version`.

use super::{Own, containers, is_new, known, label, name_only, options, project};
use crate::Cx;
use crate::tools::docker::cli::{Bad, Given};
use crate::tools::docker::container::EXEC;
use crate::tools::docker::json::{Json, text};
use crate::tools::docker::view::{Table, container, rows};
use crate::tools::docker::{Then, task, with_engine};
use packetwalk_wire::Order;

pub(super) fn config(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let project = project(cx, global, &given.words)?;
    let mut names = |all: &[(String, Json)]| {
        for (name, _) in all {
            cx.stdout.line(name);
        }
    };
    match () {
        () if given.has("services") => names(&project.services),
        () if given.has("networks") => names(&project.networks),
        () if given.has("profiles") => {
            let everything = ["*".to_owned()];
            let all = super::project_of(cx, global, &everything)?;
            let mut names: Vec<String> =
                all.services.iter().flat_map(|(_, s)| super::load::list(s.get("profiles"))).collect();
            names.order();
            names.dedup();
            for name in names {
                cx.stdout.line(&name);
            }
        }
        () if given.has("images") => {
            for (_, service) in &project.services {
                cx.stdout.line(&super::load::field(service, "image").unwrap_or_default());
            }
        }
        () if given.has("quiet") => {}
        () if given.get("format") == Some("json") => {
            // Two blanks where `docker inspect` has four.
            let json = project.json().pretty();
            for line in json.lines() {
                let blanks = line.len() - line.trim_start_matches(' ').len();
                cx.stdout.line(&format!("{}{}", " ".repeat(blanks / 2), line.trim_start_matches(' ')));
            }
        }
        () => cx.stdout.push(project.yaml().as_bytes()),
    }
    Ok(Then::Done(0))
}

const PS: Table = &[
    ("NAME", "Name"),
    ("IMAGE", "Image"),
    ("COMMAND", "Command"),
    ("SERVICE", "Service"),
    ("CREATED", "RunningFor"),
    ("STATUS", "Status"),
    ("PORTS", "Ports"),
];

pub(super) fn ps(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global, &given.words)?;
    known(project.as_ref(), &given.words)?;
    let all: Vec<Own> = containers(cx, &name)?
        .into_iter()
        .filter(|o| o.running || given.has("all"))
        .filter(|o| given.words.is_empty() || given.words.contains(&o.service))
        .collect();
    if given.has("quiet") || given.has("services") {
        let mut lines: Vec<&str> = Vec::new();
        for own in &all {
            let line = if given.has("quiet") { &own.id } else { &own.service };
            if !lines.contains(&line.as_str()) {
                lines.push(line);
            }
        }
        for line in lines {
            cx.stdout.line(line);
        }
        return Ok(Then::Done(0));
    }
    let table = with_engine(cx, |engine, _, now| {
        let mut shown = Vec::new();
        for own in &all {
            let c = engine.container(&own.id)?;
            let code = match c.state {
                packetwalk_docker::RunState::Exited(code) => i64::from(code),
                _ => 0,
            };
            let mut row = container::row(engine, c, now, given.has("no-trunc"));
            if let Json::Object(fields) = &mut row {
                fields.push(("ExitCode".to_owned(), Json::Number(code)));
                fields.push(("Health".to_owned(), text("")));
                fields.push(("Name".to_owned(), text(own.name.clone())));
                fields.push(("Project".to_owned(), text(name.clone())));
                fields.push(("Service".to_owned(), text(own.service.clone())));
            }
            shown.push(row);
        }
        Ok(shown)
    })?;
    let new = is_new(cx);
    let out = rows(&table, PS, given.get("format"), "*formatter.ContainerContext", new)?;
    cx.stdout.push(out.as_bytes());
    Ok(Then::Done(0))
}

pub(super) fn ls(cx: &mut Cx<'_>, _: &Given, given: &Given) -> Result<Then, Bad> {
    let (key, files) = (label("project"), label("project.config_files"));
    let mut all: Vec<(String, String, usize, usize)> = with_engine(cx, |engine, _, _| {
        let mut all: Vec<(String, String, usize, usize)> = Vec::new();
        for c in engine.containers() {
            let of = |name: &str| c.config.labels.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
            let Some(name) = of(&key) else { continue };
            let up = usize::from(c.is_running());
            match all.iter_mut().find(|(n, ..)| *n == name) {
                Some(entry) => {
                    entry.2 += up;
                    entry.3 += 1 - up;
                }
                None => all.push((name, of(&files).unwrap_or_default(), up, 1 - up)),
            }
        }
        Ok(all)
    })?;
    all.order();
    all.retain(|(_, _, up, _)| *up > 0 || given.has("all"));
    if !given.has("quiet") {
        writeln!(cx.stdout, "{:<20}{:<20}CONFIG FILES", "NAME", "STATUS");
    }
    for (name, files, up, down) in all {
        if given.has("quiet") {
            cx.stdout.line(&name);
            continue;
        }
        let mut status = Vec::new();
        if down > 0 {
            status.push(format!("exited({down})"));
        }
        if up > 0 {
            status.push(format!("running({up})"));
        }
        writeln!(cx.stdout, "{name:<20}{:<20}{files}", status.join(", "));
    }
    Ok(Then::Done(0))
}

pub(super) fn logs(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let (name, project) = name_only(cx, global, &given.words)?;
    known(project.as_ref(), &given.words)?;
    let all: Vec<Own> = containers(cx, &name)?
        .into_iter()
        .filter(|o| given.words.is_empty() || given.words.contains(&o.service))
        .collect();
    let short = |o: &Own| o.name.strip_prefix(&format!("{name}-")).unwrap_or(&o.name).to_owned();
    let width = all.iter().map(|o| short(o).len()).max().unwrap_or(0) + 1;
    for own in &all {
        let bytes = cx.read_file(&task::log_path(&own.id)).unwrap_or_default();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
        let tail = given.get("tail").and_then(|n| n.parse().ok()).unwrap_or(lines.len());
        for line in lines.iter().skip(lines.len().saturating_sub(tail)) {
            if !given.has("no-log-prefix") {
                let name = short(own);
                let blanks = " ".repeat(width.saturating_sub(name.len()));
                cx.stdout.push(format!("{name}{blanks} | ").as_bytes());
            }
            cx.stdout.push(line);
        }
    }
    Ok(Then::Done(0))
}

/// The running container of a service.
fn running(cx: &mut Cx<'_>, name: &str, service: &str) -> Result<Own, Bad> {
    let found = containers(cx, name)?.into_iter().find(|o| o.service == service && o.running);
    found.ok_or_else(|| Bad::Own(format!("service \"{service}\" is not running")))
}

pub(super) fn port(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let [service, number] = given.words.as_slice() else {
        return Err(Bad::Own("accepts 2 arg(s), received ".to_owned() + &given.words.len().to_string()));
    };
    let (name, _) = name_only(cx, global, std::slice::from_ref(service))?;
    let own = running(cx, &name, service)?;
    let proto = given.get("protocol").unwrap_or("tcp");
    let at = with_engine(cx, |engine, _, _| {
        let c = engine.container(&own.id)?;
        let wanted = format!("{number}/{proto}");
        let all = engine.ports_of(c);
        let bound = all.iter().find(|(p, _)| p.to_string() == wanted).and_then(|(_, b)| b.first());
        let exposed = all.iter().any(|(p, _)| p.to_string() == wanted);
        if exposed && bound.is_none() {
            return Ok(Some(":0".to_owned()));
        }
        Ok(bound.map(|b| std::net::SocketAddr::new(b.host_ip, b.host_port).to_string()))
    })?;
    match at {
        Some(at) => cx.stdout.line(&at),
        None => {
            return Err(Bad::Own(format!("no port {number}/{proto} for container {}", own.name)));
        }
    }
    Ok(Then::Done(0))
}

pub(super) fn exec(cx: &mut Cx<'_>, global: &Given, given: &Given) -> Result<Then, Bad> {
    let Some((service, command)) = given.words.split_first().filter(|(_, c)| !c.is_empty()) else {
        return Err(Bad::Own(
            "requires at least 2 arg(s), only received ".to_owned() + &given.words.len().to_string(),
        ));
    };
    let (name, _) = name_only(cx, global, std::slice::from_ref(service))?;
    let own = running(cx, &name, service)?;
    let mut words: Vec<String> = given.all("env").flat_map(|e| ["-e".to_owned(), e.to_owned()]).collect();
    if given.has("detach") {
        words.push("-d".to_owned());
    }
    words.push(own.id);
    words.extend(command.iter().cloned());
    let version = cx.sys.docker.version;
    let given = crate::tools::docker::cli::parse(EXEC.flags, &words, false, version).map_err(Bad::Own)?;
    (EXEC.run)(cx, &given)
}

pub(super) fn version(cx: &mut Cx<'_>, _: &Given, given: &Given) -> Result<Then, Bad> {
    let head = if given.has("short") { "" } else { "Docker Compose version " };
    writeln!(cx.stdout, "{head}{}", options::VERSION);
    Ok(Then::Done(0))
}
