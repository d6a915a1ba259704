ALTER TABLE principals DROP COLUMN disabled_at;
