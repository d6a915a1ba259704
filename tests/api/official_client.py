#!/usr/bin/env python3
"""Drives a running sandbox with Stripe's official Python client: what it parses and raises is the witness.

usage: official_client.py BASE_URL SECRET_KEY PUBLISHABLE_KEY CONTROL_TOKEN

Resets the sandbox first. Exits 0 when every check holds.
"""

import http.server
import json
import queue
import sys
import threading
import traceback
import urllib.error
import urllib.parse
import urllib.request

import stripe

CARDS = {"allowed_payment_method_types": ["card"]}


class Sandbox:
    """The sandbox under test: its API through the official client, its pages and controls over plain HTTP."""

    def __init__(self, base, secret_key, publishable_key, control_token):
        self.base = base.rstrip("/")
        self.publishable_key = publishable_key
        self.control_token = control_token
        self.client = self.client_with(secret_key)
        self.v1 = self.client.v1

    def client_with(self, key):
        return stripe.StripeClient(key, base_addresses={"api": self.base}, max_network_retries=0)

    def control(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.base}/_control/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.control_token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def page(self, url, form=None):
        """Status, redirect target and text of a page, not following redirects."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            with urllib.request.build_opener(Stay).open(url, data, timeout=10) as answer:
                return answer.status, None, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Location"), error.read().decode()

    def customer(self, **params):
        return self.v1.customers.create({"name": "Ann Example", "email": "ann@example.com", **params})

    def card(self, customer, token="pm_card_visa"):
        return self.v1.payment_methods.attach(token, {"customer": customer.id})

    def intent(self, customer, amount=1900, **params):
        return self.v1.payment_intents.create({"amount": amount, "currency": "sgd", "customer": customer.id, **CARDS, **params})


def raises(kind, call, **expected):
    """The exception that the call must raise, with those attributes."""
    try:
        call()
    except kind as error:
        for name, value in expected.items():
            # Not every class copies the code from the body.
            found = error.error.code if name == "code" else getattr(error, name)
            assert found == value, f"{name} is {found!r}, not {value!r}"
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


def customers_live(box):
    made = box.customer(metadata={"installation": "inst_1"}, address={"country": "SG", "line1": "1 Example Road"})
    assert made.object == "customer" and made.livemode is False and made.address.country == "SG"
    box.v1.customers.update(made.id, {"name": "Ann Changed", "metadata": {"installation": "", "more": "1"}})
    again = box.v1.customers.retrieve(made.id)
    assert again.name == "Ann Changed" and again.metadata.to_dict() == {"more": "1"}
    found = box.v1.customers.list({"email": "ann@example.com"}).data
    assert made.id in [row.id for row in found]
    assert box.v1.customers.list({"email": "nobody@example.com"}).data == []
    assert box.v1.customers.delete(made.id).deleted
    assert box.v1.customers.retrieve(made.id).deleted


def lists_page_in_both_directions(box):
    ann = box.customer()
    made = [box.intent(ann, 1000 + number).id for number in range(7)]
    listed = [row.id for row in box.v1.payment_intents.list({"customer": ann.id, "limit": 3}).auto_paging_iter()]
    assert listed == made[::-1]
    upwards = box.v1.payment_intents.list({"customer": ann.id, "limit": 3, "ending_before": made[0]})
    assert [row.id for row in upwards.data] == made[1:4][::-1] and upwards.has_more
    assert [row.id for row in upwards.auto_paging_iter()] == made[1:]


def errors_have_their_classes(box):
    invalid = stripe.InvalidRequestError
    raises(invalid, lambda: box.v1.customers.retrieve("cus_none"), http_status=404, code="resource_missing")
    raises(invalid, lambda: box.v1.customers.create({"colour": "red"}), http_status=400, code="parameter_unknown", param="colour")
    raises(invalid, lambda: box.v1.payment_intents.create({"amount": 10, "currency": "usd"}), code="amount_too_small")
    raises(invalid, lambda: box.v1.payment_intents.create({"amount": 1900}), code="parameter_missing", param="currency")
    raises(stripe.AuthenticationError, lambda: box.client_with("sk_test_wrong_0123456789").v1.customers.list(), http_status=401)
    gone = {"amount": 1900, "currency": "usd", "payment_method_types": ["card"]}
    code = "payment_method_types_no_longer_supported"
    raises(invalid, lambda: box.v1.payment_intents.create(gone), http_status=400, code=code)
    browser = box.client_with(box.publishable_key)
    raises(stripe.PermissionError, lambda: browser.v1.customers.list(), http_status=403, code="secret_key_required")
    wrong = {"stripe_version": "2020-08-27"}
    raises(invalid, lambda: box.v1.customers.list({}, wrong), http_status=400)


def a_payment_succeeds_once(box):
    ann = box.customer()
    card = box.card(ann)
    intent = box.intent(ann, metadata={"invoice": "inv_1"})
    assert intent.status == "requires_payment_method" and intent.amount_received == 0
    paid = box.v1.payment_intents.confirm(
        intent.id, {"payment_method": card.id, "off_session": True, "expand": ["latest_charge"]}
    )
    assert paid.status == "succeeded" and paid.amount_received == 1900
    assert paid.latest_charge.balance_transaction is None, "it settles after the reply"
    details = paid.latest_charge.payment_method_details.card
    assert (details.brand, details.last4, details.fingerprint) == ("visa", "4242", card.card.fingerprint)
    charge = box.v1.charges.retrieve(paid.latest_charge.id, {"expand": ["balance_transaction"]})
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (85, 1815)
    assert charge.metadata["invoice"] == "inv_1"
    for call in (box.v1.payment_intents.confirm, box.v1.payment_intents.cancel):
        error = raises(stripe.InvalidRequestError, lambda: call(intent.id), code="payment_intent_unexpected_state")
        assert error.error.payment_intent.status == "succeeded"
    assert len(box.v1.charges.list({"payment_intent": intent.id}).data) == 1


def declines_tell_why(box):
    ann = box.customer()
    for token, code, decline in [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ]:
        intent = box.intent(ann)
        error = raises(
            stripe.CardError,
            lambda: box.v1.payment_intents.confirm(intent.id, {"payment_method": token}),
            http_status=402,
            code=code,
        )
        assert error.error.decline_code == decline
        inner = error.error.payment_intent
        assert (inner.id, inner.status, inner.payment_method) == (intent.id, "requires_payment_method", None)
        assert inner.last_payment_error.decline_code == decline
        assert box.v1.charges.retrieve(inner.latest_charge).failure_code == code
        raises(stripe.CardError, lambda: box.card(ann, token), code=code)
    accepted = box.card(ann, "pm_card_chargeCustomerFail")
    intent = box.intent(ann)
    raises(stripe.CardError, lambda: box.v1.payment_intents.confirm(intent.id, {"payment_method": accepted.id}))
    paid = box.v1.payment_intents.confirm(intent.id, {"payment_method": box.card(ann).id})
    assert paid.status == "succeeded" and paid.last_payment_error is None


def other_peoples_cards_are_refused(box):
    ann, bob = box.customer(), box.customer()
    card = box.card(bob)
    intent = box.intent(ann)
    raises(stripe.InvalidRequestError, lambda: box.v1.payment_intents.confirm(intent.id, {"payment_method": card.id}))
    raises(stripe.InvalidRequestError, lambda: box.v1.payment_methods.attach(card.id, {"customer": ann.id}))
    box.v1.payment_methods.detach(card.id)
    raises(stripe.InvalidRequestError, lambda: box.v1.payment_methods.attach(card.id, {"customer": bob.id}))
    assert box.v1.customers.payment_methods.list(bob.id).data == []


def confirms_are_limited(box):
    ann = box.customer()
    box.control("PATCH", "settings", {"confirm_limit": 3})
    intent = box.intent(ann)
    confirm = lambda: box.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"})
    for _ in range(3):
        raises(stripe.CardError, confirm)
    error = raises(stripe.InvalidRequestError, confirm, code="payment_intent_unexpected_state")
    assert error.error.payment_intent.status == "canceled"
    box.control("PATCH", "settings", {"confirm_limit": 10})


def three_d_secure(box):
    ann = box.customer()
    intent = box.intent(ann)
    back = "https://shop.example/return?x=1"
    confirm = lambda: box.v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_authenticationRequired", "return_url": back}
    )
    abandoned = confirm()
    assert abandoned.status == "requires_action"
    waiting = confirm()
    assert box.page(abandoned.next_action.redirect_to_url.url)[0] == 410, "a new confirm makes a new page"
    status, _, text = box.page(waiting.next_action.redirect_to_url.url)
    assert status == 200 and "19.00 SGD" in text and "3184" in text
    _, target, _ = box.page(waiting.next_action.redirect_to_url.url, {"outcome": "fail"})
    assert target.startswith(back) and "redirect_status=failed" in target
    failed = box.v1.payment_intents.retrieve(intent.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    _, target, _ = box.page(confirm().next_action.redirect_to_url.url, {"outcome": "complete"})
    assert f"payment_intent={intent.id}" in target and "redirect_status=succeeded" in target
    assert box.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def off_session_authentication(box):
    ann = box.customer()
    always = box.v1.setup_intents.create(
        {"customer": ann.id, **CARDS, "payment_method": "pm_card_authenticationRequired", "confirm": True}
    )
    once = box.v1.setup_intents.create(
        {"customer": ann.id, **CARDS, "payment_method": "pm_card_authenticationRequiredOnSetup", "confirm": True}
    )
    for setup in (always, once):
        assert setup.status == "requires_action"
        box.control("POST", f"authentications/{setup.id}", {"outcome": "complete"})
        assert box.v1.setup_intents.retrieve(setup.id).status == "succeeded"
    intent = box.intent(ann)
    pay = lambda setup: box.v1.payment_intents.confirm(
        intent.id, {"payment_method": setup.payment_method, "off_session": True}
    )
    error = raises(stripe.CardError, lambda: pay(always), code="authentication_required")
    assert error.error.payment_intent.status == "requires_payment_method"
    assert pay(once).status == "succeeded"


def browsers_set_cards_up(box):
    ann = box.customer()
    setup = box.v1.setup_intents.create({"customer": ann.id, **CARDS, "metadata": {"consent": "cons_1"}})
    browser = box.client_with(box.publishable_key)
    confirm = lambda secret: browser.v1.setup_intents.confirm(
        setup.id, {"client_secret": secret, "payment_method": "pm_card_mastercard"}
    )
    raises(stripe.InvalidRequestError, lambda: confirm("wrong"))
    done = confirm(setup.client_secret)
    assert done.status == "succeeded" and "customer" not in done and "metadata" not in done
    cards = box.v1.customers.payment_methods.list(ann.id, {"type": "card"}).data
    assert [row.card.brand for row in cards] == ["mastercard"]


def hosted_set_up(box):
    ann = box.customer()
    session = box.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "customer": ann.id,
            "currency": "sgd",
            **CARDS,
            "success_url": "https://shop.example/added?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example/billing",
            "metadata": {"account": "acct_1"},
            "setup_intent_data": {"metadata": {"consent": "cons_1"}},
        }
    )
    assert session.status == "open" and session.payment_status == "no_payment_required"
    status, _, text = box.page(session.url)
    assert status == 200 and "Test processor" in text and "https://shop.example/billing" in text
    assert 'type="text"' not in text and 'type="number"' not in text and "<script" not in text and "style=" not in text
    assert box.page(session.url, {"card": "pm_card_chargeDeclined"})[1].endswith(session.id)
    assert "Your card was declined." in box.page(session.url)[2]
    _, step, _ = box.page(session.url, {"card": "pm_card_authenticationRequiredOnSetup"})
    _, target, _ = box.page(step, {"outcome": "complete"})
    assert target == f"https://shop.example/added?session={session.id}"
    done = box.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert done.status == "complete" and done.url is None
    assert done.setup_intent.metadata["consent"] == "cons_1"
    assert done.setup_intent.payment_method.customer == ann.id
    raises(stripe.InvalidRequestError, lambda: box.v1.checkout.sessions.expire(session.id))


def keys_make_calls_idempotent(box):
    key = {"idempotency_key": "python-key-1"}
    first = box.v1.customers.create({"name": "Once"}, key)
    again = box.v1.customers.create({"name": "Once"}, key)
    assert first.id == again.id and again.last_response.headers["Idempotent-Replayed"] == "true"
    raises(stripe.IdempotencyError, lambda: box.v1.customers.create({"name": "Twice"}, key), http_status=400)
    box.control("POST", "clock/advance", {"seconds": 24 * 3600})
    assert box.v1.customers.create({"name": "Once"}, key).id != first.id, "keys end after 24 hours"
    bad = {"idempotency_key": "python-key-2"}
    raises(stripe.InvalidRequestError, lambda: box.v1.customers.create({"colour": "red"}, bad))
    assert box.v1.customers.create({"name": "Fine"}, bad).name == "Fine", "a refusal before the work is not stored"


def faults_come_on_order(box):
    ann = box.customer()
    card = box.card(ann)
    intents = {"path": "/v1/payment_intents/*/confirm"}
    confirm = lambda intent, key: box.v1.payment_intents.confirm(
        intent.id, {"payment_method": card.id}, {"idempotency_key": key}
    )
    status = lambda intent: box.v1.payment_intents.retrieve(intent.id).status

    dropped = box.intent(ann)
    box.control("POST", "faults", {"kind": "drop_after_commit", **intents})
    raises(stripe.APIConnectionError, lambda: confirm(dropped, "f1"))
    assert status(dropped) == "succeeded" and confirm(dropped, "f1").id == dropped.id

    broken = box.intent(ann)
    box.control("POST", "faults", {"kind": "error_500_after_commit", **intents})
    for _ in range(2):
        raises(stripe.APIError, lambda: confirm(broken, "f2"), http_status=500)
    assert status(broken) == "succeeded"

    late = box.intent(ann)
    box.control("POST", "faults", {"kind": "late_execution", "metadata": {"late": "1"}, "times": 1})
    box.v1.payment_intents.update(late.id, {"description": "no fault: the notes do not match"})
    box.control("DELETE", "faults")
    box.control("POST", "faults", {"kind": "late_execution", **intents})
    raises(stripe.APIConnectionError, lambda: confirm(late, "f3"))
    assert status(late) == "requires_payment_method"
    raises(stripe.APIError, lambda: confirm(late, "f3"), http_status=409, code="idempotency_key_in_use")
    assert box.control("POST", "late/release")["released"] == 1
    assert status(late) == "succeeded" and confirm(late, "f3").status == "succeeded"

    limited = box.intent(ann)
    box.control("POST", "faults", {"kind": "rate_limit_429", "retry_after": 3, **intents})
    error = raises(stripe.RateLimitError, lambda: confirm(limited, "f4"), http_status=429)
    assert error.headers["Retry-After"] == "3"
    box.control("POST", "faults", {"kind": "error_500_before", **intents})
    raises(stripe.APIError, lambda: confirm(limited, "f4"), http_status=500)
    assert status(limited) == "requires_payment_method" and confirm(limited, "f4").status == "succeeded"


def refunds_may_fail_later(box):
    ann = box.customer()
    paid = box.intent(ann, confirm=True, payment_method="pm_card_visa")
    part = box.v1.refunds.create({"payment_intent": paid.id, "amount": 900, "reason": "requested_by_customer"})
    assert part.status == "succeeded" and part.currency == "sgd"
    raises(stripe.InvalidRequestError, lambda: box.v1.refunds.create({"payment_intent": paid.id, "amount": 1001}))
    box.control("POST", f"refunds/{part.id}", {"status": "failed", "failure_reason": "lost_or_stolen_card"})
    failed = box.v1.refunds.retrieve(part.id, {"expand": ["failure_balance_transaction"]})
    assert failed.status == "failed" and failed.failure_balance_transaction.amount == 900
    rest = box.v1.refunds.create({"charge": paid.latest_charge})
    assert rest.amount == 1900 and box.v1.charges.retrieve(paid.latest_charge).refunded
    raises(stripe.InvalidRequestError, lambda: box.v1.refunds.create({"charge": paid.latest_charge}), code="charge_already_refunded")


class Receiver:
    """A receiver of webhooks that answers as told and keeps what came."""

    def __init__(self):
        self.answers = []
        self.came = queue.Queue()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if outer.answers else 200
                outer.came.put((self.client_address, self.headers["Stripe-Signature"], body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def drain(self, box):
        box.control("POST", "webhooks/settle")
        came = []
        while not self.came.empty():
            came.append(self.came.get())
        return came


def webhooks_arrive_signed(box):
    receiver = Receiver()
    wanted = ["customer.created", "customer.updated"]
    endpoint = box.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": wanted})
    read = lambda came: [stripe.Webhook.construct_event(body, seal, endpoint.secret) for _, seal, body in came]
    try:
        ann = box.customer()
        box.intent(ann)
        came = receiver.drain(box)
        (event,) = read(came)
        assert event.type == "customer.created" and event.data.object.id == ann.id and event.request.id.startswith("req_")
        box.v1.customers.update(ann.id, {"name": "Other"})
        more = receiver.drain(box)
        assert read(more)[0].data.previous_attributes.name == "Ann Example"
        assert more[0][0] == came[0][0], "the connection is used again"
        raises(stripe.SignatureVerificationError, lambda: stripe.Webhook.construct_event(came[0][2], came[0][1], "whsec_x"))

        receiver.answers = [500]
        bob = box.customer()
        assert len(receiver.drain(box)) == 1
        box.control("POST", "webhooks/retry")
        again = receiver.drain(box)
        assert len(again) == 1 and read(again)[0].data.object.id == bob.id, "a failed delivery is made again"

        box.control("POST", "webhooks/rules", {"action": "duplicate", "times": 1})
        box.customer()
        assert len({event.id for event in read(receiver.drain(box))}) == 1
        box.control("POST", "webhooks/rules", {"action": "lose", "times": 1})
        lost = box.customer()
        assert receiver.drain(box) == []
        listed = box.v1.events.list({"types": ["customer.created"], "limit": 1}).data
        assert listed[0].data.object.id == lost.id, "the event list still has it"
        box.control("POST", "webhooks/rules", {"action": "hold"})
        held = [box.customer().id for _ in range(3)]
        assert receiver.drain(box) == []
        box.control("DELETE", "webhooks/rules")
        box.control("POST", "webhooks/release", {"order": "reverse"})
        assert [event.data.object.id for event in read(receiver.drain(box))] == held[::-1]
    finally:
        box.v1.webhook_endpoints.delete(endpoint.id)
        receiver.server.shutdown()


def events_can_be_polled(box):
    cursor = box.v1.events.list({"limit": 1}).data[0].id
    ann = box.customer()
    paid = box.intent(ann, confirm=True, payment_method="pm_card_visa")
    new = box.v1.events.list({"ending_before": cursor, "limit": 100})
    types = [event.type for event in new.data][::-1]
    assert types == [
        "customer.created",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ], types
    event = next(event for event in new.data if event.type == "payment_intent.succeeded")
    assert box.v1.events.retrieve(event.id).data.object.id == paid.id
    assert box.v1.events.list({"ending_before": new.data[0].id}).data == []


CHECKS = [
    customers_live,
    lists_page_in_both_directions,
    errors_have_their_classes,
    a_payment_succeeds_once,
    declines_tell_why,
    other_peoples_cards_are_refused,
    confirms_are_limited,
    three_d_secure,
    off_session_authentication,
    browsers_set_cards_up,
    hosted_set_up,
    keys_make_calls_idempotent,
    faults_come_on_order,
    refunds_may_fail_later,
    webhooks_arrive_signed,
    events_can_be_polled,
]


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    box = Sandbox(*sys.argv[1:])
    failed = 0
    for check in CHECKS:
        box.control("POST", "reset")
        box.customer()
        try:
            check(box)
            print(f"ok      {check.__name__}")
        except Exception:  # noqa: BLE001: every failure is reported, then the next check runs
            failed += 1
            print(f"FAILED  {check.__name__}")
            traceback.print_exc(file=sys.stdout)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
