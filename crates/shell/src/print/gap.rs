//! What a packet met that is not simulated.

use packetwalk_lab::{Gap, Lab, Unmodelled};
use packetwalk_netfilter::xtables;

use crate::iptables;

/// The line that tells of it: where, and what.
pub(crate) fn line(gap: &Gap, lab: &Lab) -> String {
    let ns = lab.label(gap.ns);
    let what = match gap.what {
        Unmodelled::Rule(part) => rule(gap, &part, lab),
        Unmodelled::Extension(number) => format!("extension header {number}"),
        Unmodelled::Fragment => "a fragment that was not put together".to_owned(),
        Unmodelled::Storm => "packets that have one another sent again without end".to_owned(),
    };
    format!("packetwalk: a packet in {ns} was dropped, for it met what is not simulated: {what}\n")
}

/// `-m cgroup in rule 1 of filter INPUT: -A INPUT …`
fn rule(gap: &Gap, part: &xtables::Gap, lab: &Lab) -> String {
    let table = lab.stack(gap.ns).and_then(|stack| stack.nf.rules(part.face, part.family).get(part.table));
    let chain = table.and_then(|table| table.chain(part.chain));
    let name = chain.map_or("", |chain| &chain.name);
    let rule = chain.and_then(|chain| chain.rules.get(part.rule));
    let text = table.zip(rule).map(|(table, rule)| iptables::rule_text(rule, name, table));
    let (number, text) = (part.rule + 1, text.unwrap_or_default());
    let xtables::Gap { option, name: of, table, .. } = part;
    format!("{option} {of} in rule {number} of {} {name}: {text}", table.name())
}
