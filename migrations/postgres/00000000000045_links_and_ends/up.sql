-- What links are for and why sessions end, as accounts that stay safe need it.

ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check
  CHECK (purpose IN ('verify_registration', 'reset_password', 'pay_invoice',
                              'confirm_email_change', 'undo_email_change', 'freeze_account', 'close_session',
                              'report_sign_in', 'confirm_details'));
ALTER TABLE sessions DROP CONSTRAINT sessions_ended_why_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_ended_why_check
  CHECK (ended_why IN ('signed_out', 'expired', 'replaced', 'revoked', 'password_reset',
                              'frozen', 'reported', 'email_changed', 'closed'));
