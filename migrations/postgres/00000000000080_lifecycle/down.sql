-- Undoes up.sql; freezes and changes of addresses are lost, what is frozen is active again.
DROP TRIGGER principals_begin_active ON principals;
DROP TRIGGER principals_status_moves ON principals;
DROP TRIGGER principals_frozen_with_a_row ON principals;
DROP FUNCTION steward_frozen_with_a_row();
DROP TABLE account_freezes;
DROP TABLE email_changes;
UPDATE principals SET status = 'active' WHERE status = 'frozen';
DELETE FROM one_time_tokens WHERE purpose = 'unfreeze_account';
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check
  CHECK (purpose IN ('verify_registration', 'reset_password', 'pay_invoice',
                              'confirm_email_change', 'undo_email_change', 'freeze_account', 'close_session',
                              'report_sign_in', 'confirm_details'));
