-- An address that an account has left belongs to nobody else while the change can be undone: otherwise a new account at it
-- would stand in the way of whoever takes the change back.
ALTER TABLE email_changes ADD COLUMN held_key TEXT CHECK (held_key IS NULL OR state = 'switched');
CREATE INDEX email_changes_held ON email_changes (held_key);
CREATE TRIGGER principals_address_not_held BEFORE INSERT ON principals
WHEN EXISTS (SELECT 1 FROM email_changes c WHERE c.held_key = NEW.email_key AND c.account_id <> NEW.id
             AND c.holds_until > NEW.verified_at)
BEGIN SELECT RAISE(ABORT, 'this address is held for the account that left it'); END;
CREATE TRIGGER principals_new_address_not_held BEFORE UPDATE OF email_key ON principals
WHEN EXISTS (SELECT 1 FROM email_changes c WHERE c.held_key = NEW.email_key AND c.account_id <> NEW.id
             AND c.holds_until > NEW.verified_at)
BEGIN SELECT RAISE(ABORT, 'this address is held for the account that left it'); END;
