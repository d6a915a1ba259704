-- Where the audit log begins when its oldest entries have left: what the first entry that stayed is chained to.
CREATE TABLE audit_anchor (
  singleton INTEGER PRIMARY KEY NOT NULL CHECK (singleton = 1),
  sequence  BIGINT NOT NULL CHECK (sequence >= 1),
  chain     TEXT NOT NULL CHECK (length(chain) = 64),
  last_at   TIMESTAMP NOT NULL
);
CREATE INDEX staff_looks_by_time ON staff_looks (at);
