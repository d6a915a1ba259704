-- Tries to sign in, as the account's owner sees them; accounts that need a new password first; tokens of programs.

ALTER TABLE principals ADD COLUMN reset_required_at TIMESTAMP;

CREATE TABLE sign_ins (
  id           TEXT PRIMARY KEY NOT NULL,
  principal_id TEXT NOT NULL REFERENCES principals (id),
  at           TIMESTAMP NOT NULL,
  outcome      TEXT NOT NULL CHECK (outcome IN ('signed_in', 'wrong_password', 'factor_required', 'wrong_factor',
                                'too_many', 'frozen', 'reset_required', 'refused')),
  method       TEXT NOT NULL CHECK (method IN ('password', 'password_factor', 'passkey')),
  network      TEXT NOT NULL,
  device       TEXT NOT NULL,
  was_known    BOOLEAN NOT NULL,
  is_trusted   BOOLEAN NOT NULL,
  session_id   TEXT,
  reported_at  TIMESTAMP,
  CHECK ((outcome = 'signed_in') = (session_id IS NOT NULL)),
  CHECK (session_id IS NOT NULL OR NOT is_trusted),
  CHECK (reported_at IS NULL OR NOT is_trusted)
);
CREATE INDEX sign_ins_by_principal ON sign_ins (principal_id, id);
CREATE INDEX sign_ins_by_time ON sign_ins (at);

CREATE TABLE api_tokens (
  id           TEXT PRIMARY KEY NOT NULL,
  account_id   TEXT NOT NULL REFERENCES principals (id),
  name         TEXT NOT NULL CHECK (name <> ''),
  scopes       TEXT NOT NULL CHECK (scopes <> ''),
  digest       TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
  created_at   TIMESTAMP NOT NULL,
  expires_at   TIMESTAMP NOT NULL CHECK (expires_at > created_at),
  last_used_at TIMESTAMP,
  CHECK (substr(account_id, 1, 5) = 'acct_')
);
CREATE INDEX api_tokens_by_account ON api_tokens (account_id, id);
CREATE INDEX api_tokens_by_expiry ON api_tokens (expires_at);
