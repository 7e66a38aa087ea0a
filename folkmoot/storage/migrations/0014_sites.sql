-- The valve of a story: how long one person waits between two comments (ms); 0: as the site's rules say.
ALTER TABLE story ADD COLUMN slow BIGINT NOT NULL DEFAULT 0;

CREATE TABLE story_decision_wider (
  id BIGINT PRIMARY KEY,
  story BIGINT NOT NULL REFERENCES story (id),
  deed TEXT NOT NULL CHECK (deed IN ('close', 'open', 'rename', 'alias', 'slow', 'merge', 'split', 'undo')),
  person BIGINT,                           -- null: a rule, an importer or the command line
  made_by TEXT NOT NULL,                   -- person, rule, import, command
  reason TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
INSERT INTO story_decision_wider (id, story, deed, person, made_by, reason, at)
  SELECT id, story, deed, person, made_by, reason, at FROM story_decision;
DROP TABLE story_decision;
ALTER TABLE story_decision_wider RENAME TO story_decision;
CREATE INDEX story_decision_story ON story_decision (story, at);
CREATE INDEX story_decision_at ON story_decision (at);

-- What a site's rules were and became, who changed them, and why.
CREATE TABLE site_decision (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL REFERENCES site (id),
  person BIGINT,                           -- null: the command line
  made_by TEXT NOT NULL,
  was TEXT NOT NULL,                       -- JSON, the type is sites.model.Policy
  became TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX site_decision_site ON site_decision (site, at);
