-- Second factors that an operator removes for a customer who has lost all of them: one row for each order, which takes
-- effect no earlier than `due_at`. At most one of an account waits.
CREATE TABLE factor_resets (
  id           TEXT PRIMARY KEY NOT NULL,
  account_id   TEXT NOT NULL REFERENCES accounts (id),
  case_ref     TEXT NOT NULL CHECK (case_ref <> ''),
  requested_at TIMESTAMP NOT NULL,
  due_at       TIMESTAMP NOT NULL CHECK (due_at > requested_at),
  ended_at     TIMESTAMP,
  ended_how    TEXT CHECK (ended_how IN ('done', 'holder', 'operator', 'factor', 'freeze', 'password')),
  CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
  CHECK (ended_how IS NULL OR ended_how <> 'done' OR ended_at >= due_at)
);
CREATE UNIQUE INDEX factor_resets_waiting ON factor_resets (account_id) WHERE ended_at IS NULL;
CREATE INDEX factor_resets_by_account ON factor_resets (account_id, id);
CREATE INDEX factor_resets_due ON factor_resets (due_at) WHERE ended_at IS NULL;
CREATE TRIGGER factor_resets_stay_ended BEFORE UPDATE ON factor_resets
FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION steward_refuse('an order that ended is history');
