//! Deliveries: one event to one receiver, until it says 2xx.

use serde::{Deserialize, Serialize};

use super::super::objects::Event;
use super::super::state::World;
use super::rules::Action;

/// Where a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// To be sent, or sent again.
    Pending,
    /// Held back by the control API.
    Held,
    /// Thrown away by the control API.
    Lost,
    /// Answered with 2xx.
    Delivered,
}

/// One event to one receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// `dlv_…`; the processor shows none, the control API does.
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// `evt_…`
    pub event: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `we_…`
    pub endpoint: String,
    /// Where it is.
    pub status: DeliveryStatus,
    /// Tries so far.
    pub attempts: u32,
    /// Status of the last answer, 0 for none.
    pub last_status: Option<u16>,
}

impl Delivery {
    /// Whether it is still to be made.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.status, DeliveryStatus::Pending | DeliveryStatus::Held)
    }
}

/// A delivery of the event to every receiver that wants it.
pub fn copies(world: &World, event: &Event, mut id: impl FnMut() -> String) -> Vec<Delivery> {
    let wanting = world.webhook_endpoints.iter().filter(|endpoint| endpoint.wants(&event.kind));
    wanting
        .map(|endpoint| Delivery {
            id: id(),
            created: event.created,
            event: event.id.clone(),
            kind: event.kind.clone(),
            endpoint: endpoint.id.clone(),
            status: DeliveryStatus::Pending,
            attempts: 0,
            last_status: None,
        })
        .collect()
}

/// The deliveries that a new event makes, after the rules in force.
pub fn plan(world: &mut World, event: &Event, mut id: impl FnMut() -> String) -> Vec<Delivery> {
    let mut planned = Vec::new();
    for mut copy in copies(world, event, &mut id) {
        match world.rules.take(&event.kind) {
            Some(Action::Hold) => copy.status = DeliveryStatus::Held,
            Some(Action::Lose) => copy.status = DeliveryStatus::Lost,
            Some(Action::Duplicate) => planned.push(Delivery { id: id(), ..copy.clone() }),
            None => {}
        }
        planned.push(copy);
    }
    planned
}
