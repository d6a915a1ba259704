-- Undoes up.sql; links and sessions of the new kinds are lost.
DELETE FROM one_time_tokens WHERE purpose NOT IN ('verify_registration', 'reset_password', 'pay_invoice');
DELETE FROM sessions WHERE ended_why NOT IN ('signed_out', 'expired', 'replaced', 'revoked', 'password_reset');
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check
  CHECK (purpose IN ('verify_registration', 'reset_password', 'pay_invoice'));
ALTER TABLE sessions DROP CONSTRAINT sessions_ended_why_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_ended_why_check
  CHECK (ended_why IN ('signed_out', 'expired', 'replaced', 'revoked', 'password_reset'));
