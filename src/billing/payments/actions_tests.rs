//! The protocol over rows: wherever the process dies, the money moves once and everything agrees.

use diesel::connection::SimpleConnection;

use super::*;
use crate::accounts::testing as accounts;
use crate::billing::catalog::actions::{demo_catalogue, list, seed};
use crate::billing::payments::gateway::{Card, IntentMarks, PaymentMethodRef};
use crate::billing::payments::{methods, setups};
use crate::billing::runs::verify;
use crate::billing::subscriptions::actions::{Subscribe, subscribe};
use crate::billing::subscriptions::model::Status;
use crate::billing::subscriptions::quotes;
use crate::billing::subscriptions::store as subscription_rows;
use crate::db::write;
use crate::env::testing::{Bench, on_each_database};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{self, Account};
use crate::kernel::lang::Lang;
use crate::platform::trust::consents::{self, Purpose};
use crate::platform::trust::list_shares;
use crate::platform::trust::policy::{self, Operator};

/// When the process dies at a call.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Death {
    /// Its row is committed, nothing is sent.
    BeforeTheCall,
    /// The processor has acted, its answer is not recorded.
    AfterTheCall,
}

/// A processor that forgets nothing.
pub struct Processor {
    account: Id<Account>,
    intents: Vec<(IdempotencyKey, Intent)>,
    confirmed: Vec<IdempotencyKey>,
    moved: u32,
}

impl Processor {
    fn answer(&mut self, order: &Order, now: Timestamp) -> Reply {
        match order {
            Order::Create(key, request) => Reply::Created(Ok(self.create(key, request.value(), now))),
            Order::Find(_, since, generation) => {
                let newest = self.intents.iter().rev().map(|(_, intent)| intent);
                let mut fitting = newest.filter(|intent| intent.created >= *since);
                Reply::Found(fitting.find(|intent| intent.metadata.generation == Some(*generation)).cloned())
            }
            Order::Retrieve(id) => Reply::Seen(self.intent(id).clone()),
            Order::Confirm(key, id, _) => {
                if !self.confirmed.contains(key) {
                    assert_ne!(self.intent(id).status, IntentStatus::Succeeded, "confirmed twice under two keys");
                    self.confirmed.push(key.clone());
                    self.moved += 1;
                    let intent = self.intent(id);
                    intent.status = IntentStatus::Succeeded;
                    intent.amount_received = intent.amount.minor();
                }
                Reply::Confirmed(Ok(self.intent(id).clone()))
            }
            Order::Cancel(id) => {
                let intent = self.intent(id);
                intent.status = IntentStatus::Canceled;
                Reply::Seen(intent.clone())
            }
            Order::Wait(_) | Order::Nothing => unreachable!("no call: {order:?}"),
        }
    }

    fn create(&mut self, key: &IdempotencyKey, request: &IntentRequest, now: Timestamp) -> Intent {
        if let Some((_, known)) = self.intents.iter().find(|(known, _)| known == key) {
            return known.clone();
        }
        let made = Intent {
            id: IntentRef::new(format!("pi_{}_{}", self.account, self.intents.len())),
            status: IntentStatus::RequiresPaymentMethod,
            amount: request.amount,
            amount_received: 0,
            customer: Some(request.customer.clone()),
            latest_charge: None,
            last_error: None,
            next_action: None,
            created: now,
            metadata: IntentMarks {
                installation: Some(request.metadata.installation.to_string()),
                invoice: Some(request.metadata.invoice.to_string()),
                generation: Some(request.metadata.generation),
            },
        };
        self.intents.push((key.clone(), made.clone()));
        made
    }

    fn intent(&mut self, id: &IntentRef) -> &mut Intent {
        let found = self.intents.iter_mut().find(|(_, intent)| intent.id == *id);
        &mut found.expect("an intent of ours").1
    }
}

fn card(reference: &str) -> Card {
    Card {
        id: PaymentMethodRef::new(reference),
        customer: None,
        brand: "visa".to_owned(),
        last4: "4242".to_owned(),
        expiry_month: 12,
        expiry_year: 2030,
        fingerprint: None,
    }
}

/// A holder with a card and an unpaid first invoice.
pub fn ordered(bench: &mut Bench) -> (Processor, InvoiceRow) {
    let account = accounts::open(bench, "Ada").account;
    let (env, conn) = (bench.env.clone(), &mut bench.conn);
    let now = env.now();
    policy::publish_shipped(conn, Operator { name: "Example", contact: "office@example.org" }, now).expect("published");
    let consent = setups::actions::record_consent(conn, &env, &account, Lang::En).expect("agreed");
    setups::store::insert_customer(conn, &account, "cus_1", now).expect("a customer");
    methods::actions::add(conn, &env, &account, &consent, &card("pm_1")).expect("a card");
    seed(conn, &env, &demo_catalogue()).expect("a catalogue");
    let plans = list(conn).expect("plans");
    let price = plans.iter().flat_map(|(_, prices)| prices).find(|price| !price.per_seat.is_zero());
    let price: Id<ids::Price> = price.expect("a plan that costs something").id.clone();
    let command = Subscribe { order: quotes::Order { price, quantity: 2 }, quote: None, payment_method: None };
    let (_, invoice) = write(conn, |conn| subscribe(conn, &env, &account, &command)).expect("ordered");
    (Processor { account, intents: Vec::new(), confirmed: Vec::new(), moved: 0 }, invoice)
}

