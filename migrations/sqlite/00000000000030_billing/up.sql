-- What is sold, who takes it, what they owe and what they paid. Amounts are minor units of the row's currency.

CREATE TABLE plans (
  id          TEXT PRIMARY KEY NOT NULL,
  code        TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  position    INTEGER NOT NULL,
  unpaid_rule TEXT NOT NULL CHECK (unpaid_rule IN ('cancel', 'stay_past_due')),
  created_at  TIMESTAMP NOT NULL
);

CREATE TABLE prices (
  id               TEXT PRIMARY KEY NOT NULL,
  plan_id          TEXT NOT NULL REFERENCES plans (id),
  period           TEXT NOT NULL CHECK (period IN ('month', 'year')),
  currency         TEXT NOT NULL CHECK (length(currency) = 3),
  per_seat         BIGINT NOT NULL CHECK (per_seat >= 0),
  largest_quantity INTEGER NOT NULL CHECK (largest_quantity BETWEEN 1 AND 10000),
  is_offered       BOOLEAN NOT NULL,
  created_at       TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX prices_offered ON prices (plan_id, period, currency) WHERE is_offered;

-- The account's customer at the processor; made once, after consent.
CREATE TABLE processor_customers (
  account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
  reference  TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE payment_setups (
  id         TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  consent_id TEXT NOT NULL REFERENCES consents (id),
  flow       TEXT NOT NULL CHECK (flow IN ('hosted', 'client')),
  return_url TEXT NOT NULL,
  session_ref TEXT UNIQUE,
  setup_ref  TEXT UNIQUE,
  state      TEXT NOT NULL CHECK (state IN ('open', 'succeeded', 'canceled')),
  created_at TIMESTAMP NOT NULL,
  settled_at TIMESTAMP,
  CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE INDEX payment_setups_by_account ON payment_setups (account_id, id);
CREATE INDEX payment_setups_open ON payment_setups (created_at) WHERE state = 'open';

CREATE TABLE payment_methods (
  id           TEXT PRIMARY KEY NOT NULL,
  account_id   TEXT NOT NULL REFERENCES accounts (id),
  consent_id   TEXT NOT NULL REFERENCES consents (id),
  reference    TEXT NOT NULL UNIQUE,
  brand        TEXT NOT NULL,
  last4        TEXT NOT NULL CHECK (length(last4) = 4),
  expiry_month INTEGER NOT NULL CHECK (expiry_month BETWEEN 1 AND 12),
  expiry_year  INTEGER NOT NULL,
  fingerprint  TEXT,
  is_default   BOOLEAN NOT NULL,
  created_at   TIMESTAMP NOT NULL,
  detached_at  TIMESTAMP,
  CHECK (detached_at IS NULL OR NOT is_default)
);
CREATE UNIQUE INDEX payment_methods_default ON payment_methods (account_id) WHERE is_default;
CREATE INDEX payment_methods_by_account ON payment_methods (account_id, id) WHERE detached_at IS NULL;

CREATE TABLE quotes (
  id              TEXT PRIMARY KEY NOT NULL,
  account_id      TEXT NOT NULL REFERENCES accounts (id),
  price_id        TEXT NOT NULL REFERENCES prices (id),
  quantity        INTEGER NOT NULL CHECK (quantity >= 1),
  starts_at       TIMESTAMP NOT NULL,
  content         TEXT NOT NULL,
  created_at      TIMESTAMP NOT NULL,
  expires_at      TIMESTAMP NOT NULL,
  subscription_id TEXT UNIQUE
);
CREATE INDEX quotes_by_expiry ON quotes (expires_at);

CREATE TABLE subscriptions (
  id                    TEXT PRIMARY KEY NOT NULL,
  account_id            TEXT NOT NULL REFERENCES accounts (id),
  plan_id               TEXT NOT NULL REFERENCES plans (id),
  price_id              TEXT NOT NULL REFERENCES prices (id),
  quantity              INTEGER NOT NULL CHECK (quantity >= 1),
  currency              TEXT NOT NULL CHECK (length(currency) = 3),
  status                TEXT NOT NULL CHECK (status IN ('incomplete', 'active', 'past_due', 'canceled', 'expired')),
  cancels_at_period_end BOOLEAN NOT NULL,
  is_ending             BOOLEAN NOT NULL,
  phase                 INTEGER NOT NULL CHECK (phase >= 1),
  period_no             INTEGER NOT NULL CHECK (period_no >= 0),
  anchor_date           DATE NOT NULL,
  anchor_second         INTEGER NOT NULL CHECK (anchor_second BETWEEN 0 AND 86399),
  zone                  TEXT NOT NULL,
  period                TEXT NOT NULL CHECK (period IN ('month', 'year')),
  period_start          TIMESTAMP NOT NULL,
  period_end            TIMESTAMP NOT NULL,
  payment_method_id     TEXT REFERENCES payment_methods (id),
  version               BIGINT NOT NULL CHECK (version >= 1),
  created_at            TIMESTAMP NOT NULL,
  ended_at              TIMESTAMP,
  CHECK (period_start < period_end),
  CHECK ((status IN ('canceled', 'expired')) = (ended_at IS NOT NULL)),
  CHECK (NOT is_ending OR status = 'incomplete'),
  CHECK (NOT cancels_at_period_end OR status IN ('active', 'past_due'))
);
CREATE INDEX subscriptions_by_account ON subscriptions (account_id, id);
CREATE INDEX subscriptions_by_status ON subscriptions (status, id);
CREATE INDEX subscriptions_by_plan ON subscriptions (plan_id, id);

-- What the clock has to look at next, kept narrow so that a run among a million finds the due ones at once.
CREATE TABLE billing_due (
  subscription_id TEXT PRIMARY KEY NOT NULL REFERENCES subscriptions (id),
  due_at          TIMESTAMP NOT NULL,
  parked_at       TIMESTAMP,
  parked_why      TEXT,
  CHECK ((parked_at IS NULL) = (parked_why IS NULL))
);
CREATE INDEX billing_due_next ON billing_due (due_at, subscription_id) WHERE parked_at IS NULL;

-- The claim on a period: whoever inserts it bills the period, and nobody does so twice.
CREATE TABLE billed_periods (
  subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
  phase           INTEGER NOT NULL,
  period_no       INTEGER NOT NULL,
  claimed_at      TIMESTAMP NOT NULL,
  PRIMARY KEY (subscription_id, phase, period_no)
);

CREATE TABLE number_series (
  name TEXT PRIMARY KEY NOT NULL,
  next BIGINT NOT NULL CHECK (next >= 1)
);

CREATE TABLE invoices (
  id              TEXT PRIMARY KEY NOT NULL,
  account_id      TEXT NOT NULL REFERENCES accounts (id),
  subscription_id TEXT NOT NULL,
  phase           INTEGER NOT NULL,
  period_no       INTEGER NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('first', 'renewal')),
  number          TEXT UNIQUE,
  status          TEXT NOT NULL CHECK (status IN ('draft', 'final', 'paid', 'void', 'uncollectible')),
  currency        TEXT NOT NULL CHECK (length(currency) = 3),
  net             BIGINT NOT NULL CHECK (net >= 0),
  tax             BIGINT NOT NULL CHECK (tax >= 0),
  total           BIGINT NOT NULL,
  paid            BIGINT NOT NULL CHECK (paid >= 0),
  credited        BIGINT NOT NULL CHECK (credited >= 0),
  seller          TEXT NOT NULL,
  customer        TEXT NOT NULL,
  period_start    TIMESTAMP NOT NULL,
  period_end      TIMESTAMP NOT NULL,
  issued_on       DATE,
  due_on          DATE,
  version         BIGINT NOT NULL CHECK (version >= 1),
  created_at      TIMESTAMP NOT NULL,
  settled_at      TIMESTAMP,
  FOREIGN KEY (subscription_id, phase, period_no) REFERENCES billed_periods (subscription_id, phase, period_no),
  CHECK (total = net + tax),
  CHECK (paid + credited <= total),
  CHECK ((status = 'draft') = (number IS NULL)),
  CHECK ((number IS NULL) = (issued_on IS NULL) AND (number IS NULL) = (due_on IS NULL)),
  CHECK (status <> 'paid' OR paid + credited = total),
  CHECK (status <> 'void' OR (paid = 0 AND credited = total)),
  CHECK (status NOT IN ('final', 'uncollectible') OR paid + credited < total),
  CHECK ((status IN ('paid', 'void')) = (settled_at IS NOT NULL))
);
CREATE INDEX invoices_by_account ON invoices (account_id, id);
CREATE INDEX invoices_by_subscription ON invoices (subscription_id, id);
CREATE INDEX invoices_open ON invoices (id) WHERE status = 'final';

CREATE TABLE invoice_lines (
  id          TEXT PRIMARY KEY NOT NULL,
  invoice_id  TEXT NOT NULL REFERENCES invoices (id),
  position    INTEGER NOT NULL CHECK (position >= 1),
  description TEXT NOT NULL,
  quantity    INTEGER NOT NULL CHECK (quantity >= 1),
  unit        BIGINT NOT NULL,
  net         BIGINT NOT NULL,
  tax         BIGINT NOT NULL,
  tax_code    TEXT NOT NULL,
  tax_rate    TEXT NOT NULL,
  input       TEXT NOT NULL,
  formula     TEXT NOT NULL,
  UNIQUE (invoice_id, position)
);

CREATE TABLE invoice_taxes (
  invoice_id TEXT NOT NULL REFERENCES invoices (id),
  code       TEXT NOT NULL,
  rate       TEXT NOT NULL,
  base       BIGINT NOT NULL,
  tax        BIGINT NOT NULL,
  PRIMARY KEY (invoice_id, code, rate)
);

CREATE TABLE postings (
  id        TEXT PRIMARY KEY NOT NULL,
  at        TIMESTAMP NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN ('invoice_final', 'payment_succeeded', 'invoice_void', 'revenue_recognised',
    'refund_requested', 'tiny_remainder')),
  source    TEXT NOT NULL,
  debit     TEXT NOT NULL,
  credit    TEXT NOT NULL,
  amount    BIGINT NOT NULL CHECK (amount > 0),
  currency  TEXT NOT NULL CHECK (length(currency) = 3),
  CHECK (debit <> credit),
  -- The same operation of the same document is posted once.
  UNIQUE (operation, source, debit, credit)
);
CREATE INDEX postings_by_debit ON postings (debit, currency);
CREATE INDEX postings_by_credit ON postings (credit, currency);

CREATE TABLE payments (
  id               TEXT PRIMARY KEY NOT NULL,
  invoice_id       TEXT NOT NULL REFERENCES invoices (id),
  account_id       TEXT NOT NULL REFERENCES accounts (id),
  generation       INTEGER NOT NULL CHECK (generation >= 1),
  amount           BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 99999999),
  currency         TEXT NOT NULL CHECK (length(currency) = 3),
  creation         TEXT,
  intent_ref       TEXT UNIQUE,
  intent_status    TEXT CHECK (intent_status IN ('requires_payment_method', 'requires_confirmation', 'requires_action',
    'processing', 'succeeded', 'canceled')),
  latest_charge    TEXT,
  next_action_url  TEXT,
  -- What people or a run asked for and no job has done yet.
  wanted           TEXT CHECK (wanted IN ('on_session', 'off_session', 'end')),
  wanted_method    TEXT REFERENCES payment_methods (id),
  processing_seen_at TIMESTAMP,
  version          BIGINT NOT NULL CHECK (version >= 1),
  created_at       TIMESTAMP NOT NULL,
  settled_at       TIMESTAMP,
  UNIQUE (invoice_id, generation),
  CHECK ((intent_ref IS NULL) = (intent_status IS NULL)),
  CHECK (creation IS NULL OR intent_ref IS NULL),
  CHECK (settled_at IS NULL OR intent_ref IS NULL OR intent_status IN ('succeeded', 'canceled'))
);
-- A new generation only after the old intent has ended.
CREATE UNIQUE INDEX payments_live ON payments (invoice_id) WHERE settled_at IS NULL;
CREATE INDEX payments_by_account ON payments (account_id, id);

