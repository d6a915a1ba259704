-- Undoes up.sql; freezes and changes of addresses are lost, what is frozen is active again.
DROP TRIGGER principals_begin_active;
DROP TRIGGER principals_status_moves;
DROP TRIGGER principals_frozen_with_a_row;
DROP TABLE account_freezes;
DROP TABLE email_changes;
UPDATE principals SET status = 'active' WHERE status = 'frozen';
CREATE TABLE one_time_tokens_new (
  digest     TEXT PRIMARY KEY NOT NULL,
  purpose    TEXT NOT NULL CHECK (purpose IN ('verify_registration', 'reset_password', 'pay_invoice',
                              'confirm_email_change', 'undo_email_change', 'freeze_account', 'close_session',
                              'report_sign_in', 'confirm_details')),
  subject    TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL
);
INSERT INTO one_time_tokens_new SELECT * FROM one_time_tokens WHERE purpose <> 'unfreeze_account';
DROP TABLE one_time_tokens;
ALTER TABLE one_time_tokens_new RENAME TO one_time_tokens;
CREATE INDEX one_time_tokens_by_subject ON one_time_tokens (subject, purpose);
CREATE INDEX one_time_tokens_by_expiry ON one_time_tokens (expires_at);
