-- Security notices that go to holders by XMPP too. What waits is sealed; a sent one keeps no text.
CREATE TABLE im_messages (
  id         TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL,
  kind       TEXT NOT NULL,
  share_id   TEXT NOT NULL UNIQUE REFERENCES shares (id),
  sealed     TEXT,
  state      TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'refused', 'expired')),
  created_at TIMESTAMP NOT NULL,
  sent_at    TIMESTAMP,
  CHECK ((state = 'queued') = (sealed IS NOT NULL)),
  CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX im_messages_waiting ON im_messages (id) WHERE state = 'queued';
