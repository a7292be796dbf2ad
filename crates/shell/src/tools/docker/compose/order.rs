//! In which order services come and go.
//!
//! # Source
//! docker/compose v2.40, `pkg/compose/dependencies.go`.

use super::project::{Project, needs};
use super::{Own, containers};
use crate::Cx;
use crate::tools::docker::cli::Bad;
use crate::tools::docker::with_engine;
use packetwalk_wire::Order;

/// Services in the order in which they need each other; with what those that are `wanted` need.
pub(super) fn order(project: &Project, wanted: &[String], alone: bool) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut asked: Vec<String> = match wanted {
        [] => project.services.iter().map(|(n, _)| n.clone()).collect(),
        some => some.to_vec(),
    };
    if !alone {
        let mut at = 0;
        while let Some(name) = asked.get(at).cloned() {
            for needed in project.service(&name).map(needs).unwrap_or_default() {
                if !asked.contains(&needed) {
                    asked.push(needed);
                }
            }
            at += 1;
        }
    }
    asked.order();
    while done.len() < asked.len() {
        let free = |name: &&String| {
            let all = project.service(name).map(needs).unwrap_or_default();
            !done.contains(name) && all.iter().all(|n| done.contains(n) || !asked.contains(n))
        };
        let ready: Vec<String> = asked.iter().filter(free).cloned().collect();
        if ready.is_empty() {
            break;
        }
        done.extend(ready);
    }
    done
}

/// A project's containers, those first that others do not need.
pub(super) fn last_first(
    cx: &mut Cx<'_>,
    name: &str,
    project: &Project,
    wanted: &[String],
) -> Result<Vec<Own>, Bad> {
    let all = containers(cx, name)?;
    let order = order(project, &[], false);
    let place = |o: &Own| order.iter().position(|s| *s == o.service).unwrap_or(usize::MAX);
    let mut all: Vec<Own> =
        all.into_iter().filter(|o| wanted.is_empty() || wanted.contains(&o.service)).collect();
    all.order_by_key(|o| std::cmp::Reverse(place(o)));
    Ok(all)
}

/// How a container's command ended; `None` while it runs.
pub(super) fn exit_code(cx: &mut Cx<'_>, id: &str) -> Result<Option<u8>, Bad> {
    with_engine(cx, |engine, _, _| {
        Ok(match engine.container(id)?.state {
            packetwalk_docker::RunState::Exited(code) => Some(code),
            _ => None,
        })
    })
}
