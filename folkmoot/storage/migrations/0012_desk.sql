-- Who has an item of the queue in hand, until when: two moderators never work on the same one.
CREATE TABLE claim (
  kind TEXT NOT NULL,
  item BIGINT NOT NULL,
  person BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (kind, item)
);
CREATE INDEX claim_until ON claim (until);

-- Rules tried on the comments of last month before they are switched on (desk/rules.py).
CREATE TABLE dry_run (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  person BIGINT,
  policy TEXT NOT NULL,                    -- JSON, the type is sites.model.Policy
  reached BIGINT NOT NULL,                 -- the last comment looked at
  until BIGINT NOT NULL,                   -- the first that is not
  looked BIGINT NOT NULL DEFAULT 0,
  changes TEXT NOT NULL DEFAULT '{}',
  samples TEXT NOT NULL DEFAULT '[]',
  at BIGINT NOT NULL,
  done BIGINT,
  adopted BIGINT
);
CREATE INDEX dry_run_site ON dry_run (site, at);

-- What happened in each hour, counted by the worker from the rows themselves (desk/figures.py).
CREATE TABLE figure (
  site BIGINT NOT NULL,
  hour BIGINT NOT NULL,                    -- UTC ms at which it began
  name TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  amount BIGINT NOT NULL,
  PRIMARY KEY (site, hour, name, detail)
);
