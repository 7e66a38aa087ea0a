-- Storage's own tables; any folder's store may name them.
-- Ids are made by the program (storage/ids.py), times are UTC milliseconds.

-- One number per story: it moves in the transaction of any change that readers may see (storage/changes.py).
CREATE TABLE story_version (
  story BIGINT PRIMARY KEY,
  version BIGINT NOT NULL,
  turn BIGINT NOT NULL DEFAULT 0,          -- how often writers have held the story: orders its changes finer than versions do
  marked INTEGER NOT NULL DEFAULT 0,       -- 1: votes have come; a tick moves the version for them
  ticked BIGINT NOT NULL DEFAULT 0,        -- when a tick last moved it
  moved BIGINT NOT NULL DEFAULT 0,         -- in which group of writes: a number that only grows (PostgreSQL: the transaction's)
  writer BIGINT NOT NULL DEFAULT 0         -- which process moved it last; it has told its own followers already
);
CREATE INDEX story_version_marked ON story_version (story) WHERE marked = 1;
-- sqlite only: other processes look here for what has moved; PostgreSQL tells them, and an index would slow its hottest rows.
CREATE INDEX story_version_moved ON story_version (moved);

-- Work to be done after the commit: mail, claims, clean-ups (storage/jobs.py). A lease, not a state called "doing".
CREATE TABLE job (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  unique_key TEXT UNIQUE,
  payload TEXT NOT NULL,
  run_after BIGINT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  lease_token BIGINT NOT NULL DEFAULT 0,
  last_error TEXT,
  dead BIGINT                              -- since when it is given up; shown by `check`
);
CREATE INDEX job_ready ON job (run_after) WHERE dead IS NULL;

-- Answers already given, by Idempotency-Key, for 24 hours (storage/repeats.py).
CREATE TABLE answer (
  scope TEXT NOT NULL,
  repeat_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  body TEXT NOT NULL,
  given BIGINT NOT NULL,
  PRIMARY KEY (scope, repeat_key)
);
CREATE INDEX answer_given ON answer (given);

-- Small facts that must survive a restart: secrets that were generated, when something last ran.
CREATE TABLE fact (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL
);
