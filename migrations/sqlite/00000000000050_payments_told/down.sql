DROP TRIGGER payment_attempts_told;
DROP TRIGGER payments_told;
DROP TABLE payment_shares;
DROP INDEX payments_stopped;
ALTER TABLE payments DROP COLUMN stopped;
