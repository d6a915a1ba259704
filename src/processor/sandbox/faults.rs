//! Faults on order: what a network and a processor do on a bad day, once or a few times, on the requests asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The work is done, then the connection closes without an answer.
    DropAfterCommit,
    /// The work is done, but the answer, also the one stored under the idempotency key, is a 500.
    #[serde(rename = "error_500_after_commit")]
    Error500AfterCommit,
    /// A 500, and nothing was done or stored.
    #[serde(rename = "error_500_before")]
    Error500Before,
    /// No answer now; the work is done later, when released or after a delay. Its key is in use until then.
    LateExecution,
    /// Too many requests.
    #[serde(rename = "rate_limit_429")]
    RateLimit429,
    /// No answer and no work; the connection stays open until released or given up.
    Hang,
}

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// At the door, before the parameters are read.
    Arrival,
    /// When the work is about to be done: not at refusals, nor when a stored reply is given again.
    Work,
}

impl FaultKind {
    fn moment(self) -> Moment {
        match self {
            Self::Error500Before | Self::RateLimit429 | Self::Hang => Moment::Arrival,
            Self::DropAfterCommit | Self::Error500AfterCommit | Self::LateExecution => Moment::Work,
        }
    }
}

fn once() -> u32 {
    1
}

/// One fault: what, on which requests, how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// On requests with this method; on all when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// On paths that begin with these segments; `*` stands for any one: `/v1/payment_intents/*/confirm`.
    #[serde(default)]
    pub path: Option<String>,
    /// Only if the path ends where the pattern does.
    #[serde(default)]
    pub exact: bool,
    /// Only on requests, or on objects named in their path, with these notes.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Matching requests that pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// Matching requests that are hit.
    #[serde(default = "once")]
    pub times: u32,
    /// `late_execution`: milliseconds until the work is done; without it, when released.
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// `late_execution`: leave the connection open instead of closing it.
    #[serde(default)]
    pub keep_open: bool,
    /// `rate_limit_429`: seconds for a `Retry-After` header.
    #[serde(default)]
    pub retry_after: Option<u32>,
}

/// A request as faults see it.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its path.
    pub path: &'a str,
    /// Notes in it and on the object that its path names.
    pub metadata: &'a [BTreeMap<String, String>],
}

impl Fault {
    fn matches(&self, target: Target<'_>) -> bool {
        let notes =
            |wanted: (&String, &String)| target.metadata.iter().any(|notes| notes.get(wanted.0) == Some(wanted.1));
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(target.method))
            && self.path.as_ref().is_none_or(|path| path_matches(path, target.path, self.exact))
            && self.metadata.iter().all(notes)
    }
}

fn path_matches(pattern: &str, path: &str, exact: bool) -> bool {
    let mut given = path.trim_matches('/').split('/');
    let all = pattern
        .trim_matches('/')
        .split('/')
        .all(|wanted| given.next().is_some_and(|has| wanted == "*" || wanted == has));
    all && (!exact || given.next().is_none())
}

/// The faults that are still to come, in the order they were asked for.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one.
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What is still to come.
    #[must_use]
    pub fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The fault that hits this request at that moment, if any; counts it.
    pub fn take(&mut self, target: Target<'_>, moment: Moment) -> Option<Fault> {
        for at in 0..self.0.len() {
            let fault = &mut self.0[at];
            if fault.kind.moment() != moment || fault.times == 0 || !fault.matches(target) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            let hit = fault.clone();
            if hit.times == 0 {
                self.0.remove(at);
            }
            return Some(hit);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> Fault {
        serde_json::from_str(json).expect("a fault")
    }

    fn hit(faults: &mut Faults, method: &str, path: &str) -> Option<FaultKind> {
        faults.take(Target { method, path, metadata: &[] }, Moment::Arrival).map(|fault| fault.kind)
    }

    #[test]
    fn matches_method_and_path_counts_and_ends() {
        let mut faults = Faults::default();
        faults
            .add(fault(r#"{"kind":"hang","method":"POST","path":"/v1/payment_intents/*/confirm","skip":1,"times":2}"#));
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents"), None);
        assert_eq!(hit(&mut faults, "GET", "/v1/payment_intents/pi_1/confirm"), None);
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents/pi_1/confirm"), None);
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents/pi_1/confirm"), Some(FaultKind::Hang));
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents/pi_2/confirm"), Some(FaultKind::Hang));
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents/pi_2/confirm"), None);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn prefixes_exactness_and_notes() {
        let mut faults = Faults::default();
        faults.add(fault(r#"{"kind":"error_500_before","path":"/v1/payment_intents","exact":true}"#));
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents/pi_1"), None);
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents"), Some(FaultKind::Error500Before));
        faults.add(fault(r#"{"kind":"rate_limit_429","path":"/v1/payment","metadata":{"invoice":"7"}}"#));
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents"), None);
        faults.clear();
        faults.add(fault(r#"{"kind":"rate_limit_429","metadata":{"invoice":"7"}}"#));
        assert_eq!(hit(&mut faults, "POST", "/v1/payment_intents"), None);
        let notes = [BTreeMap::from([("invoice".to_owned(), "7".to_owned())])];
        let target = Target { method: "GET", path: "/v1/x", metadata: &notes };
        assert!(faults.take(target, Moment::Work).is_none());
        assert!(faults.take(target, Moment::Arrival).is_some());
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"hang","colour":"red"}"#).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"explode"}"#).is_err());
    }
}
