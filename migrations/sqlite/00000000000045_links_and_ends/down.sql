-- Undoes up.sql; links and sessions of the new kinds are lost.
CREATE TABLE one_time_tokens_new (
  digest     TEXT PRIMARY KEY NOT NULL,
  purpose    TEXT NOT NULL CHECK (purpose IN ('verify_registration', 'reset_password', 'pay_invoice')),
  subject    TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL
);
INSERT INTO one_time_tokens_new SELECT * FROM one_time_tokens WHERE purpose IN ('verify_registration', 'reset_password', 'pay_invoice');
DROP TABLE one_time_tokens;
ALTER TABLE one_time_tokens_new RENAME TO one_time_tokens;
CREATE INDEX one_time_tokens_by_subject ON one_time_tokens (subject, purpose);
CREATE INDEX one_time_tokens_by_expiry ON one_time_tokens (expires_at);

CREATE TABLE sessions_new (
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
INSERT INTO sessions_new SELECT * FROM sessions WHERE ended_why IS NULL OR ended_why IN ('signed_out', 'expired', 'replaced', 'revoked', 'password_reset');
DROP TABLE sessions;
ALTER TABLE sessions_new RENAME TO sessions;
CREATE INDEX sessions_live ON sessions (principal_id, signed_in_at) WHERE ended_at IS NULL;
-- A session that ended never lives again.
CREATE TRIGGER sessions_stay_ended BEFORE UPDATE ON sessions WHEN OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL
BEGIN SELECT RAISE(ABORT, 'an ended session never lives again'); END;