CREATE TABLE payment_attempts (
  id                TEXT PRIMARY KEY NOT NULL,
  payment_id        TEXT NOT NULL REFERENCES payments (id),
  invoice_id        TEXT NOT NULL REFERENCES invoices (id),
  number            INTEGER NOT NULL CHECK (number >= 1),
  payment_method_id TEXT NOT NULL REFERENCES payment_methods (id),
  on_session        BOOLEAN NOT NULL,
  state             TEXT NOT NULL CHECK (state IN ('sending', 'unknown', 'succeeded', 'failed', 'requires_action')),
  begun_at          TIMESTAMP NOT NULL,
  sending           TEXT NOT NULL,
  was_resent        BOOLEAN NOT NULL,
  charge_before     TEXT,
  error_code        TEXT,
  decline_code      TEXT,
  advice            TEXT,
  UNIQUE (payment_id, number)
);
-- At most one attempt of an invoice is open.
CREATE UNIQUE INDEX payment_attempts_open ON payment_attempts (invoice_id) WHERE state IN ('sending', 'unknown');
CREATE UNIQUE INDEX payment_attempts_succeeded ON payment_attempts (invoice_id) WHERE state = 'succeeded';

-- Events of the processor, from webhooks and from the poll: each once, worked on later.
CREATE TABLE inbox_events (
  id          TEXT PRIMARY KEY NOT NULL,
  reference   TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  source      TEXT NOT NULL CHECK (source IN ('webhook', 'poll')),
  subject     TEXT NOT NULL CHECK (subject IN ('intent', 'setup', 'setup_session', 'payment_method', 'other')),
  object_ref  TEXT,
  made_at     TIMESTAMP NOT NULL,
  received_at TIMESTAMP NOT NULL,
  handled_at  TIMESTAMP,
  outcome     TEXT,
  CHECK ((handled_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX inbox_events_waiting ON inbox_events (id) WHERE handled_at IS NULL;

-- How far the event list was read.
CREATE TABLE event_cursor (
  singleton INTEGER PRIMARY KEY NOT NULL CHECK (singleton = 1),
  since     TIMESTAMP NOT NULL,
  after     TEXT
);

-- Documents and postings are evidence: they are added to, never edited.
CREATE TRIGGER prices_immutable BEFORE UPDATE ON prices
WHEN OLD.id <> NEW.id OR OLD.plan_id <> NEW.plan_id OR OLD.period <> NEW.period OR OLD.currency <>
  NEW.currency OR OLD.per_seat <> NEW.per_seat OR OLD.largest_quantity <> NEW.largest_quantity
BEGIN SELECT RAISE(ABORT, 'a price never changes: archive it and make another'); END;
CREATE TRIGGER invoices_frozen BEFORE UPDATE ON invoices
WHEN OLD.status <> 'draft' AND (OLD.id <> NEW.id OR OLD.account_id <> NEW.account_id OR OLD.subscription_id <>
  NEW.subscription_id OR OLD.phase <> NEW.phase OR OLD.period_no <> NEW.period_no OR OLD.kind <> NEW.kind
  OR OLD.number <> NEW.number OR OLD.currency <> NEW.currency OR OLD.net <> NEW.net OR OLD.tax <> NEW.tax
  OR OLD.total <> NEW.total OR OLD.seller <> NEW.seller OR OLD.customer <> NEW.customer OR
  OLD.period_start <> NEW.period_start OR OLD.period_end <> NEW.period_end OR OLD.issued_on <>
  NEW.issued_on OR OLD.due_on <> NEW.due_on)
BEGIN SELECT RAISE(ABORT, 'a final invoice cannot be edited'); END;
CREATE TRIGGER invoices_status_forward BEFORE UPDATE ON invoices
WHEN (OLD.status IN ('paid', 'void') AND NEW.status <> OLD.status) OR (OLD.status <> 'draft' AND NEW.status =
  'draft')
BEGIN SELECT RAISE(ABORT, 'an invoice does not go back'); END;
CREATE TRIGGER invoices_amounts_grow BEFORE UPDATE ON invoices
WHEN NEW.paid < OLD.paid OR NEW.credited < OLD.credited
BEGIN SELECT RAISE(ABORT, 'what was paid or credited is not taken back'); END;
CREATE TRIGGER invoices_kept BEFORE DELETE ON invoices
WHEN OLD.status <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a final invoice cannot be deleted'); END;
CREATE TRIGGER invoice_lines_immutable BEFORE UPDATE ON invoice_lines
BEGIN SELECT RAISE(ABORT, 'invoice lines cannot be edited'); END;
CREATE TRIGGER invoice_lines_kept BEFORE DELETE ON invoice_lines
BEGIN SELECT RAISE(ABORT, 'invoice lines cannot be deleted'); END;
CREATE TRIGGER invoice_taxes_immutable BEFORE UPDATE ON invoice_taxes
BEGIN SELECT RAISE(ABORT, 'invoice taxes cannot be edited'); END;
CREATE TRIGGER invoice_taxes_kept BEFORE DELETE ON invoice_taxes
BEGIN SELECT RAISE(ABORT, 'invoice taxes cannot be deleted'); END;
CREATE TRIGGER postings_immutable BEFORE UPDATE ON postings
BEGIN SELECT RAISE(ABORT, 'postings cannot be edited'); END;
CREATE TRIGGER postings_kept BEFORE DELETE ON postings
BEGIN SELECT RAISE(ABORT, 'postings cannot be deleted'); END;
CREATE TRIGGER billed_periods_kept BEFORE DELETE ON billed_periods
BEGIN SELECT RAISE(ABORT, 'a claim on a period stays'); END;
CREATE TRIGGER billed_periods_immutable BEFORE UPDATE ON billed_periods
BEGIN SELECT RAISE(ABORT, 'a claim on a period stays'); END;
CREATE TRIGGER number_series_forward BEFORE UPDATE ON number_series
WHEN NEW.next < OLD.next
BEGIN SELECT RAISE(ABORT, 'numbers are not given twice'); END;
CREATE TRIGGER subscriptions_stay_ended BEFORE UPDATE ON subscriptions
WHEN OLD.status IN ('canceled', 'expired') AND NEW.status <> OLD.status
BEGIN SELECT RAISE(ABORT, 'an ended subscription never lives again'); END;
CREATE TRIGGER subscriptions_version_grows BEFORE UPDATE ON subscriptions
WHEN NEW.version < OLD.version OR OLD.currency <> NEW.currency OR OLD.account_id <> NEW.account_id
BEGIN SELECT RAISE(ABORT, 'versions only grow; account and currency are fixed'); END;
CREATE TRIGGER payments_intent_fixed BEFORE UPDATE ON payments
WHEN OLD.invoice_id <> NEW.invoice_id OR OLD.generation <> NEW.generation OR OLD.amount <> NEW.amount OR
  (OLD.intent_ref IS NOT NULL AND OLD.intent_ref IS NOT NEW.intent_ref) OR (OLD.intent_status IN
  ('succeeded', 'canceled') AND NEW.intent_status <> OLD.intent_status)
BEGIN SELECT RAISE(ABORT, 'the intent of a payment is fixed and its end is final'); END;
CREATE TRIGGER payment_attempts_final BEFORE UPDATE ON payment_attempts
WHEN (OLD.state = 'succeeded' AND NEW.state <> OLD.state) OR (OLD.state IN ('failed', 'requires_action') AND
  NEW.state IN ('sending', 'unknown'))
BEGIN SELECT RAISE(ABORT, 'a closed attempt is not opened again'); END;
