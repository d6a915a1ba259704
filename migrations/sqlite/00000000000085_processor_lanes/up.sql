-- When the next call to the processor may leave: in all, and for each of its endpoints (8-money.md, "Charging
-- protocol" 7). Shared by all processes of the installation.
CREATE TABLE processor_lanes (
  lane    TEXT PRIMARY KEY NOT NULL CHECK (length(lane) BETWEEN 1 AND 60),
  next_at TIMESTAMP NOT NULL,
  turns   BIGINT NOT NULL CHECK (turns >= 0)
);