/// Works as the job does; at the call of this number the process dies and another goes on. Answers the calls made.
fn work(bench: &mut Bench, processor: &mut Processor, invoice: &Id<Invoice>, dies: Option<(u32, Death)>) -> u32 {
    let env = bench.env.clone();
    let mut calls = 0;
    for _ in 0..50 {
        let order = write(&mut bench.conn, |conn| next_order(conn, &env, invoice)).expect("an order");
        match &order {
            Order::Nothing => return calls,
            Order::Wait(until) => {
                env.clock.set((*until).max(env.now()));
                continue;
            }
            _ => calls += 1,
        }
        let death = dies.filter(|(at, _)| *at == calls).map(|(_, death)| death);
        if death == Some(Death::BeforeTheCall) {
            continue;
        }
        let reply = processor.answer(&order, env.now());
        if death.is_none() {
            write(&mut bench.conn, |conn| record(conn, &env, invoice, &reply)).expect("recorded");
        }
    }
    panic!("the protocol does not come to an end");
}

#[test]
fn wherever_the_process_dies_the_money_moves_once() {
    for at in 1..=2 {
        for death in [Death::BeforeTheCall, Death::AfterTheCall] {
            on_each_database(|mut bench| {
                let (mut processor, invoice) = ordered(&mut bench);
                let calls = work(&mut bench, &mut processor, &invoice.id, Some((at, death)));
                assert!(calls > 2, "{at} {death:?}: nothing was done again");
                assert_eq!((processor.moved, processor.intents.len()), (1, 1), "{at} {death:?}");
                let paid = invoices::find(&mut bench.conn, &invoice.id).expect("read").expect("there");
                assert_eq!((paid.status, paid.paid), (InvoiceStatus::Paid, paid.total), "{at} {death:?}");
                let row = subscription_rows::find(&mut bench.conn, &paid.subscription_id).expect("read");
                assert_eq!(row.expect("there").status, Status::Active, "{at} {death:?}");
                assert_eq!(verify(&mut bench.conn).expect("verified").findings, Vec::<String>::new());
            });
        }
    }
}

#[test]
fn a_wish_outlives_an_intent_that_the_processor_canceled() {
    on_each_database(|mut bench| {
        let (mut processor, invoice) = ordered(&mut bench);
        let env = bench.env.clone();
        let order = write(&mut bench.conn, |conn| next_order(conn, &env, &invoice.id)).expect("an order");
        let Reply::Created(Ok(mut made)) = processor.answer(&order, env.now()) else { panic!("{order:?}") };
        processor.intent(&made.id).status = IntentStatus::Canceled;
        made.status = IntentStatus::Canceled;
        let told = Reply::Created(Ok(made));
        write(&mut bench.conn, |conn| record(conn, &env, &invoice.id, &told)).expect("recorded");
        work(&mut bench, &mut processor, &invoice.id, None);
        let latest = store::find_latest(&mut bench.conn, &invoice.id).expect("read").expect("there");
        assert_eq!((latest.generation, processor.moved, processor.intents.len()), (2, 1, 2));
        // What was told late of the first intent is not taken for news of the second.
        let stale = Reply::Seen(processor.intents[0].1.clone());
        write(&mut bench.conn, |conn| record(conn, &env, &invoice.id, &stale)).expect("ignored");
        let paid = invoices::find(&mut bench.conn, &invoice.id).expect("read").expect("there");
        assert_eq!(paid.status, InvoiceStatus::Paid);
        assert_eq!(verify(&mut bench.conn).expect("verified").findings, Vec::<String>::new());
    });
}

/// Withdraws the consent, and with it the cards, as the privacy page does.
fn withdraw(bench: &mut Bench, account: &Id<Account>) {
    let (env, conn) = (bench.env.clone(), &mut bench.conn);
    assert_eq!(consents::withdraw(conn, &env, account, Purpose::CardPayments), Ok(true));
    methods::actions::remove_all(conn, &env, &Actor::Holder(account.clone()), account).expect("removed");
}

fn agree_and_add_card(bench: &mut Bench, account: &Id<Account>, reference: &str) {
    let (env, conn) = (bench.env.clone(), &mut bench.conn);
    let consent = setups::actions::record_consent(conn, &env, account, Lang::En).expect("agreed");
    methods::actions::add(conn, &env, account, &consent, &card(reference)).expect("a card");
}

