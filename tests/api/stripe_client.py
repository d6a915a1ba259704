"""Drives the sandbox with the processor's official client: stripe_client.py URL SECRET_KEY."""

import sys

import stripe

API_VERSION = "2026-09-30.endive"  # the one that the product's adapter is built for


def connect(secret_key):
    return stripe.StripeClient(
        secret_key, base_addresses={"api": sys.argv[1]}, stripe_version=API_VERSION, max_network_retries=0
    )


client = connect(sys.argv[2])
v1 = client.v1


def refused(kind, work):
    try:
        work()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} expected")


def key(name):
    return {"idempotency_key": name}


# Objects, metadata, retrieval, update.
customer = v1.customers.create({"name": "Ada", "email": "ada@example.org", "metadata": {"account": "acct_1"}})
assert customer.id.startswith("cus_") and customer.livemode is False, customer
assert v1.customers.retrieve(customer.id).metadata["account"] == "acct_1"
assert v1.customers.update(customer.id, {"metadata": {"account": "acct_2"}}).metadata["account"] == "acct_2"

# Idempotency: the same key answers the same object, another payload under it is refused.
again = [v1.customers.create({"email": "b@example.org"}, key("k1")) for _ in range(2)]
assert again[0].id == again[1].id
refused(stripe.IdempotencyError, lambda: v1.customers.create({"email": "c@example.org"}, key("k1")))

# A card is set up and kept.
setup = v1.setup_intents.create({"customer": customer.id, "payment_method_types": ["card"], "usage": "off_session"})
assert setup.status == "requires_payment_method" and setup.client_secret, setup
setup = v1.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa"})
assert setup.status == "succeeded", setup
cards = v1.customers.payment_methods.list(customer.id)
assert [card.card.last4 for card in cards.data] == ["4242"], cards

# One intent: created unconfirmed, confirmed once, charged once.
new = {
    "amount": 1900,
    "currency": "usd",
    "customer": customer.id,
    "payment_method_types": ["card"],
    "metadata": {"invoice": "INV-1"},
}
intent = v1.payment_intents.create(new, key("inv:1:create"))
assert intent.status in ("requires_payment_method", "requires_confirmation"), intent
paid = v1.payment_intents.confirm(intent.id, {"payment_method": cards.data[0].id}, key("inv:1:confirm"))
assert paid.status == "succeeded" and paid.amount_received == 1900, paid
# The fee is known a moment after the charge, as at the real processor.
paid = v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge.balance_transaction"]})
assert paid.latest_charge.balance_transaction.net == 1900 - paid.latest_charge.balance_transaction.fee
error = refused(stripe.InvalidRequestError, lambda: v1.payment_intents.confirm(intent.id))
assert error.code == "payment_intent_unexpected_state", error.code

# Declines carry the intent; it can be confirmed again with another card.
declined = v1.payment_intents.create({**new, "metadata": {"invoice": "INV-2"}})
error = refused(
    stripe.CardError,
    lambda: v1.payment_intents.confirm(declined.id, {"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"}),
)
assert error.http_status == 402 and error.code == "card_declined", error
assert error.error.decline_code == "insufficient_funds", error.error
assert error.error.payment_intent.id == declined.id
assert v1.payment_intents.confirm(declined.id, {"payment_method": cards.data[0].id}).status == "succeeded"

# 3-D Secure asks for an action; a cancel ends the intent.
secure = v1.payment_intents.create({**new, "metadata": {"invoice": "INV-3"}})
asks = {"payment_method": "pm_card_threeDSecure2Required", "return_url": "https://example.org/back"}
secure = v1.payment_intents.confirm(secure.id, asks)
assert secure.status == "requires_action" and secure.next_action.redirect_to_url.url, secure
assert v1.payment_intents.cancel(secure.id).status == "canceled"

# Mistakes are refused by name.
error = refused(stripe.InvalidRequestError, lambda: v1.payment_intents.create({**new, "no_such_parameter": "1"}))
assert error.http_status == 400 and error.code == "parameter_unknown", error
error = refused(stripe.InvalidRequestError, lambda: v1.payment_intents.create({**new, "amount": 1}))
assert error.code == "amount_too_small", error
error = refused(stripe.InvalidRequestError, lambda: v1.payment_intents.retrieve("pi_no_such"))
assert error.http_status == 404 and error.code == "resource_missing", error
refused(stripe.AuthenticationError, lambda: connect("sk_test_wrong").v1.customers.retrieve(customer.id))

# Lists page in both directions; events tell what happened, newest first.
for number in range(12):
    v1.customers.create({"email": f"page{number}@example.org"})
seen = [found.id for found in v1.customers.list({"limit": 5}).auto_paging_iter()]
assert len(seen) == len(set(seen)) == 14, len(seen)
intents = v1.payment_intents.list({"customer": customer.id})
assert {found.metadata["invoice"] for found in intents.data} == {"INV-1", "INV-2", "INV-3"}
kinds = [event.type for event in v1.events.list({"limit": 100}).auto_paging_iter()]
for kind in ("payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled", "setup_intent.succeeded"):
    assert kind in kinds, (kind, kinds)

# Hosted set-up, and a detached card.
session = v1.checkout.sessions.create(
    {
        "mode": "setup",
        "customer": customer.id,
        "payment_method_types": ["card"],
        "success_url": "https://example.org/done",
        "cancel_url": "https://example.org/back",
    }
)
assert session.url.startswith(sys.argv[1]) and session.status == "open", session
assert v1.payment_methods.detach(cards.data[0].id).customer is None

# A refund of a paid intent.
refund = v1.refunds.create({"payment_intent": paid.id, "amount": 400})
assert refund.status in ("pending", "succeeded") and refund.amount == 400, refund
print("the official client agrees")
