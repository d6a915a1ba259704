-- Undoes up.sql; the history of sign-ins and all tokens are lost, and no account needs a new password any more.
DROP TABLE api_tokens;
DROP TABLE sign_ins;
ALTER TABLE principals DROP COLUMN reset_required_at;
