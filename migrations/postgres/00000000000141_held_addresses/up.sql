-- An address that an account has left belongs to nobody else while the change can be undone: otherwise a new account at it
-- would stand in the way of whoever takes the change back.
ALTER TABLE email_changes ADD COLUMN held_key TEXT CHECK (held_key IS NULL OR state = 'switched');
CREATE INDEX email_changes_held ON email_changes (held_key);
-- After the row is in: whoever waited for the address to become free sees by then that it is held.
CREATE FUNCTION steward_address_not_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM email_changes c WHERE c.held_key = NEW.email_key AND c.account_id <> NEW.id
             AND c.holds_until > NEW.verified_at) THEN
    RAISE EXCEPTION 'this address is held for the account that left it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER principals_address_not_held AFTER INSERT OR UPDATE OF email_key ON principals
FOR EACH ROW EXECUTE FUNCTION steward_address_not_held();
