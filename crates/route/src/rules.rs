//! `ip rule add`, `del` and `flush`.

use packetwalk_wire::Family;

use crate::Routing;
use crate::error::RouteError;
use crate::rule::{Rule, RuleAction, RuleDev, Rules};

impl Routing {
    pub(crate) const fn rules_mut(&mut self, family: Family) -> &mut Rules {
        self.generation += 1;
        match family {
            Family::V4 => &mut self.rules4,
            Family::V6 => &mut self.rules6,
        }
    }

    /// The priority of a rule that is added without one: one less than the second rule's.
    ///
    /// # Source
    /// Linux v6.18, `net/core/fib_rules.c`: `fib_default_rule_pref`.
    pub fn default_priority(&self, family: Family) -> u32 {
        self.rules_of(family).list.get(1).map_or(0, |r| r.priority.saturating_sub(1))
    }

    /// Adds a rule after those of its priority. Its interfaces are looked up by name.
    ///
    /// # Errors
    /// [`RouteError::Exists`] for one that is there; [`RouteError::BackwardGoto`].
    ///
    /// # Source
    /// Linux v6.18, `net/core/fib_rules.c`: `fib_newrule`.
    pub fn add_rule(&mut self, mut rule: Rule) -> Result<(), RouteError> {
        if let RuleAction::Goto(target) = rule.action
            && target <= rule.priority
        {
            return Err(RouteError::BackwardGoto);
        }
        for dev in [&mut rule.iif, &mut rule.oif].into_iter().flatten() {
            dev.index = self.devs.iter().find(|d| d.name == dev.name).map(|d| d.index);
        }
        let rules = self.rules_mut(rule.family);
        if rules.list.contains(&rule) {
            return Err(RouteError::Exists);
        }
        rules.custom = true;
        let at = rules.list.partition_point(|r| r.priority <= rule.priority);
        rules.list.insert(at, rule);
        Ok(())
    }

    /// Deletes the first rule that `chosen` says.
    ///
    /// # Errors
    /// [`RouteError::NoEntry`].
    pub fn del_rule(
        &mut self,
        family: Family,
        chosen: impl FnMut(&Rule) -> bool,
    ) -> Result<Rule, RouteError> {
        let rules = self.rules_mut(family);
        let at = rules.list.iter().position(chosen).ok_or(RouteError::NoEntry)?;
        rules.custom = true;
        Ok(rules.list.remove(at))
    }

    /// Rules follow interfaces that come, go and change their name.
    pub(crate) fn attach_rules(&mut self) {
        let devs = &self.devs;
        let attach = |dev: &mut RuleDev| {
            dev.index = devs.iter().find(|d| d.name == dev.name).map(|d| d.index);
        };
        for rules in [&mut self.rules4, &mut self.rules6] {
            for rule in &mut rules.list {
                rule.iif.iter_mut().for_each(&attach);
                rule.oif.iter_mut().for_each(&attach);
            }
        }
    }
}
