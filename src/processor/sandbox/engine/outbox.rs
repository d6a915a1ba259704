//! The queue of webhook deliveries.

use super::super::state::Stored;
use super::super::webhooks::delivery::{Delivery, DeliveryStatus};
use super::super::webhooks::signature;
use super::Engine;
use super::admit::pretty;

/// One try to deliver, signed with the time of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// `dlv_…`
    pub delivery: String,
    /// Where to.
    pub url: String,
    /// The body.
    pub payload: String,
    /// The `Stripe-Signature` header.
    pub signature: String,
    /// 1 for the first.
    pub number: u32,
}

impl Engine {
    /// The next try to make, if any is due.
    pub fn next_attempt(&self) -> Option<Attempt> {
        let mut core = self.lock();
        while let Some(id) = core.queue.pop_front() {
            let Some(row) = core.world.deliveries.get(&id).filter(|row| row.status == DeliveryStatus::Pending) else {
                continue;
            };
            let Some(event) = core.world.events.get(&row.event) else { continue };
            let endpoint = core.world.webhook_endpoints.get(&row.endpoint).filter(|endpoint| !endpoint.deleted);
            let Some(endpoint) = endpoint else { continue };
            let payload = pretty(&event.render(core.world.pending_webhooks(&event.id)));
            let attempt = Attempt {
                signature: signature::header(&endpoint.secret, self.clock.wall(), &payload),
                delivery: id,
                url: endpoint.url.clone(),
                payload,
                number: row.attempts + 1,
            };
            core.in_flight += 1;
            return Some(attempt);
        }
        None
    }

    /// Records how a try ended; `true` when it is to be made again.
    pub fn attempted(&self, attempt: &Attempt, status: u16) -> bool {
        let delivered = (200..300).contains(&status);
        self.act(|tx| {
            let Ok(mut row) = tx.find::<Delivery>(&attempt.delivery, "id") else { return };
            row.attempts = attempt.number;
            row.last_status = Some(status);
            if delivered {
                row.status = DeliveryStatus::Delivered;
            }
            tx.put(&row);
        });
        let mut core = self.lock();
        core.in_flight = core.in_flight.saturating_sub(1);
        if !delivered {
            core.backing_off.insert(attempt.delivery.clone());
        }
        drop(core);
        self.quiet.notify_waiters();
        !delivered
    }

    /// Puts a delivery whose wait is over back into the queue, unless somebody did already.
    pub fn wake(&self, delivery: &str) {
        let mut core = self.lock();
        if core.backing_off.remove(delivery) {
            core.queue.push_back(delivery.to_owned());
            self.mail.notify_one();
        }
    }

    /// Tries all deliveries that wait for their next try now; how many.
    pub fn retry_now(&self) -> usize {
        let mut core = self.lock();
        let mut waiting: Vec<String> = core.backing_off.drain().collect();
        waiting.sort_by_key(|id| Delivery::table(&core.world).position(id));
        let count = waiting.len();
        core.queue.extend(waiting);
        self.mail.notify_one();
        count
    }

    /// Releases held deliveries in the given order, those named or all; how many.
    pub fn release(&self, only: Option<&[String]>, reverse: bool) -> usize {
        let mut held: Vec<Delivery> = self.read(|world, _| {
            let wanted =
                |row: &&Delivery| row.status == DeliveryStatus::Held && only.is_none_or(|only| only.contains(&row.id));
            world.deliveries.iter().filter(wanted).cloned().collect()
        });
        if let Some(only) = only {
            held.sort_by_key(|row| only.iter().position(|id| *id == row.id));
        }
        if reverse {
            held.reverse();
        }
        let count = held.len();
        self.act(|tx| {
            for mut row in held {
                row.status = DeliveryStatus::Pending;
                tx.put(&row);
            }
        });
        count
    }

    /// Whether every delivery that may be made was tried: nothing queued, nothing under way.
    pub fn is_quiet(&self) -> bool {
        let core = self.lock();
        core.queue.is_empty() && core.in_flight == 0
    }

    /// Deliveries that failed and wait for their next try.
    pub fn failing(&self) -> usize {
        self.lock().backing_off.len()
    }
}
