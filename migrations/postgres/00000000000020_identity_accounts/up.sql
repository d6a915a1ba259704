-- Who may sign in: principals, sign-ups that wait for proof, sessions, single-use tokens; and the holder's profile.

CREATE TABLE principals (
  id           TEXT PRIMARY KEY NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('holder', 'staff')),
  email        TEXT NOT NULL,
  email_key    TEXT NOT NULL UNIQUE,
  status       TEXT NOT NULL CHECK (status IN ('active', 'frozen', 'closing', 'closed')),
  password_phc TEXT NOT NULL,
  locale       TEXT NOT NULL,
  version      BIGINT NOT NULL DEFAULT 1,
  created_at   TIMESTAMP NOT NULL,
  verified_at  TIMESTAMP NOT NULL,
  CHECK ((kind = 'holder') = (substr(id, 1, 5) = 'acct_'))
);

CREATE TABLE staff_members (
  id            TEXT PRIMARY KEY NOT NULL REFERENCES principals (id),
  name          TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('billing', 'support', 'privacy', 'counsel', 'approver', 'auditor', 'admin')),
  totp_sealed   TEXT NOT NULL,
  totp_last_step BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE registrations (
  id             TEXT PRIMARY KEY NOT NULL,
  email          TEXT NOT NULL,
  email_key      TEXT NOT NULL,
  name           TEXT NOT NULL,
  profile        TEXT NOT NULL,
  password_phc   TEXT NOT NULL,
  policy_version INTEGER NOT NULL REFERENCES policy_versions (version),
  locale         TEXT NOT NULL,
  created_at     TIMESTAMP NOT NULL,
  expires_at     TIMESTAMP NOT NULL
);
CREATE INDEX registrations_by_email ON registrations (email_key, id);
CREATE INDEX registrations_by_expiry ON registrations (expires_at);

CREATE TABLE one_time_tokens (
  digest     TEXT PRIMARY KEY NOT NULL,
  purpose    TEXT NOT NULL CHECK (purpose IN ('verify_registration', 'reset_password', 'pay_invoice')),
  subject    TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL
);
CREATE INDEX one_time_tokens_by_subject ON one_time_tokens (subject, purpose);
CREATE INDEX one_time_tokens_by_expiry ON one_time_tokens (expires_at);

CREATE TABLE sessions (
  principal_id   TEXT NOT NULL REFERENCES principals (id),
  signed_in_at   TIMESTAMP NOT NULL,
  id             TEXT NOT NULL UNIQUE,
  transport      TEXT NOT NULL CHECK (transport IN ('cookie', 'bearer')),
  kind           TEXT NOT NULL CHECK (kind IN ('own', 'kept', 'public', 'staff')),
  digest         TEXT NOT NULL UNIQUE,
  last_seen_at   TIMESTAMP NOT NULL,
  stepped_up_at  TIMESTAMP NOT NULL,
  expires_at     TIMESTAMP NOT NULL,
  ip             TEXT,
  user_agent     TEXT NOT NULL,
  language       TEXT NOT NULL,
  ended_at       TIMESTAMP,
  ended_why      TEXT CHECK (ended_why IN ('signed_out', 'expired', 'replaced', 'revoked', 'password_reset')),
  PRIMARY KEY (principal_id, signed_in_at),
  CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);
CREATE INDEX sessions_live ON sessions (principal_id, signed_in_at) WHERE ended_at IS NULL;

CREATE TABLE accounts (
  id           TEXT PRIMARY KEY NOT NULL REFERENCES principals (id),
  name         TEXT NOT NULL,
  phone        TEXT,
  address      TEXT,
  website      TEXT,
  im_ids       TEXT NOT NULL,
  locale       TEXT NOT NULL,
  time_zone    TEXT NOT NULL,
  preferences  TEXT NOT NULL,
  version      BIGINT NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at   TIMESTAMP NOT NULL,
  updated_at   TIMESTAMP NOT NULL,
  confirmed_at TIMESTAMP NOT NULL,
  CHECK (substr(id, 1, 5) = 'acct_')
);

CREATE TRIGGER principals_kind_immutable BEFORE UPDATE ON principals
FOR EACH ROW WHEN (OLD.kind <> NEW.kind OR OLD.id <> NEW.id) EXECUTE FUNCTION steward_refuse('the kind of a principal never changes');
-- A session that ended never lives again.
CREATE TRIGGER sessions_stay_ended BEFORE UPDATE ON sessions
FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL) EXECUTE FUNCTION steward_refuse('an ended session never lives again');
CREATE TRIGGER accounts_version_grows BEFORE UPDATE ON accounts
FOR EACH ROW WHEN (NEW.version < OLD.version) EXECUTE FUNCTION steward_refuse('row versions only grow');