#[test]
fn without_consent_nothing_leaves_and_a_new_card_pays() {
    for calls_before in 0..=1 {
        on_each_database(|mut bench| {
            let (mut processor, invoice) = ordered(&mut bench);
            let (env, account) = (bench.env.clone(), processor.account.clone());
            if calls_before == 1 {
                let order = write(&mut bench.conn, |conn| next_order(conn, &env, &invoice.id)).expect("an order");
                let reply = processor.answer(&order, env.now());
                write(&mut bench.conn, |conn| record(conn, &env, &invoice.id, &reply)).expect("recorded");
            }
            withdraw(&mut bench, &account);
            assert_eq!(work(&mut bench, &mut processor, &invoice.id, None), 0, "nothing is sent");
            let seen = view(&mut bench.conn, &invoice.id).expect("read");
            let why = if calls_before == 0 { telling::CONSENT_WITHDRAWN } else { telling::CARD_MISSING };
            assert_eq!((seen.status, seen.error.as_deref()), ("failed", Some(why)));
            let action = crate::billing::payments::outcome::NextActionView::of(&seen).expect("a way out");
            assert_eq!(action.kind, "add_card");

            agree_and_add_card(&mut bench, &account, "pm_2");
            assert!(work(&mut bench, &mut processor, &invoice.id, None) > 0);
            assert_eq!((processor.moved, processor.intents.len()), (1, 1));
            let paid = invoices::find(&mut bench.conn, &invoice.id).expect("read").expect("there");
            assert_eq!(paid.status, InvoiceStatus::Paid);
            let rows = list_shares(&mut bench.conn, &account, None, 10).expect("read");
            let of_charge = rows.iter().filter(|row| row.about == invoice.id.as_str()).count();
            assert_eq!(of_charge, 1 + calls_before, "another consent, another row");
            assert_eq!(verify(&mut bench.conn).expect("verified").findings, Vec::<String>::new());
        });
    }
}

#[test]
fn a_lost_confirm_is_not_sent_again_without_consent_but_its_intent_is_ended() {
    for death in [Death::BeforeTheCall, Death::AfterTheCall] {
        on_each_database(|mut bench| {
            let (mut processor, invoice) = ordered(&mut bench);
            let (env, account) = (bench.env.clone(), processor.account.clone());
            for _ in 0..2 {
                let order = write(&mut bench.conn, |conn| next_order(conn, &env, &invoice.id)).expect("an order");
                let is_confirm = matches!(order, Order::Confirm(..));
                if is_confirm && death == Death::BeforeTheCall {
                    continue;
                }
                let reply = processor.answer(&order, env.now());
                if !is_confirm {
                    write(&mut bench.conn, |conn| record(conn, &env, &invoice.id, &reply)).expect("recorded");
                }
            }
            withdraw(&mut bench, &account);
            work(&mut bench, &mut processor, &invoice.id, None);
            let bill = invoices::find(&mut bench.conn, &invoice.id).expect("read").expect("there");
            if death == Death::AfterTheCall {
                assert_eq!((processor.moved, bill.status), (1, InvoiceStatus::Paid), "what had succeeded counts");
            } else {
                assert_eq!((processor.moved, processor.intents.len(), bill.status), (0, 1, InvoiceStatus::Final));
                assert_eq!(processor.intents[0].1.status, IntentStatus::Canceled);
                let seen = view(&mut bench.conn, &invoice.id).expect("read");
                assert_eq!(seen.error.as_deref(), Some(telling::CONSENT_WITHDRAWN));
                agree_and_add_card(&mut bench, &account, "pm_2");
                work(&mut bench, &mut processor, &invoice.id, None);
                assert_eq!((processor.moved, processor.intents.len()), (1, 2), "paid by an intent of its own");
            }
            assert_eq!(verify(&mut bench.conn).expect("verified").findings, Vec::<String>::new());
        });
    }
}

#[test]
fn the_database_refuses_a_call_without_its_row() {
    on_each_database(|mut bench| {
        let (_, invoice) = ordered(&mut bench);
        let row = store::find_latest(&mut bench.conn, &invoice.id).expect("read").expect("there");
        let told = format!("UPDATE payments SET creation = '{{}}' WHERE id = '{}'", row.id);
        assert!(bench.conn.batch_execute(&told).is_err());
        let attempt = format!(
            "INSERT INTO payment_attempts (id, payment_id, invoice_id, number, payment_method_id, on_session, state, \
             begun_at, sending, was_resent) SELECT 'patt_x', id, invoice_id, 1, wanted_method, on_session, 'sending', \
             created_at, '{{}}', on_session FROM (SELECT *, 1 = 0 AS on_session FROM payments) AS p WHERE id = '{}'",
            row.id
        );
        assert!(bench.conn.batch_execute(&attempt).is_err());
        let env = bench.env.clone();
        assert!(telling::permit(&mut bench.conn, &env, &row, &()).expect("shared").is_some());
        bench.conn.batch_execute(&attempt).expect("with its row it may");
        bench.conn.batch_execute(&told).expect("with its row it may");
    });
}
