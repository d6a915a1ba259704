-- Second factors of customers and staff alike, recovery codes, and challenges of passkeys.

CREATE TABLE factors (
  id            TEXT PRIMARY KEY NOT NULL,
  principal_id  TEXT NOT NULL REFERENCES principals (id),
  kind          TEXT NOT NULL CHECK (kind IN ('totp', 'passkey')),
  name          TEXT NOT NULL,
  sealed        TEXT NOT NULL,
  credential_id TEXT UNIQUE,
  counter       BIGINT NOT NULL DEFAULT 0 CHECK (counter >= 0),
  created_at    TIMESTAMP NOT NULL,
  confirmed_at  TIMESTAMP,
  last_used_at  TIMESTAMP,
  CHECK ((kind = 'passkey') = (credential_id IS NOT NULL)),
  CHECK (kind = 'totp' OR confirmed_at IS NOT NULL)
);
CREATE INDEX factors_by_principal ON factors (principal_id, id);
CREATE INDEX factors_unconfirmed ON factors (created_at) WHERE confirmed_at IS NULL;

CREATE TABLE recovery_codes (
  principal_id TEXT NOT NULL REFERENCES principals (id),
  digest       TEXT NOT NULL,
  created_at   TIMESTAMP NOT NULL,
  used_at      TIMESTAMP,
  PRIMARY KEY (principal_id, digest)
);

CREATE TABLE passkey_challenges (
  digest       TEXT PRIMARY KEY NOT NULL,
  purpose      TEXT NOT NULL CHECK (purpose IN ('register', 'known', 'discover')),
  principal_id TEXT REFERENCES principals (id),
  name         TEXT NOT NULL,
  state        TEXT NOT NULL,
  expires_at   TIMESTAMP NOT NULL,
  CHECK ((purpose = 'discover') = (principal_id IS NULL))
);
CREATE INDEX passkey_challenges_by_expiry ON passkey_challenges (expires_at);

-- The one-time codes of staff move in. They stay sealed for their old place, which the product still opens, and are
-- sealed for the new one when they are used next.
INSERT INTO factors (id, principal_id, kind, name, sealed, counter, created_at, confirmed_at)
SELECT 'fac_' || substr(p.id, 7), p.id, 'totp', 'Authenticator app', s.totp_sealed, s.totp_last_step, p.created_at, p.created_at
FROM staff_members s JOIN principals p ON p.id = s.id WHERE s.totp_sealed <> '';
ALTER TABLE staff_members DROP COLUMN totp_sealed;
ALTER TABLE staff_members DROP COLUMN totp_last_step;
