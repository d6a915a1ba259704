-- A profile that stays correct: more contact details, where changes came from, when each field was last looked at,
-- addresses that mail came back from, corrections that staff decide, and who must be told of a new value.

ALTER TABLE accounts ADD COLUMN contacts TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN field_dates TEXT NOT NULL DEFAULT '{}';

ALTER TABLE field_changes ADD COLUMN origin TEXT;
ALTER TABLE field_changes ADD COLUMN restores TEXT;

-- The last address of an account that mail came back from; the address itself is kept as a keyed digest only.
CREATE TABLE mail_bounces (
  account_id  TEXT PRIMARY KEY NOT NULL,
  address_mac TEXT NOT NULL,
  source      TEXT NOT NULL CHECK (source IN ('smtp', 'operator')),
  reply       TEXT NOT NULL,
  first_at    TIMESTAMP NOT NULL,
  last_at     TIMESTAMP NOT NULL,
  CHECK (first_at <= last_at)
);

-- The last list of what is kept that was mailed to a holder. Its link confirms this version, at this address, once.
CREATE TABLE profile_reminders (
  account_id  TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
  reason      TEXT NOT NULL CHECK (reason IN ('year', 'bounce', 'asked')),
  token_hash  TEXT UNIQUE,
  address_mac TEXT NOT NULL,
  version     BIGINT NOT NULL CHECK (version >= 1),
  sent_at     TIMESTAMP NOT NULL,
  holds_until TIMESTAMP NOT NULL,
  CHECK (sent_at < holds_until)
);

-- What a holder says is wrong and staff decide. What is wanted and why lies sealed under the account's own key.
CREATE TABLE correction_requests (
  id          TEXT PRIMARY KEY NOT NULL,
  account_id  TEXT NOT NULL REFERENCES accounts (id),
  subject     TEXT NOT NULL,
  field       TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn')),
  version     BIGINT NOT NULL CHECK (version >= 1),
  sealed      TEXT NOT NULL,
  reason      TEXT,
  decided_by  TEXT REFERENCES staff_members (id),
  change_id   TEXT,
  opened_at   TIMESTAMP NOT NULL,
  due_at      TIMESTAMP NOT NULL,
  decided_at  TIMESTAMP,
  late_told   BOOLEAN NOT NULL DEFAULT FALSE,
  CHECK ((state = 'open') = (decided_at IS NULL)),
  CHECK ((state IN ('accepted', 'refused')) = (decided_by IS NOT NULL)),
  CHECK ((state IN ('accepted', 'refused')) = (reason IS NOT NULL)),
  CHECK (change_id IS NULL OR state = 'accepted'),
  CHECK (opened_at < due_at)
);
CREATE INDEX correction_requests_by_account ON correction_requests (account_id, id);
CREATE INDEX correction_requests_due ON correction_requests (due_at, id) WHERE state = 'open';
CREATE INDEX correction_requests_decided ON correction_requests (decided_at) WHERE state <> 'open';
-- One open request about one value.
CREATE UNIQUE INDEX correction_requests_open ON correction_requests (account_id, subject, field)
  WHERE state = 'open' AND subject <> 'other';
-- A decision is final, and what was asked for is never edited.
CREATE TRIGGER correction_requests_final BEFORE UPDATE ON correction_requests FOR EACH ROW
WHEN (OLD.state <> 'open' OR OLD.id <> NEW.id OR OLD.account_id <> NEW.account_id OR OLD.subject <> NEW.subject
  OR OLD.field <> NEW.field OR OLD.sealed <> NEW.sealed OR OLD.opened_at <> NEW.opened_at OR OLD.due_at <> NEW.due_at)
EXECUTE FUNCTION steward_refuse('a decided correction and what it asks for are final');
CREATE TRIGGER correction_requests_begin_open BEFORE INSERT ON correction_requests FOR EACH ROW
WHEN (NEW.state <> 'open') EXECUTE FUNCTION steward_refuse('a correction begins open');

-- Values that are contested: they go to nobody who would keep them. The field is named as in the data map.
CREATE TABLE field_restrictions (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  field      TEXT NOT NULL,
  cause      TEXT NOT NULL,
  since      TIMESTAMP NOT NULL,
  PRIMARY KEY (account_id, field)
);
CREATE INDEX field_restrictions_by_cause ON field_restrictions (cause);

-- Who received a value that has changed since, and whether they have the new one.
CREATE TABLE ripple_tasks (
  id         TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  change_id  TEXT NOT NULL,
  field      TEXT NOT NULL,
  recipient  TEXT NOT NULL,
  version    BIGINT NOT NULL CHECK (version >= 1),
  state      TEXT NOT NULL CHECK (state IN ('open', 'by_person', 'done')),
  why        TEXT CHECK (why IN ('no_interface', 'no_consent', 'refused')),
  share_id   TEXT REFERENCES shares (id),
  settled_by TEXT REFERENCES staff_members (id),
  opened_at  TIMESTAMP NOT NULL,
  settled_at TIMESTAMP,
  UNIQUE (change_id, recipient),
  CHECK ((state = 'done') = (settled_at IS NOT NULL)),
  CHECK (state <> 'by_person' OR why IS NOT NULL),
  CHECK (settled_by IS NULL OR state = 'done')
);
CREATE INDEX ripple_tasks_by_account ON ripple_tasks (account_id, id);
CREATE INDEX ripple_tasks_unsettled ON ripple_tasks (id) WHERE state <> 'done';
CREATE TRIGGER ripple_tasks_stay_done BEFORE UPDATE ON ripple_tasks FOR EACH ROW
WHEN (OLD.state = 'done') EXECUTE FUNCTION steward_refuse('a task that is done stays done');
