-- States of accounts: freezes, changes of the e-mail address, and what a state may never become.

-- One row for each time that an account was frozen; at most one of them is open.
CREATE TABLE account_freezes (
  id           TEXT PRIMARY KEY NOT NULL,
  account_id   TEXT NOT NULL REFERENCES accounts (id),
  cause        TEXT NOT NULL CHECK (cause IN ('holder', 'link', 'email_undo', 'staff')),
  reason       TEXT,
  started_at   TIMESTAMP NOT NULL,
  ended_at     TIMESTAMP,
  ended_by     TEXT CHECK (ended_by IN ('holder', 'email_undo', 'staff')),
  ended_reason TEXT,
  CHECK ((cause = 'staff') = (reason IS NOT NULL)),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
  CHECK (ended_by IS NULL OR (ended_by = 'staff') = (ended_reason IS NOT NULL))
);
CREATE UNIQUE INDEX account_freezes_open ON account_freezes (account_id) WHERE ended_at IS NULL;
CREATE INDEX account_freezes_by_account ON account_freezes (account_id, id);

-- A change of the address that waits for its confirmation, or that can still be undone. Nothing else is kept here.
CREATE TABLE email_changes (
  id               TEXT PRIMARY KEY NOT NULL,
  account_id       TEXT NOT NULL REFERENCES accounts (id),
  state            TEXT NOT NULL CHECK (state IN ('pending', 'switched')),
  old_email        TEXT NOT NULL,
  new_email        TEXT NOT NULL,
  old_password_phc TEXT,
  requested_at     TIMESTAMP NOT NULL,
  holds_until      TIMESTAMP NOT NULL,
  CHECK ((state = 'switched') = (old_password_phc IS NOT NULL))
);
CREATE UNIQUE INDEX email_changes_pending ON email_changes (account_id) WHERE state = 'pending';
CREATE INDEX email_changes_by_account ON email_changes (account_id, id);
CREATE INDEX email_changes_by_end ON email_changes (holds_until);

ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check
  CHECK (purpose IN ('verify_registration', 'reset_password', 'pay_invoice',
                              'confirm_email_change', 'undo_email_change', 'freeze_account', 'close_session',
                              'report_sign_in', 'confirm_details', 'unfreeze_account'));

CREATE TRIGGER principals_begin_active BEFORE INSERT ON principals
FOR EACH ROW WHEN (NEW.status <> 'active') EXECUTE FUNCTION steward_refuse('an account begins active');
-- The state machine of src/identity/principals/states.rs.
CREATE TRIGGER principals_status_moves BEFORE UPDATE ON principals
FOR EACH ROW WHEN (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN
  ('active>frozen', 'closing>frozen', 'frozen>active', 'active>closing', 'closing>active', 'closing>closed'))
EXECUTE FUNCTION steward_refuse('no account goes from this state to that one');
CREATE FUNCTION steward_frozen_with_a_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.status = 'frozen') <>
    EXISTS (SELECT 1 FROM account_freezes WHERE account_id = NEW.id AND ended_at IS NULL) THEN
    RAISE EXCEPTION 'an account is frozen as long as a freeze is open' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER principals_frozen_with_a_row BEFORE UPDATE ON principals
FOR EACH ROW WHEN (OLD.status <> NEW.status AND (NEW.status = 'frozen' OR OLD.status = 'frozen'))
EXECUTE FUNCTION steward_frozen_with_a_row();
CREATE TRIGGER account_freezes_stay_ended BEFORE UPDATE ON account_freezes
FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION steward_refuse('a freeze that ended is history');
