-- Undoes up.sql. Factors of customers, passkeys and recovery codes are lost; members of staff whose secret has been
-- sealed for its new place need `steward staff reset-factor`.
ALTER TABLE staff_members ADD COLUMN totp_sealed TEXT NOT NULL DEFAULT '';
ALTER TABLE staff_members ADD COLUMN totp_last_step BIGINT NOT NULL DEFAULT 0;
UPDATE staff_members SET
  totp_sealed = COALESCE((SELECT sealed FROM factors f WHERE f.principal_id = staff_members.id AND f.kind = 'totp' AND f.confirmed_at IS NOT NULL ORDER BY f.id LIMIT 1), ''),
  totp_last_step = COALESCE((SELECT counter FROM factors f WHERE f.principal_id = staff_members.id AND f.kind = 'totp' AND f.confirmed_at IS NOT NULL ORDER BY f.id LIMIT 1), 0);
DROP TABLE passkey_challenges;
DROP TABLE recovery_codes;
DROP TABLE factors;
