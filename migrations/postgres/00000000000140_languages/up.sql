-- Translations of the policy as they were published beside its text. The text binds, so a mistake in a translation is
-- mended by a new revision; what somebody may have read stays as it was.
CREATE TABLE policy_translations (
  version      INTEGER NOT NULL REFERENCES policy_versions (version),
  language     TEXT NOT NULL CHECK (language IN ('de', 'zh-Hans')),
  revision     INTEGER NOT NULL CHECK (revision >= 1),
  published_at TIMESTAMP NOT NULL,
  markdown     TEXT NOT NULL,
  PRIMARY KEY (version, language, revision)
);
CREATE TRIGGER policy_translations_immutable BEFORE UPDATE ON policy_translations
FOR EACH ROW EXECUTE FUNCTION steward_refuse('a published translation cannot be edited');
CREATE TRIGGER policy_translations_kept BEFORE DELETE ON policy_translations
FOR EACH ROW EXECUTE FUNCTION steward_refuse('a published translation cannot be deleted');

-- The language that a member of staff has chosen; without one their pages go by the browser. A holder's is in their profile.
ALTER TABLE staff_members ADD COLUMN language TEXT CHECK (language IN ('en', 'de', 'zh-Hans'));
ALTER TABLE staff_members ADD COLUMN version BIGINT NOT NULL DEFAULT 1 CHECK (version >= 1);
ALTER TABLE principals DROP COLUMN locale;
