-- What every feature stands on: the installation, jobs, audit, change history, idempotency, mail, trust, throttles.

CREATE TABLE installation (
  id                 TEXT PRIMARY KEY NOT NULL,
  singleton          INTEGER NOT NULL UNIQUE CHECK (singleton = 1),
  mode               TEXT NOT NULL CHECK (mode IN ('demo', 'test', 'live')),
  key_check          TEXT NOT NULL,
  business_offset_us BIGINT NOT NULL DEFAULT 0 CHECK (business_offset_us >= 0),
  created_at         TIMESTAMP NOT NULL
);

CREATE TABLE jobs (
  id           TEXT PRIMARY KEY NOT NULL,
  kind         TEXT NOT NULL,
  payload      TEXT NOT NULL,
  unique_key   TEXT UNIQUE,
  priority     INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'dead')),
  run_at       TIMESTAMP NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  again        BOOLEAN NOT NULL,
  lease_until  TIMESTAMP,
  lease_token  TEXT,
  last_error   TEXT,
  created_at   TIMESTAMP NOT NULL,
  CHECK ((state = 'leased') = (lease_until IS NOT NULL AND lease_token IS NOT NULL)),
  CHECK (state = 'leased' OR NOT again)
);
CREATE INDEX jobs_next ON jobs (priority, run_at) WHERE state = 'ready';
CREATE INDEX jobs_expired ON jobs (lease_until) WHERE state = 'leased';

CREATE TABLE job_schedules (
  name      TEXT PRIMARY KEY NOT NULL,
  last_tick BIGINT NOT NULL
);

CREATE TABLE audit_entries (
  id         TEXT PRIMARY KEY NOT NULL,
  at         TIMESTAMP NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('visitor', 'holder', 'staff', 'system')),
  actor_id   TEXT NOT NULL,
  action     TEXT NOT NULL,
  subject    TEXT NOT NULL,
  fields     TEXT NOT NULL,
  refs       TEXT NOT NULL,
  commitment TEXT NOT NULL,
  sequence   BIGINT UNIQUE,
  chain      TEXT,
  CHECK ((sequence IS NULL) = (chain IS NULL))
);
CREATE INDEX audit_unsealed ON audit_entries (id) WHERE sequence IS NULL;
CREATE INDEX audit_by_subject ON audit_entries (subject, id);

CREATE TABLE audit_head (
  singleton  INTEGER PRIMARY KEY NOT NULL CHECK (singleton = 1),
  sequence   BIGINT NOT NULL,
  chain      TEXT NOT NULL,
  sealed_at  TIMESTAMP NOT NULL
);

CREATE TABLE account_keys (
  account_id TEXT PRIMARY KEY NOT NULL,
  wrapped    TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE field_changes (
  id         TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL,
  field      TEXT NOT NULL,
  before     TEXT NOT NULL,
  after      TEXT NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('visitor', 'holder', 'staff', 'system')),
  actor_id   TEXT NOT NULL,
  overwrite  BOOLEAN NOT NULL,
  version    BIGINT NOT NULL CHECK (version >= 1),
  at         TIMESTAMP NOT NULL
);
CREATE INDEX field_changes_by_account ON field_changes (account_id, id);

CREATE TABLE idempotency_keys (
  actor        TEXT NOT NULL,
  key          TEXT NOT NULL,
  operation    TEXT NOT NULL,
  payload_mac  TEXT NOT NULL,
  lease_until  TIMESTAMP NOT NULL,
  resource_id  TEXT,
  status       INTEGER,
  body         TEXT,
  created_at   TIMESTAMP NOT NULL,
  PRIMARY KEY (actor, key),
  CHECK (body IS NULL OR status IS NOT NULL)
);
CREATE INDEX idempotency_by_age ON idempotency_keys (created_at);

CREATE TABLE policy_versions (
  version      INTEGER PRIMARY KEY NOT NULL,
  class        TEXT NOT NULL CHECK (class IN ('initial', 'minor', 'significant', 'rights_reducing')),
  published_at TIMESTAMP NOT NULL,
  markdown     TEXT NOT NULL
);

CREATE TABLE policy_acceptances (
  account_id  TEXT NOT NULL,
  version     INTEGER NOT NULL REFERENCES policy_versions (version),
  accepted_at TIMESTAMP NOT NULL,
  PRIMARY KEY (account_id, version)
);

