//! Events in the port's form. An object of another installation is not even read: it becomes a mere id.

use serde_json::Value;

use super::read;
use crate::billing::payments::gateway::{Event, EventRef, PaymentMethodRef, Subject};
use crate::kernel::ids::{Id, Installation};

/// The events that mean something here: what the webhook endpoint is to be subscribed to, and what the poll asks for.
pub const EVENT_TYPES: &[&str] = &[
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.processing",
    "payment_intent.canceled",
    "setup_intent.succeeded",
    "setup_intent.setup_failed",
    "setup_intent.canceled",
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_method.detached",
];

/// Reads one event; `None` if it lacks an id, a type, its time or its mode.
pub fn read(event: &Value, installation: &Id<Installation>) -> Option<Event> {
    let kind = read::text(event, "type").filter(|kind| !kind.is_empty() && kind.len() <= 100)?;
    let object = event.get("data").and_then(|data| data.get("object"));
    Some(Event {
        id: EventRef::new(read::id(event, "id")?),
        kind: kind.to_owned(),
        created: read::instant(event, "created")?,
        live: event.get("livemode")?.as_bool()?,
        subject: object.map_or(Subject::Other { object: None }, |object| subject(kind, object, installation)),
    })
}

fn subject(kind: &str, object: &Value, installation: &Id<Installation>) -> Subject {
    let ours = || read::note(object, "installation") == Some(installation.as_str());
    let known = match kind.split('.').next().unwrap_or_default() {
        "payment_intent" if ours() => read::intent(object).map(|intent| Subject::Intent(Box::new(intent))),
        "setup_intent" if ours() => read::setup(object, false).map(|setup| Subject::Setup(Box::new(setup))),
        "checkout" if ours() => read::setup_session(object).map(Subject::SetupSession),
        // Cards carry no metadata of ours; whose they are is known by their id.
        "payment_method" if kind == "payment_method.detached" => {
            read::id(object, "id").map(|id| Subject::Detached(PaymentMethodRef::new(id)))
        }
        _ => None,
    };
    known.unwrap_or_else(|| Subject::Other { object: read::id(object, "id").map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn ours() -> Id<Installation> {
        Id::from_uuid(uuid::Uuid::nil())
    }

    fn event(kind: &str, object: Value) -> Event {
        let event = json!({"id": "evt_1", "type": kind, "created": 1_700_000_000, "livemode": false, "data": {"object": object}});
        read(&event, &ours()).expect("an event")
    }

    fn intent_of(installation: &str) -> Value {
        json!({"id": "pi_1", "status": "succeeded", "amount": 1_900, "currency": "usd", "created": 1,
            "metadata": {"installation": installation}})
    }

    #[test]
    fn objects_of_this_installation_are_read() {
        let ours = ours();
        let intent = event("payment_intent.succeeded", intent_of(ours.as_str()));
        assert!(matches!(&intent.subject, Subject::Intent(intent) if intent.id.as_str() == "pi_1"));
        assert_eq!(intent.installation(), Some(ours.as_str()));
        let notes = json!({"installation": ours, "reference": "r"});
        let setup = json!({"id": "seti_1", "status": "succeeded", "payment_method": "pm_1", "client_secret": "s", "metadata": notes});
        let setup = event("setup_intent.succeeded", setup);
        assert!(matches!(&setup.subject, Subject::Setup(setup) if setup.client_secret.is_none()));
        let session =
            event("checkout.session.completed", json!({"id": "cs_1", "setup_intent": "seti_1", "metadata": notes}));
        assert!(matches!(&session.subject, Subject::SetupSession(session) if session.setup.is_some()));
        let detached = event("payment_method.detached", json!({"id": "pm_1"}));
        assert!(matches!(&detached.subject, Subject::Detached(id) if id.as_str() == "pm_1"));
    }

    #[test]
    fn foreign_unreadable_and_unknown_objects_are_mere_ids() {
        for (kind, object) in [
            ("payment_intent.succeeded", intent_of("inst_other")),
            ("payment_intent.succeeded", json!({"id": "pi_1"})),
            ("payment_intent.succeeded", json!({"id": "pi_1", "metadata": {"installation": ours()}, "status": "new"})),
            ("checkout.session.completed", json!({"id": "pi_1"})),
            ("payment_method.attached", json!({"id": "pi_1"})),
            ("account.updated", json!({"id": "pi_1"})),
        ] {
            let event = event(kind, object);
            assert!(matches!(&event.subject, Subject::Other { object: Some(id) } if id == "pi_1"), "{kind}");
        }
        assert!(matches!(event("a", json!(null)).subject, Subject::Other { object: None }));
    }

    #[test]
    fn what_lacks_id_type_time_or_mode_is_no_event() {
        let whole = json!({"id": "evt_1", "type": "a.b", "created": 1, "livemode": false});
        assert!(read(&whole, &ours()).is_some());
        for lacking in ["id", "type", "created", "livemode"] {
            let mut event = whole.clone();
            event.as_object_mut().expect("an object").remove(lacking);
            assert!(read(&event, &ours()).is_none(), "{lacking}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), at in 0..EVENT_TYPES.len()) {
            let value = json!({"id": text, "type": EVENT_TYPES[at], "created": i64::MAX, "livemode": true, "data": {"object": text}});
            let _ = read(&value, &ours());
            let _ = subject(&text, &json!({"id": "pi_1", "metadata": text}), &ours());
        }
    }
}
