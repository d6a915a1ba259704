-- Where security notices by XMPP may go: one row for each account that has asked for a code, first with the code that
-- waits, then with the moment it was given. The address stands here as a keyed hash only: it is the profile's.
CREATE TABLE xmpp_proofs (
  account_id     TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
  address_digest TEXT NOT NULL CHECK (address_digest <> ''),
  code_digest    TEXT,
  tries          INTEGER NOT NULL CHECK (tries BETWEEN 0 AND 5),
  sent_at        TIMESTAMP NOT NULL,
  expires_at     TIMESTAMP NOT NULL CHECK (expires_at > sent_at),
  proved_at      TIMESTAMP CHECK (proved_at < expires_at),
  CHECK ((code_digest IS NULL) = (proved_at IS NOT NULL))
);
CREATE INDEX xmpp_proofs_waiting ON xmpp_proofs (expires_at) WHERE proved_at IS NULL;
CREATE TRIGGER xmpp_proofs_name_one_address BEFORE UPDATE ON xmpp_proofs
FOR EACH ROW WHEN (OLD.proved_at IS NOT NULL OR NEW.account_id <> OLD.account_id OR NEW.address_digest <> OLD.address_digest)
EXECUTE FUNCTION steward_refuse('a proof is of one address and stays as it was given');
