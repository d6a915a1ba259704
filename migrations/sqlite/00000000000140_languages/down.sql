ALTER TABLE principals ADD COLUMN locale TEXT NOT NULL DEFAULT 'en';
UPDATE principals SET locale = (SELECT a.locale FROM accounts a WHERE a.id = principals.id) WHERE kind = 'holder';
ALTER TABLE staff_members DROP COLUMN version;
ALTER TABLE staff_members DROP COLUMN language;
DROP TABLE policy_translations;