CREATE TABLE consents (
  id             TEXT PRIMARY KEY NOT NULL,
  account_id     TEXT NOT NULL,
  purpose        TEXT NOT NULL,
  decision       TEXT NOT NULL CHECK (decision IN ('given', 'withdrawn')),
  wording        TEXT NOT NULL,
  policy_version INTEGER NOT NULL REFERENCES policy_versions (version),
  withdraws      TEXT UNIQUE REFERENCES consents (id),
  at             TIMESTAMP NOT NULL,
  CHECK ((decision = 'withdrawn') = (withdraws IS NOT NULL))
);
CREATE INDEX consents_by_account ON consents (account_id, purpose, id);

CREATE TABLE shares (
  id         TEXT PRIMARY KEY NOT NULL,
  account_id TEXT,
  recipient  TEXT NOT NULL,
  fields     TEXT NOT NULL,
  ground     TEXT NOT NULL CHECK (ground IN ('consent', 'on_our_behalf', 'law', 'terms', 'fraud', 'harm')),
  consent_id TEXT REFERENCES consents (id),
  about      TEXT NOT NULL,
  at         TIMESTAMP NOT NULL,
  CHECK ((ground = 'consent') = (consent_id IS NOT NULL))
);
CREATE INDEX shares_by_account ON shares (account_id, id);

CREATE TABLE mails (
  id         TEXT PRIMARY KEY NOT NULL,
  account_id TEXT,
  kind       TEXT NOT NULL,
  share_id   TEXT NOT NULL REFERENCES shares (id),
  sealed     TEXT,
  state      TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'refused')),
  created_at TIMESTAMP NOT NULL,
  sent_at    TIMESTAMP,
  CHECK ((state = 'queued') = (sealed IS NOT NULL)),
  CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);

CREATE TABLE throttles (
  bucket        TEXT PRIMARY KEY NOT NULL,
  window_start  TIMESTAMP NOT NULL,
  used          INTEGER NOT NULL CHECK (used >= 0),
  strikes       INTEGER NOT NULL DEFAULT 0 CHECK (strikes >= 0),
  blocked_until TIMESTAMP
);

-- Append-only: evidence is never edited.
CREATE TRIGGER policy_versions_immutable BEFORE UPDATE ON policy_versions
BEGIN SELECT RAISE(ABORT, 'published policy text cannot be edited'); END;
CREATE TRIGGER policy_versions_kept BEFORE DELETE ON policy_versions
BEGIN SELECT RAISE(ABORT, 'published policy text cannot be deleted'); END;
CREATE TRIGGER consents_immutable BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
CREATE TRIGGER shares_immutable BEFORE UPDATE ON shares
BEGIN SELECT RAISE(ABORT, 'share rows are append-only'); END;
-- A share on consent needs a live one of the same account.
CREATE TRIGGER shares_need_live_consent BEFORE INSERT ON shares WHEN NEW.consent_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'no live consent for this share')
  WHERE NOT EXISTS (SELECT 1 FROM consents c WHERE c.id = NEW.consent_id AND c.decision = 'given' AND c.account_id = NEW.account_id)
     OR EXISTS (SELECT 1 FROM consents w WHERE w.withdraws = NEW.consent_id);
END;
-- An audit entry changes once: when the sealer numbers it.
CREATE TRIGGER audit_entries_immutable BEFORE UPDATE ON audit_entries
WHEN OLD.sequence IS NOT NULL OR OLD.id <> NEW.id OR OLD.at <> NEW.at OR OLD.actor_kind <> NEW.actor_kind
  OR OLD.actor_id <> NEW.actor_id OR OLD.action <> NEW.action OR OLD.subject <> NEW.subject
  OR OLD.fields <> NEW.fields OR OLD.refs <> NEW.refs OR OLD.commitment <> NEW.commitment
BEGIN SELECT RAISE(ABORT, 'audit entries cannot be edited'); END;
CREATE TRIGGER field_changes_immutable BEFORE UPDATE ON field_changes
BEGIN SELECT RAISE(ABORT, 'history cannot be edited'); END;
CREATE TRIGGER installation_clock_never_back BEFORE UPDATE ON installation
WHEN NEW.business_offset_us < OLD.business_offset_us OR NEW.mode <> OLD.mode OR NEW.id <> OLD.id
BEGIN SELECT RAISE(ABORT, 'mode and id are fixed, and the business clock never moves back'); END;
