-- What a charge tells the processor has a share row (policy clause 2.2), and a payment that must not be sent says why.

ALTER TABLE payments ADD COLUMN stopped TEXT CHECK (stopped IN ('consent', 'card'));
CREATE INDEX payments_stopped ON payments (account_id) WHERE stopped IS NOT NULL;

-- The sharings that a payment's calls rest on: another one when the consent was withdrawn and given anew.
CREATE TABLE payment_shares (
  share_id   TEXT PRIMARY KEY NOT NULL REFERENCES shares (id),
  payment_id TEXT NOT NULL REFERENCES payments (id)
);
CREATE INDEX payment_shares_by_payment ON payment_shares (payment_id, share_id);

CREATE TRIGGER payments_told BEFORE UPDATE ON payments
WHEN OLD.creation IS NULL AND NEW.creation IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM payment_shares WHERE payment_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'nothing is told of a payment without a share row'); END;
CREATE TRIGGER payment_attempts_told BEFORE INSERT ON payment_attempts
WHEN NOT EXISTS (SELECT 1 FROM payment_shares WHERE payment_id = NEW.payment_id)
BEGIN SELECT RAISE(ABORT, 'nothing is told of a payment without a share row'); END;
