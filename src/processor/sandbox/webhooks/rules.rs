//! What the control API does to deliveries, to play a bad network: hold back, lose, send twice.

use serde::{Deserialize, Serialize};

/// What happens to a delivery that a rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Kept until released.
    Hold,
    /// Never sent; the event list still has the event.
    Lose,
    /// Sent twice.
    Duplicate,
}

/// One rule; the first that matches is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What happens.
    pub action: Action,
    /// To events of these types; of all when absent.
    #[serde(default)]
    pub types: Option<Vec<String>>,
    /// So many times; until removed when absent.
    #[serde(default)]
    pub times: Option<u32>,
}

/// The rules in force.
#[derive(Debug, Default, Serialize)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Adds a rule behind the others.
    pub fn add(&mut self, rule: Rule) {
        self.0.push(rule);
    }

    /// Removes all rules.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The rules in force.
    #[must_use]
    pub fn list(&self) -> &[Rule] {
        &self.0
    }

    /// What happens to a delivery of an event of that type; counts the use.
    pub fn take(&mut self, kind: &str) -> Option<Action> {
        let matches = |rule: &Rule| rule.types.as_ref().is_none_or(|types| types.iter().any(|wanted| wanted == kind));
        let at = self.0.iter().position(matches)?;
        let rule = &mut self.0[at];
        let action = rule.action;
        if let Some(times) = &mut rule.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(at);
            }
        }
        Some(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_match_types_and_run_out() {
        let mut rules = Rules::default();
        rules.add(Rule { action: Action::Lose, types: Some(vec!["a".to_owned()]), times: Some(1) });
        rules.add(Rule { action: Action::Hold, types: None, times: None });
        assert_eq!(rules.take("b"), Some(Action::Hold));
        assert_eq!(rules.take("a"), Some(Action::Lose));
        assert_eq!(rules.take("a"), Some(Action::Hold));
        rules.clear();
        assert_eq!(rules.take("a"), None);
    }
}
