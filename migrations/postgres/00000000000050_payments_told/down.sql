DROP TRIGGER payment_attempts_told ON payment_attempts;
DROP TRIGGER payments_told ON payments;
DROP FUNCTION steward_payment_is_shared();
DROP TABLE payment_shares;
DROP INDEX payments_stopped;
ALTER TABLE payments DROP COLUMN stopped;
