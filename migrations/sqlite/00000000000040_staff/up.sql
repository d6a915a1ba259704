-- Looks of staff at personal data: each with its purpose, committed before anything is shown (policy clause 3).

CREATE TABLE staff_looks (
  id         TEXT PRIMARY KEY NOT NULL,
  staff_id   TEXT NOT NULL REFERENCES staff_members (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  purpose    TEXT NOT NULL CHECK (purpose IN ('billing_question', 'payment_problem', 'dispute', 'fraud_check', 'data_request')),
  case_ref   TEXT,
  shown      TEXT NOT NULL,
  at         TIMESTAMP NOT NULL
);
CREATE INDEX staff_looks_by_account ON staff_looks (account_id, id);
CREATE INDEX staff_looks_by_staff ON staff_looks (staff_id, id);

CREATE TRIGGER staff_looks_immutable BEFORE UPDATE ON staff_looks
BEGIN SELECT RAISE(ABORT, 'looks are evidence and cannot be edited'); END;
