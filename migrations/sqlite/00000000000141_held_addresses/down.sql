DROP TRIGGER principals_new_address_not_held;
DROP TRIGGER principals_address_not_held;
DROP INDEX email_changes_held;
ALTER TABLE email_changes DROP COLUMN held_key;
